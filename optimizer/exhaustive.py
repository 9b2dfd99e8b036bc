"""Looking at every design: in chunks, keeping only what may still be on the front."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Evaluation, concatenate
from optimizer.front import Front, front_of
from optimizer.protocols import Evaluator, Space

#: Called with designs done, designs in all, and designs on the front so far.
Progress = Callable[[int, int, int], None]
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
        feasible = evaluation.feasible
        best = front_of(evaluation).evaluation  # first, as it takes longest: Ctrl-C leaves whole counts
        over = evaluation.excess > 0.0
        alone = over.sum(axis=1) == 1
        for j, name in enumerate(evaluation.constraints):
            self.broken[name] = self.broken.get(name, 0) + int(over[:, j].sum())
            self.broken_alone[name] = self.broken_alone.get(name, 0) + int((over[:, j] & alone).sum())
        self.evaluated += len(evaluation)
        self.feasible += int(feasible.sum())
        self._keep_closest(evaluation, feasible)
        if len(best) or not self._kept:
            self._kept.append(best)
            self._waiting += len(best)
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


def every_design(space: Space, *, chunk: int) -> Iterator[Array]:
    """All designs of a countable space, in chunks."""
    size = space.size
    assert size is not None
    for start in range(0, size, chunk):
        yield space.designs(start, min(start + chunk, size))


def look_at(
    evaluator: Evaluator,
    chunks: Iterable[Array],
    *,
    today: Evaluation,
    total: int,
    progress: Progress | None = None,
) -> tuple[Tally, str]:
    """Evaluates designs chunk by chunk.

    Args:
        evaluator: Scores designs.
        chunks: The designs.
        today: An evaluation by the same model: says which limits there are, even when no design is seen.
        total: How many there are, for the progress.
        progress: Told after every chunk.

    Returns:
        What was seen, and why it ended early: nothing, or a sentence. Ctrl-C keeps what was found.
    """
    tally = Tally()
    tally.add(today.take(np.arange(0)))
    try:
        for X in chunks:
            tally.add(evaluator(X))
            if progress is not None:
                progress(tally.evaluated, total, tally.front_size)
    except KeyboardInterrupt:
        return tally, "interrupted"
    return tally, ""
