"""An experiment compiled for a design in a phase: what changes when, and what follows without a run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from models.dimensions.cost import driver_costs
from models.evaluation import Array
from models.faults.changes import changes_of, cut_off
from models.faults.moment import Moment, moment_of
from models.faults.refused import NotInjected, Why
from models.faults.timed_change import TimedChange
from models.scenario.experiment import Experiment
from models.scenario.experiments.answers import ClockSkew, Corruption
from models.scenario.experiments.demand import Driver
from models.scenario.experiments.network import Partition
from models.scenario.paths import Slot
from models.system.parameters import apply_decisions
from models.system.system import System

_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Injection:
    """An experiment as both simulations go by it.

    Attributes:
        phase: Position of the phase.
        changes: What is other than usual, and when.
        from_s: When the first fault begins, s after the run does.
        to_s: When the last one is undone; where one stays, when it began.
        readings: What follows from the faults themselves, by metric and component (None = of the system).
        stated: What people stated and no run shows, in sentences.
    """

    phase: int
    changes: tuple[TimedChange, ...]
    from_s: float
    to_s: float
    readings: Mapping[tuple[str, str | None], float]
    stated: tuple[str, ...]


def injection_of(
    experiment: Experiment, system: System, design: Array, *, phase: int | None = None, where: str = ""
) -> Injection:
    """Compiles an experiment for a design.

    Args:
        experiment: The experiment.
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of another phase than the one it names.
        where: Its place in the file, for messages.

    Raises:
        NotInjected: It can't be made with this design; says why.
    """
    if phase is None:
        phase = system.peak if experiment.phase is None else system.phases.index(experiment.phase)
    moment = moment_of(system, design, phase)
    name = where or (f"experiments.{experiment.name}" if experiment.name else "experiments")
    changes: list[TimedChange] = []
    length_s = float(system.hours[0, phase]) * _SECONDS_PER_HOUR
    for k, fault in enumerate(experiment.inject):
        place = f"{name}.inject" if len(experiment.inject) == 1 else f"{name}.inject[{k}]"
        ends = fault.start_s if fault.ends_s is None else fault.ends_s
        if ends > length_s:
            what = f"it lasts to {ends:g} s, and the phase {system.phases[phase]} lasts {length_s:g} s"
            raise NotInjected(Why.TOO_LONG, what, where=place, hint="shorten it, or choose another phase")
        changes += changes_of(moment, fault, place)
    return Injection(
        phase=phase,
        changes=tuple(changes),
        from_s=min(fault.start_s for fault in experiment.inject),
        to_s=max(fault.start_s if fault.ends_s is None else fault.ends_s for fault in experiment.inject),
        readings=dict(_readings(moment, experiment, design, name)),
        stated=tuple(_stated(experiment)),
    )


def _readings(
    moment: Moment, experiment: Experiment, design: Array, where: str
) -> Iterator[tuple[tuple[str, str | None], float]]:
    """What follows from the faults themselves."""
    system = moment.system
    for name, part in zip(system.components, system.parts, strict=True):
        if part.traits.keeps_copies:
            yield ("diverged_writes", name), 0.0
            yield ("reconcile_s", name), 0.0
    for fault in experiment.inject:
        if isinstance(fault, Partition) and fault.copies is not None and fault.accepts == "both":
            c, _, _, side = cut_off(moment, fault, where)
            diverged = moment.per_s(c, writes=True) * side * fault.duration_s
            yield ("diverged_writes", fault.target), diverged
            rate = fault.reconciled_per_s
            yield ("reconcile_s", fault.target), diverged / rate if rate is not None else math.nan
    drivers = [fault for fault in experiment.inject if isinstance(fault, Driver)]
    yield ("driver_cost_usd", None), _driver_cost(moment, drivers, design)


def _driver_cost(moment: Moment, faults: list[Driver], design: Array) -> float:
    """What `costs` come to with other values of drivers in this phase, USD."""
    system = moment.system
    factors: dict[Slot, Array] = {}
    for fault in faults:
        slot = Slot("driver", fault.driver, "value")
        now = moment.value(slot)
        factor = fault.factor
        if factor is None:
            assert fault.value is not None
            factor = fault.value / now if now != 0.0 else math.nan
        other = factors.get(slot, np.ones((1, len(system.phases)))).copy()
        other[0, moment.phase] *= factor
        factors[slot] = other
    X = system.space.canonical(np.asarray(design, dtype=np.float64).reshape(1, -1))
    return float(sum(each.sum() for each in driver_costs(apply_decisions(system, X, stress=factors))))


def _stated(experiment: Experiment) -> Iterator[str]:
    for fault in experiment.inject:
        if isinstance(fault, Corruption):
            yield f"validation of {fault.target} catches {fault.caught_share:.4g} of the wrong answers"
        elif isinstance(fault, ClockSkew):
            refused = f"{fault.refused_share:.4g} of its calls"
            yield f"a clock {fault.skew_s:g} s off makes {fault.target} refuse {refused}"
