"""Looking at every design: in chunks, keeping only what may still be on the front."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from models.errors import EvaluationError
from models.evaluation import Array, Evaluation, concatenate
from optimizer.front import Front, front_of
from optimizer.protocols import Evaluator, Space

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


@dataclass
class Tally:
    """What was seen so far; memory grows with the front and the number of limits, not with the designs.

    Attributes:
        evaluated: Designs seen.
        feasible: Designs within every limit.
        broken: By limit: designs that are over it.
        broken_alone: By limit: designs that are over it and over no other.
        closest: The infeasible design nearest to feasibility so far; None = none was infeasible.
    """

    evaluated: int = 0
    feasible: int = 0
    broken: dict[str, int] = field(default_factory=dict)
    broken_alone: dict[str, int] = field(default_factory=dict)
    closest: Evaluation | None = None
    _kept: list[Evaluation] = field(default_factory=list)
    _waiting: int = 0

    def add(self, evaluation: Evaluation) -> None:
        """Counts some designs and keeps those that may be on the front."""
        best = front_of(evaluation).evaluation  # first, as it takes longest: Ctrl-C leaves whole counts
        self.count(evaluation)
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

    def merge(self, later: Tally) -> None:
        """Adds what somebody else saw; the order of merging never changes the front."""
        for names, others in ((self.broken, later.broken), (self.broken_alone, later.broken_alone)):
            for name, number in others.items():
                names[name] = names.get(name, 0) + number
        if self.feasible == 0 and later.closest is not None and later.feasible == 0:
            both = [part for part in (self.closest, later.closest) if part is not None]
            self.closest = min(both, key=lambda part: float(violation(part)[0]))
        self.evaluated += later.evaluated
        self.feasible += later.feasible
        for part in later._kept:
            if len(part) or not self._kept:
                self._kept.append(part)
                self._waiting += len(part)
        if self._waiting > PATIENCE:
            self._filter()

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
    over = np.maximum(evaluation.excess, 0.0)
    over = np.where(np.isfinite(over), over, 1e12)
    total: Array = np.zeros(len(evaluation))
    for j in range(over.shape[1]):
        total = total + np.log1p(over[:, j])
    return np.asarray(total + (over > 0.0).sum(axis=1))


def ranges(size: int, *, chunk: int, begin: int = 0) -> Iterator[tuple[int, int]]:
    """Numbers of designs, in chunks: first and one after the last."""
    for start in range(begin, size, chunk):
        yield start, min(start + chunk, size)


@dataclass(frozen=True, slots=True)
class Look:
    """Looks at a range of designs of a space; can be sent to another process."""

    evaluator: Evaluator
    space: Space

    def __call__(self, numbers: tuple[int, int]) -> Tally:
        tally = Tally()
        tally.add(self.evaluator(self.space.designs(*numbers)))
        return tally


@dataclass(frozen=True, slots=True)
class LookAt:
    """Looks at designs that are handed over; can be sent to another process."""

    evaluator: Evaluator

    def __call__(self, X: Array) -> Tally:
        tally = Tally()
        tally.add(self.evaluator(X))
        return tally


def look_at(tally: Tally, seen: Iterable[Tally], *, total: int, progress: Progress | None = None) -> str:
    """Gathers what was seen, piece by piece.

    Args:
        tally: What was seen before; grows.
        seen: What is seen piece by piece, worked out as it is asked for.
        total: How many designs there are, for the progress.
        progress: Told after every piece.

    Returns:
        Why it ended early: nothing, or a few words. Ctrl-C, and a model that fails, keep what was found.
    """
    try:
        for part in seen:
            tally.merge(part)
            tell(progress, tally.evaluated, total, tally.front_size, tally.front)
    except KeyboardInterrupt:
        return "interrupted"
    except EvaluationError as error:
        if not tally.evaluated:
            raise
        return f"the model failed ({error})"
    return ""
