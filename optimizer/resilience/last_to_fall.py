"""Which of many designs a growing load breaks last, without following each of them up to where it falls."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from optimizer.resilience.breaking_points import first_look

#: Designs that a call asks at the least: the few that are left are asked at several multiples at once.
AHEAD = 4
#: What is known in the end of the multiple at which the last ones fall: half a percent.
CLOSE = 1.0055

#: Whether designs fall under multiples, `(rows,)`; rows of both go together.
Falls = Callable[[Array, Array], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class Last:
    """The designs that stand longest.

    Attributes:
        places: Their positions; none where all fall at the least multiple.
        stood: The multiples at which they were asked and stood, upwards.
        holds_to: The last of these; infinite where they stand at the largest that is tried.
    """

    places: NDArray[np.intp]
    stood: Array
    holds_to: float


def last_to_fall(falls: Falls, X: Array, *, least: float) -> Last:
    """The designs that stand longest as a multiple grows to 64.

    All climb together. Who falls where another stands is out, and what is beyond isn't asked of it. What
    falls between two multiples of the first look and recovers there isn't seen.

    Args:
        falls: Whether designs fall under multiples.
        X: The designs, `(n, d)`.
        least: Smallest multiple that is tried.
    """
    grid = first_look(least)
    left = np.arange(X.shape[0])
    n = 0
    while left.size and n < grid.size:
        some = grid[n : n + max(1, AHEAD // left.size)]
        rows = np.repeat(left, some.size)
        over = falls(X[rows], np.tile(some, left.size)).reshape(left.size, some.size)
        standing = np.where(over.any(axis=1), np.argmax(over, axis=1), some.size)
        most = int(standing.max())
        if most:
            left, n = left[standing == most], n + most
        if most < some.size:
            break
    if not n:
        return Last(left[:0], grid[:0], 0.0)
    if n == grid.size:
        return Last(left, grid, np.inf)
    # Multiples around 1 are further apart than the others, since 1 itself is one of them.
    parts = 2 ** math.ceil(math.log2(max(math.log(grid[n] / grid[n - 1]) / math.log(CLOSE), 1.0)))
    inside = np.geomspace(grid[n - 1], grid[n], parts + 1)
    low, high = 0, parts
    stood = list(grid[:n])
    while high - low > 1:
        middle = (low + high) // 2
        over = falls(X[left], np.full(left.size, inside[middle]))
        if over.all():
            high = middle
        else:
            left, low = left[~over], middle
            stood.append(inside[middle])
    return Last(left, np.array(stood), float(stood[-1]))
