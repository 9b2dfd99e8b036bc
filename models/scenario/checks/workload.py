"""Checks of the workload: phases, peaks, drivers and the costs that follow them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from models.errors import Code, Finding
from models.scenario.paths import nearest
from models.scenario.reading.findings import described, listed
from models.scenario.scenario import Scenario


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors in the phases, the drivers and their costs."""
    phases = scenario.workload.phases
    if not phases:
        hint = "write phases: [{name: normal, rate: 100, hours: 24}]"
        allowed = "phases, or a trace from which they are cut"
        yield Finding(
            "workload",
            "no phases",
            allowed,
            hint,
            code=Code.MISSING_KEY,
            about=("workload.phases", "workload.trace"),
        )
        return
    first: dict[str, int] = {}
    for i, phase in enumerate(phases):
        if phase.name in first:
            found = f"a second phase with the name {phase.name!r} (the first is phases[{first[phase.name]}])"
            yield Finding(
                f"workload.phases[{i}].name",
                found,
                "one name for each phase",
                "rename it",
                code=Code.DUPLICATE,
            )
        first.setdefault(phase.name, i)
    peaks = [i for i, phase in enumerate(phases) if phase.peak]
    for before, i in pairwise(peaks):
        found = f"a second peak (phases[{before}] is one)"
        yield Finding(
            f"workload.phases[{i}].peak", found, "at most one peak", "remove one of them", code=Code.DUPLICATE
        )
    if scenario.workload.clients is not None and not any(phase.clients for phase in phases):
        yield Finding(
            "workload.clients",
            "what clients do, and no phase has any",
            "clients: a whole number above 0 in one phase at least",
            "add it to a phase, or remove this",
            code=Code.MISSING_KEY,
            about=("workload.phases",),
        )
    if all(phase.rate == 0 and phase.clients == 0 for phase in phases):
        yield Finding(
            "workload.phases", "every rate is 0", "a rate above 0 in one phase at least", code=Code.NO_LOAD
        )
    if all(phase.hours == 0 for phase in phases):
        yield Finding(
            "workload.phases",
            "every phase lasts 0 hours",
            "hours above 0 in one phase at least",
            code=Code.NO_LOAD,
        )
    yield from _drivers(scenario)
    yield from _costs(scenario)


def _drivers(scenario: Scenario) -> Iterator[Finding]:
    known = list(scenario.drivers)
    for i, phase in enumerate(scenario.workload.phases):
        where = f"workload.phases[{i}].drivers"
        for name in phase.drivers:
            if name not in scenario.drivers:
                allowed = listed(known) or "nothing: there are no drivers"
                hint = nearest(name, known) or f"add {name} to drivers"
                yield Finding(
                    f"{where}.{name}",
                    f"unknown driver {name!r}",
                    allowed,
                    hint,
                    code=Code.UNKNOWN_NAME,
                    about=(f"drivers.{name}",),
                )
        for name in known:
            if name not in phase.drivers:
                found = f"the driver {name!r} has no value in the phase {phase.name!r}"
                yield Finding(
                    where, found, "a value of every driver in every phase", f"add {name}", code=Code.NO_LOAD
                )
            elif i == 0 and phase.drivers[name] <= 0:
                found = described(phase.drivers[name])
                hint = "costs are relative to the first phase"
                yield Finding(
                    f"{where}.{name}",
                    found,
                    "a number above 0 in the first phase",
                    hint,
                    code=Code.OUT_OF_RANGE,
                )


def _costs(scenario: Scenario) -> Iterator[Finding]:
    """Errors in costs: unknown drivers, and powers of numbers that have none."""
    for k, cost in enumerate(scenario.costs):
        for name, exponent in cost.drivers.items():
            if name not in scenario.drivers:
                known = list(scenario.drivers)
                allowed = listed(known) or "nothing: there are no drivers"
                found = f"unknown driver {name!r}"
                yield Finding(
                    f"costs[{k}].drivers.{name}",
                    found,
                    allowed,
                    nearest(name, known),
                    code=Code.UNKNOWN_NAME,
                    about=(f"drivers.{name}",),
                )
            for i, phase in enumerate(scenario.workload.phases[1:], start=1):
                value = phase.drivers.get(name, 1.0)
                if value < 0 or (value == 0 and exponent < 0):
                    allowed = "a number above 0" if exponent < 0 else "a number from 0 on"
                    hint = f"costs[{k}] takes its power of {exponent:g}"
                    yield Finding(
                        f"workload.phases[{i}].drivers.{name}",
                        described(value),
                        allowed,
                        hint,
                        code=Code.OUT_OF_RANGE,
                    )
