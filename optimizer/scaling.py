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
        varies: Which dimensions differ between designs at all, `(m,)`.
    """

    ideal: Array
    nadir: Array
    varies: NDArray[np.bool_]

    def apply(self, losses: Array) -> Array:
        """Losses as shares of the range: 0 = ideal, 1 = nadir; 0 in dimensions that don't vary; `(n, m)`.

        An infinite loss counts as twice the range.
        """
        span = np.where(self.varies, self.nadir - self.ideal, 1.0)
        finite = np.where(np.isfinite(losses), losses, self.nadir + span)
        return np.where(self.varies, (finite - self.ideal) / span, 0.0)


def scale_of(losses: Array) -> Scale:
    """The scale of a set of losses `(n, m)`; infinities are left aside; one design, or none, has no range."""
    m = losses.shape[1]
    ideal, nadir = np.zeros(m), np.zeros(m)
    for j in range(m):
        finite = losses[np.isfinite(losses[:, j]), j]
        if finite.size:
            ideal[j], nadir[j] = finite.min(), finite.max()
    size = np.maximum(np.maximum(np.abs(ideal), np.abs(nadir)), 1e-300)
    return Scale(ideal, nadir, nadir - ideal > SMALLEST_RANGE * size)
