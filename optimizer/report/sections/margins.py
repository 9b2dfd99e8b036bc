"""How much load and which losses the design stands, and the escape plan."""

from __future__ import annotations

from optimizer.report.findings import Findings, of_system
from optimizer.report.system_findings import SystemFindings
from optimizer.resilience.escape import Step
from optimizer.sections.breaking import BEFOREHAND
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, joined, text
from optimizer.sections.margins import furthest_text, losses, multiple
from optimizer.sections.wording import changes_text, limit_label


@of_system
def margins(found: Findings, system: SystemFindings) -> Section:
    """Breaking points, losses, and the switches in the order in which growing load needs them."""
    return Section(
        "margins",
        "Where it breaks, and the way out",
        (loads(system), losses(system.margins), *way_out(found, system)),
    )


def way_out(found: Findings, system: SystemFindings) -> tuple[Block, ...]:
    """The change that moves the first break furthest, and the escape plan."""
    blocks: list[Block] = []
    if system.furthest is not None:
        blocks.append(Paragraph(furthest_text(system.furthest, found.labels)))
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


def loads(system: SystemFindings) -> Table:
    """The load at which each limit is broken, of the design and of today's."""
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
    caption = "The load at which each limit is broken"
    return Table("load", caption, ("limit", "broken at by this design", "by today's"), tuple(rows))


def _step(found: Findings, step: Step) -> tuple[Cell, ...]:
    takes: Cell = "can't be switched while it runs" if step.minutes is None else Number(step.minutes, "min")
    falls = (
        f"{limit_label(step.limit)} is broken at {step.component}"
        if step.component
        else f"{limit_label(step.limit)} is broken"
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
