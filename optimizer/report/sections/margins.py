"""How much load and which losses the design stands, and the escape plan."""

from __future__ import annotations

import math

from optimizer.report.findings import Findings
from optimizer.report.sections.under_load import BEFOREHAND
from optimizer.report.system_findings import SystemFindings
from optimizer.resilience.breaking_points import LEAST, MOST
from optimizer.resilience.escape import Step
from optimizer.resilience.margins import Margin
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, Text, joined, text
from optimizer.sections.wording import changes_text, limit_label, times


def margins(found: Findings) -> Section | None:
    """Breaking points, losses, and the switches in the order in which growing load needs them."""
    system = found.system
    if system is None:
        return None
    return Section(
        "margins", "Where it breaks, and the way out", (loads(system), losses(system), *way_out(found))
    )


def way_out(found: Findings) -> tuple[Block, ...]:
    """The change that moves the first break furthest, and the escape plan."""
    system = found.system
    if system is None:
        return ()
    blocks: list[Block] = []
    if system.furthest is not None:
        step = system.furthest
        told = text(
            "The change of one decision that moves the first break furthest: ",
            *changes_text(found.labels, step.what),
            ". It moves it from ",
            *multiple(step.breaks_at),
            " to ",
            *multiple(step.holds_to),
            ".",
        )
        blocks.append(Paragraph(told))
    if system.escape:
        rows = tuple(_step(found, step) for step in system.escape)
        head = ("from, requests/s", "switch", "takes", "else", "then it holds to", "users are told")
        caption = "The escape plan: what to switch as the load grows beyond the plan, in this order"
        blocks.append(Table("escape", caption, head, rows, is_headed=False))
    else:
        blocks.append(
            Paragraph(
                text("There is no escape plan: nothing that can be switched while it runs moves the break.")
            )
        )
    return tuple(blocks)


def multiple(value: float) -> Text:
    """A multiple of the planned load, as far as was tried."""
    if value <= LEAST:
        return text("any load that was tried")
    if value > MOST:
        return text("more than ", times(MOST), " the planned load")
    return text(times(value), " the planned load")


def loads(system: SystemFindings) -> Table:
    """The load at which each limit falls, of the design and of today's."""
    points = system.breaking
    rows: list[tuple[Cell, ...]] = []
    for j, name in enumerate(points.limits):
        if name in BEFOREHAND:  # whatever the load, it takes the same days and money
            continue
        falls = (
            "broken at any load" if points.holds[i, j] == 0.0 else multiple(float(points.fails[i, j]))
            for i in range(2)
        )
        rows.append((limit_label(name), *falls))
    caption = "The load at which each limit falls"
    return Table("load", caption, ("limit", "this design falls at", "today's falls at"), tuple(rows))


def losses(system: SystemFindings) -> Table:
    """What the design stands at the planned load."""
    rows = tuple((_what(m), _stands(m), _then(m)) for m in system.margins)
    return Table("losses", "What it stands at the planned load", ("loss", "it stands", "then falls"), rows)


def _what(m: Margin) -> str:
    kinds = {
        "replicas": f"replicas of {m.component}",
        "time": f"a slower {m.component}",
        "hits": f"hits of {m.component}",
        "zone": "a whole zone",
    }
    return kinds[m.kind]


def _stands(m: Margin) -> Cell:
    stands = float(m.stands[0])
    if math.isnan(stands):
        return "limits are broken already"
    if m.kind == "replicas":
        return text(Number(stands, "count"), " of ", Number(float(m.has[0]), "count"), " lost")
    if m.kind == "time":
        return text("more than " if m.is_all[0] else "", Number(stands, "times"), " the time")
    if m.kind == "hits":
        return text(Number(stands, "fraction"), " fewer")
    return "yes" if stands else "no"


def _then(m: Margin) -> Cell:
    if not m.first[0]:
        return None
    where = f" at {m.bottleneck[0]}" if m.bottleneck[0] else ""
    return f"{limit_label(m.first[0])}{where}"


def _step(found: Findings, step: Step) -> tuple[Cell, ...]:
    takes: Cell = "can't be switched while it runs" if step.minutes is None else Number(step.minutes, "min")
    falls = (
        f"{limit_label(step.limit)} falls at {step.component}"
        if step.component
        else f"{limit_label(step.limit)} falls"
    )
    told = joined([text(notice) for notice in step.told])
    return (
        Number(step.rate, "requests/s"),
        changes_text(found.labels, step.what),
        takes,
        falls,
        multiple(step.holds_to),
        told or None,
    )
