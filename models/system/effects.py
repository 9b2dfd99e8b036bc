"""Plans: for each parameter that a decision or a phase changes, what changes it, worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.scenario.decision import Choice, Decision, Toggle
from models.scenario.effect import Effect
from models.scenario.paths import Slot, quantity_of, resolve, written_value
from models.scenario.quantity import Quantity
from models.scenario.scenario import Scenario
from models.space.conditions import Mask
from models.space.space import DesignSpace

#: Nothing in a scenario is smaller than this in its unit without being nothing.
DUST = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What one decision does to one parameter.

    Attributes:
        decision: Position of the decision.
        columns: Its columns: one, or one for each phase.
        amounts: Amount by position of the value, `(values,)`; None when the value itself is the amount.
        given: Whether a value sets the parameter at all, `(values,)`; None = always.
    """

    decision: int
    columns: tuple[int, ...]
    amounts: Array | None
    given: Mask | None = None

    def amount(self, X: Array) -> Array:
        """The amount for each design, `(n, 1)` or `(n, p)`."""
        chosen = X[:, self.columns]
        return chosen if self.amounts is None else np.asarray(self.amounts[chosen.astype(np.intp)])

    def applies(self, X: Array, exists: Mapping[int, Mask]) -> Mask | None:
        """Where the change is made, `(n, 1)` or `(n, p)`; None = everywhere."""
        applies = exists.get(self.decision)
        if self.given is not None:
            given: Mask = self.given[X[:, self.columns].astype(np.intp)]
            applies = given if applies is None else given & applies
        return applies


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """All that changes one parameter, in its fixed order: set, multiply, add.

    Attributes:
        slot: The parameter.
        quantity: Its bounds.
        base: What the file says, `(1, 1)` or `(1, p)`.
        sets: Changes that replace it.
        multiplies: Changes by a factor.
        adds: Changes by an amount.
        lowest: Smallest value that the changes can reach.
        highest: Largest value that the changes can reach (infinities for "none" left aside).
    """

    slot: Slot
    quantity: Quantity
    base: Array
    sets: tuple[Change, ...]
    multiplies: tuple[Change, ...]
    adds: tuple[Change, ...]
    phase_set: Array
    phase_multiply: Array
    phase_add: Array
    lowest: float
    highest: float

    @property
    def columns(self) -> frozenset[int]:
        """The columns of the decision matrix it depends on, conditions left aside."""
        return frozenset(j for c in (*self.sets, *self.multiplies, *self.adds) for j in c.columns)

    @property
    def can_leave_bounds(self) -> bool:
        """Whether some combination of changes may be outside what the parameter allows."""
        q = self.quantity
        slack = 1e-9 * max(1.0, abs(q.lower), min(abs(q.upper), 1e15))
        return self.lowest < q.lower - slack or self.highest > q.upper + slack

    def value(self, X: Array, exists: Mapping[int, Mask], base: Array | None = None) -> Array:
        """The parameter before it is held to its bounds, `(n | 1, p | 1)`.

        Args:
            X: Canonical designs, `(n, d)`.
            exists: Where each conditional decision exists (`DesignSpace.active`).
            base: Takes the place of what the file says, broadcasting against `(n, p)`.
        """
        value = self.base if base is None else base
        for change in self.sets:
            applies = change.applies(X, exists)
            amount = change.amount(X)
            value = amount if applies is None else np.where(applies, amount, value)
        value = np.where(np.isnan(self.phase_set), value, self.phase_set)
        for change in self.multiplies:
            value = _times(value, _where(change.applies(X, exists), change.amount(X), 1.0))
        value = _times(value, self.phase_multiply)
        for change in self.adds:
            value = value + _where(change.applies(X, exists), change.amount(X), 0.0)
        return np.asarray(value + self.phase_add)


def _where(applies: Mask | None, amount: Array, otherwise: float) -> Array:
    return amount if applies is None else np.where(applies, amount, otherwise)


