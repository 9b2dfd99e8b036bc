"""Why not mine: what dominates a design, what keeps it off the front, and which limits it breaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Evaluation, concatenate
from optimizer.changes import Change, changes, distances
from optimizer.decide.explain.effects import Effects, single_changes
from optimizer.decide.noise import is_equal
from optimizer.model import MODEL_ERROR, Model, ModelError
from optimizer.pareto.front import Front
from optimizer.pareto.scaling import scale_of

#: Pairs of changes that are tried where no single one mends a design.
MOST_PAIRS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Mending:
    """The smallest change that brings a design within all limits.

    Attributes:
        design: The changed design, evaluated; one row.
        what: What is changed.
    """

    design: Evaluation
    what: tuple[Change, ...]


@dataclass(frozen=True, slots=True, eq=False)
class WhyNot:
    """Why a design isn't on the front.

    Attributes:
        design: The design, evaluated; one row.
        broken: Limits that it breaks, with the amount.
        on_front: Its position on the front; None = it isn't on it.
        dominators: Positions of the front's designs that are at least as good in everything, and better in
            something by more than the model's error; those that gain most first.
        fewest: Number of decisions to change to get onto the front.
        nearest: Position of the front's design that takes so few; of several the one that is least worse.
        mending: Where it breaks limits: the smallest change that mends it; None = none was found, or needed.
    """

    design: Evaluation
    broken: Mapping[str, float]
    on_front: int | None
    dominators: NDArray[np.intp]
    fewest: int
    nearest: int | None
    mending: Mending | None


def why_not(model: Model, front: Front, x: Array) -> WhyNot:
    """Why a design isn't on the front, and what would change that.

    Args:
        model: The model.
        front: Its front.
        x: The design, `(d,)`.
    """
    effects = single_changes(model, x)
    design = effects.start
    broken = {
        name: float(over) for name, over in zip(design.constraints, design.excess[0], strict=True) if over > 0
    }
    on_front = None
    if len(front):
        same = np.flatnonzero(np.all(design.X[0] == front.X, axis=1))
        on_front = int(same[0]) if same.size else None
    apart = distances(model.space, front.X, design.X[0])
    nearest = None
    if len(front):
        worse = np.maximum(_scaled_move(front, design), 0.0).sum(axis=1)
        nearest = int(np.lexsort((np.round(worse, 12), apart))[0])
    return WhyNot(
        design=design,
        broken=broken,
        on_front=on_front,
        dominators=dominators(front, design, model.error),
        fewest=int(apart[nearest]) if nearest is not None else 0,
        nearest=nearest,
        mending=mend(model, effects) if broken else None,
    )


def dominators(front: Front, design: Evaluation, error: ModelError = MODEL_ERROR) -> NDArray[np.intp]:
    """The front's designs that dominate a design by more than the model's error, the greatest gain first.

    An infeasible design can be dominated too: then a feasible one is at least as good in everything.
    """
    if not len(front):
        return np.zeros(0, dtype=np.intp)
    moves = _scaled_move(front, design)
    together = _with(front, design)
    told_apart = ~is_equal(together, len(front), error)[:-1]
    found = np.all(moves <= 0.0, axis=1) & np.any((moves < 0.0) & told_apart, axis=1)
    gain = np.where(told_apart, -moves, 0.0).sum(axis=1)
    order = np.argsort(-np.round(gain, 12), kind="stable")
    return np.asarray(order[found[order]])


def mend(model: Model, effects: Effects) -> Mending | None:
    """The smallest change that brings an infeasible design within all limits; None = no two changes do.

    Every single change is tried, then pairs of them, those first that leave least to mend. Of several the one
    is taken that is least worse in the dimensions.

    Args:
        model: The model.
        effects: The single changes of the design.
    """
    if effects.changed.feasible.any():
        rows = np.flatnonzero(effects.changed.feasible)
        best = rows[_least_worse(effects.changed.take(rows), effects.start)]
        return Mending(effects.changed.take(np.array([best])), effects.what[best])
    space, x = model.space, effects.start.X[0]
    over = _overrun(effects.changed, effects.start)
    promising = np.argsort(np.round(over, 12), kind="stable")
    a, b = np.triu_indices(len(promising), k=1)
    # Small sums of places first: pairs of the most promising changes.
    order = np.argsort(a + b, kind="stable")
    a, b = promising[a[order[:MOST_PAIRS]]], promising[b[order[:MOST_PAIRS]]]
    if not a.size:
        return None
    both = np.where(effects.changed.X[a] != x, effects.changed.X[a], effects.changed.X[b])
    both = space.canonical(both)
    both = np.unique(both[space.is_allowed(both)], axis=0)
    if not len(both):
        return None
    found = model.evaluate(both)
    rows = np.flatnonzero(found.feasible)
    if not rows.size:
        return None
    best = rows[_least_worse(found.take(rows), effects.start)]
    return Mending(found.take(np.array([best])), changes(space, x, found.X[best]))


def _overrun(evaluation: Evaluation, start: Evaluation) -> Array:
    """How much is left over the limits, each relative to what the design was over it, `(n,)`."""
    measure = np.where(start.excess[0] > 0.0, start.excess[0], 1.0)
    over = np.maximum(evaluation.excess, 0.0) / np.where(np.isfinite(measure), measure, 1.0)
    return np.asarray(np.where(np.isfinite(over), over, 1e9).sum(axis=1))


def _least_worse(evaluation: Evaluation, start: Evaluation) -> int:
    losses = np.concatenate([evaluation.losses, start.losses])
    scaled = scale_of(losses).apply(losses)
    worse = np.maximum(scaled[:-1] - scaled[-1], 0.0).sum(axis=1)
    return int(np.argmin(np.round(worse, 12)))


def _with(front: Front, design: Evaluation) -> Evaluation:
    return concatenate([front.evaluation, design])


def _scaled_move(front: Front, design: Evaluation) -> Array:
    """From a design to each of the front, in units of the front's range, `(n, m)`; negative = better."""
    losses = np.concatenate([front.losses, design.losses])
    scaled = scale_of(losses).apply(losses)
    return np.asarray(scaled[:-1] - scaled[-1])
