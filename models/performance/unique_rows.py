"""Which rows of a table are alike, bit by bit: what is the same is worked out once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


def unique_rows(table: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """One row of each kind, in the order in which they first come, and the kind of each row.

    Args:
        table: `(m, v)`; -0 counts as 0, NaN as equal to itself.

    Returns:
        Places of the first row of each kind `(u,)`, and for each row the position of its kind `(m,)`.
    """
    m = table.shape[0]
    if m <= 1 or table.shape[1] == 0:
        return np.zeros(min(m, 1), dtype=np.intp), np.zeros(m, dtype=np.intp)
    bits = (table + 0.0).view(np.uint64)
    code = np.zeros(m, dtype=np.uint64)
    for j in range(bits.shape[1]):
        # A hash after Fibonacci's multiplication; rows that share one are told apart below.
        code = (code ^ bits[:, j]) * _FACTOR
        code = code ^ (code >> _SHIFT)
    _, first, kind = np.unique(code, return_index=True, return_inverse=True)
    if not np.array_equal(bits[first[kind]], bits):
        _, first, kind = np.unique(bits, axis=0, return_index=True, return_inverse=True)
        kind = kind.reshape(-1)
    order = np.argsort(first)
    place = np.empty(order.size, dtype=np.intp)
    place[order] = np.arange(order.size)
    return first[order], place[kind]
