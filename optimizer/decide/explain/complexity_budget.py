"""What spends the complexity budget: each decision of a design, and what one addition more would do to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.dimensions.complexity import WARNING_SHARE
from models.evaluation import Array
from models.evaluator import evaluate, run
from models.space.columns import Column
from models.system.system import System
from optimizer.changes import Change, changes

#: How far one addition moves a number that isn't counted in steps, as a share of its range.
PART_OF_A_RANGE = 0.1

#: What an addition does to the reserve: nothing new, below the warning, used up, or it was so before.
Crossing = Literal["none", "warning", "zero"]


@dataclass(frozen=True, slots=True)
class Spending:
    """What one decision of a design spends of the budget, against its value today.

    Attributes:
        change: The decision, its value today and here.
        points: Points that are left more when it alone is taken back; negative = it brings points. None =
            it can't be taken back alone.
        remaining_share: Share of the budget that is left then; None likewise.
    """

    change: Change
    points: float | None
    remaining_share: float | None


@dataclass(frozen=True, slots=True)
class Addition:
    """One thing more in a design.

    Attributes:
        what: What is added; more than one decision where one comes to exist with another.
        points: Points that it spends; negative = it brings points.
        remaining: Points that are left then.
        remaining_share: The same as a share of the budget.
        crosses: Which mark the reserve falls below that it was above: the warning, or zero.
        breaks: Limits that hold now and not then.
        forbidden: The rules that forbid it, in words.
        x: The design with it, a value a column.
    """

    what: tuple[Change, ...]
    points: float
    remaining: float
    remaining_share: float
    crosses: Crossing
    breaks: tuple[str, ...]
    forbidden: tuple[str, ...]
    x: tuple[float, ...]


def spending_of(system: System, x: Array) -> tuple[Spending, ...]:
    """What each decision of a design spends, by taking it back alone; what spends most comes first.

    Decisions that need each other, and pairs of parts, cost more or less together than each alone: the sum
    isn't the difference from today's budget.

    Args:
        system: The system.
        x: The design, `(d,)`.
    """
    space = system.space
    row, today = space.canonical(x[None, :])[0], space.today
    found = changes(space, today, row)
    rows, alone = [row], []
    for decision in space.decisions:
        places = list(decision.columns)
        if np.array_equal(row[places], today[places]):
            continue
        back = row.copy()
        back[places] = today[places]
        back = space.canonical(back[None, :])[0]
        if not np.array_equal(back, row) and bool(space.is_allowed(back[None, :])[0]):
            alone.append(decision.name)
            rows.append(back)
    left, share = _reserve(system, np.array(rows))
    told = {name: (left[k] - left[0], share[k]) for k, name in enumerate(alone, start=1)}
    spent = [Spending(change, *map(_number, told.get(change.decision, (None, None)))) for change in found]
    return tuple(sorted(spent, key=lambda one: -(one.points if one.points is not None else -np.inf)))


def additions(system: System, x: Array) -> tuple[Addition, ...]:
    """Every single addition to a design with what it does to the reserve; what leaves least comes first.

    A switch that is off is turned on, a choice takes another option than today's, a number goes one step up;
    what has no steps, by a tenth of its range. Decisions by phase change in all phases.

    Args:
        system: The system.
        x: The design, `(d,)`.
    """
    space = system.space
    row = space.canonical(x[None, :])[0]
    rows = [row]
    for columns, values in _steps_up(system, row):
        more = row.copy()
        more[columns] = values
        more = space.canonical(more[None, :])[0]
        if not any(np.array_equal(more, known) for known in rows):
            rows.append(more)
    X = np.array(rows)
    left, share = _reserve(system, X)
    over = evaluate(system, X)
    found = []
    for k in range(1, len(X)):
        gone = (over.excess[k] > 0.0) & (over.excess[0] <= 0.0)
        found.append(
            Addition(
                what=changes(space, row, X[k]),
                points=float(left[0] - left[k]),
                remaining=float(left[k]),
                remaining_share=float(share[k]),
                crosses=crossing(float(share[0]), float(share[k])),
                breaks=tuple(over.constraints[j] for j in np.flatnonzero(gone)),
                forbidden=space.broken_rules(X[k]),
                x=tuple(float(value) for value in X[k]),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.remaining, -one.points)))


def crossing(before: float, after: float) -> Crossing:
    """Which mark a reserve falls below: zero is told rather than the warning.

    Args:
        before: Share that is left before.
        after: Share that is left after.
    """
    if before > 0.0 >= after:
        return "zero"
    return "warning" if before >= WARNING_SHARE > after else "none"


def _steps_up(system: System, row: Array) -> Iterator[tuple[list[int], Array]]:
    """Columns and their values for each addition."""
    space = system.space
    for decision in space.decisions:
        places = list(decision.columns)
        column = space.columns[places[0]]
        if column.kind == "choice":
            for option in column.values():
                if option != space.today[places[0]] and not np.all(row[places] == option):
                    yield places, np.full(len(places), option)
        else:
            more = np.array([_more(space.columns[j], float(row[j])) for j in places])
            if np.any(more != row[places]):
                yield places, more


def _more(column: Column, value: float) -> float:
    """The next value up; the same where there is none."""
    if column.kind == "toggle":
        return 1.0
    if value >= column.upper:
        return value
    step = column.step or PART_OF_A_RANGE * (column.upper - column.lower)
    return max(value, float(column.clip(np.array(value + step))))


def _reserve(system: System, X: Array) -> tuple[Array, Array]:
    """Points left, and their share of the budget, `(n,)` each."""
    budget = run(system, X).budget
    n = len(X)
    return np.array(np.broadcast_to(budget.remaining, (n,))), np.array(
        np.broadcast_to(budget.remaining_share, (n,))
    )


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)
