"""What was seen of a space so far: counts by limit, what may be on the front, what is nearest to feasible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Evaluation, concatenate
from optimizer.evaluator import Evaluator
from optimizer.pareto.front import Front, front_of

#: Called with designs done, designs in all, and designs on the front so far.
Progress = Callable[[int, int, int], None]


@runtime_checkable
class Watching(Protocol):
    """A progress that is also shown the front so far."""

    def __call__(self, done: int, total: int, on_front: int) -> None:
        """Told how far it is."""

    def watch(self, front: Callable[[], Front]) -> None:
        """Given a way to get the front so far, to be called only when it is wanted."""


def tell(progress: Progress | None, done: int, total: int, on_front: int, front: Callable[[], Front]) -> None:
    """Tells the progress, and shows the front to those who watch it."""
    if progress is None:
        return
    progress(done, total, on_front)
    if isinstance(progress, Watching):
        progress.watch(front)


#: Candidates that wait for the next filter: a filter over few newcomers costs more than it removes.
PATIENCE = 20_000
#: Skipped designs of which one may be the nearest to feasibility.
NEAREST = 256


@dataclass
class Tally:
    """What was seen so far; memory grows with the front and the number of limits, not with the designs.

    Attributes:
        evaluated: Designs seen.
        skipped: Those of them that are over a limit for certain, and were not evaluated.
        feasible: Designs within every limit.
        broken: By limit: designs that are known to be over it.
        broken_alone: By limit: evaluated designs that are over it and over no other.
        closest: The infeasible design nearest to feasibility so far; None = none was infeasible.
        nearest: The skipped designs that can be nearest to feasibility, `(<= NEAREST, d)`.
        nearest_least: Lower bounds of how far they are from it (`violation`), `(<= NEAREST,)`.
    """

    evaluated: int = 0
    skipped: int = 0
    feasible: int = 0
    broken: dict[str, int] = field(default_factory=dict)
    broken_alone: dict[str, int] = field(default_factory=dict)
    closest: Evaluation | None = None
    nearest: Array | None = None
    nearest_least: Array = field(default_factory=lambda: np.zeros(0))
    _kept: list[Evaluation] = field(default_factory=list)
    _waiting: int = 0

    def add(self, evaluation: Evaluation) -> None:
        """Counts some designs and keeps those that may be on the front."""
        best = front_of(evaluation).evaluation  # first, as it takes longest: Ctrl-C leaves whole counts
        self.count(evaluation)
        self.keep(best)

    def keep(self, best: Evaluation) -> None:
        """Keeps designs that may be on the front and are counted already."""
        if len(best) or not self._kept:
            self._kept.append(best)
            self._waiting += len(best)
        if self._waiting > PATIENCE:
            self._filter()

    def count(self, evaluation: Evaluation) -> None:
        """Counts some designs without keeping them."""
        feasible = evaluation.feasible
        over = evaluation.excess > 0.0
        alone = over.sum(axis=1) == 1
        for j, name in enumerate(evaluation.constraints):
            self.broken[name] = self.broken.get(name, 0) + int(over[:, j].sum())
            self.broken_alone[name] = self.broken_alone.get(name, 0) + int((over[:, j] & alone).sum())
        self.evaluated += len(evaluation)
        self.feasible += int(feasible.sum())
        self._keep_closest(evaluation, feasible)

    def skip(self, X: Array, over: Mapping[str, Array]) -> None:
        """Counts designs that are over a limit for certain, without their evaluation.

        Args:
            X: The designs, `(n, d)`.
            over: By limit a lower bound of the excess, `(n,)`.
        """
        for name, excess in over.items():
            self.broken[name] = self.broken.get(name, 0) + int((excess > 0.0).sum())
        self.evaluated += len(X)
        self.skipped += len(X)
        if not self.feasible and len(X):
            self._keep_nearest(X, _violation(np.column_stack(list(over.values()))))

    def settle_closest(self, evaluator: Evaluator) -> None:
        """Where nothing is feasible, evaluates the skipped designs that may be the nearest to it."""
        if self.feasible == 0 and self.nearest is not None and len(self.nearest):
            evaluation = evaluator(self.nearest)
            self._keep_closest(evaluation, evaluation.feasible)

    def merge(self, later: Tally) -> None:
        """Adds what somebody else saw; the order of merging never changes the front."""
        for names, others in ((self.broken, later.broken), (self.broken_alone, later.broken_alone)):
            for name, number in others.items():
                names[name] = names.get(name, 0) + number
        if self.feasible == 0 and later.closest is not None and later.feasible == 0:
            both = [part for part in (self.closest, later.closest) if part is not None]
            self.closest = min(both, key=lambda part: float(violation(part)[0]))
        self.evaluated += later.evaluated
        self.skipped += later.skipped
        self.feasible += later.feasible
        if self.feasible:
            self.nearest, self.nearest_least = None, np.zeros(0)
        elif later.nearest is not None:
            self._keep_nearest(later.nearest, later.nearest_least)
        for part in later._kept:
            self.keep(part)

    def front(self) -> Front:
        """The front of all designs seen."""
        self._filter()
        return Front(self._kept[0])

    @property
    def front_size(self) -> int:
        """Designs that may be on the front."""
        return sum(len(part) for part in self._kept)

    def _filter(self) -> None:
        self._kept = [front_of(concatenate(self._kept)).evaluation]
        self._waiting = 0

    def _keep_nearest(self, X: Array, least: Array) -> None:
        """Keeps the designs whose violation may be the least; the first of equal ones."""
        if self.nearest is not None:
            X, least = np.concatenate([self.nearest, X]), np.concatenate([self.nearest_least, least])
        order = np.argsort(least, kind="stable")[:NEAREST]
        self.nearest, self.nearest_least = X[order], least[order]

    def _keep_closest(self, evaluation: Evaluation, feasible: NDArray[np.bool_]) -> None:
        if self.feasible or feasible.all():
            return
        worst = violation(evaluation)
        nearest = evaluation.take(np.array([int(np.argmin(worst))]))
        if self.closest is None or violation(nearest)[0] < violation(self.closest)[0]:
            self.closest = nearest


def violation(evaluation: Evaluation) -> Array:
    """How far each design is from feasibility, `(n,)`.

    The number of broken limits and the sum of log(1 + excess): limits have different units and excesses of
    any size, and one that is far off must not hide the others.
    """
    return _violation(evaluation.excess)


def _violation(excess: Array) -> Array:
    over = np.maximum(excess, 0.0)
    over = np.where(np.isfinite(over), over, 1e12)
    total: Array = np.zeros(len(over))
    for j in range(over.shape[1]):
        total = total + np.log1p(over[:, j])
    return np.asarray(total + (over > 0.0).sum(axis=1))
