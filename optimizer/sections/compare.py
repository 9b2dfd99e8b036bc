"""Designs side by side: their values, their decisions, and what each decision does in each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from optimizer.changes import TODAYS
from optimizer.decide.explain.comparison import Comparison, Consequence
from optimizer.model import Labels
from optimizer.resilience.breaking_points import BreakingPoints
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, joined, text
from optimizer.sections.wording import broken, limit_label, moved, number, times
from optimizer.space import SearchSpace


@dataclass(frozen=True, slots=True, eq=False)
class SideBySide:
    """Designs side by side.

    Attributes:
        compared: The designs, each against the first.
        names: What they are called.
        space: The designs there are.
        labels: What decisions and their values are called.
        effort: What getting to designs takes (`Hints.effort`); None = nobody knows.
    """

    compared: Comparison
    names: tuple[str, ...]
    space: SearchSpace
    labels: Labels
    effort: Callable[[Array], tuple[Array, Array]] | None = None


def compare(beside: SideBySide, points: BreakingPoints) -> Section:
    """Designs side by side; the first, today's, is what the others are measured against.

    Args:
        beside: The designs of a scenario.
        points: Where each breaks under load.
    """
    blocks: list[Block] = [_values(beside, points), *_differing(beside)]
    for i in range(1, len(beside.names)):
        blocks += told_apart(beside, i, TODAYS)
        if beside.compared.consequences[i - 1]:
            blocks.append(decisions(beside, i, f"against-{i}"))
    return Section("compare", "Side by side", tuple(blocks))


def _values(beside: SideBySide, points: BreakingPoints) -> Table:
    """A column a design: its values, the limits it breaks, where it breaks."""
    evaluation = beside.compared.evaluation
    designs = range(len(beside.names))
    rows: list[tuple[Cell, ...]] = [
        (dimension.name, *(number(dimension, v) for v in evaluation.values[:, j]))
        for j, dimension in enumerate(evaluation.dimensions)
    ]
    rows.append(("limits broken", *(limits_broken(beside.compared, i) for i in designs)))
    rows.append(("breaks at", *(_breaks(points, i) for i in designs)))
    return Table("compare", "The designs side by side", ("", *beside.names), tuple(rows))


def _differing(beside: SideBySide) -> list[Block]:
    """A row a decision that differs between any two of the designs."""
    labels, names = beside.labels, beside.compared.differing
    decoded = [beside.space.decode(x) for x in beside.compared.evaluation.X]
    rows = tuple(
        (labels.decision(name), *(labels.value(name, design.get(name)) for design in decoded))
        for name in names
    )
    head = ("decision", *beside.names)
    return [Table("differing", "The decisions that differ", head, rows)] if rows else []


def limits_broken(compared: Comparison, i: int) -> str:
    """The limits that a design breaks, or that there is none."""
    return ", ".join(limit_label(limit) for limit, _ in broken(compared.evaluation, i)) or "none"


def _breaks(points: BreakingPoints, i: int) -> Cell:
    first = int(points.first[i])
    if first < 0:
        return "no load tried"
    if points.holds[i, first] == 0.0:
        return "any load"
    return text(times(float(points.margin[i])), f" the planned load: {limit_label(points.limits[first])}")


def told_apart(beside: SideBySide, i: int, than: str = "") -> list[Block]:
    """Says in which dimensions a design differs from the first by no more than the model's error.

    Args:
        beside: The designs.
        i: The design, by its row.
        than: What the first is called in a sentence; empty = by its name.
    """
    evaluation = beside.compared.evaluation
    same = [
        text(d.name)
        for j, d in enumerate(evaluation.dimensions)
        if beside.compared.equal[i, j] and evaluation.values[i, j] != evaluation.values[0, j]
    ]
    if not same:
        return []
    both = f"{beside.names[i]} and {than or beside.names[0]}"
    return [
        Paragraph(text("In ", *joined(same), f" {both} can't be told apart: the model's error is larger."))
    ]


def decisions(beside: SideBySide, i: int, key: str) -> Table:
    """What each decision of a design does there, against the first of those compared.

    Args:
        beside: The designs.
        i: The design, by its row.
        key: Name of the table.
    """
    evaluation, name, than = beside.compared.evaluation, beside.names[i], beside.names[0]
    rows = [_consequence(beside, one, i) for one in beside.compared.consequences[i - 1]]
    total: tuple[Cell, ...] = ("all together", "", "")
    if beside.effort is not None:
        days, usd = (
            float(evaluation.indicators[what][i]) - float(evaluation.indicators[what][0])
            for what in ("effort_days", "one_time_usd")
        )
        total += (Number(days, "days"), Number(usd, "USD"))
    total += (moved(evaluation.dimensions, evaluation.values[0], evaluation.values[i]) or "no difference",)
    head: tuple[str, ...] = ("decision", than, name)
    if beside.effort is not None:
        head += ("work", "money beforehand")
    return Table(
        key,
        f"What each decision does in {name}, against {than}: taken back alone, all else kept",
        (*head, "what it does there"),
        (*rows, total),
    )


def _consequence(beside: SideBySide, one: Consequence, i: int) -> tuple[Cell, ...]:
    labels, evaluation = beside.labels, beside.compared.evaluation
    values = evaluation.values[i]
    does: Cell = "can't be taken back alone"
    if one.without is not None:
        does = moved(evaluation.dimensions, one.without, values) or text("no difference that the model tells")
        if one.breaks:
            limits = joined([text(limit_label(name)) for name in one.breaks])
            many = "limit" if len(one.breaks) == 1 else "limits"
            does = text(*does, f"; without it the {many} on ", *limits, " would be broken")
    cells: tuple[Cell, ...] = (
        labels.decision(one.decision),
        labels.value(one.decision, one.before),
        labels.value(one.decision, one.after),
    )
    if beside.effort is not None:
        days, usd = _effort(beside, one)
        cells += (Number(days, "days"), Number(usd, "USD"))
    return (*cells, does)


def _effort(beside: SideBySide, one: Consequence) -> tuple[float, float]:
    """Work and money of one decision: of its value here, less that of the value it is compared with."""
    assert beside.effort is not None
    space = beside.space
    today = space.decode(np.asarray(space.today))
    taken = []
    for value in (one.before, one.after):
        x = np.array(space.today)
        if value != today.get(one.decision):
            x = _alone(space, one.decision, value)
        days, usd = beside.effort(x[None, :])
        taken.append((float(days[0]), float(usd[0])))
    return taken[1][0] - taken[0][0], taken[1][1] - taken[0][1]


def _alone(space: SearchSpace, name: str, value: object) -> Array:
    """Today's row with one decision as in another design, whatever rules say: effort asks for no rules."""
    x = np.array(space.today)
    by_phase = value if isinstance(value, dict) else {}
    for place in (c for entry in space.decisions if entry.name == name for c in entry.columns):
        column = space.columns[place]
        x[place] = column.read(by_phase.get(column.phase) if by_phase else value)
    return x
