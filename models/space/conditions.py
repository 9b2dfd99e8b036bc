"""Conditions between decisions: which exist (`when`), and which combinations are allowed (`rules`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.scenario.decision import OneOf, Rule
from models.scenario.scenario import Scenario
from models.space.columns import Column

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Condition:
    """One decision has one of some values.

    Attributes:
        decision: Position of the decision.
        columns: Its columns: one, or one for each phase.
        values: The values of which it must have one.
    """

    decision: int
    columns: tuple[int, ...]
    values: tuple[float, ...]

    def holds(self, X: Array) -> Mask:
        """Where the values hold, `(n, 1)` or `(n, p)`."""
        found = X[:, self.columns]
        holds = np.zeros(found.shape, dtype=bool)
        for value in self.values:
            holds |= np.isclose(found, value, rtol=1e-12, atol=0.0)
        return holds


@dataclass(frozen=True, slots=True)
class DecisionColumns:
    """One decision: its columns, and the conditions under which it exists."""

    name: str
    columns: tuple[int, ...]
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Combination:
    """A rule: where all of `given` hold, all of `wanted` must hold; nothing wanted = it is excluded."""

    given: tuple[Condition, ...]
    wanted: tuple[Condition, ...]
    text: str

    @property
    def decisions(self) -> tuple[int, ...]:
        """Positions of the decisions it speaks of."""
        return tuple(condition.decision for condition in (*self.given, *self.wanted))


def decisions_of(scenario: Scenario, columns: tuple[Column, ...]) -> tuple[DecisionColumns, ...]:
    """The decisions of a scenario with their columns and conditions, in the order of the file."""
    places = _places(columns)
    names = list(places)
    return tuple(
        DecisionColumns(
            name,
            places[name],
            tuple(
                _condition(names.index(other), places[other], columns, values)
                for other, values in scenario.decisions[name].when.items()
            ),
        )
        for name in names
    )


def combinations_of(scenario: Scenario, columns: tuple[Column, ...]) -> tuple[Combination, ...]:
    """The rules of a scenario."""
    places = _places(columns)
    names = list(places)

    def conditions(written: dict[str, OneOf]) -> tuple[Condition, ...]:
        return tuple(
            _condition(names.index(name), places[name], columns, values) for name, values in written.items()
        )

    found = []
    for rule in scenario.rules:
        if rule.not_:
            found.append(Combination(conditions(rule.not_), (), _told(rule)))
        if rule.then:
            found.append(Combination(conditions(rule.if_), conditions(rule.then), _told(rule)))
    return tuple(found)


def in_order(decisions: tuple[DecisionColumns, ...]) -> tuple[int, ...]:
    """Positions of the decisions so that each comes after those its existence depends on."""
    order: list[int] = []
    waiting = list(range(len(decisions)))
    while waiting:
        ready = [i for i in waiting if all(c.decision in order for c in decisions[i].when)]
        if not ready:
            raise ValueError("decisions depend on each other in a circle")
        order += ready
        waiting = [i for i in waiting if i not in ready]
    return tuple(order)


def active(
    decisions: Sequence[DecisionColumns] | Mapping[int, DecisionColumns], order: tuple[int, ...], X: Array
) -> dict[int, Mask]:
    """Where each conditional decision exists, `(n, 1)` or `(n, p)`; those without conditions are left out."""
    found: dict[int, Mask] = {}
    for i in order:
        decision = decisions[i]
        if not decision.when:
            continue
        exists = _all_hold(decision.when, X, found)
        if len(decision.columns) == 1 and exists.shape[1] > 1:
            exists = np.asarray(
                exists.any(axis=1, keepdims=True)
            )  # one value for all phases exists if it does in any
        elif len(decision.columns) > exists.shape[1]:
            exists = np.broadcast_to(exists, (X.shape[0], len(decision.columns)))
        found[i] = exists
    return found


def violated(rule: Combination, X: Array, exists: dict[int, Mask]) -> Mask:
    """Which designs break a rule in any phase, `(n,)`; a condition on what doesn't exist doesn't hold."""
    given: Mask = _all_hold(rule.given, X, exists)
    broken: Mask = np.logical_and(given, ~_all_hold(rule.wanted, X, exists)) if rule.wanted else given
    return np.asarray(broken.any(axis=1))


def _all_hold(conditions: tuple[Condition, ...], X: Array, exists: dict[int, Mask]) -> Mask:
    holds: Mask = np.ones((X.shape[0], 1), dtype=bool)
    for condition in conditions:
        holds = np.logical_and(holds, condition.holds(X))
        if condition.decision in exists:
            holds = np.logical_and(holds, exists[condition.decision])
    return holds


def _places(columns: tuple[Column, ...]) -> dict[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    for j, column in enumerate(columns):
        places[column.decision] = (*places.get(column.decision, ()), j)
    return places


def _condition(
    decision: int, places: tuple[int, ...], columns: tuple[Column, ...], values: OneOf
) -> Condition:
    written = values if isinstance(values, tuple) else (values,)
    column = columns[places[0]]
    return Condition(decision, places, tuple(column.read(value) for value in written))


def _told(rule: Rule) -> str:
    def listed(conditions: dict[str, OneOf]) -> str:
        parts = []
        for name, value in conditions.items():
            one_of = value if isinstance(value, tuple) else (value,)
            words = ["on" if v is True else "off" if v is False else str(v) for v in one_of]
            parts.append(f"{name} = {' or '.join(words)}")
        return " and ".join(parts)

    if rule.not_:
        return f"not {listed(rule.not_)} together"
    return f"{listed(rule.if_) or 'always'} requires {listed(rule.then)}"
