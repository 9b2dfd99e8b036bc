"""Boxes of the size that people care about: designs in one box differ by less than anybody would mind.

Source: the archive of eps-dominance (Laumanns, Thiele, Deb and Zitzler 2002), here only to spread the parents
evenly; nothing is thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array

#: Width of a box where nobody said a step: this share of the range of the losses.
SHARE_OF_RANGE = 0.05


def box_widths(losses: Array, steps: Sequence[float | None]) -> Array:
    """Width of the boxes in each dimension, `(m,)`: the step, or a share of the range of the losses.

    A step is never finer than a fiftieth of that share: boxes of one design each would spread nothing.
    """
    finite = np.where(np.isfinite(losses), losses, np.nan)
    low, high = np.zeros(losses.shape[1]), np.zeros(losses.shape[1])
    for j in range(losses.shape[1]):
        column = finite[:, j][~np.isnan(finite[:, j])]
        if column.size:
            low[j], high[j] = column.min(), column.max()
    default = np.where(high > low, SHARE_OF_RANGE * (high - low), 1.0)
    asked = np.array([np.nan if step is None else step for step in steps], dtype=np.float64)
    return np.where(np.isnan(asked), default, np.maximum(asked, default / 50.0))


def representatives(losses: Array, steps: Sequence[float | None]) -> NDArray[np.intp]:
    """One design of each box, the one nearest to its best corner, and the best of each dimension, in order.

    Args:
        losses: `(n, m)`, infinities allowed.
        steps: Wanted widths by dimension; None = a share of the range.
    """
    if losses.shape[0] <= 1:
        return np.arange(losses.shape[0])
    width = box_widths(losses, steps)
    scaled = np.clip(losses / width, -1e15, 1e15)
    box = np.floor(scaled)
    distance: Array = np.zeros(losses.shape[0])
    for j in range(losses.shape[1]):
        distance = distance + (scaled[:, j] - box[:, j]) ** 2
    order = np.lexsort((distance, *box.T[::-1]))
    box = box[order]
    is_first = np.ones(order.size, dtype=bool)
    is_first[1:] = np.any(box[1:] != box[:-1], axis=1)
    best = [int(np.argmin(losses[:, j])) for j in range(losses.shape[1])]
    return np.unique(np.concatenate([order[is_first], np.array(best, dtype=np.intp)]))
