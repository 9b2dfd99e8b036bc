"""What does each decision do: every single change of a design, and the pairs that are more than their sum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.evaluation import Array, Evaluation
from optimizer.changes import Change, changes
from optimizer.model import Model
from optimizer.search.moves import neighbours

#: Pairs of changes that are evaluated at the most; beyond, one change stands for each decision.
MOST_PAIRS = 1000
#: What a pair adds beyond the sum of its changes counts from this share of the larger of both effects.
TELLING = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Every single change of one design.

    Attributes:
        start: The design, evaluated; one row.
        changed: The designs with one change each, evaluated, `(k,)`.
        what: What was changed in each; more than one decision where one comes to exist with another.
    """

    start: Evaluation
    changed: Evaluation
    what: tuple[tuple[Change, ...], ...]

    @property
    def difference(self) -> Array:
        """Values minus those of the design, `(k, m)`, in their units; nan from unbounded to unbounded."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.changed.values - self.start.values)

    @property
    def mends(self) -> Array:
        """Limits that the change brings back within bounds, minus those that it breaks, `(k,)`."""
        before, after = self.start.excess > 0.0, self.changed.excess > 0.0
        return np.asarray(np.sum(before & ~after, axis=1) - np.sum(~before & after, axis=1), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Interaction:
    """Two changes that together do something else than each for itself.

    Attributes:
        a: The one change.
        b: The other.
        alone_a: What it does to the dimensions alone, `(m,)`.
        alone_b: What the other does alone, `(m,)`.
        together: What both do together, `(m,)`.
        beyond: Dimensions in which that isn't the sum.
        is_needed: Limits that hold with both, with neither alone, and not without.
    """

    a: tuple[Change, ...]
    b: tuple[Change, ...]
    alone_a: Array
    alone_b: Array
    together: Array
    beyond: tuple[int, ...]
    is_needed: tuple[str, ...]


def single_changes(model: Model, x: Array) -> Effects:
    """Every allowed change of one decision, with what it does to all dimensions and limits.

    Numbers with many values move by steps that grow; an adaptive decision changes in one phase or in all.

    Args:
        model: The model.
        x: The design, `(d,)`.
    """
    space = model.space
    start = model.evaluate(space.canonical(x[None, :]))
    X, _ = neighbours(space, start.X)
    if len(X):
        _, first = np.unique(X, axis=0, return_index=True)
        X = X[np.sort(first)]
    changed = model.evaluate(X) if len(X) else start.take(np.arange(0))
    return Effects(start, changed, tuple(changes(space, start.X[0], row) for row in changed.X))


def interactions(model: Model, effects: Effects, *, most: int = MOST_PAIRS) -> tuple[Interaction, ...]:
    """Pairs of changes of different decisions whose effect isn't the sum of both; the strongest first.

    Args:
        model: The model.
        effects: The single changes of the design.
        most: Pairs to evaluate at the most. Where there are more, one change stands for each decision: the
            one that moves the dimensions most.
    """
    x = effects.start.X[0]
    scale = _typical(effects)
    rows = _pairs(effects, scale, most)
    if not rows:
        return ()
    a, b = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    both = np.where(effects.changed.X[a] != x, effects.changed.X[a], effects.changed.X[b])
    canonical = model.space.canonical(both)
    # A pair that a rule forbids, or in which one change undoes that the other exists, is none.
    fits = model.space.is_allowed(canonical) & np.all(canonical == both, axis=1)
    a, b, both = a[fits], b[fits], both[fits]
    if not len(both):
        return ()
    found = model.evaluate(both)
    alone_a, alone_b = effects.difference[a], effects.difference[b]
    with np.errstate(invalid="ignore"):
        together = found.values - effects.start.values
        beyond = together - alone_a - alone_b
    finite = np.isfinite(beyond)
    size = np.maximum(np.abs(np.where(finite, alone_a, 0.0)), np.abs(np.where(finite, alone_b, 0.0)))
    counts = finite & (np.abs(beyond) > TELLING * np.maximum(size, TELLING * scale)) & (scale > 0.0)
    before = effects.start.excess[0] > 0.0
    fails_a, fails_b = effects.changed.excess[a] > 0.0, effects.changed.excess[b] > 0.0
    needed = before & fails_a & fails_b & (found.excess <= 0.0)
    strength = np.where(
        counts, np.abs(np.where(finite, beyond, 0.0)) / np.where(scale > 0.0, scale, 1.0), 0.0
    )
    score = strength.max(axis=1, initial=0.0) + needed.sum(axis=1)
    order = np.argsort(-np.round(score, 12), kind="stable")
    names = effects.start.constraints
    return tuple(
        Interaction(
            effects.what[a[r]],
            effects.what[b[r]],
            alone_a[r],
            alone_b[r],
            together[r],
            tuple(int(j) for j in np.flatnonzero(counts[r])),
            tuple(names[j] for j in np.flatnonzero(needed[r])),
        )
        for r in order
        if score[r] > 0.0
    )


def _typical(effects: Effects) -> Array:
    """How far single changes move each dimension at the most, `(m,)`: what effects are measured by."""
    moved = np.abs(effects.difference)
    return np.asarray(np.where(np.isfinite(moved), moved, 0.0).max(axis=0, initial=0.0))


def _pairs(effects: Effects, scale: Array, most: int) -> list[tuple[int, int]]:
    """Pairs of changes of two decisions each; `(row, row)`."""
    single = [k for k, what in enumerate(effects.what) if len(what) == 1]
    by_decision: dict[str, list[int]] = {}
    for k in single:
        by_decision.setdefault(effects.what[k][0].decision, []).append(k)
    groups = list(by_decision.values())
    n = sum(len(a) * len(b) for i, a in enumerate(groups) for b in groups[i + 1 :])
    if n > most:
        moved = np.abs(np.nan_to_num(effects.difference, nan=0.0, posinf=0.0, neginf=0.0))
        total = (moved / np.where(scale > 0.0, scale, 1.0)).sum(axis=1)
        groups = [[max(group, key=lambda k: (total[k], -k))] for group in groups]
    return [(p, q) for i, a in enumerate(groups) for b in groups[i + 1 :] for p in a for q in b]
