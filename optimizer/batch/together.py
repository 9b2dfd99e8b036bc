"""Scenarios that share decisions, as one model: every design of the shared decisions in every scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import TradespaceError
from models.evaluation import Array, Evaluation
from models.evaluator import evaluate
from models.space.columns import Column
from models.space.conditions import DecisionColumns
from models.space.space import DesignSpace
from models.system.system import System
from optimizer.model import MODEL_ERROR, Hints, Model

How = Literal["worst", "expected"]


class TogetherError(TradespaceError):
    """Scenarios that can't be decided together."""


@dataclass(frozen=True, eq=False)
class Together:
    """Scenarios with the decisions that they share; can be sent to another process.

    Attributes:
        systems: The scenarios.
        weights: How likely or important each is, summing to 1.
        space: The shared decisions; rules are kept through the limit `rules`.
        places: For each scenario the columns of the shared decisions in its own decision matrix.
        shared: Names of the shared decisions.
        apart: For each scenario the decisions that it doesn't share; they stay as they are today.
    """

    systems: tuple[System, ...]
    weights: tuple[float, ...]
    space: DesignSpace
    places: tuple[tuple[int, ...], ...]
    shared: tuple[str, ...]
    apart: tuple[tuple[str, ...], ...]

    def own(self, k: int, X: Array) -> Array:
        """The designs in the columns of scenario k, its other decisions as they are today, `(n, d_k)`."""
        full = np.tile(self.systems[k].space.today, (len(X), 1))
        full[:, self.places[k]] = X
        return full

    def allowed(self, X: Array) -> NDArray[np.bool_]:
        """Designs that break no rule of any scenario, `(n,)`."""
        mask = np.ones(len(X), dtype=bool)
        for k, system in enumerate(self.systems):
            mask &= system.space.is_allowed(system.space.canonical(self.own(k, X)))
        return mask

    def each(self, X: Array, *, threads: int | None = None) -> list[Evaluation]:
        """The designs in every scenario."""
        return [evaluate(system, self.own(k, X), threads=threads) for k, system in enumerate(self.systems)]

    def model(self, how: How) -> Model:
        """All scenarios as one model: the worst of each dimension, or its mean; every limit of every one."""
        hints = Hints(threaded=partial(Joined, self, how), is_built_in=True)
        name = f"{how} of {', '.join(system.scenario.name for system in self.systems)}"
        return Model(name=name, space=self.space, evaluator=Joined(self, how), error=MODEL_ERROR, hints=hints)


@dataclass(frozen=True, eq=False)
class Joined:
    """One evaluation of all scenarios: the worst of each dimension, or its mean; every limit of every one."""

    together: Together
    how: How
    threads: int | None = None

    def __call__(self, X: Array) -> Evaluation:
        """Scores designs of the shared decisions."""
        return joined(self.together, X, self.together.each(X, threads=self.threads), self.how)


def together(systems: Sequence[System], weights: Sequence[float] | None = None) -> Together:
    """Scenarios with the decisions that they share.

    A decision is shared where every scenario has one of the same name with the same values.

    Args:
        systems: Two scenarios or more.
        weights: How likely or important each is; None = all the same.

    Raises:
        TogetherError: They share no decision, or the weights can't be.
    """
    given = np.ones(len(systems)) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(given) != len(systems) or not np.all(np.isfinite(given)) or np.any(given < 0) or not given.sum():
        raise TogetherError("weights must be >= 0, one for each scenario, and not all 0")
    first, *others = systems
    shared: list[str] = []
    for entry in first.space.decisions:
        own = [_kind(first.space.columns[c]) for c in entry.columns]
        if all(_columns(other, entry.name) == own for other in others):
            shared.append(entry.name)
    if not shared:
        told = "; ".join(
            f"{s.scenario.name}: {', '.join(d.name for d in s.space.decisions)}" for s in systems
        )
        raise TogetherError(
            f"these scenarios share no decision ({told}); a decision is shared when its name and its values "
            "are the same in all of them"
        )
    columns: list[Column] = []
    decisions: list[DecisionColumns] = []
    for name in shared:
        entry = next(d for d in first.space.decisions if d.name == name)
        places = tuple(range(len(columns), len(columns) + len(entry.columns)))
        columns += [first.space.columns[c] for c in entry.columns]
        decisions.append(DecisionColumns(name, places, ()))
    names = [column.name for column in columns]
    places_of = []
    for system in systems:
        own_names = [column.name for column in system.space.columns]
        places_of.append(tuple(own_names.index(name) for name in names))
    return Together(
        systems=tuple(systems),
        weights=tuple(float(w) for w in given / given.sum()),
        space=DesignSpace(tuple(columns), tuple(decisions), ()),
        places=tuple(places_of),
        shared=tuple(shared),
        apart=tuple(
            tuple(d.name for d in system.space.decisions if d.name not in shared) for system in systems
        ),
    )


def joined(found: Together, X: Array, parts: Sequence[Evaluation], how: How) -> Evaluation:
    """Evaluations of the same designs in every scenario as one.

    Args:
        found: The scenarios.
        X: The designs, `(n, d)`.
        parts: What each scenario says of them.
        how: `worst` = the worst value of each dimension in any scenario; `expected` = their weighted mean.
    """
    losses = np.stack([part.losses for part in parts])
    signs = np.array([dimension.sign for dimension in parts[0].dimensions])
    if how == "worst":
        values = losses.max(axis=0) * signs
    else:
        weights = np.array(found.weights)[:, None, None]
        values = (
            np.where(weights > 0.0, losses * np.where(weights > 0.0, weights, 1.0), 0.0).sum(axis=0) * signs
        )
    names = [
        f"{system.scenario.name}: {name}"
        for system, part in zip(found.systems, parts, strict=True)
        for name in part.constraints
    ]
    rules = np.where(found.allowed(X), -1.0, 1.0)[:, None]
    return Evaluation(
        X=X,
        values=values,
        excess=np.concatenate([*(part.excess for part in parts), rules], axis=1),
        constraints=(*names, "rules"),
        dimensions=parts[0].dimensions,
    )


def _kind(column: Column) -> tuple[object, ...]:
    return (column.name, column.kind, column.lower, column.upper, column.step, column.labels)


def _columns(system: System, name: str) -> list[tuple[object, ...]] | None:
    for entry in system.space.decisions:
        if entry.name == name:
            return [_kind(system.space.columns[c]) for c in entry.columns]
    return None
