"""Asks designs whether they survive what they must: by steps, with the fewest runs that can tell."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.errors import RefusedError
from models.evaluation import Array
from models.faults.refused import Why
from models.faults.series import Series
from models.simulation.refused import NotSimulated
from models.system.system import System
from optimizer.resilience.defences import defences_of
from optimizer.resilience.recovery import recovery_of
from optimizer.resilience.shock import Shock, shock_of
from optimizer.resilience.stress import FEWEST_RUNS, SURE, Share
from optimizer.resilience.survival import Endured, Remedy

#: Runs that are made first: of a design that falls in one of them no verdict of so few runs can be good.
FIRST_RUNS = 2
#: Runs by which it is tried what a defence would change, and the share of them that must survive.
REMEDY_RUNS, CURED = 10, 0.9
#: Runs event by event, the fewest that can refute (0.025^(1/2) of the interval is below 0.9), their events.
EVENT_RUNS, LEAST_EVENT_RUNS, EVENTS = 10, 2, 10_000_000


class SurvivalTrials:
    """Asks designs, each once.

    Args:
        system: The compiled scenario.
        names: What must be survived.
        recovery_s: Longest time until answers are back, s; infinite where only the horizon counts.
        seed: The first seed; the same seeds give the same numbers.
    """

    def __init__(
        self, system: System, names: Sequence[str], recovery_s: float = math.inf, *, seed: int = 1
    ) -> None:
        self.system, self.names, self.recovery_s, self.seed = system, tuple(names), recovery_s, seed
        self.steps = 0.0
        """Steps that were made, of all runs."""
        self._looked: dict[tuple[bytes, str], Endured] = {}
        self._asked: dict[tuple[bytes, str], Endured] = {}

    def look(self, design: Array) -> tuple[Endured, ...]:
        """What few runs say of a design, `(d,)`; what was asked before is told as it was found."""
        return tuple(self._look(design, name) for name in self.names)

    def ask(self, design: Array) -> tuple[Endured, ...]:
        """What becomes of a design, `(d,)`, under each of the names, with as many runs as a verdict takes."""
        return tuple(self._ask(design, name) for name in self.names)

    def is_open(self, design: Array) -> bool:
        """Whether nothing is known against a design after a first look at each name."""
        return all(self._look(design, name).is_possible for name in self.names)

    def survives(self, design: Array) -> bool:
        """Whether a design survives everything; after the first name that it doesn't no more is asked."""
        return self.is_open(design) and all(self._ask(design, name).is_survived for name in self.names)

    def _look(self, design: Array, name: str) -> Endured:
        key = (np.ascontiguousarray(design).tobytes(), name)
        if key in self._asked:
            return self._asked[key]
        if key not in self._looked:
            self._looked[key] = self._endured(design, name, FIRST_RUNS)
        return self._looked[key]

    def _ask(self, design: Array, name: str) -> Endured:
        key = (np.ascontiguousarray(design).tobytes(), name)
        if key not in self._asked:
            found = self._look(design, name)
            if found.outcome == "open":
                found = self._endured(design, name, FEWEST_RUNS)
            self._asked[key] = found
        return self._asked[key]

    def _endured(self, design: Array, name: str, runs: int) -> Endured:
        try:
            shock = shock_of(self.system, design, name)
            if shock is None:
                return Endured(name, "cannot_have")
            series = shock.by_steps(self.system, design, range(self.seed, self.seed + runs))
            self.steps += runs * shock.steps(self.system, design)
            return self._judged(name, shock, series)
        except RefusedError as error:
            if error.code == Why.NOT_CALLED:  # nothing is broken where nobody calls
                return Endured(name, "cannot_have", why_not=str(error))
            return Endured(name, "not_played", reason="refused", why_not=str(error))

    def _judged(self, name: str, shock: Shock, series: Series) -> Endured:
        kept, back_s = self._kept(shock, series)
        back = back_s[np.isfinite(back_s)]
        middle = float(np.median(back)) if back.size else None
        if not shock.is_healthy(series):
            return Endured(name, "falls", Share.of(np.zeros_like(kept)), middle, "unhealthy")
        share = Share.of(kept)
        if share.low >= SURE:
            return Endured(name, "survives", share, middle)
        if series.runs < FEWEST_RUNS and share.k == share.n:
            return Endured(name, "open", share, middle)
        return Endured(name, "falls", share, middle, "runs")

    def _kept(self, shock: Shock, series: Series) -> tuple[NDArray[np.bool_], Array]:
        """Runs that survive and are back in time, and the times, `(r,)` each."""
        found = recovery_of(self.system, series, shock.trigger)
        kept = ~found.is_lost & ~shock.broken(series) & (found.back_s <= self.recovery_s)
        return kept, found.back_s

    def confirmed(
        self,
        design: Array,
        endured: Sequence[Endured],
        *,
        most_events: int = EVENTS,
        stop: Callable[[], bool] = lambda: False,
    ) -> tuple[Endured, ...]:
        """What is survived by steps, event by event where so many events are enough.

        Args:
            design: One row of the decision matrix, `(d,)`.
            endured: What became of it by steps.
            most_events: Events of all runs of a name together at the most.
            stop: Asked before each run and now and then in it.
        """
        return tuple(
            self._confirmed(design, one, most_events, stop) if one.outcome == "survives" else one
            for one in endured
        )

    def _confirmed(self, design: Array, one: Endured, most_events: int, stop: Callable[[], bool]) -> Endured:
        shock = shock_of(self.system, design, one.name)
        if shock is None or shock.returns or one.by_events is not None:
            return one
        for runs in (EVENT_RUNS, LEAST_EVENT_RUNS):
            seeds = range(self.seed, self.seed + runs)
            try:
                series = shock.by_events(self.system, design, seeds, most_events=most_events, stop=stop)
            except NotSimulated:
                continue
            if series.runs < runs:
                return one  # stopped on the way
            return replace(one, by_events=Share.of(self._kept(shock, series)[0]))
        return one

    def remedies(self, design: Array, endured: Sequence[Endured]) -> tuple[Remedy, ...]:
        """Defences that a design lacks and would survive with, each tried by itself.

        Args:
            design: One row of the decision matrix, `(d,)`.
            endured: What became of it.
        """
        found: list[Remedy] = []
        for one in endured:
            if one.outcome == "falls" and one.reason == "runs":
                found += self._remedies(design, one.name)
        return tuple(found)

    def _remedies(self, design: Array, name: str) -> list[Remedy]:
        shock = shock_of(self.system, design, name)
        assert shock is not None
        seeds = range(self.seed, self.seed + REMEDY_RUNS)
        played = shock.by_steps(self.system, design, seeds)
        fell = recovery_of(self.system, played, shock.trigger).fell_first
        first = [int(np.bincount(fell[fell >= 0]).argmax())] if (fell >= 0).any() else []
        found = []
        for c in dict.fromkeys((*shock.hit, *first)):
            for has in defences_of(self.system, design, shock.phase, c):
                if has.defence not in shock.helps or not has.changes:
                    continue
                series = shock.by_steps(self.system, design, seeds, more=has.changes)
                share = Share.of(self._kept(shock, series)[0])
                if share.k >= CURED * share.n:
                    found.append(Remedy(name, has.defence, self.system.components[c], share))
        return found


def survival_trials(system: System) -> SurvivalTrials | None:
    """What the recommended design of a scenario must survive; None where nothing is asked."""
    limits = system.scenario.limits
    if not limits.survives:
        return None
    recovery_s = math.inf if limits.recovery_s is None else limits.recovery_s
    return SurvivalTrials(system, limits.survives, recovery_s)
