"""Rows of the decision matrix as keys of caches."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array

#: A design as a value that can be compared.
Row = tuple[float, ...]


def row(x: Array) -> Row:
    """A design as a key."""
    return tuple(float(value) for value in x)


def array(values: Row) -> Array:
    """The design of a key, `(d,)`."""
    return np.array(values, dtype=np.float64)
