"""One design as the load grows: where limits are broken, what users see there, what is broken at a load."""

from __future__ import annotations

import math

from models.evaluation import AVAILABILITY, CONSISTENCY, DIMENSIONS, LATENCY
from optimizer.report.findings import Findings
from optimizer.resilience.breaking_points import MOST, BreakingPoints
from optimizer.resilience.load_curve import LoadCurve
from optimizer.sections.breaking import BEFOREHAND, margin_text
from optimizer.sections.content import Cell, Number, Table, Text, joined, text
from optimizer.sections.wording import limit_label, number, over_text, times

#: What it means that a limit beside those of the dimensions is broken (`Dimension.called`).
_MEANS = {
    "saturation": "the busiest part has too little time left: waits grow steeply",
    "collapse": "more arrives somewhere than can be served: a queue grows without end",
    "nothing_called": "no component is called: nothing is asked of the system",
    "endless_cost": "it costs more than any number",
    "emergence": "the parts act on each other in ways that no part shows alone",
    "metastable": "after one push it stays down, because retries keep it there",
    "tips_over": "it may fall over by itself within the phase, without any push",
    "failover_s": "users meet a lost copy for longer than the limit allows",
    "lost_writes": "more writes are gone with a lost copy than the limit allows",
    "backlog": "more messages wait in a queue than the limit allows",
    "drain_s": "a queue takes longer to drain than the limit allows",
    "message_age_s": "messages wait longer than the limit allows",
    "retention_s": "messages wait longer than their queue keeps them, and are lost",
    "complexity_reserve": "too little of the complexity budget is left for what nobody foresaw",
    "parameter_bounds": "effects push a number out of the bounds within which it means anything",
}


def meaning(found: Findings, limit: str) -> str:
    """What people see when a limit is broken: as the scenario says, else in general."""
    for dimension, goal in zip(found.solution.today.dimensions, found.goals, strict=True):
        if dimension.name == limit and goal.breach:
            return goal.breach
    if limit.startswith("flows."):
        return "the slowest of this flow wait longer than its limit allows"
    broken = {dimension.name: dimension.called.broken for dimension in DIMENSIONS}
    return _MEANS.get(limit) or broken.get(limit) or "the limit is broken"


def falls_table(
    found: Findings, points: BreakingPoints, i: int, *, rate: float, there: LoadCurve | None
) -> Table:
    """Where each limit is broken under load, and what people see there.

    Args:
        found: Findings of the scenario: what is wanted, and names.
        points: Breaking points under load.
        i: The design, by its row.
        rate: Its planned requests/s at the peak.
        there: The design at the multiples where its limits are broken (`falls_at`); None = none is.
    """
    at = {} if there is None else {float(m): k for k, m in enumerate(there.multiples)}
    rows: list[tuple[Cell, ...]] = []
    for j, name in _by_fall(points, i):
        fails, holds = float(points.fails[i, j]), float(points.holds[i, j])
        k = at.get(fails)
        seen: Cell = None
        if there is not None and k is not None and holds > 0.0:
            seen = _seen(there, k)
        falls: Cell = (
            "any load" if holds == 0.0 else times(fails) if math.isfinite(fails) else f"not to {MOST:g} times"
        )
        rows.append(
            (
                limit_label(name),
                falls,
                Number(fails * rate, "requests/s") if math.isfinite(fails) and holds > 0.0 else None,
                margin_text(fails, holds),
                meaning(found, name),
                seen,
            )
        )
    head = (
        "limit",
        "broken at, times the plan",
        "at the peak",
        "margin",
        "what a break means",
        "users then see",
    )
    return Table(
        "falls", "Where each limit is broken as the load grows in all phases alike", head, tuple(rows)
    )


def falls_at(points: BreakingPoints, i: int) -> tuple[float, ...]:
    """The multiples at which limits of a design are broken, each once, from the smallest up."""
    found = {float(points.fails[i, j]) for j, _ in _by_fall(points, i)}
    return tuple(sorted(value for value in found if math.isfinite(value)))


def at_load(found: Findings, curve: LoadCurve, i: int) -> tuple[Text, tuple[Text, ...]]:
    """What is so under one load: a sentence, and what is broken, a text each.

    Args:
        found: Findings of the scenario.
        curve: A design over the load.
        i: The multiple, by its position.
    """
    broken = [(name, over) for name, over in curve.broken(i) if name not in BEFOREHAND]
    busiest = curve.busiest(i, 1)
    busy: Text = ()
    if busiest:
        share = float(curve.utilisation[i, busiest[0]])
        busy = text(f"; {curve.components[busiest[0]]} is busiest, at ", Number(share, "fraction"))
    told = text(
        "At ",
        times(float(curve.multiples[i])),
        " the planned load, ",
        Number(float(curve.rate[i]), "requests/s"),
        ", users see ",
        *_seen(curve, i),
        *busy,
        ".",
    )
    return told, tuple(
        text(*over_text(found.limits, name, over), f": {meaning(found, name)}") for name, over in broken
    )


def _by_fall(points: BreakingPoints, i: int) -> list[tuple[int, str]]:
    """The limits that a load can move, the first to be broken first."""
    asked = [(j, name) for j, name in enumerate(points.limits) if name not in BEFOREHAND]
    return sorted(asked, key=lambda one: (float(points.fails[i, one[0]]), one[0]))


def _seen(curve: LoadCurve, i: int) -> Text:
    """What users notice of a load: waits, failures, old answers."""
    parts = []
    for dimension in (LATENCY, AVAILABILITY, CONSISTENCY):
        value = float(curve.values[i, curve.dimensions.index(dimension)])
        parts.append(text(f"{dimension.name} ", number(dimension, value)))
    return joined(parts)
