"""What the schema can't see: names that exist, values in their bounds, cycles, contradictions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from models.errors import Finding
from models.scenario.checks import (
    choices,
    components,
    conditions,
    decisions,
    experiments,
    flows,
    goals,
    oddities,
    overlaps,
    queues,
    regions,
    rules,
    survival,
    today,
    workload,
)
from models.scenario.scenario import Scenario

#: One question each, in the order of the file; a new one is one line more.
_CHECKS: tuple[Callable[[Scenario], Iterable[Finding]], ...] = (
    workload.findings,
    components.findings,
    flows.findings,
    queues.findings,
    choices.findings,
    regions.findings,
    decisions.findings,
    overlaps.findings,
    conditions.findings,
    today.findings,
    rules.findings,
    goals.findings,
    experiments.findings,
    survival.findings,
)


def findings(scenario: Scenario) -> list[Finding]:
    """Everything that is wrong with a scenario whose schema holds; empty when it can be computed with."""
    return [finding for check in _CHECKS for finding in check(scenario)]


def warnings(scenario: Scenario) -> list[Finding]:
    """What is odd but legal in a scenario without errors, as far as it shows without evaluating it."""
    return list(oddities.findings(scenario))
