"""Checks of goals, uncertainty and experiments: values that can be, targets that exist."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import Finding
from models.scenario.goals import Goal
from models.scenario.paths import nearest
from models.scenario.scenario import Scenario
from models.scenario.uncertainty import Triangular, Uniform

_SHARES = ("consistency", "availability")
_DIMENSIONS = ("latency", "throughput", "consistency", "availability", "cost", "complexity")


def goal_errors(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with dimensions, uncertainty and experiments."""
    for name in _DIMENSIONS:
        goal = getattr(scenario.dimensions, name)
        yield from _goal(name, goal)
    for path, distribution in scenario.uncertainty.items():
        where = f"uncertainty.{path}"
        if isinstance(distribution, Uniform) and distribution.low >= distribution.high:
            yield Finding(where, "low is not below high", "low < high")
        if isinstance(distribution, Triangular):
            low, mode, high = distribution.low, distribution.mode, distribution.high
            if not (low <= mode <= high and low < high):
                yield Finding(
                    where, f"found low {low:g}, mode {mode:g}, high {high:g}", "low <= mode <= high"
                )
    targets = [*scenario.components, *scenario.flows, *(phase.name for phase in scenario.workload.phases)]
    for i, experiment in enumerate(scenario.experiments):
        target = experiment.inject.target
        if target.split(".")[0] not in [*targets, "workload", "zone", "flows", "calls"]:
            yield Finding(
                f"experiments[{i}].inject.target",
                f"unknown target {target!r}",
                ", ".join(targets),
                nearest(target, targets),
            )


def _goal(name: str, goal: Goal) -> Iterator[Finding]:
    for key in ("limit", "target"):
        value = getattr(goal, key)
        where = f"dimensions.{name}.{key}"
        if value is None:
            continue
        if name in _SHARES and not 0.0 <= value <= 1.0:
            hint = f"a share is meant, not percent: {value / 100:g}?" if 1.0 < value <= 100.0 else ""
            yield Finding(where, f"found {value:g}", "a share from 0 to 1", hint)
        elif name not in (*_SHARES, "cost") and value < 0.0:
            yield Finding(where, f"found {value:g}", "a number of 0 or more")
    if goal.tolerance == "never" and goal.limit is None:
        yield Finding(
            f"dimensions.{name}", "tolerance: never without a limit", "limit: the value never to be left"
        )
