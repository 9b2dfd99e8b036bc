"""A shock: what is done to a design, when, and what is expected of it; played by steps, or event by event."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.faults.expected import Expected, expected_of
from models.faults.injection import Injection, injection_of
from models.faults.series import Series
from models.faults.timed_change import Change, TimedChange
from models.scenario.experiment import Experiment
from models.scenario.experiments.pattern import Pattern
from models.simulation.transient import MOST_EVENTS, transient
from models.steps.beginning import step_of
from models.steps.course import Leg
from models.steps.play import play
from models.steps.returns import Return
from models.steps.rows import rows_of
from models.steps.tables import tables_of
from models.system.system import System
from optimizer.resilience.defences import Defence
from optimizer.resilience.patterns import HELPS, Aim, aim_of
from optimizer.resilience.recovery import Trigger
from optimizer.resilience.stress import AFTER_S

#: Changes that are made to a component.
_OF_COMPONENTS = frozenset(Change) - {Change.LOAD, Change.SET}


@dataclass(frozen=True, slots=True, eq=False)
class Shock:
    """What is done to a design.

    Attributes:
        phase: Position of the phase.
        changes: What is changed, and when.
        trigger: From when until when.
        horizon_s: How long a run lasts, s.
        expected: What is expected of it.
        returns: Clients that come back together; the events know of none.
        hit: Positions of the components that it is done to.
        helps: Defences that may help against it.
    """

    phase: int
    changes: tuple[TimedChange, ...]
    trigger: Trigger
    horizon_s: float
    expected: tuple[Expected, ...] = ()
    returns: tuple[Return, ...] = ()
    hit: tuple[int, ...] = ()
    helps: tuple[Defence, ...] = tuple(Defence)

    def broken(self, series: Series) -> NDArray[np.bool_]:
        """Whether a statement of success is broken in each run, `(r,)`."""
        found = np.zeros(series.runs, dtype=bool)
        for one in self.expected:
            if one.role == "success" and (not one.is_computed or math.isfinite(one.reading)):
                found |= ~one.holds(series)
        return found

    def is_healthy(self, series: Series) -> bool:
        """Whether each statement of the steady state holds before it in more than half of the runs."""
        told = [one.holds(series) for one in self.expected if one.role == "steady_state"]
        return all(2 * int(held.sum()) > series.runs for held in told)

    def steps(self, system: System, design: Array) -> float:
        """Steps that a run of a design, `(d,)`, takes: what it costs."""
        usual = tables_of(system, rows_of(system, design, self.phase)[0], (), now_s=0.0)
        return self.horizon_s / step_of(system, usual)

    def by_steps(
        self,
        system: System,
        design: Array,
        seeds: Sequence[int],
        *,
        more: Sequence[TimedChange] = (),
        stop: Callable[[], bool] = lambda: False,
    ) -> Series:
        """Plays it by steps.

        Args:
            system: The compiled scenario.
            design: One row of the decision matrix, `(d,)`.
            seeds: One run for each.
            more: What else is changed: a defence.
            stop: Asked before each run; True leaves the rest out.

        Raises:
            NotPlayed: It can't be played by steps.
        """
        legs = [Leg(self.phase, self.horizon_s)]
        changes = (*self.changes, *more)
        return play(system, design, legs, changes, returns=self.returns, seeds=seeds, stop=stop)[0]

    def by_events(
        self,
        system: System,
        design: Array,
        seeds: Sequence[int],
        *,
        most_events: int = MOST_EVENTS,
        stop: Callable[[], bool] = lambda: False,
    ) -> Series:
        """Plays it event by event.

        Args:
            system: The compiled scenario.
            design: One row of the decision matrix, `(d,)`.
            seeds: One run for each.
            most_events: Events of all runs together at the most.
            stop: Asked before each run and now and then in it; True leaves the rest out.

        Raises:
            NotSimulated: It can't be simulated, or takes more events.
        """
        return transient(
            system,
            design,
            self.phase,
            self.changes,
            horizon_s=float(np.ceil(self.horizon_s)),
            seeds=seeds,
            most_events=most_events,
            stop=stop,
        )


def of_experiment(system: System, design: Array, experiment: Experiment) -> tuple[Shock, Injection]:
    """An experiment with a design.

    Raises:
        NotInjected: It can't be made with this design.
    """
    injection = injection_of(experiment, system, design)
    expected = expected_of(experiment, system, injection)
    horizon_s = max([injection.to_s + AFTER_S, *(one.least_horizon_s + 1.0 for one in expected)])
    shock = Shock(
        phase=injection.phase,
        changes=injection.changes,
        trigger=Trigger(injection.from_s, injection.to_s),
        horizon_s=horizon_s,
        expected=expected,
        hit=tuple(dict.fromkeys(one.index for one in injection.changes if one.change in _OF_COMPONENTS)),
    )
    return shock, injection


def of_aim(aim: Aim, phase: int, size: float, *, jitter: float = 0.0, after_s: float = AFTER_S) -> Shock:
    """A pattern that is aimed at a design, of a size.

    Args:
        aim: Where it hits.
        phase: Position of the phase.
        size: How large it is, in the unit of the aim.
        jitter: Share of the pauses of clients that is drawn.
        after_s: Time within which answers must be back, s.
    """
    changes, trigger = aim.made(size)
    return Shock(
        phase=phase,
        changes=changes,
        trigger=trigger,
        horizon_s=trigger.to_s + after_s,
        returns=aim.returning(size, jitter),
        hit=(aim.guarded,),
        helps=HELPS[aim.pattern],
    )


def shock_of(system: System, design: Array, name: str) -> Shock | None:
    """What a name of `limits.survives` does to a design; None where the design can't have it.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        name: Name of an experiment of the scenario, or of a pattern.

    Raises:
        NotInjected: The experiment can't be made with this design.
    """
    for one in system.scenario.typed_experiments:
        if one.name == name:
            return of_experiment(system, design, one)[0]
    aim = aim_of(system, design, system.peak, Pattern(name))
    return None if aim is None else of_aim(aim, system.peak, aim.usual)
