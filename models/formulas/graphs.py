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


def propagation_cost(adjacency: Flags, *, diagonal: bool) -> Array:
    """Share of the ordered pairs of elements in which one reaches the other.

    Args:
        adjacency: `(..., c, c)`; whether there is an edge from the row's element to the column's.
        diagonal: True counts that each element reaches itself, as the source does; False leaves these pairs
            out, and then a cycle counts no more than its other pairs.

    Returns:
        `(...)`, in [0, 1]; without elements, or without pairs, 0.

    Raises:
        ValueError: The last two axes differ.

    Source: MacCormack, Rusnak and Baldwin 2006 (density of the visibility matrix, path length 0 included).
    """
    count = adjacency.shape[-1] if adjacency.ndim else 0
    own = np.eye(count, dtype=np.bool_)
    reach = reachability(adjacency)
    seen = reach | own if diagonal else reach & ~own
    ordered = count * count if diagonal else count * (count - 1)
    return np.asarray(seen.sum(axis=(-2, -1)) / float(max(ordered, 1)))


def pairs(count: Array) -> Array:
    """Number of unordered pairs among a number of elements, n (n - 1) / 2; 0 for none or one."""
    return np.asarray(np.maximum(count, 1.0) * np.maximum(count - 1.0, 0.0) / 2.0)
