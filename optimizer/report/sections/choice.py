"""The chosen design against today's and the runner-up, decision by decision."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.evaluation import Evaluation
from optimizer.changes import marked
from optimizer.decide.explain.comparison import Comparison
from optimizer.report.findings import Findings
from optimizer.sections.compare import SideBySide, decisions, told_apart
from optimizer.sections.content import Block, Cell, Number, Section, Table
from optimizer.sections.wording import broken, limit_label, numbers

#: Indicators that stand beside the dimensions, with their heads and units.
BESIDE = (
    ("effort_days", "work to get there", "days"),
    ("one_time_usd", "money beforehand", "USD"),
    ("utilisation", "busiest part", "fraction"),
)
#: Indicators that only scenarios with health checks have.
FAILOVER = (
    ("failover_s", "time to fail over", "s"),
    ("lost_writes", "writes lost at a failover", "count"),
)
#: Indicators that only scenarios with queues of messages have.
QUEUES = (
    ("backlog", "messages that wait", "count"),
    ("message_age_s", "the longest of them", "s"),
    ("drain_s", "time to drain", "s"),
)


def choice(found: Findings) -> Section | None:
    """The designs side by side, and what each decision does."""
    today = found.against_today
    if today is None:
        return None
    blocks: list[Block] = [_side_by_side(found, today)]
    beside = beside_of(found, today, ("today", found.names[0]))
    blocks += told_apart(beside, 1, "today's")
    if today.consequences[0]:
        blocks.append(decisions(beside, 1, "against-today"))
    others = found.against_chosen
    if others is not None:
        beside = beside_of(found, others, found.names)
        for i in range(1, len(found.names)):
            blocks += told_apart(beside, i)
            key = "against-runner-up" if i == 1 and found.runner_up is not None else f"against-{i}"
            blocks.append(decisions(beside, i, key))
    return Section("choice", "The choice, decision by decision", tuple(blocks))


def beside_of(found: Findings, compared: Comparison, names: tuple[str, ...]) -> SideBySide:
    """Designs side by side, under some names."""
    return SideBySide(compared, names, found.space, found.labels, found.model.hints.effort)


def _side_by_side(found: Findings, today: Comparison) -> Table:
    others = found.against_chosen
    shown = _beside([today.evaluation] if others is None else [today.evaluation, others.evaluation])
    rows: list[tuple[Cell, ...]] = [
        _row(shown, today.evaluation, 1, found.names[0]),
        _row(shown, today.evaluation, 0, "today"),
    ]
    if others is not None:
        rows += [
            _row(shown, others.evaluation, i, _with_number(found, name, i))
            for i, name in enumerate(found.names[1:], start=1)
        ]
    evaluation = today.evaluation
    head = ["design", *(d.name for d in evaluation.dimensions)]
    head += [label for _, label, _ in shown]
    return Table("choice", "The designs side by side", (*head, "limits broken"), tuple(rows))


def _with_number(found: Findings, name: str, i: int) -> str:
    assert found.against_chosen is not None
    x = found.against_chosen.evaluation.X[i]
    here = np.flatnonzero(np.all(x == found.front.X, axis=1)) if len(found.front) else np.zeros(0)
    number = f"design {int(here[0]) + 1}" if here.size else ""
    told = name if not number or number == name else f"{name}, {number}"
    return marked(found.space, x, told) if number else told


def _beside(evaluations: Sequence[Evaluation]) -> list[tuple[str, str, str]]:
    """The indicators to show: those of failover and of queues only where a design has one."""
    told = evaluations[0].indicators
    more = [
        one
        for one in (*FAILOVER, *QUEUES)
        if one[0] in told and any(bool(np.any(e.indicators[one[0]] > 0.0)) for e in evaluations)
    ]
    return [one for one in BESIDE if one[0] in told] + more


def _row(
    shown: Sequence[tuple[str, str, str]], evaluation: Evaluation, i: int, name: str
) -> tuple[Cell, ...]:
    beside = [Number(float(evaluation.indicators[key][i]), unit) for key, _, unit in shown]
    limits = ", ".join(limit_label(limit) for limit, _ in broken(evaluation, i)) or "none"
    return (name, *numbers(evaluation, i), *beside, limits)
