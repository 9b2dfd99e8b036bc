"""The allowed combinations of decisions that depend on each other, listed as positions of their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.errors import SpaceTooLargeError
from models.evaluation import Array
from models.space.columns import Column
from models.space.conditions import Combination, DecisionColumns, Mask, active, violated
from models.units import count as told

#: Combinations that are listed at the most.
MOST = 4_000_000
#: Bytes that they may take.
MOST_BYTES = 100_000_000
#: Values that are worked on at a time.
AT_A_TIME = 1 << 20

#: Positions of values, `(combinations, columns)`; the number of a column's values stands for its default.
Positions = NDArray[np.unsignedinteger]


def listed(
    columns: Sequence[Column],
    decisions: Mapping[int, DecisionColumns],
    rules: Sequence[Combination],
    order: Sequence[int],
) -> Positions:
    """All combinations that the rules allow; of a decision that doesn't exist its default alone.

    Args:
        columns: Columns of these decisions; none is a real.
        decisions: The decisions; their columns are positions in `columns`.
        rules: Rules that speak of these decisions alone.
        order: The decisions, each after those its existence depends on; the last changes fastest.

    Returns:
        Each combination once, `(m, len(columns))`, a byte or two a value.

    Raises:
        SpaceTooLargeError: They are too many; nothing of their size was allocated.
    """
    values = [_count(column) for column in columns]
    kind = np.min_scalar_type(min(max(values), MOST))
    most = min(MOST, MOST_BYTES // (len(columns) * kind.itemsize))
    rows: Positions = np.zeros((1, 0), dtype=kind)
    for place, i in enumerate(order):
        decided = tuple(order[: place + 1])
        for phase, k in enumerate(decisions[i].columns):
            exists = _exists(columns, decisions, decided, rows, phase)
            repeats = np.where(exists, values[k], 1)
            if int(repeats.sum()) > most:
                raise SpaceTooLargeError(
                    f"{len(order)} decisions that depend on each other by `when` and `rules` have more "
                    f"than {told(most)} combinations: they can't be listed"
                )
            rows = _extended(rows, repeats, exists, default=values[k])
        spoken = [rule for rule in rules if i in rule.decisions and set(decided) >= set(rule.decisions)]
        if spoken:
            rows = _kept(columns, decisions, decided, rows, spoken)
    return rows


def values_at(columns: Sequence[Column], positions: Positions) -> Array:
    """The values at positions, `(n, columns)`; columns without a position yet hold their default."""
    X = np.empty((len(positions), len(columns)))
    X[:] = [column.default for column in columns]
    for k in range(positions.shape[1]):
        column, position = columns[k], positions[:, k]
        value = column.lower + column.step * position
        X[:, k] = np.where(position < _count(column), value, column.default)
    return X


def _count(column: Column) -> int:
    assert column.count is not None
    return column.count


def _parts(rows: Positions, columns: Sequence[Column]) -> Iterator[Positions]:
    size = max(1, AT_A_TIME // len(columns))
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _exists(
    columns: Sequence[Column],
    decisions: Mapping[int, DecisionColumns],
    decided: tuple[int, ...],
    rows: Positions,
    phase: int,
) -> Mask:
    """In which combinations the last decision exists in a phase, `(n,)`."""
    last = decided[-1]
    if not decisions[last].when:
        return np.ones(len(rows), dtype=bool)
    found = []
    for part in _parts(rows, columns):
        exists = active(decisions, decided, values_at(columns, part))[last]
        found.append(exists[:, min(phase, exists.shape[1] - 1)])
    return np.concatenate(found) if found else np.ones(0, dtype=bool)


def _extended(rows: Positions, repeats: NDArray[np.int64], exists: Mask, *, default: int) -> Positions:
    """Combinations with one more column: all its values where it exists, else its default."""
    n, width = rows.shape
    ends = np.cumsum(repeats)
    longer = np.empty((int(repeats.sum()), width + 1), dtype=rows.dtype)
    for start in range(0, n, AT_A_TIME):
        part = slice(start, start + AT_A_TIME)
        first = int(ends[start] - repeats[start])
        place = slice(first, int(ends[part][-1]))
        longer[place, :width] = np.repeat(rows[part], repeats[part], axis=0)
        value = np.arange(place.start, place.stop) - np.repeat(ends[part] - repeats[part], repeats[part])
        longer[place, width] = np.where(np.repeat(exists[part], repeats[part]), value, default)
    return longer


def _kept(
    columns: Sequence[Column],
    decisions: Mapping[int, DecisionColumns],
    decided: tuple[int, ...],
    rows: Positions,
    rules: Sequence[Combination],
) -> Positions:
    """The combinations that break none of some rules."""
    broken = [np.zeros(0, dtype=bool)]
    for part in _parts(rows, columns):
        X = values_at(columns, part)
        exists = active(decisions, decided, X)
        broken.append(np.logical_or.reduce([violated(rule, X, exists) for rule in rules]))
    kept: Positions = rows[~np.concatenate(broken)]
    return kept
