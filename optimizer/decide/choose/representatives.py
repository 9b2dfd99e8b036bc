"""Which few should I show: representatives that cover the front, named by what sets each apart; groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.space.columns import Column
from optimizer.decide.choose.knee import knee
from optimizer.decide.choose.survival_rules import Rules, rules_for
from optimizer.pareto.front import Front
from optimizer.pareto.scaling import scale_of
from optimizer.phrases import best_in, value_of, worse_in


@dataclass(frozen=True, slots=True, eq=False)
class Representatives:
    """A few designs that stand for a front.

    Attributes:
        positions: Their positions on the front: the knee, the best of each dimension, then those that cover
            what is left.
        names: What sets each apart.
        group: For each design of the front the representative that it is closest to, by its place in
            `positions`, `(n,)`.
        radius: Largest distance of a design to its representative, as a share of the front's range in the
            dimension in which they differ most.
    """

    positions: tuple[int, ...]
    names: tuple[str, ...]
    group: NDArray[np.intp]
    radius: float


def representatives(
    front: Front, k: int = 8, *, steps: Sequence[float | None] | None = None
) -> Representatives:
    """Up to k designs that cover the front: the knee and the ends first, then always the one furthest away.

    Where r of them are not the knee or an end, no design is further from its representative than twice what
    the best r designs anywhere on the front would reach (Gonzalez 1985, "Clustering to minimize the maximum
    intercluster distance").

    Args:
        front: The front.
        k: Designs at the most, >= 1.
        steps: Differences that don't count, by dimension (availability in nines); no two representatives
            are within the steps of each other in every dimension.

    Raises:
        ValueError: k is below 1, or the front is empty.
    """
    if k < 1 or not len(front):
        raise ValueError(
            f"k must be at least 1 and the front not empty, but got {k} and {len(front)} designs"
        )
    scaled = scale_of(front.losses).apply(front.losses)
    middle = knee(front)
    assert middle is not None
    close = _Closeness(front, steps)
    chosen = [middle]
    # Ends: the best of each dimension, of several the one that is best on the whole.
    for j in range(scaled.shape[1]):
        if len(chosen) < k and np.unique(scaled[:, j]).size > 1:
            ends = np.flatnonzero(scaled[:, j] == scaled[:, j].min())
            end = int(ends[np.argmin(np.round(scaled[ends].sum(axis=1), 12))])
            if end not in chosen and not any(close.are(end, c) for c in chosen):
                chosen.append(end)
    distance = np.min([_distance(scaled, c) for c in chosen], axis=0)
    while len(chosen) < k:
        free = distance.copy()
        for c in chosen:
            free[close.to(c)] = -1.0
        furthest = int(np.argmax(np.round(free, 12)))
        if free[furthest] <= 0.0:
            break
        chosen.append(furthest)
        distance = np.minimum(distance, _distance(scaled, furthest))
    group = np.argmin(np.round(np.column_stack([_distance(scaled, c) for c in chosen]), 12), axis=1)
    names = tuple(_name(front, scaled, chosen, place) for place in range(len(chosen)))
    return Representatives(tuple(chosen), names, group, float(distance.max(initial=0.0)))


def group_rules(front: Front, found: Representatives, columns: Sequence[Column]) -> tuple[Rules, ...]:
    """What the designs of each group have in common that no other design of the front has.

    Args:
        front: The front.
        found: Its representatives and groups.
        columns: The columns of the decision matrix.
    """
    places = range(len(found.positions))
    return tuple(rules_for(front.X, np.asarray(found.group == place), columns) for place in places)


class _Closeness:
    """Which designs are within the steps of each other in every dimension."""

    def __init__(self, front: Front, steps: Sequence[float | None] | None) -> None:
        values = front.evaluation.values.copy()
        for j, dimension in enumerate(front.evaluation.dimensions):
            values[:, j] = dimension.on_scale(values[:, j])
        self._values = values
        self._steps = np.array([0.0 if step is None else step for step in steps or [None] * values.shape[1]])

    def to(self, i: int) -> NDArray[np.bool_]:
        """Designs within the steps of design i, `(n,)`; itself included."""
        with np.errstate(invalid="ignore"):
            apart = np.abs(self._values - self._values[i])
        return np.asarray(np.all((apart < self._steps) | (self._values == self._values[i]), axis=1))

    def are(self, a: int, b: int) -> bool:
        """Whether two designs are."""
        return bool(self.to(a)[b])


def _distance(scaled: Array, i: int) -> Array:
    """Distance of all designs to one: in the dimension in which they differ most, `(n,)`."""
    return np.asarray(np.abs(scaled - scaled[i]).max(axis=1, initial=0.0))


def _name(front: Front, scaled: Array, chosen: Sequence[int], place: int) -> str:
    """What sets a representative apart from the others: what it is best in, and what it pays for that."""
    i = chosen[place]
    values, dimensions = front.evaluation.values, front.evaluation.dimensions
    varies = [j for j in range(scaled.shape[1]) if np.unique(scaled[:, j]).size > 1]
    if not varies:
        return "the only one"
    # Best of all: a dimension in which no other representative is as good.
    mine = [j for j in varies if scaled[i, j] == 0.0 and all(scaled[c, j] > 0.0 for c in chosen if c != i)]
    others = np.array([scaled[c] for c in chosen if c != i]).reshape(-1, scaled.shape[1])
    typical = np.median(others, axis=0) if len(others) else scaled[i]
    worst = max(varies, key=lambda j: (scaled[i, j] - typical[j], -j))
    pays = ""
    if scaled[i, worst] - typical[worst] > 0.05:
        pays = f"; {worse_in(dimensions[worst])}: {value_of(dimensions[worst], values[i, worst])}"
    if place == 0:
        return "balanced"
    if mine:
        return f"{' and '.join(best_in(dimensions[j]) for j in mine)}{pays}"
    best = min(varies, key=lambda j: (scaled[i, j] - typical[j], j))
    return f"{dimensions[best].name} {value_of(dimensions[best], values[i, best])}{pays}"
