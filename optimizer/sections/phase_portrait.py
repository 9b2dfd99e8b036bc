"""A phase portrait in words, a chart and a table: from where a station comes back, from where it doesn't."""

from __future__ import annotations

import math

from optimizer.resilience.phase_portrait import Path, Portrait
from optimizer.sections.content import Block, Cell, Line, Number, Paragraph, Section, Table, Text, text

_WAITING, _RETRIES = "calls that wait", "retries under way"


def phase_portrait(found: Portrait, component: str) -> Section:
    """From which states a component comes back by itself.

    Args:
        found: The portrait.
        component: Name of the component.
    """
    blocks: list[Block] = [Paragraph(text(*_states(found, component)))]
    if not found.station.is_repeated:
        return Section("phase-portrait", f"Where {component} drifts", tuple(blocks))
    border = found.border
    lines = [(_name(path), path.points) for path in found.paths if len(path.points) > 1]
    if border:
        lines.insert(0, ("border of no return", border))
    rows = tuple(_row(path) for path in found.paths)
    head = (_WAITING, _RETRIES, "ends")
    table = Table("phase-portrait", "Where the state goes that is put somewhere", head, rows, is_headed=False)
    if len(border) > 1:
        edge: tuple[tuple[Cell, ...], ...] = tuple(
            (Number(waiting, "calls"), Number(retries, "calls"), "the border")
            for waiting, retries in border[::8]
        )
        table = Table(table.name, table.caption, head, (*rows, *edge), is_headed=False)
    if lines:
        (name, points), *more = lines
        blocks.append(
            Line(
                title=f"{component}: calls that wait against retries under way",
                alt="The border of no return, and courses of the state from both sides of it.",
                x_label=_WAITING,
                y_label=_RETRIES,
                x_unit="calls",
                y_unit="calls",
                points=points,
                table=table,
                name=name,
                more=tuple(more),
            )
        )
    return Section("phase-portrait", f"Where {component} drifts", tuple(blocks))


def _states(found: Portrait, component: str) -> Text:
    station = found.station
    if not station.is_repeated:
        return text(f"No call of {component} is given up and repeated: no retries can keep it down.")
    told = text(
        f"{component} is asked ",
        Number(station.load_per_s, "requests/s"),
        " and can do ",
        Number(station.servers / station.service_s, "requests/s"),
        f", with {station.retries:g} retries after ",
        Number(station.timeout_s, "s"),
        ". ",
    )
    if found.failed is None:
        return text(*told, "Wherever it is put, it comes back by itself: it has no failed state.")
    waiting, retries = found.failed
    queue = text("a queue without end") if math.isinf(waiting) else text(Number(waiting, "calls"), " waiting")
    failed = text("Its failed state: ", *queue, " and ", Number(retries, "calls"), " as retries under way. ")
    if found.healthy is None:
        return text(*told, *failed, "It has no healthy state.")
    border = found.border
    if border and border[0][1] == 0.0:
        edge = text("With no retry under way it comes back from fewer than ", Number(border[0][0], "calls"))
        return text(*told, *failed, *edge, " that wait.")
    return text(*told, *failed)


def _name(path: Path) -> str:
    waiting, retries = path.points[0]
    start = f"from {waiting:.0f} waiting" + (f", {retries:.0f} retries" if retries else "")
    return f"{start}: {'lost' if path.is_lost else 'comes back'}"


def _row(path: Path) -> tuple[Cell, ...]:
    waiting, retries = path.points[0]
    ends = "in the failed state" if path.is_lost else "in the healthy state"
    return (Number(waiting, "calls"), Number(retries, "calls"), ends)
