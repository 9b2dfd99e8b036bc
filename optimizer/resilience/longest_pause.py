"""The longest pause that a design survives: all servers of its busiest component stand still, then go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.evaluation import Array
from models.faults.timed_change import Change, TimedChange
from models.system.system import System
from optimizer.resilience import border as borders
from optimizer.resilience.border import Border, border
from optimizer.resilience.patterns import BEFORE_S, busiest_of
from optimizer.resilience.recovery import Trigger
from optimizer.resilience.shock import Shock
from optimizer.resilience.stress import AFTER_S, Share, judge

#: The shortest and the longest pause that is tried, s.
LEAST_S, MOST_S = 0.05, 60.0


@dataclass(frozen=True, slots=True)
class LongestPause:
    """How long a component may stand still.

    Attributes:
        component: Position of the component.
        border: The longest pause that is survived, s.
    """

    component: int
    border: Border


def longest_pause(
    system: System,
    design: Array,
    phase: int,
    *,
    seed: int = 1,
    stop: Callable[[], bool] = lambda: False,
) -> LongestPause | None:
    """The longest pause of the busiest component that is survived; None where nothing of ours is called.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        seed: The first seed.
        stop: Asked before each run; True leaves the rest out.

    Raises:
        NotPlayed: It can't be played by steps.
    """
    c = busiest_of(system, design, phase)
    if c is None:
        return None
    seeds = range(seed, seed + borders.RUNS)

    def survived(seconds: float) -> Share:
        end = BEFORE_S + seconds
        change = TimedChange(Change.PAUSED, c, BEFORE_S, end)
        shock = Shock(phase, (change,), Trigger(BEFORE_S, end), end + AFTER_S, hit=(c,))
        series = shock.by_steps(system, design, seeds, stop=stop)
        return judge(system, series, shock.trigger).survived

    return LongestPause(c, border(survived, LEAST_S, MOST_S))
