"""The border of no return: at each load the longest push after which a design comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.faults.timed_change import Change, TimedChange
from models.steps.course import Leg
from models.steps.play import play
from models.system.parameters import Parameters
from models.system.system import System
from optimizer.resilience.border import Border, border
from optimizer.resilience.hysteresis import WELL, rate_of, under_load
from optimizer.resilience.recovery import Trigger
from optimizer.resilience.stress import AFTER_S, Share, judge

#: Times the load while it is pushed; the shortest and the longest push that is tried, s.
PUSH, LEAST_S, MOST_S = 3.0, 0.25, 60.0
#: Loads as multiples of the phase's, runs of each trial, and how closely a border is known.
LOADS, RUNS, PRECISION = tuple(k / 4.0 for k in range(1, 9)), 4, 0.25
_BEGINS_S = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class PushMap:
    """The border, load by load.

    Attributes:
        rates: Requests/s, `(k,)`.
        borders: The longest push that is survived at each, s; none where it isn't healthy without one.
        push: Times the load while it is pushed.
        most_s: Longest push that was tried, s.
    """

    rates: Array
    borders: tuple[Border, ...]
    push: float
    most_s: float


def push_map(
    system: System,
    design: Array,
    phase: int,
    *,
    loads: Sequence[float] = LOADS,
    push: float = PUSH,
    most_s: float = MOST_S,
    after_s: float = AFTER_S,
    runs: int = RUNS,
    seed: int = 1,
    stop: Callable[[], bool] = lambda: False,
) -> PushMap:
    """For each load the longest push that is survived.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        loads: Loads as multiples of the phase's, from least to most.
        push: Times the load while it is pushed.
        most_s: Longest push that is tried, s.
        after_s: Time within which answers must be back, s.
        runs: Runs of each trial.
        seed: The first seed.
        stop: Asked before each load; True leaves the rest out.

    Raises:
        NotPlayed: It can't be played by steps.
    """
    rate, seeds = rate_of(system, design, phase), range(seed, seed + runs)
    found: list[Border] = []
    for load in loads:
        if stop():
            break
        usual = under_load(system, design, load)

        def survived(size: float, usual: Parameters = usual) -> Share:
            pushed = TimedChange(Change.LOAD, -1, _BEGINS_S, _BEGINS_S + size, push)
            legs = [Leg(phase, _BEGINS_S + size + after_s)]
            series = play(system, design, legs, [pushed], seeds=seeds, parameters=usual)[0]
            told = judge(system, series, Trigger(_BEGINS_S, _BEGINS_S + size))
            # Who is down before it has nothing to come back to.
            return Share.of((told.recovery.healthy_share >= WELL) & ~told.recovery.is_lost)

        # Where the load before this one allowed no push at all, a higher one doesn't either.
        is_over = bool(found) and found[-1].survives == 0.0
        found.append(
            Border(0.0, LEAST_S, 0) if is_over else border(survived, LEAST_S, most_s, precision=PRECISION)
        )
    rates = np.asarray(loads[: len(found)], dtype=np.float64) * rate
    return PushMap(rates, tuple(found), push, most_s)
