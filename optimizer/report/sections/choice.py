"""The chosen design against today's and the runner-up, decision by decision."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array, Evaluation
from optimizer.changes import marked
from optimizer.decide.explain.comparison import Comparison, Consequence
from optimizer.report.findings import Findings
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, joined, text
from optimizer.sections.wording import broken, limit_label, moved, numbers

#: Indicators that stand beside the dimensions, with their heads and units.
_BESIDE = (
    ("effort_days", "work to get there", "days"),
    ("one_time_usd", "money beforehand", "USD"),
    ("utilisation", "busiest part", "fraction"),
)


def choice(found: Findings) -> Section | None:
    """The designs side by side, and what each decision does."""
    today = found.against_today
    if today is None:
        return None
    blocks: list[Block] = [_side_by_side(found, today)]
    blocks += _told_apart(found, today, 1, found.names[0], "today's")
    if today.consequences[0]:
        blocks.append(decisions(found, today, 1, "against-today", found.names[0], "today"))
    others = found.against_chosen
    if others is not None:
        for i, name in enumerate(found.names[1:], start=1):
            blocks += _told_apart(found, others, i, name, found.names[0])
            key = "against-runner-up" if i == 1 and name == "the runner-up" else f"against-{i}"
            blocks.append(decisions(found, others, i, key, name, found.names[0]))
    return Section("choice", "The choice, decision by decision", tuple(blocks))


def _told_apart(found: Findings, compared: Comparison, i: int, name: str, than: str) -> list[Block]:
    """Says in which dimensions two designs differ by no more than the model's error."""
    evaluation = compared.evaluation
    same = [
        text(d.name)
        for j, d in enumerate(evaluation.dimensions)
        if compared.equal[i, j] and evaluation.values[i, j] != evaluation.values[0, j]
    ]
    if not same:
        return []
    told = text("In ", *joined(same), f" {name} and {than} can't be told apart: the model's error is larger.")
    return [Paragraph(told)]


def _side_by_side(found: Findings, today: Comparison) -> Table:
    rows: list[tuple[Cell, ...]] = [
        _row(today.evaluation, 1, found.names[0]),
        _row(today.evaluation, 0, "today"),
    ]
    if found.against_chosen is not None:
        rows += [
            _row(found.against_chosen.evaluation, i, _with_number(found, name, i))
            for i, name in enumerate(found.names[1:], start=1)
        ]
    evaluation = today.evaluation
    head = ["design", *(d.name for d in evaluation.dimensions)]
    head += [label for key, label, _ in _BESIDE if key in evaluation.indicators]
    return Table("choice", "The designs side by side", (*head, "limits broken"), tuple(rows))


def _with_number(found: Findings, name: str, i: int) -> str:
    assert found.against_chosen is not None
    x = found.against_chosen.evaluation.X[i]
    here = np.flatnonzero(np.all(x == found.front.X, axis=1)) if len(found.front) else np.zeros(0)
    number = f"design {int(here[0]) + 1}" if here.size else ""
    told = name if not number or number == name else f"{name}, {number}"
    return marked(found.space, x, told) if number else told


def _row(evaluation: Evaluation, i: int, name: str) -> tuple[Cell, ...]:
    beside = [
        Number(float(evaluation.indicators[key][i]), unit)
        for key, _, unit in _BESIDE
        if key in evaluation.indicators
    ]
    limits = ", ".join(limit_label(limit) for limit, _ in broken(evaluation, i)) or "none"
    return (name, *numbers(evaluation, i), *beside, limits)


def decisions(found: Findings, compared: Comparison, i: int, key: str, name: str, than: str) -> Table:
    """What each decision of a design does there, against the first of those compared.

    Args:
        found: Names for people, and the system.
        compared: The designs side by side.
        i: The design, by its row.
        key: Name of the table.
        name: What the design is called.
        than: What the first is called.
    """
    evaluation = compared.evaluation
    rows = [
        _consequence(found, one, evaluation, evaluation.values[i]) for one in compared.consequences[i - 1]
    ]
    has_effort = found.system is not None
    total: tuple[Cell, ...] = ("all together", "", "")
    if has_effort:
        days, usd = (
            float(evaluation.indicators[what][i]) - float(evaluation.indicators[what][0])
            for what in ("effort_days", "one_time_usd")
        )
        total += (Number(days, "days"), Number(usd, "USD"))
    total += (moved(evaluation.dimensions, evaluation.values[0], evaluation.values[i]) or "no difference",)
    head: tuple[str, ...] = ("decision", than, name)
    if has_effort:
        head += ("work", "money beforehand")
    return Table(
        key,
        f"What each decision does in {name}, against {than}: taken back alone, all else kept",
        (*head, "what it does there"),
        (*rows, total),
    )


def _consequence(
    found: Findings, one: Consequence, evaluation: Evaluation, values: Array
) -> tuple[Cell, ...]:
    labels = found.labels
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
    if found.system is not None:
        days, usd = _effort(found, one)
        cells += (Number(days, "days"), Number(usd, "USD"))
    return (*cells, does)


def _effort(found: Findings, one: Consequence) -> tuple[float, float]:
    """Work and money of one decision: of its value here, less that of the value it is compared with."""
    from models.dimensions.effort import effort

    assert found.system is not None
    system = found.system.system
    today = system.space.decode(system.space.today)
    taken = []
    for value in (one.before, one.after):
        x = system.space.today.copy()
        if value != today.get(one.decision):
            x = _alone(found, one.decision, value)
        of = effort(system, x[None, :])
        taken.append((float(of.days[0]), float(of.one_time_usd[0])))
    return taken[1][0] - taken[0][0], taken[1][1] - taken[0][1]


def _alone(found: Findings, name: str, value: object) -> Array:
    """Today's row with one decision as in another design, whatever rules say: effort asks for no rules."""
    assert found.system is not None
    space = found.system.system.space
    x = space.today.copy()
    by_phase = value if isinstance(value, dict) else {}
    for place in (c for entry in space.decisions if entry.name == name for c in entry.columns):
        column = space.columns[place]
        x[place] = column.read(by_phase.get(column.phase) if by_phase else value)
    return x
