"""Designs that agree in some decisions share what only these decide: work it out once, then hand it out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array

#: Below this many designs looking for equal ones costs more than it saves.
WORTHWHILE = 64
#: Above this share of distinct designs sharing costs more than it saves.
MOST_DISTINCT = 0.6


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


_EACH_FOR_ITSELF = DistinctRows(None, None)


def distinct_rows(columns: Array | None) -> DistinctRows:
    """Finds the rows that agree in all of some columns.

    Args:
        columns: The columns, `(n, m)`; None = don't look.
    """
    if columns is None or columns.shape[0] < WORTHWHILE:
        return _EACH_FOR_ITSELF
    n = columns.shape[0]
    code = np.zeros(n, dtype=np.int64)
    count = 1
    for j in range(columns.shape[1]):
        values, position = np.unique(columns[:, j], return_inverse=True)
        if values.size == 1:
            continue
        if count * values.size > 2**62:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
            count = int(code.max()) + 1
        code = code * values.size + position
        count *= values.size
    _, first, kind = np.unique(code, return_index=True, return_inverse=True)
    if first.size > MOST_DISTINCT * n:
        return _EACH_FOR_ITSELF
    return DistinctRows(first, kind)
