"""A space and a model as a pymoo problem in coded variables; every design it evaluates goes to an archive."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymoo.core.problem import Problem

from models.evaluation import Array, Evaluation
from optimizer.protocols import Evaluator
from optimizer.search.archive import Archive, codes
from optimizer.search.moves import SearchSpace

#: An infinite loss for algorithms that subtract.
ENDLESS = 1e12


class SpaceProblem(Problem):  # type: ignore[misc]
    """Minimises the losses of designs within their limits.

    A variable is the position of a column's value among its values, or a real as a share of its range. A
    combination that breaks a rule is infeasible and never evaluated.

    Attributes:
        archive: Every design that was evaluated.
    """

    def __init__(self, evaluator: Evaluator, space: SearchSpace, archive: Archive, today: Evaluation) -> None:
        self.evaluator, self.space, self.archive = evaluator, space, archive
        self._like = today
        counts = [column.count for column in space.columns]
        self.most = np.array([1.0 if count is None else count - 1.0 for count in counts])
        self.is_real = np.array([count is None for count in counts])
        n_limits = len(today.constraints) + 1
        self._codes, self._order = np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.intp)
        self._F, self._G = np.zeros((0, len(today.dimensions))), np.zeros((0, n_limits))
        super().__init__(
            n_var=len(counts),
            n_obj=len(today.dimensions),
            n_ieq_constr=n_limits,
            xl=np.zeros(len(counts)),
            xu=self.most,
        )

    def decoded(self, U: Array) -> Array:
        """Designs of coded variables, `(n, d)`, canonical."""
        X = np.empty_like(U)
        for j, column in enumerate(self.space.columns):
            if self.is_real[j]:
                X[:, j] = column.spread(np.clip(U[:, j], 0.0, 1.0 - 1e-12))
            else:
                X[:, j] = column.lower + column.step * np.rint(np.clip(U[:, j], 0.0, self.most[j]))
        return self.space.canonical(X)

    def coded(self, X: Array) -> Array:
        """Coded variables of designs, `(n, d)`."""
        U = np.empty_like(X)
        for j, column in enumerate(self.space.columns):
            if not self.is_real[j]:
                U[:, j] = (X[:, j] - column.lower) / column.step
            elif column.is_log:
                U[:, j] = np.log(X[:, j] / column.lower) / np.log(column.upper / column.lower)
            else:
                U[:, j] = (X[:, j] - column.lower) / (column.upper - column.lower)
        return np.clip(U, 0.0, self.most)

    def _evaluate(self, U: Array, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        X = self.decoded(U)
        code = codes(X)
        _, first = np.unique(code, return_index=True)
        fresh = first[~np.isin(code[first], self._codes)]
        self._remember(X[fresh], code[fresh])
        place = self._order[np.searchsorted(self._codes, code, sorter=self._order)]
        out["F"], out["G"] = self._F[place], self._G[place]

    def _remember(self, X: Array, code: NDArray[np.uint64]) -> None:
        """Evaluates designs that are new; algorithms come back to the same ones again and again."""
        F = np.full((len(X), self.n_obj), ENDLESS)
        G = np.ones((len(X), self.n_ieq_constr))
        rows = np.flatnonzero(self.space.is_allowed(X))
        if rows.size:
            found = self.evaluator(X[rows])
            self.archive.add(found)
            F[rows] = np.clip(found.losses, -ENDLESS, ENDLESS)
            G[rows, :-1] = np.clip(found.excess, -ENDLESS, ENDLESS)
            G[rows, -1] = 0.0
        self._codes = np.concatenate([self._codes, code])
        self._order = np.argsort(self._codes, kind="stable")
        self._F, self._G = np.concatenate([self._F, F]), np.concatenate([self._G, G])


def rounded(problem: SpaceProblem, U: Array) -> Array:
    """Coded variables with whole positions where they are positions."""
    inside = np.clip(U, 0.0, problem.most)
    return np.where(problem.is_real, inside, np.rint(inside))
