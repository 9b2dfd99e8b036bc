"""Propagation cost: how far a change spreads in a graph of calls."""

from __future__ import annotations

import numpy as np

from models.formulas.cumulants import Array
from models.formulas.graphs import Flags, reachability


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
