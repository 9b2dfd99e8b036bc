"""Scaling of losses to 0..1: the only place that divides by a range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array

#: A range below this, relative to the values, is no range: all designs are alike in that dimension.
SMALLEST_RANGE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """How losses are scaled.

    Attributes:
        ideal: Best finite loss of each dimension, `(m,)`.
        nadir: Worst finite loss of each dimension, `(m,)`.
        varies: Which dimensions differ between designs at all, `(m,)`; infinite and finite differ.
    """

    ideal: Array
    nadir: Array
    varies: NDArray[np.bool_]

    def apply(self, losses: Array) -> Array:
        """Losses as shares of the range: 0 = ideal, 1 = nadir; 0 in dimensions that don't vary; `(n, m)`.

        An infinite loss lies one range beyond the worst, or, where it is good, before the best.
        """
        span = _clipped(self.nadir) - _clipped(self.ideal)
        has_range = span > _smallest_range(self.ideal, self.nadir)
        span = np.where(has_range, span, 1.0)
        finite = np.where(np.isfinite(losses), _clipped(losses), self.ideal)
        scaled = np.where(has_range, (finite - self.ideal) / span, 0.0)
        scaled = np.where(np.isposinf(losses), 1.0 + has_range, scaled)
        scaled = np.where(np.isneginf(losses), -1.0, scaled)
        return np.where(self.varies, scaled, 0.0)


def scale_of(losses: Array) -> Scale:
    """The scale of a set of losses `(n, m)`; infinities are left aside; one design, or none, has no range."""
    m = losses.shape[1]
    ideal, nadir, varies = np.zeros(m), np.zeros(m), np.zeros(m, dtype=bool)
    for j in range(m):
        column = losses[:, j]
        finite = column[np.isfinite(column)]
        if finite.size:
            ideal[j], nadir[j] = _clipped(finite.min()), _clipped(finite.max())
        varies[j] = np.unique(column[~np.isfinite(column)]).size + (finite.size > 0) > 1
    return Scale(ideal, nadir, varies | (nadir - ideal > _smallest_range(ideal, nadir)))


def _clipped(losses: Array) -> Array:
    return np.clip(losses, -1e300, 1e300)


def _smallest_range(ideal: Array, nadir: Array) -> Array:
    return SMALLEST_RANGE * np.maximum(np.maximum(np.abs(ideal), np.abs(nadir)), 1e-300)
