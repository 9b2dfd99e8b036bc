"""The design space: which designs there are, how many, and each of them by its number.

The space is the plain product of its groups of linked decisions, so that no design is met twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.errors import SpaceTooLargeError
from models.evaluation import Array
from models.scenario.scenario import Scenario
from models.space.columns import Column, columns_of
from models.space.conditions import combinations_of, decisions_of
from models.space.design import Written, decode, encode, encode_all, written_columns
from models.space.domain import Domain
from models.space.groups import Group, groups_of
from models.space.sampling import Method, sample

#: Values of one integer that are listed as neighbours; above, steps that grow.
MAX_LISTED = 64


@dataclass(frozen=True, eq=False)
class DesignSpace(Domain):
    """All designs of a scenario: its domain, counted, listed, sampled and read."""

    @cached_property
    def lower(self) -> Array:
        """Smallest values, `(d,)`."""
        return np.array([column.lower for column in self.columns], dtype=np.float64)

    @cached_property
    def upper(self) -> Array:
        """Largest values, `(d,)`."""
        return np.array([column.upper for column in self.columns], dtype=np.float64)

    @property
    def lattice_size(self) -> int | None:
        """Number of combinations of values, allowed or not; None when a real makes them uncountable."""
        counts = [column.count for column in self.columns]
        return None if None in counts else math.prod(count for count in counts if count is not None)

    @property
    def size(self) -> int | None:
        """Number of distinct allowed designs; None when a real makes them uncountable.

        Raises:
            SpaceTooLargeError: So many decisions depend on each other that they can't be counted.
        """
        if self.lattice_size is None:
            return None
        return math.prod(group.size for group in self.groups)

    def designs(self, start: int, stop: int) -> Array:
        """The designs number `start` to `stop - 1`, `(stop - start, d)`; the last group changes fastest.

        Raises:
            SpaceTooLargeError: The space is uncountable, or numbers go beyond 2^62.
        """
        if self.lattice_size is None:
            raise SpaceTooLargeError("a real decision makes the designs uncountable: they can't be listed")
        if stop > 2**62:
            raise SpaceTooLargeError(f"designs beyond number 2^62 can't be listed, but got stop = {stop:,}")
        number = np.arange(start, stop, dtype=np.int64)
        X = np.empty((number.size, self.n_columns))
        for group in reversed(self.groups):
            number, row = np.divmod(number, group.size)
            X[:, group.places] = group.rows(row)
        return X

    def sample(self, n: int, *, seed: int, method: Method = "sobol") -> Array:
        """Up to n different allowed designs, spread over the space, `(<= n, d)` (see `sampling.sample`)."""
        return sample(self, n, seed=seed, method=method)

    def neighbours(self, x: Array) -> Array:
        """Every allowed design that differs from `x` in one decision, `(m, d)`, without duplicates.

        Reals and long integers move by growing steps; an adaptive decision changes in one phase or in all.
        """
        rows = []
        for decision in self.decisions:
            for j in decision.columns:
                rows += [_changed(x, (j,), value) for value in single_moves(self.columns[j], float(x[j]))]
            if len(decision.columns) > 1:
                column = self.columns[decision.columns[0]]
                rows += [_changed(x, decision.columns, value) for value in single_moves(column, math.nan)]
        if not rows:
            return np.empty((0, self.n_columns))
        X = self.canonical(np.array(rows))
        X = X[self.is_allowed(X) & ~np.all(x == X, axis=1)]
        _, first = np.unique(X, axis=0, return_index=True)
        return np.asarray(X[np.sort(first)])

    def encode(self, design: Mapping[str, object], *, check_rules: bool = True) -> Array:
        """The row for a design in writing, `(d,)`; what isn't named keeps today's value (`design.encode`)."""
        return encode(self, design, check_rules=check_rules)

    def encode_all(self, designs: Sequence[Mapping[str, object]], *, check_rules: bool = True) -> Array:
        """The rows for designs in writing, `(n, d)` (`design.encode_all`)."""
        return encode_all(self, designs, check_rules=check_rules)

    def decode(self, x: Array) -> dict[str, object]:
        """A design in writing; an adaptive decision is a mapping from phase to value."""
        return decode(self.columns, x, self._written)

    def written_columns(self, X: Array) -> dict[str, list[object]]:
        """The values of designs in writing by the name of their column, `(n,)` each."""
        return written_columns(self.columns, X)

    @cached_property
    def _written(self) -> Written:
        """How values are written, as far as they were asked for, by column."""
        return tuple({} for _ in self.columns)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups of linked decisions that the space is the product of (`groups.groups_of`)."""
        return groups_of(self.columns, self.decisions, self.rules, self.order)


def design_space(scenario: Scenario) -> DesignSpace:
    """The design space of a scenario that was checked."""
    columns = columns_of(scenario)
    return DesignSpace(columns, decisions_of(scenario, columns), combinations_of(scenario, columns))


def _changed(x: Array, columns: tuple[int, ...], value: float) -> Array:
    row = x.copy()
    row[list(columns)] = value
    return row


def single_moves(column: Column, value: float) -> Array:
    """Other values to move to; all of them where they are few, else growing steps to both sides."""
    count = column.count
    if count is not None and count <= MAX_LISTED:
        values = column.values()
        return np.asarray(values[values != value])
    at = value if math.isfinite(value) else column.lower
    span = column.upper - column.lower
    shares = np.array([1e-3, 0.01, 0.03, 0.1, 0.3, 1.0]) * span
    steps = np.array([1.0, 2.0, 5.0]) * column.step
    moves = np.concatenate([shares, steps[steps > 0]])
    moved = column.clip(np.concatenate([at - moves, at + moves, [column.lower, column.upper]]))
    return np.unique(moved[moved != value])