def _times(value: Array, factor: Array) -> Array:
    """The product; "without limit" stays without limit whatever the factor."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(value), value, value * factor)


def plans_of(scenario: Scenario, space: DesignSpace) -> dict[Slot, Plan]:
    """A plan for each parameter that a decision or a phase changes (of a checked scenario)."""
    changes: dict[Slot, dict[str, list[Change]]] = {}
    for i, name in enumerate(scenario.decisions):
        columns = space.decisions[i].columns
        for path, part, change in _changes(scenario, scenario.decisions[name], i, columns):
            for slot in resolve(scenario, path):
                parts = changes.setdefault(slot, {"set": [], "multiply": [], "add": []})
                parts[part].append(change)
    for phase in scenario.workload.phases:
        for path in phase.effect.paths:
            for slot in resolve(scenario, path):
                changes.setdefault(slot, {"set": [], "multiply": [], "add": []})
    return {slot: _plan(scenario, space, slot, parts) for slot, parts in changes.items()}


def _changes(
    scenario: Scenario, decision: Decision, i: int, columns: tuple[int, ...]
) -> list[tuple[str, str, Change]]:
    """What a decision changes: path, part of the effect, and the change."""
    if not isinstance(decision, (Toggle, Choice)):
        return [(path, "set", Change(i, columns, None)) for path in decision.sets]
    effects: list[Effect] = []
    if isinstance(decision, Choice):
        effects += decision.options.values()
    else:
        effects += (Effect(), decision.on)
    found = []
    for part, neutral in (("set", 0.0), ("multiply", 1.0), ("add", 0.0)):
        written = [getattr(effect, part) for effect in effects]
        for path in dict.fromkeys(path for mapping in written for path in mapping):
            quantity = quantity_of(scenario, resolve(scenario, path)[0])
            amounts = np.array([quantity.held(mapping.get(path, neutral)) for mapping in written])
            given = np.array([path in mapping for mapping in written])
            found.append((path, part, Change(i, columns, amounts, given if part == "set" else None)))
    return found


def _plan(scenario: Scenario, space: DesignSpace, slot: Slot, parts: dict[str, list[Change]]) -> Plan:
    quantity = quantity_of(scenario, slot)
    phases = scenario.workload.phases
    by_phase: dict[str, list[float]] = {"set": [], "multiply": [], "add": []}
    for phase in phases:
        for part, neutral in (("set", np.nan), ("multiply", 1.0), ("add", 0.0)):
            written = getattr(phase.effect, part)
            hits = [
                quantity.held(value) for path, value in written.items() if slot in resolve(scenario, path)
            ]
            by_phase[part].append(hits[0] if hits else neutral)
    base = base_value(scenario, slot)
    rows = {part: np.array([values]) for part, values in by_phase.items()}
    lowest, highest = _reach(space, base, parts, rows)
    return Plan(
        slot=slot,
        quantity=quantity,
        base=base,
        sets=tuple(parts["set"]),
        multiplies=tuple(parts["multiply"]),
        adds=tuple(parts["add"]),
        phase_set=_narrow(rows["set"]),
        phase_multiply=_narrow(rows["multiply"]),
        phase_add=_narrow(rows["add"]),
        lowest=lowest,
        highest=highest,
    )


def base_value(scenario: Scenario, slot: Slot) -> Array:
    """What the file says of a parameter, `(1, 1)`, or `(1, p)` where it differs by phase."""
    if slot.owner == "workload":
        return np.array([[phase.rate for phase in scenario.workload.phases]])
    if slot.owner == "driver":
        return np.array([[phase.drivers.get(slot.name, 1.0) for phase in scenario.workload.phases]])
    return np.array([[quantity_of(scenario, slot).held(written_value(scenario, slot))]])


def without_dust(value: Array) -> Array:
    """The value, with what is too small to mean anything as exactly 0: its powers would underflow."""
    return np.where(np.abs(value) < DUST, 0.0, value)


def _narrow(row: Array) -> Array:
    """One column is enough where all phases are the same."""
    same = bool(np.all((row == row[:, :1]) | (np.isnan(row) & np.isnan(row[:, :1]))))
    return row[:, :1] if same else row


def _reach(
    space: DesignSpace, base: Array, parts: dict[str, list[Change]], rows: dict[str, Array]
) -> tuple[float, float]:
    """Bounds of what the changes can reach together, by interval arithmetic: never too narrow."""

    def values(change: Change) -> Array:
        if change.amounts is not None:
            return change.amounts
        bounds = [(space.columns[j].lower, space.columns[j].upper) for j in change.columns]
        return np.array(bounds).ravel()

    reached = np.concatenate([base.ravel(), rows["set"].ravel(), *(values(c) for c in parts["set"])])
    reached = reached[np.isfinite(reached)]
    if not reached.size:
        return 0.0, 0.0
    low, high = float(reached.min()), float(reached.max())
    factors = [np.append(values(change), 1.0) for change in parts["multiply"]]
    for factor in [*factors, rows["multiply"].ravel()]:
        ends = [low * factor.min(), low * factor.max(), high * factor.min(), high * factor.max()]
        low, high = float(min(ends)), float(max(ends))
    for amount in [*(np.append(values(change), 0.0) for change in parts["add"]), rows["add"].ravel()]:
        low, high = low + float(amount.min()), high + float(amount.max())
    return low, high
