"""Boxes as wide as a difference that somebody would notice: designs in one box are shown as one.

Boxes are fixed: which box a value is in doesn't depend on other designs, so that ties stay ties whatever else
is there. Source: archives of eps-dominance, with additive and multiplicative boxes (Laumanns, Thiele, Deb and
Zitzler 2002, "Combining convergence and diversity in evolutionary multiobjective optimization").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Dimension, Evaluation
from optimizer.pareto.dominance import non_dominated

#: Values whose size is below this count as 0 where boxes are relative, in the unit of the dimension.
SMALLEST = 0.01
#: A value that is short of the next box by less than this share of a box is in it: 150 USD are 150 USD.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Width:
    """Width of the boxes of one dimension.

    Attributes:
        dimension: The dimension.
        size: A difference in the unit of its steps, or a share of the value; 0 = every difference counts.
        is_relative: Whether it is a share of the value.
    """

    dimension: Dimension
    size: float
    is_relative: bool

    def boxes(self, values: Array) -> Array:
        """Number of each value's box, `(n,)`; a smaller number is better, infinities stay."""
        values = np.asarray(values, dtype=np.float64)
        if self.dimension.known_to is not None:
            best = np.minimum if self.dimension.better == "higher" else np.maximum
            values = best(values, self.dimension.known_to)
        signed = self.dimension.on_scale(values) * self.dimension.sign
        if not self.size:
            return signed
        if self.is_relative:
            signed = np.sign(signed) * np.log1p(np.abs(signed) / SMALLEST) / np.log1p(self.size)
        else:
            signed = signed / self.size
        return np.asarray(np.floor(signed + ROUNDING))

    def floor(self, boxes: Array) -> Array:
        """The loss at the better side of boxes, in the unit of the dimension's steps."""
        if not self.size:
            return boxes
        if self.is_relative:
            return np.asarray(np.sign(boxes) * SMALLEST * np.expm1(np.abs(boxes) * np.log1p(self.size)))
        return np.asarray(boxes * self.size)


def widths_of(dimensions: Sequence[Dimension], steps: Sequence[float | None]) -> tuple[Width, ...]:
    """How wide boxes are: the step that was asked for, else what the dimension says can be noticed.

    Args:
        dimensions: The dimensions.
        steps: Differences that don't count, in the unit of the steps of each; None = nothing was said.
    """
    return tuple(
        Width(dimension, dimension.noticed, dimension.is_noticed_relatively)
        if step is None
        else Width(dimension, step, is_relative=False)
        for dimension, step in zip(dimensions, steps, strict=True)
    )


def boxed(evaluation: Evaluation, widths: Sequence[Width]) -> Array:
    """Losses in whole boxes, `(n, m)`."""
    columns = [width.boxes(evaluation.values[:, j]) for j, width in enumerate(widths)]
    return np.column_stack(columns) if columns else np.zeros((len(evaluation), 0))


def levelled(evaluation: Evaluation, widths: Sequence[Width]) -> Array:
    """Losses as those at the better side of their boxes, `(n, m)`: those of one box are equal."""
    columns = [width.floor(width.boxes(evaluation.values[:, j])) for j, width in enumerate(widths)]
    return np.column_stack(columns) if columns else np.zeros((len(evaluation), 0))


def visible(boxes: Array, prefer: NDArray[np.intp]) -> NDArray[np.intp]:
    """One design of each box that no other box dominates, in the order of the designs.

    Args:
        boxes: Losses in whole boxes, `(n, m)` (`boxed`).
        prefer: All positions, those to be shown rather than others first, `(n,)`.
    """
    if not len(boxes):
        return np.zeros(0, dtype=np.intp)
    _, first = np.unique(boxes[prefer], axis=0, return_index=True)
    chosen = np.sort(prefer[first])
    return np.asarray(chosen[non_dominated(boxes[chosen])])
