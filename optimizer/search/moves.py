"""Small steps in a space: every single change of many designs at once, crossing, and random changes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.errors import SpaceTooLargeError
from models.evaluation import Array
from models.space.columns import Column
from models.space.space import single_moves
from optimizer.space import SearchSpace

#: Share of the changes of a number that are steps to its neighbour instead of jumps to anywhere.
STEPS = 0.5
#: Relative width of the random steps of a real, smallest and largest.
NARROWEST, WIDEST = 1e-3, 0.3


def inside(space: SearchSpace, X: Array) -> Array:
    """The designs of a space that are nearest to some rows, `(n, d)`, canonical.

    The running system, and the default of what doesn't exist, may hold values that no decision offers. They
    must not come along when such a design is crossed, or when what didn't exist comes to exist.
    """
    X = X.copy()
    for j, column in enumerate(space.columns):
        X[:, j] = column.clip(X[:, j])
    return space.canonical(X)


def beginning(space: SearchSpace, start: Array, n: int, *, seed: int) -> Array:
    """Allowed designs to begin a search with, `(m, d)`, m about n; none where none can be found.

    Args:
        space: The space.
        start: The first of them, `(k, d)`, or the nearest to them that the space has.
        n: How many are sampled. Where the rules leave so little that the sample is empty too, the first
            designs of a space that can be counted.
        seed: Seed of the sample.
    """
    X = inside(space, np.concatenate([start, space.sample(n, seed=seed)]))
    X = X[space.is_allowed(X)]
    if len(X):
        return X
    try:
        size = space.size
    except SpaceTooLargeError:
        return X
    return X if size is None else space.designs(0, min(n, size))


def neighbours(space: SearchSpace, X: Array) -> tuple[Array, NDArray[np.intp]]:
    """Every allowed design that differs from one of some designs in one decision.

    Args:
        space: The space.
        X: The designs, `(n, d)`, of the space and canonical.

    Returns:
        The neighbours `(m, d)` and the row of X each belongs to `(m,)`; one that is a neighbour of two
        designs is there twice. The same as `DesignSpace.neighbours` for each design, but for a decision that
        comes to exist and holds a value that it doesn't offer: here it begins at the nearest that it does.
    """
    found: list[Array] = []
    owners: list[NDArray[np.intp]] = []
    for columns, rows, values in _changes(space, X):
        changed = X[rows].copy()
        changed[:, list(columns)] = values[:, None]
        found.append(changed)
        owners.append(rows)
    if not found:
        return np.empty((0, X.shape[1])), np.empty(0, dtype=np.intp)
    moved = inside(space, np.concatenate(found))
    owner = np.concatenate(owners)
    keep = space.is_allowed(moved) & ~np.all(moved == X[owner], axis=1)
    moved, owner = moved[keep], owner[keep]
    # A change of something that doesn't exist, or of one phase and of all, can lead to the same design.
    _, first = np.unique(np.column_stack([owner, moved]), axis=0, return_index=True)
    first = np.sort(first)
    return moved[first], owner[first]


def _changes(space: SearchSpace, X: Array) -> Iterator[tuple[tuple[int, ...], NDArray[np.intp], Array]]:
    """Columns, rows and their new values, for every kind of change."""
    n = X.shape[0]
    for decision in space.decisions:
        for j in decision.columns:
            kinds, kind = np.unique(X[:, j], return_inverse=True)
            for k, value in enumerate(kinds):
                rows = np.flatnonzero(kind == k)
                for other in single_moves(space.columns[j], float(value)):
                    yield (j,), rows, np.full(rows.size, other)
        if len(decision.columns) > 1:
            for other in single_moves(space.columns[decision.columns[0]], float("nan")):
                yield decision.columns, np.arange(n), np.full(n, other)


def crossed(space: SearchSpace, a: Array, b: Array, rng: np.random.Generator) -> Array:
    """Children that have each decision from one of two parents; `(n, d)` all.

    Half of them have each decision from either parent, half take only a few from the second.
    """
    n = a.shape[0]
    share = np.where(rng.random(n) < 0.5, 0.5, rng.random(n) ** 2)
    children = a.copy()
    for decision in space.decisions:
        taken = rng.random(n) < share
        for j in decision.columns:
            children[taken, j] = b[taken, j]
            if space.columns[j].kind == "real":
                between = rng.random(n)
                mixed = a[:, j] + between * (b[:, j] - a[:, j])
                children[:, j] = np.where(rng.random(n) < 0.3, mixed, children[:, j])
    return children


def mutated(space: SearchSpace, X: Array, rng: np.random.Generator, *, rate: float) -> Array:
    """Designs of which each column changes with a probability, numbers often by one step."""
    X = X.copy()
    n = X.shape[0]
    for decision in space.decisions:
        # A change in all phases at once: else an adaptive decision moves one phase at a time.
        together = rng.random(n) < rate if len(decision.columns) > 1 else np.zeros(n, dtype=bool)
        anywhere = np.asarray(rng.random(n))
        for j in decision.columns:
            column = space.columns[j]
            fresh = column.spread(np.asarray(rng.random(n)))
            if column.kind == "integer":
                step = column.step * rng.choice(np.array([-2.0, -1.0, 1.0, 2.0]), n)
                fresh = np.where(rng.random(n) < STEPS, column.clip(X[:, j] + step), fresh)
            elif column.kind == "real":
                width = NARROWEST * (WIDEST / NARROWEST) ** rng.random(n)
                fresh = np.where(rng.random(n) < STEPS, _stepped(column, X[:, j], width, rng), fresh)
            changes = rng.random(n) < rate
            X[:, j] = np.where(changes, fresh, X[:, j])
            X[:, j] = np.where(together, column.spread(anywhere), X[:, j])
    return X


def _stepped(column: Column, x: Array, width: Array, rng: np.random.Generator) -> Array:
    """A real some way on, in its own scale."""
    z = rng.standard_normal(x.shape[0])
    if column.is_log:
        span = np.log(column.upper / column.lower)
        return column.clip(np.maximum(x, column.lower) * np.exp(z * width * span))
    return column.clip(x + z * width * (column.upper - column.lower))
