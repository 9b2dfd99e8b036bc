"""The Pareto front: the feasible designs that no other feasible design dominates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.evaluation import Array, Evaluation
from optimizer.pareto.dominance import non_dominated


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """Non-dominated feasible designs, in an order that doesn't depend on how they were found.

    Attributes:
        evaluation: The designs, sorted by their losses, ties by their values of the decisions.
    """

    evaluation: Evaluation

    def __len__(self) -> int:
        return len(self.evaluation)

    @property
    def X(self) -> Array:
        """The designs, `(n, d)`."""
        return self.evaluation.X

    @property
    def losses(self) -> Array:
        """Their losses, `(n, m)`."""
        return self.evaluation.losses


def front_of(evaluation: Evaluation) -> Front:
    """The front of all designs of an evaluation; designs that are the same count once."""
    feasible = evaluation.take(np.flatnonzero(evaluation.feasible))
    best = feasible.take(np.flatnonzero(non_dominated(feasible.losses)))
    if len(best) > 1:
        _, first = np.unique(best.X, axis=0, return_index=True)
        best = best.take(np.sort(first))
    return Front(best.take(_canonical_order(best)))


def _canonical_order(evaluation: Evaluation) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    keys = np.concatenate([evaluation.losses, evaluation.X], axis=1)
    return np.lexsort(keys.T[::-1])
