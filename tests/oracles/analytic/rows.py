"""Some rows of everything that a calculation holds, and rows put back into their places.

What a pass through a system knows are dozens of arrays in tuples and frozen values. All of them have one row
for each case, or a single one where all cases are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array

Held = TypeVar("Held")
Rows = NDArray[np.intp]


def picked(held: Held, rows: Rows) -> Held:
    """The same for some of the rows; arrays with a single row stay as they are."""
    return mapped(lambda array: array if array.shape[0] == 1 else array[rows], held)


def mapped(change: Callable[[Array], Array], held: Held) -> Held:
    """The same with every array changed."""
    return _mapped(lambda arrays: change(arrays[0]), [held])


def joined(parts: Sequence[Held], places: Sequence[Rows]) -> Held:
    """Several parts as one: row i of a part becomes row `places[part][i]`.

    Args:
        parts: Values of one shape, each with `len(places[part])` rows, or a single one for all.
        places: The rows that each part takes; together all rows, each once.
    """
    n = sum(place.size for place in places)

    def put(arrays: Sequence[Array]) -> Array:
        first = arrays[0]
        if all(array.shape[0] == 1 and _equal(array, first) for array in arrays):
            return first
        whole = np.empty((n, *first.shape[1:]), dtype=first.dtype)
        for array, place in zip(arrays, places, strict=True):
            whole[place] = array
        return whole

    if len(parts) == 1 and bool(np.all(places[0] == np.arange(n))):
        return parts[0]
    return _mapped(put, parts)


def _equal(a: Array, b: Array) -> bool:
    return a is b or (a.dtype == b.dtype and a.tobytes() == b.tobytes())


def _mapped(change: Callable[[Sequence[Array]], Array], parts: Sequence[Held]) -> Held:
    """Applies a change to the arrays that stand at the same place in all parts."""
    first: Any = parts[0]
    found: Any = first  # a flag, a name, or nothing: the same in all parts
    if isinstance(first, np.ndarray):
        found = change(parts)  # type: ignore[arg-type]
    elif isinstance(first, tuple):
        items = [_mapped(change, column) for column in zip(*parts, strict=True)]
        found = type(first)(*items) if hasattr(first, "_fields") else tuple(items)
    elif is_dataclass(first):
        names = [field.name for field in fields(first)]
        values = (_mapped(change, [getattr(part, name) for part in parts]) for name in names)
        found = type(first)(*values)  # type: ignore[misc]
    whole: Held = found
    return whole
