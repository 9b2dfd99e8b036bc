"""Designs as they stand in an address: by number on the front, `today`, or the values of their decisions."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array
from models.space.space import DesignSpace
from optimizer.pareto.front import Front
from optimizer.validation import whole_number

TODAY = "today"


def token_of(x: Array, front: Front, space: DesignSpace) -> str:
    """How a design is named: the shortest of its names.

    Args:
        x: The design, `(d,)`.
        front: The front.
        space: The designs there are.
    """
    row = space.canonical(x[None, :])[0]
    position = position_of(row, front)
    if position is not None:
        return str(position + 1)
    if np.array_equal(row, space.today):
        return TODAY
    return "~" + ",".join(
        f"{value:g}" if float(f"{value:g}") == value else repr(float(value)) for value in row
    )


def row_of(token: str, front: Front, space: DesignSpace) -> Array | None:
    """The design of a name, `(d,)`; None = there is none of that name here.

    Values that a decision can't have are moved to the nearest that it can.
    """
    if token == TODAY:
        return space.today
    number = whole_number(token)
    if number is not None:
        return front.X[number - 1] if 1 <= number <= len(front) else None
    try:
        values = np.array([float(part) for part in token.removeprefix("~").split(",")])
    except ValueError:
        return None
    if values.shape != (space.n_columns,) or np.isnan(values).any():
        return None
    allowed = [
        value if value == column.today else float(column.clip(np.array(value)))
        for value, column in zip(values, space.columns, strict=True)
    ]
    row: Array = space.canonical(np.array([allowed], dtype=np.float64))[0]
    return row if np.isfinite(row).all() or np.array_equal(row, space.today) else None


def position_of(x: Array, front: Front) -> int | None:
    """Position of a design on the front; None = it isn't on it."""
    here = np.flatnonzero(np.all(x == front.X, axis=1)) if len(front) else np.zeros(0, dtype=np.intp)
    return int(here[0]) if here.size else None


def name_of(token: str) -> str:
    """What a design is called on a page."""
    if token == TODAY:
        return "today's design"
    return f"design {token}" if whole_number(token) is not None else "my own design"
