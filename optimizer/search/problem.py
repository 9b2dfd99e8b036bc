"""A space and a model as a pymoo problem in coded variables; every design it evaluates goes to an archive."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymoo.core.problem import Problem

from models.evaluation import Array, Evaluation
from optimizer.evaluator import Evaluator
from optimizer.search.archive import Archive, codes
from optimizer.space import SearchSpace

#: An infinite loss for algorithms that subtract.
ENDLESS = 1e12


class SpaceProblem(Problem):  # type: ignore[misc]
    """Minimises the losses of designs within their limits.

    A variable is the position of a column's value among its values, or a real as a share of its range. A
    combination that breaks a rule is infeasible and never evaluated. A design is evaluated once, however
    often an algorithm comes back to it.

    Attributes:
        archive: Every design that was evaluated.
        most_evaluated: Designs that may be evaluated; those beyond are told to be infeasible; None = any
            number.
        asked: Designs that were new the last time.
        entered: Those of them that entered the archive.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        space: SearchSpace,
        archive: Archive,
        today: Evaluation,
        *,
        most_evaluated: int | None = None,
    ) -> None:
        self.evaluator, self.space, self.archive = evaluator, space, archive
        self.most_evaluated = most_evaluated
        self.asked = self.entered = 0
        counts = [column.count for column in space.columns]
        self.most = np.array([1.0 if count is None else count - 1.0 for count in counts])
        self.is_real = np.array([count is None for count in counts])
        super().__init__(
            n_var=len(counts),
            n_obj=len(today.dimensions),
            n_ieq_constr=len(today.constraints) + 1,
            xl=np.zeros(len(counts)),
            xu=self.most,
        )
        self._known = np.zeros(0, dtype=np.uint64)
        self._answers = np.empty((0, self.n_obj + self.n_ieq_constr - 1))

    def decoded(self, U: Array) -> Array:
        """Designs of coded variables, `(n, d)`, canonical."""
        X = np.empty_like(U)
        for j, column in enumerate(self.space.columns):
            if self.is_real[j]:
                X[:, j] = column.clip(column.spread(np.clip(U[:, j], 0.0, 1.0)))
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
        self._ask(X, code, self.space.is_allowed(X))
        F = np.full((len(X), self.n_obj), ENDLESS)
        G = np.ones((len(X), self.n_ieq_constr))
        if self._known.size:
            place = np.minimum(np.searchsorted(self._known, code), self._known.size - 1)
            rows = np.flatnonzero(self._known[place] == code)
            answers = self._answers[place[rows]]
            F[rows], G[rows, :-1] = answers[:, : self.n_obj], answers[:, self.n_obj :]
            G[rows, -1] = 0.0
        out["F"], out["G"] = F, G

    def _ask(self, X: Array, code: NDArray[np.uint64], allowed: NDArray[np.bool_]) -> None:
        """Evaluates the designs that are allowed and new, each once, as long as the budget lasts."""
        _, first = np.unique(code, return_index=True)
        rows = np.sort(first)
        rows = rows[allowed[rows] & ~np.isin(code[rows], self._known)]
        if self.most_evaluated is not None:
            rows = rows[: max(self.most_evaluated - self.archive.tally.evaluated, 0)]
        self.asked = self.entered = 0
        if not rows.size:
            return
        found = self.evaluator(X[rows])
        self.asked, self.entered = len(found), int(self.archive.add(found).sum())
        told = np.clip(np.column_stack([found.losses, found.excess]), -ENDLESS, ENDLESS)
        known, answers = np.concatenate([self._known, code[rows]]), np.concatenate([self._answers, told])
        order = np.argsort(known)
        self._known, self._answers = known[order], answers[order]


def rounded(problem: SpaceProblem, U: Array) -> Array:
    """Coded variables with whole positions where they are positions."""
    inside = np.clip(U, 0.0, problem.most)
    return np.where(problem.is_real, inside, np.rint(inside))
