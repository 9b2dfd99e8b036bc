"""Columns of the decision matrix: one for each decision, or one for each phase of an adaptive decision.

A toggle is 0 or 1, a choice the position of its option, a number itself (infinity = none).
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.evaluation import Array
from models.scenario.decision import Choice, Decision, Integer, Real, Toggle
from models.scenario.paths import quantity_of, resolve, written_value
from models.scenario.scenario import Scenario

Kind = Literal["toggle", "choice", "integer", "real"]
#: A value of a decision as a person writes it.
DesignValue = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the decision matrix.

    Attributes:
        name: The decision's name, with `@phase` for one phase of an adaptive decision.
        decision: Name of the decision.
        phase: Name of the phase; None when the value holds in all phases.
        kind: Kind of the decision.
        lower: Smallest value.
        upper: Largest value.
        step: Distance between values; 0 for a real.
        is_log: Whether a real is spread evenly over its logarithm.
        labels: Names of the options of a choice.
        default: Value that it holds while the decision doesn't exist.
        today: Value in the running system; may lie outside the bounds.
    """

    name: str
    decision: str
    phase: str | None
    kind: Kind
    lower: float
    upper: float
    step: float
    is_log: bool
    labels: tuple[str, ...]
    default: float
    today: float

    @property
    def count(self) -> int | None:
        """Number of its values; None for a real."""
        return None if self.kind == "real" else int((self.upper - self.lower) // self.step) + 1

    def values(self) -> Array:
        """All its values, `(count,)`.

        Raises:
            ValueError: It is a real.
        """
        count = self.count
        if count is None:
            raise ValueError(f"{self.name} is a real: its values can't be counted")
        return self.lower + self.step * np.arange(count, dtype=np.float64)

    def spread(self, position: Array) -> Array:
        """Values at positions in [0, 1), evenly spread over the allowed ones."""
        count = self.count
        if count is not None:
            return self.lower + self.step * np.minimum(np.floor(position * count), count - 1)
        if self.is_log:
            low, high = math.log(self.lower), math.log(self.upper)
            spread: Array = np.clip(np.exp(low + (high - low) * position), self.lower, self.upper)
            return spread
        return self.lower + (self.upper - self.lower) * position

    def clip(self, values: Array) -> Array:
        """The nearest allowed values."""
        clipped: Array = np.clip(values, self.lower, self.upper)
        if self.kind == "real":
            return clipped
        return self.lower + self.step * np.rint((clipped - self.lower) / self.step)

    def written(self, value: float) -> DesignValue:
        """A value as a person writes it."""
        if self.kind == "toggle":
            return bool(value)
        if self.kind == "choice":
            return self.labels[round(value)]
        if math.isinf(value) or math.isnan(value):
            return None
        return round(value) if self.kind == "integer" and float(value).is_integer() else float(value)

    def read(self, value: object) -> float:
        """The number for a value that a person wrote.

        Raises:
            ValueError: It isn't one of the allowed values; the message says which are.
        """
        if self.kind == "toggle":
            known: dict[object, float] = {"on": 1.0, "off": 0.0, True: 1.0, False: 0.0}
            if isinstance(value, (bool, str)) and value in known:
                return known[value]
            raise ValueError(f"found {value!r}; allowed: on, off (true, false)")
        if self.kind == "choice":
            if isinstance(value, str) and value in self.labels:
                return float(self.labels.index(value))
            raise ValueError(f"found {value!r}; allowed: {', '.join(self.labels)}")
        if value is None and math.isinf(self.today):
            return self.today
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not abs(value) <= sys.float_info.max
        ):
            raise ValueError(f"found {value!r:.60}; allowed: {self.allowed()}")
        number = float(value)
        if number == self.today:
            return number
        if not self.lower <= number <= self.upper or float(self.clip(np.array(number))) != number:
            raise ValueError(f"found {value!r}; allowed: {self.allowed()}")
        return number

    def allowed(self) -> str:
        """Says in words which values are allowed."""
        if self.kind == "toggle":
            return "on, off"
        if self.kind == "choice":
            return ", ".join(self.labels)
        kind = "a whole number" if self.kind == "integer" else "a number"
        step = f" in steps of {self.step:g}" if self.kind == "integer" and self.step != 1 else ""
        return f"{kind} from {self.lower:g} to {self.upper:g}{step}"


def columns_of(scenario: Scenario) -> tuple[Column, ...]:
    """The columns of a scenario's decisions, in the order of the file (of a checked scenario)."""
    phases = tuple(phase.name for phase in scenario.workload.phases)
    return tuple(
        _column(scenario, name, decision, phase)
        for name, decision in scenario.decisions.items()
        for phase in (phases if decision.adaptive else (None,))
    )


def _column(scenario: Scenario, name: str, decision: Decision, phase: str | None) -> Column:
    lower, upper, step = 0.0, 1.0, 1.0
    labels: tuple[str, ...] = ()
    kind: Kind = "toggle"
    is_log = False
    default = 0.0
    if isinstance(decision, Choice):
        kind, labels = "choice", tuple(decision.options)
        upper = float(len(labels) - 1)
    elif isinstance(decision, Integer):
        kind, step = "integer", float(decision.step)
        lower, upper = (float(bound) for bound in decision.integer)
        upper = lower + step * ((upper - lower) // step)
        default = _held(scenario, decision)
    elif isinstance(decision, Real):
        kind, step, is_log = "real", 0.0, decision.scale == "log"
        lower, upper = (float(bound) for bound in decision.real)
        default = _held(scenario, decision)
    column = Column(
        name=name if phase is None else f"{name}@{phase}",
        decision=name,
        phase=phase,
        kind=kind,
        lower=lower,
        upper=upper,
        step=step,
        is_log=is_log,
        labels=labels,
        default=default,
        today=default,
    )
    return _with_today(column, scenario.today.get(name, _NOT_SAID))


_NOT_SAID = object()


def _with_today(column: Column, written: object) -> Column:
    if isinstance(written, dict):
        written = written.get(column.phase, _NOT_SAID)
    if written is _NOT_SAID:
        return column
    if column.kind in ("integer", "real") and written is None:
        today = math.inf
    elif column.kind in ("integer", "real") and isinstance(written, (int, float)):
        today = float(written)  # the running system may lie outside what is considered
    else:
        today = column.read(written)
    fields = {name: getattr(column, name) for name in Column.__slots__}
    return Column(**{**fields, "today": today})


def _held(scenario: Scenario, decision: Toggle | Choice | Integer | Real) -> float:
    """What the (first) path of a number holds in the file."""
    assert isinstance(decision, (Integer, Real))
    slot = resolve(scenario, decision.sets[0])[0]
    if slot.owner == "workload":
        return max(phase.rate for phase in scenario.workload.phases)
    if slot.owner == "driver":
        return scenario.workload.phases[0].drivers.get(slot.name, 1.0)
    return quantity_of(scenario, slot).held(written_value(scenario, slot))
