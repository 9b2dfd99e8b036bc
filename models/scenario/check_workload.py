"""Checks of the workload: phases, drivers, and costs that follow them."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import Finding
from models.scenario.paths import nearest
from models.scenario.scenario import Scenario


def workload_errors(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with phases, drivers and costs."""
    workload = scenario.workload
    phases = workload.phases
    if phases and workload.trace is not None:
        yield Finding("workload.trace", "phases and a trace are both given", "one of them")
    if not phases:
        yield Finding("workload", "has no phases", "phases: [{name, rate, hours}], or trace: a CSV file")
        return
    seen: set[str] = set()
    for i, phase in enumerate(phases):
        if phase.name in seen:
            yield Finding(
                f"workload.phases[{i}].name", f"the phase {phase.name!r} stands twice", "another name"
            )
        seen.add(phase.name)
    if not any(phase.rate * phase.hours > 0.0 for phase in phases):
        yield Finding(
            "workload.phases", "no requests in any phase", "a rate and hours above 0 in one of them"
        )
    peaks = [phase.name for phase in phases if phase.peak]
    if len(peaks) > 1:
        yield Finding("workload.phases", f"several peaks: {', '.join(peaks)}", "one phase with peak: true")
    yield from _drivers(scenario)


def _drivers(scenario: Scenario) -> Iterator[Finding]:
    known = list(scenario.drivers)
    for i, phase in enumerate(scenario.workload.phases):
        where = f"workload.phases[{i}].drivers"
        for name in phase.drivers:
            if name not in scenario.drivers:
                yield Finding(
                    f"{where}.{name}", f"unknown driver {name!r}", ", ".join(known), nearest(name, known)
                )
        for name in known:
            if name not in phase.drivers:
                yield Finding(
                    where, f"the driver {name!r} has no value in the phase {phase.name!r}", "a number"
                )
    first = scenario.workload.phases[0].drivers
    for i, cost in enumerate(scenario.costs):
        for name in cost.drivers:
            where = f"costs[{i}].drivers.{name}"
            if name not in scenario.drivers:
                yield Finding(where, f"unknown driver {name!r}", ", ".join(known), nearest(name, known))
            elif first.get(name, 1.0) <= 0.0:
                yield Finding(
                    where,
                    f"the driver is {first[name]:g} in the first phase, to which it is related",
                    "above 0",
                )
