"""The archive of a search: every feasible design ever evaluated that no other dominates, without a bound.

The last population of an evolutionary algorithm loses a part of what it has seen; an archive loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Evaluation, concatenate
from optimizer.pareto.dominance import non_dominated
from optimizer.pareto.front import Front, front_of
from optimizer.pareto.tally import Tally

#: Infeasible designs that are kept, to start from where nothing is feasible.
POOL = 256
_ODD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(31)


@dataclass
class Archive:
    """What a search has seen.

    Attributes:
        tally: What was counted.
        members: The feasible designs that no other dominates, in the order in which they came.
        swept: Of each member: whether every single change of it was evaluated, `(members,)`.
        pool: The infeasible designs that are nearest to feasibility, nearest first.
        seen: Codes of all designs that were evaluated, sorted.
        worst_excess: The largest excess over each limit that was seen, `(k,)`: their scale.
    """

    tally: Tally
    members: Evaluation
    swept: NDArray[np.bool_]
    pool: Evaluation
    seen: NDArray[np.uint64]
    worst_excess: Array = field(default_factory=lambda: np.zeros(0))

    def add(self, evaluation: Evaluation) -> NDArray[np.bool_]:
        """Takes in what was evaluated.

        Returns:
            Which of the designs entered, `(n,)`.
        """
        # Seen and counted are said last: Ctrl-C in between must not leave a design seen but lost.
        excess = np.maximum(np.where(np.isfinite(evaluation.excess), evaluation.excess, 0.0), 0.0)
        if excess.size:
            self.worst_excess = np.maximum(self.worst_excess, excess.max(axis=0))
        feasible = np.flatnonzero(evaluation.feasible)
        self._keep_nearest(evaluation)
        entered = np.zeros(len(evaluation), dtype=bool)
        # What was seen before is a member already, or dominated: a design never becomes two members.
        new = feasible[~self.knows(codes(evaluation.X[feasible]))]
        candidates = new[non_dominated(evaluation.losses[new])]
        _, first = np.unique(evaluation.X[candidates], axis=0, return_index=True)
        candidates = candidates[np.sort(first)]
        if candidates.size:
            both = concatenate([self.members, evaluation.take(candidates)])
            stays = non_dominated(both.losses)
            old = len(self.members)
            entered[candidates[stays[old:]]] = True
            swept = np.concatenate([self.swept, np.zeros(candidates.size, dtype=bool)])
            self.members, self.swept = both.take(np.flatnonzero(stays)), swept[stays]
        self.seen = np.union1d(self.seen, codes(evaluation.X))
        self.tally.count(evaluation)
        return entered

    def unseen(self, X: Array) -> NDArray[np.intp]:
        """Rows of X that were not evaluated yet, each design once, in their order."""
        code = codes(X)
        _, first = np.unique(code, return_index=True)
        is_first = np.zeros(code.size, dtype=bool)
        is_first[first] = True
        return np.flatnonzero(is_first & ~self.knows(code))

    def knows(self, code: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which codes are those of designs that were evaluated, `(n,)`."""
        if not self.seen.size:
            return np.zeros(code.size, dtype=bool)
        place = np.searchsorted(self.seen, code)
        return np.asarray(self.seen[np.minimum(place, self.seen.size - 1)] == code)

    def front(self) -> Front:
        """The front of all that was seen."""
        return front_of(self.members)

    def _keep_nearest(self, evaluation: Evaluation) -> None:
        rows = np.flatnonzero(~evaluation.feasible)
        if not rows.size or (len(self.members) and len(self.pool) == POOL):
            return
        both = concatenate([self.pool, evaluation.take(rows)])
        self.pool = both.take(np.argsort(self.violation(both.excess), kind="stable")[:POOL])

    def violation(self, excess: Array) -> Array:
        """How far designs are from feasibility, `(n,)`: each limit's excess relative to the worst seen."""
        scale = np.where(self.worst_excess > 0.0, self.worst_excess, 1.0)
        total: Array = np.zeros(excess.shape[0])
        for j in range(excess.shape[1]):
            over = np.maximum(excess[:, j], 0.0)
            # The square root: the last bit of one limit counts as much as the first of another.
            total = total + np.sqrt(np.minimum(over / scale[j], 1.0))
        return total


def empty_archive(like: Evaluation) -> Archive:
    """An archive that has seen nothing.

    Args:
        like: An evaluation by the same model: says which dimensions and limits there are.
    """
    nothing = like.take(np.arange(0))
    tally = Tally()
    tally.add(nothing)
    return Archive(
        tally=tally,
        members=nothing,
        swept=np.zeros(0, dtype=bool),
        pool=nothing,
        seen=np.zeros(0, dtype=np.uint64),
        worst_excess=np.zeros(like.excess.shape[1]),
    )


def codes(X: Array) -> NDArray[np.uint64]:
    """A number for each design, `(n,)`; two designs have the same with a probability of 5e-20."""
    code = np.zeros(X.shape[0], dtype=np.uint64)
    for j in range(X.shape[1]):
        code = (code ^ (np.ascontiguousarray(X[:, j]) + 0.0).view(np.uint64)) * _ODD
        code ^= code >> _SHIFT
    return code
