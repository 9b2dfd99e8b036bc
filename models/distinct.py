"""Rows that agree in all that matters share one calculation: work it out once, then hand it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array

#: Below this many rows looking for equal ones costs more than it saves.
WORTHWHILE = 64
#: Above this share of distinct rows sharing costs more than it saves.
MOST_DISTINCT = 0.8
_ODD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


@dataclass(frozen=True, slots=True, eq=False)
class DistinctRows:
    """Which rows stand for which.

    Attributes:
        first: One row of each distinct kind, `(u,)`; None when every row stands for itself.
        kind: The kind of each row, `(n,)`.
    """

    first: NDArray[np.intp] | None
    kind: NDArray[np.intp] | None

    def pick(self, value: Array) -> Array:
        """The rows that are worked out, `(u | 1, ...)`; what is the same for all stays as it is."""
        if self.first is None or value.shape[0] == 1:
            return value
        return np.asarray(value[self.first])

    def spread(self, value: Array) -> Array:
        """Hands what was worked out to every row, `(n | 1, ...)`."""
        if self.kind is None or value.shape[0] == 1:
            return value
        return np.asarray(value[self.kind])


EACH_FOR_ITSELF = DistinctRows(None, None)


def distinct_rows(columns: Sequence[Array]) -> DistinctRows:
    """Finds the rows that agree in some columns, bit by bit.

    Args:
        columns: The columns, `(n, 1)` each; one with a single row is the same for all.
    """
    varied = [column for column in columns if column.shape[0] > 1]
    if not varied or varied[0].shape[0] < WORTHWHILE:
        return EACH_FOR_ITSELF
    code = np.zeros(varied[0].shape[0], dtype=np.uint64)
    for column in varied:
        # Adding 0 makes -0 and 0 the same bits.
        code = (code ^ (column[:, 0] + 0.0).view(np.uint64)) * _ODD
        code ^= code >> _SHIFT
    _, first, kind = np.unique(code, return_index=True, return_inverse=True)
    if first.size > MOST_DISTINCT * code.size:
        return EACH_FOR_ITSELF
    for column in varied:
        # Two rows with one code are hardly ever different; where they are nothing is shared.
        if not np.array_equal(column[first][kind], column, equal_nan=True):
            return EACH_FOR_ITSELF
    return DistinctRows(first, kind)
