"""Who reaches whom: the closure of a graph of calls, and how far a change or a failure spreads in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.formulas.cumulants import Array

Flags = NDArray[np.bool_]


def reachability(adjacency: Flags) -> Flags:
    """Whether there is a path of one or more edges from one element to another.

    Args:
        adjacency: `(..., c, c)`; whether there is an edge from the row's element to the column's.

    Returns:
        `(..., c, c)`; the diagonal is True only on a cycle or where the edge itself is given.

    Raises:
        ValueError: The last two axes differ.

    Source: Warshall 1962.
    """
    if adjacency.ndim < 2 or adjacency.shape[-1] != adjacency.shape[-2]:
        raise ValueError(f"adjacency must be (..., c, c), but got {adjacency.shape}")
    reach = np.array(adjacency, dtype=np.bool_)
    for via in range(reach.shape[-1]):
        reach |= reach[..., :, via, None] & reach[..., None, via, :]
    return reach


def pairs(count: Array) -> Array:
    """Number of unordered pairs among a number of elements, n (n - 1) / 2; 0 for none or one."""
    return np.asarray(np.maximum(count, 1.0) * np.maximum(count - 1.0, 0.0) / 2.0)
