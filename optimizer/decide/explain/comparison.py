"""How do these compare: a few designs side by side, with what each differing decision costs and does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Evaluation
from optimizer.changes import changes
from optimizer.decide.noise import is_equal
from optimizer.model import Model
from optimizer.space import SearchSpace


@dataclass(frozen=True, slots=True, eq=False)
class Consequence:
    """What one decision of a design does there, against the value it has in the first design.

    Attributes:
        decision: Its name.
        before: Its value in the first design.
        after: Its value in this one.
        without: The values of the dimensions if this decision alone stayed as in the first design, `(m,)`;
            None where a rule forbids that, or the decision doesn't exist by itself.
        breaks: Limits that would be broken then, and hold now.
    """

    decision: str
    before: object
    after: object
    without: Array | None
    breaks: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Designs side by side.

    Attributes:
        evaluation: The designs, evaluated, `(k,)`; the first is what the others are compared with.
        differing: Decisions that differ between any two of them.
        consequences: For each design but the first: its decisions that differ from the first's.
        equal: Where a design can't be told apart from the first, by dimension, `(k, m)`.
    """

    evaluation: Evaluation
    differing: tuple[str, ...]
    consequences: tuple[tuple[Consequence, ...], ...]
    equal: NDArray[np.bool_]


def compare(model: Model, X: Array) -> Comparison:
    """Puts designs side by side; each is compared with the first.

    What a decision does is measured where it stands: the design against the same one with that decision taken
    back. Effects of decisions that need each other don't add up to the whole difference.

    Args:
        model: The model.
        X: Two or more designs, `(k, d)`.

    Raises:
        ValueError: There are fewer than two designs.
    """
    if X.shape[0] < 2:
        raise ValueError(f"at least two designs are needed to compare, but got {X.shape[0]}")
    space = model.space
    X = space.canonical(X)
    back, owner = _taken_back(space, X)
    found = model.evaluate(np.concatenate([X, back]))
    k = X.shape[0]
    designs = found.take(np.arange(k))
    names: list[str] = []
    told: list[tuple[Consequence, ...]] = []
    for i in range(1, k):
        mine = []
        for change in changes(space, X[0], X[i]):
            if change.decision not in names:
                names.append(change.decision)
            row = owner.get((i, change.decision))
            without: Array | None = None
            breaks: tuple[str, ...] = ()
            if row is not None:
                without = found.values[k + row]
                gone = (found.excess[k + row] > 0.0) & (designs.excess[i] <= 0.0)
                breaks = tuple(found.constraints[j] for j in np.flatnonzero(gone))
            mine.append(Consequence(change.decision, change.before, change.after, without, breaks))
        told.append(tuple(mine))
    ordered = [d.name for d in space.decisions if d.name in names]
    return Comparison(designs, tuple(ordered), tuple(told), is_equal(designs, 0, model.error))


def _taken_back(space: SearchSpace, X: Array) -> tuple[Array, dict[tuple[int, str], int]]:
    """Designs with one decision each as in the first; by design and decision the row it is in."""
    rows: list[Array] = []
    owner: dict[tuple[int, str], int] = {}
    for i in range(1, X.shape[0]):
        for decision in space.decisions:
            places = list(decision.columns)
            if np.array_equal(X[i, places], X[0, places]):
                continue
            row = X[i].copy()
            row[places] = X[0, places]
            canonical = space.canonical(row[None, :])
            if space.is_allowed(canonical)[0] and not np.array_equal(canonical[0], X[i]):
                owner[i, decision.name] = len(rows)
                rows.append(canonical[0])
    return (np.array(rows) if rows else np.empty((0, X.shape[1]))), owner
