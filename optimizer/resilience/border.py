"""The border of no return: the longest pause, the shortest push, the largest flush that a design survives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from optimizer.resilience.stress import Share

#: Runs of each trial, and the share of them that must survive.
RUNS, MOST = 10, 0.9
#: The border is known within this part of it.
PRECISION = 0.05
_MOST_TRIALS = 14

Trial = Callable[[float], Share]
"""Runs that survive a trigger of a size."""


@dataclass(frozen=True, slots=True)
class Border:
    """Where a trigger begins to be too much.

    Attributes:
        survives: The largest size that was survived; 0 = none was.
        falls: The smallest size that was not; infinite = all were.
        trials: Sizes that were tried.
    """

    survives: float
    falls: float
    trials: int

    @property
    def is_open(self) -> bool:
        """Whether the border is beyond all that was tried."""
        return self.falls == float("inf") or self.survives == 0.0


def border(trial: Trial, least: float, most: float, *, precision: float = PRECISION) -> Border:
    """Finds the border by bisection of the logarithm; a larger trigger is taken to be no easier.

    Args:
        trial: Runs that survive a trigger of a size; the same seeds for each, so that chance is the same.
        least: The smallest size that is tried, above 0.
        most: The largest one.
        precision: The border is known within this part of it.
    """
    if not _survives(trial(most)):
        if not _survives(trial(least)):
            return Border(0.0, least, 2)
    else:
        return Border(most, float("inf"), 1)
    low, high, trials = least, most, 2
    while high > low * (1.0 + precision) and trials < _MOST_TRIALS:
        middle = (low * high) ** 0.5
        if _survives(trial(middle)):
            low = middle
        else:
            high = middle
        trials += 1
    return Border(low, high, trials)


def _survives(share: Share) -> bool:
    return share.k >= MOST * share.n
