"""The domain of a decision matrix: what a column may hold, which decisions exist, which rules must hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.evaluation import Array
from models.space.columns import Column
from models.space.conditions import Combination, DecisionColumns, Mask, active, in_order, violated


@dataclass(frozen=True, eq=False)
class Domain:
    """Which rows of the decision matrix are designs.

    Attributes:
        columns: The columns of the decision matrix.
        decisions: The decisions, with the columns they own.
        rules: Combinations that must, or must not, be.
    """

    columns: tuple[Column, ...]
    decisions: tuple[DecisionColumns, ...]
    rules: tuple[Combination, ...]

    @property
    def n_columns(self) -> int:
        """Number of columns, d."""
        return len(self.columns)

    @cached_property
    def today(self) -> Array:
        """The running system's design, `(d,)`."""
        row = np.array([[column.today for column in self.columns]], dtype=np.float64)
        return np.asarray(self.canonical(row)[0])

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Positions of the decisions, each after those its existence depends on."""
        return in_order(self.decisions)

    def canonical(self, X: Array) -> Array:
        """The one form of each design: what doesn't exist holds its default, `(n, d)`."""
        if not any(decision.when for decision in self.decisions):
            return X
        X = X.copy()
        for i, exists in self.active(X).items():
            for k, j in enumerate(self.decisions[i].columns):
                X[:, j] = np.where(exists[:, min(k, exists.shape[1] - 1)], X[:, j], self.columns[j].default)
        return X

    def active(self, X: Array) -> dict[int, Mask]:
        """Where each conditional decision exists, `(n, 1)` or `(n, p)`, by the decision's position."""
        return active(self.decisions, self.order, X)

    def is_allowed(self, X: Array) -> Mask:
        """Which designs break no rule, `(n,)`."""
        allowed = np.ones(X.shape[0], dtype=bool)
        exists = active(self.decisions, self.order, X) if self.rules else {}
        for rule in self.rules:
            allowed &= ~violated(rule, X, exists)
        return allowed

    def broken_rules(self, x: Array) -> tuple[str, ...]:
        """The rules that one design breaks, in words."""
        X = x[None, :]
        exists = active(self.decisions, self.order, X)
        return tuple(rule.text for rule in self.rules if violated(rule, X, exists)[0])
