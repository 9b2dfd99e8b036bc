"""What the schema can't see: names that exist, values in their bounds, cycles, contradictions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from models.errors import Finding
from models.scenario import (
    check_components,
    check_conditions,
    check_decisions,
    check_goals,
    check_oddities,
    check_overlaps,
    check_rules,
    check_today,
    check_traces,
    check_workload,
)
from models.scenario.scenario import Scenario

#: One question each, in the order of the file; a new one is one line more.
_CHECKS: tuple[Callable[[Scenario], Iterable[Finding]], ...] = (
    check_workload.findings,
    check_components.findings,
    check_traces.findings,
    check_decisions.findings,
    check_overlaps.findings,
    check_conditions.findings,
    check_today.findings,
    check_rules.findings,
    check_goals.findings,
)


def findings(scenario: Scenario) -> list[Finding]:
    """Everything that is wrong with a scenario whose schema holds; empty when it can be computed with."""
    return [finding for check in _CHECKS for finding in check(scenario)]


def warnings(scenario: Scenario) -> list[Finding]:
    """What is odd but legal in a scenario without errors, as far as it shows without evaluating it."""
    return list(check_oddities.findings(scenario))
