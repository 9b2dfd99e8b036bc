"""What to make of arrays over phases: one phase, the largest, the worst of several."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array


def in_phase(value: Array, phase: int) -> Array:
    """One phase of an array that broadcasts to `(n, p)`, `(n | 1,)`."""
    return value[:, min(phase, value.shape[1] - 1)]


def over_phases(value: Array) -> Array:
    """The largest over the phases, `(n | 1,)`."""
    worst = value[:, 0]
    for p in range(1, value.shape[1]):
        worst = np.maximum(worst, value[:, p])
    return worst


def worst_of(n: int, values: list[Array]) -> Array:
    """The largest over all arrays and phases, at least 0, `(n,)`."""
    worst: Array = np.zeros(n)
    for value in values:
        worst = np.maximum(worst, over_phases(value))
    return worst
