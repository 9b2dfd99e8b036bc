"""Sharing: what depends on few decisions is worked out once for each combination of them, not for each row.

A component sees only the load that reaches it, and an answer only what is under it. Of ten thousand
situations a station meets a few dozen different ones: those are its kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from oracles.analytic.rows import Rows, joined, mapped, picked

Held = TypeVar("Held")
Part = TypeVar("Part")
#: Below this many rows looking for equal ones costs more than it saves.
WORTHWHILE = 64
#: Above this share of kinds among the rows each row stands for itself.
MOST_KINDS = 0.7
#: Combinations of kinds that are marked in a table; more are sorted.
MOST_MARKED = 1 << 24
#: Places of the table of hashed values, and what their bits are multiplied with to be spread over them.
_TABLE, _SHIFT = 1 << 20, np.uint64(44)
_FACTORS = tuple(np.uint64(f) for f in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """Which of m rows are alike.

    Attributes:
        rows: Number of rows m.
        kind: The kind of each row, `(m,)`; None where all rows are alike, or each stands for itself.
        first: A row of each kind, `(u,)`; None where each row stands for itself.
    """

    rows: int
    kind: NDArray[np.intp] | None
    first: Rows | None

    @property
    def is_each(self) -> bool:
        """Whether each row stands for itself."""
        return self.first is None

    def pick(self, held: Held) -> Held:
        """One row of each kind of what has a row for each situation."""
        return held if self.first is None else picked(held, self.first)


def all_alike(rows: int) -> Kinds:
    """All rows are of one kind."""
    return Kinds(rows, None, np.zeros(1, dtype=np.intp))


def each_its_own(rows: int) -> Kinds:
    """No two rows are alike, as far as anybody looked."""
    return Kinds(rows, None, None)


def kinds_of(columns: Sequence[Array], rows: int) -> Kinds:
    """Which rows agree in some columns, bit by bit.

    Args:
        columns: The columns, `(m, 1)` each; one with a single row is the same for all.
        rows: Number of rows m.
    """
    varied = [column[:, 0] for column in columns if column.shape[0] > 1]
    if not varied:
        return all_alike(rows)
    if rows < WORTHWHILE:
        return each_its_own(rows)
    return together([_kinds_of_column(column, rows) for column in varied], rows)


def _kinds_of_column(column: Array, rows: int) -> Kinds:
    """The kinds of one column: by a table of what its bits hash to, or by sorting where values collide."""
    bits = np.ascontiguousarray(column + 0.0, dtype=np.float64).view(np.uint64)  # -0 becomes 0
    for factor in _FACTORS:
        found = _by_code(((bits * factor) >> _SHIFT).astype(np.intp), _TABLE, rows)
        if found.first is None or found.kind is None:
            return found
        if np.array_equal(bits[found.first][found.kind], bits):
            return found
    return _by_number(np.unique(bits, return_inverse=True)[1], rows)


def together(parts: Sequence[Kinds], rows: int) -> Kinds:
    """Which rows are alike in every respect.

    Args:
        parts: The kinds in each respect.
        rows: Number of rows m.
    """
    if any(part.is_each for part in parts):
        return each_its_own(rows)
    found = all_alike(rows)
    seen: list[NDArray[np.intp]] = []
    for part in parts:
        if part.kind is None or any(part.kind is kind for kind in seen):
            continue
        seen.append(part.kind)
        if found.kind is None or found.first is None:
            found = part
            continue
        assert part.first is not None
        size = found.first.size * part.first.size
        code = found.kind * part.first.size + part.kind
        if size > MOST_MARKED:
            found = _by_number(np.unique(code, return_inverse=True)[1], rows)
        else:
            found = _by_code(code, size, rows)
        if found.is_each:
            return found
    return found


def _by_code(code: NDArray[np.intp], size: int, rows: int) -> Kinds:
    """Rows with one code in [0, size) are of one kind."""
    there = np.empty(size, dtype=np.intp)
    there[code] = np.arange(rows)
    standing_for = there[code]
    is_first = np.zeros(rows, dtype=bool)
    is_first[standing_for] = True
    first = np.flatnonzero(is_first)
    if first.size > MOST_KINDS * rows:
        return each_its_own(rows)
    if first.size == 1:
        return all_alike(rows)
    number = np.empty(rows, dtype=np.intp)
    number[first] = np.arange(first.size)
    return Kinds(rows, number[standing_for], first)


def _by_number(kind: NDArray[np.intp], rows: int) -> Kinds:
    """Kinds that are numbered already; each row for itself where nearly all differ."""
    return _by_code(kind, int(kind.max()) + 1, rows)


@dataclass(frozen=True, slots=True, eq=False)
class Shared(Generic[Held]):
    """Something that was worked out once for each kind of rows.

    Attributes:
        held: What was worked out; its arrays have one row for each kind, or a single one.
        kinds: The kinds of the rows.
    """

    held: Held
    kinds: Kinds

    def of(self, rows: Kinds) -> Held:
        """It for one row of each kind that others distinguish (at least as finely as these kinds)."""
        if rows.first is None:
            return self.spread()
        if self.kinds.kind is None:
            return picked(self.held, rows.first) if self.kinds.is_each else self.held
        return self.held if rows is self.kinds else picked(self.held, self.kinds.kind[rows.first])

    def part(self, of: Callable[[Held], Array]) -> Array:
        """One of its arrays for every row, `(m | 1, 1)`."""
        array = of(self.held)
        return array if self.kinds.kind is None or array.shape[0] == 1 else array[self.kinds.kind]

    def spread(self) -> Held:
        """It with a row for every row."""
        kind = self.kinds.kind
        if kind is None:
            return self.held
        return mapped(lambda array: array if array.shape[0] == 1 else array[kind], self.held)

    def some(self, rows: Rows) -> Shared[Held]:
        """The same for some of the rows."""
        if self.kinds.kind is None:
            if not self.kinds.is_each:
                return Shared(self.held, all_alike(rows.size))
            return Shared(picked(self.held, rows), each_its_own(rows.size))
        there, kind = np.unique(self.kinds.kind[rows], return_inverse=True)
        return Shared(picked(self.held, there), _numbered(kind, rows.size))


def _numbered(kind: NDArray[np.intp], rows: int) -> Kinds:
    """Kinds that are numbered without a gap, whatever their number."""
    count = int(kind.max(initial=-1)) + 1
    if count <= 1:
        return all_alike(rows)
    first = np.empty(count, dtype=np.intp)
    first[kind[::-1]] = np.arange(rows - 1, -1, -1)
    return Kinds(rows, kind, first)


def share(kinds: Kinds, worked_out: Callable[[Kinds], Held]) -> Shared[Held]:
    """Works something out for one row of each kind."""
    return Shared(worked_out(kinds), kinds)


def put_together(parts: Sequence[Shared[Held]], places: Sequence[Rows]) -> Shared[Held]:
    """Several parts as one: row i of a part becomes row `places[part][i]` (see `rows.joined`)."""
    rows = sum(place.size for place in places)
    kind = np.empty(rows, dtype=np.intp)
    ranges, begin = [], 0
    for part, place in zip(parts, places, strict=True):
        count = place.size if part.kinds.first is None else part.kinds.first.size
        own = np.arange(count) if part.kinds.is_each else part.kinds.kind
        kind[place] = begin + (0 if own is None else own)
        ranges.append(np.arange(begin, begin + count))
        begin += count
    return Shared(joined([part.held for part in parts], ranges), _numbered(kind, rows))
