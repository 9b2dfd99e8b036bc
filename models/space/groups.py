"""Groups of decisions that speak of each other (`when`, `rules`): the space is the plain product of them.

A decision that stands alone is counted and never listed, however many values it has; the allowed
combinations of linked decisions are listed once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.space.columns import Column
from models.space.combinations import Positions, listed, values_at
from models.space.conditions import Combination, Condition, DecisionColumns


@dataclass(frozen=True, eq=False)
class Group:
    """Decisions that speak of each other and of no others.

    Attributes:
        places: Their columns in the decision matrix.
        columns: These columns; none is a real.
        positions: Their allowed combinations; None where all are allowed.
    """

    places: tuple[int, ...]
    columns: tuple[Column, ...]
    positions: Positions | None

    @property
    def size(self) -> int:
        """Number of allowed combinations."""
        if self.positions is not None:
            return len(self.positions)
        return math.prod(column.count or 0 for column in self.columns)

    def rows(self, numbers: NDArray[np.int64]) -> Array:
        """The values of combinations by their numbers, `(n, columns)`; the last column changes fastest."""
        if self.positions is not None:
            return values_at(self.columns, self.positions[numbers])
        values = np.empty((numbers.size, len(self.columns)))
        for k in reversed(range(len(self.columns))):
            column = self.columns[k]
            numbers, position = np.divmod(numbers, column.count or 1)
            values[:, k] = column.lower + column.step * position
        return values


def groups_of(
    columns: tuple[Column, ...],
    decisions: tuple[DecisionColumns, ...],
    rules: tuple[Combination, ...],
    order: Sequence[int],
) -> tuple[Group, ...]:
    """The groups of a space without reals, in the order of the file.

    Args:
        columns: The columns of the decision matrix.
        decisions: The decisions, with the columns they own.
        rules: Combinations that must, or must not, be.
        order: Positions of the decisions, each after those its existence depends on.

    Raises:
        SpaceTooLargeError: So many decisions depend on each other that they can't be listed.
    """
    found = []
    for group in _linked(decisions, rules, order):
        places = tuple(j for i in group for j in decisions[i].columns)
        own = tuple(columns[j] for j in places)
        spoken = [rule for rule in rules if set(rule.decisions) <= set(group)]
        positions = None
        if spoken or any(decisions[i].when for i in group):
            inside = {j: k for k, j in enumerate(places)}
            ours = {i: _inside(decisions[i], inside) for i in group}
            positions = listed(own, ours, [_rule_inside(rule, inside) for rule in spoken], group)
            positions.setflags(write=False)
        found.append(Group(places, own, positions))
    return tuple(found)


def _linked(
    decisions: tuple[DecisionColumns, ...], rules: tuple[Combination, ...], order: Sequence[int]
) -> list[list[int]]:
    """Decisions that speak of each other, together, each group in the order of dependence."""
    links = [[i, *(c.decision for c in d.when)] for i, d in enumerate(decisions)]
    links += [list(rule.decisions) for rule in rules]
    groups: list[set[int]] = []
    for link in links:
        joined = set(link)
        apart = [group for group in groups if not group & joined]
        for group in groups:
            if group & joined:
                joined |= group
        groups = [*apart, joined]
    ordered = [[i for i in order if i in group] for group in groups]
    return sorted(ordered, key=min)


def _inside(decision: DecisionColumns, inside: dict[int, int]) -> DecisionColumns:
    """A decision whose columns are counted inside its group."""
    columns = tuple(inside[j] for j in decision.columns)
    return replace(decision, columns=columns, when=_conditions_inside(decision.when, inside))


def _rule_inside(rule: Combination, inside: dict[int, int]) -> Combination:
    given, wanted = _conditions_inside(rule.given, inside), _conditions_inside(rule.wanted, inside)
    return replace(rule, given=given, wanted=wanted)


def _conditions_inside(conditions: tuple[Condition, ...], inside: dict[int, int]) -> tuple[Condition, ...]:
    return tuple(replace(c, columns=tuple(inside[j] for j in c.columns)) for c in conditions)
