"""What it takes to look at designs, counted from the system and not timed: every machine counts the same."""

from __future__ import annotations

import numpy as np

from models.errors import SpaceTooLargeError
from models.performance.program import COLD, REPEATS, program_of
from models.screening import counted_limits, screen
from models.system.system import System

#: Operations of a slow core in a second; one is a microsecond of it (measured on the bundled scenarios).
PER_S = 1_000_000
#: Operations for each call of a situation: without repeats; with them, since a failed state is followed too.
_A_CALL, _A_REPEATED_CALL = 2.0, 5.0
#: For each situation, and for each design that is only compared with effort and money.
_A_SITUATION, _A_DESIGN = 5.0, 2.0
#: Share of a situation that its load alone takes.
_LOAD_ALONE = 0.4
#: Designs by which it is estimated what cheap limits leave.
_SAMPLED = 512


def operations_of_a_design(system: System) -> float:
    """Operations of one whole evaluation."""
    return float(system.hours.shape[1]) * _of_a_situation(system)


def operations_of_all(system: System, *, seed: int) -> float:
    """Operations for looking at every design, with the share that cheap limits leave drawn with the seed.

    Infinite where the designs can't be counted.
    """
    try:
        size = system.space.size
    except SpaceTooLargeError:
        size = None
    if size is None:
        return float("inf")
    beyond_effort, beyond_load = _shares_left(system, seed)
    load = beyond_effort * _LOAD_ALONE * _of_a_situation(system)
    return float(size) * (_A_DESIGN + load + beyond_load * operations_of_a_design(system))


def _of_a_situation(system: System) -> float:
    program = program_of(system)
    each = _A_REPEATED_CALL if program.flags[REPEATS] or program.flags[COLD] else _A_CALL
    return float(_A_SITUATION + each * len(system.nodes))


def _shares_left(system: System, seed: int) -> tuple[float, float]:
    """Shares of the designs that are within effort and money, and that are within the load too."""
    X = system.space.sample(_SAMPLED, seed=seed)
    over = screen(system, X)
    known = counted_limits(system)
    within_effort, within = np.ones(len(X), dtype=bool), np.ones(len(X), dtype=bool)
    for name, excess in over.items():
        within &= ~(excess > 0.0)
        if name in known:
            within_effort &= ~(excess > 0.0)
    return float(within_effort.mean()), float(within.mean())
