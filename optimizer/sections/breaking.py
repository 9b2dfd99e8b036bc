"""Where a design breaks: how much more load, how slow a part, how high a driver until a limit is broken."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from models.evaluation import THROUGHPUT
from optimizer.decide.recommend.recommendation import FirstBreak
from optimizer.phrases import capitalised
from optimizer.resilience.breaking_points import MOST, BreakingPoints
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, Text, joined, text
from optimizer.sections.wording import limit_label, times

#: Limits on what is done beforehand: no load changes them.
BEFOREHAND = ("effort_days", "one_time_usd")


def breaking(points: BreakingPoints, components: tuple[str, ...]) -> Section:
    """Where each limit of one design is broken, and which is first.

    Args:
        points: Its breaking points.
        components: Names of the components.
    """
    head = ("limit", f"broken at, times {_planned(points, components)}")
    rows = tuple(
        (limit_label(name), _falls_at(float(points.holds[0, j]), float(points.fails[0, j])))
        for j, name in enumerate(points.limits)
    )
    table = Table("breaking", "Where each limit is broken", head, rows)
    blocks: list[Block] = [table, Paragraph(first_fall_text(points, components))]
    if points.what == "load":
        blocks.append(Paragraph(two_loads_text()))
    return Section("breaking", "Where it breaks", tuple(blocks))


def two_loads_text() -> Text:
    """What tells the two numbers apart that say how much more load a design takes."""
    return text(
        "The first break is the multiple of the planned load at which the first limit is broken. "
        f"{capitalised(THROUGHPUT.name)} is another number: the rate at which the first component is "
        "saturated, at 100 % of its capacity; most limits are broken before that."
    )


def first_fall_text(
    points: BreakingPoints, components: tuple[str, ...], *, rate: float | None = None
) -> Text:
    """Where the first limit of a design is broken, as a sentence.

    Args:
        points: Its breaking points.
        components: Names of the components.
        rate: Planned requests/s at the peak, where it is the load that was multiplied.
    """
    first, *rest = first_fall(points, 0, components=components, rate=rate)
    return text(capitalised(str(first)), *rest, ".")


def _falls_at(holds: float, fails: float) -> Cell:
    if holds == 0.0:
        return "any multiple that was tried"
    return times(fails) if fails <= MOST else f"not to {MOST:g} times"


def first_fall(
    points: BreakingPoints, i: int, *, components: tuple[str, ...], rate: float | None = None
) -> Text:
    """Where the first limit is broken, as a sentence without its end: `the limit on latency is broken first`.

    Args:
        points: Breaking points.
        i: The design, by its row.
        components: Names of the components.
        rate: Planned requests/s at the peak, where it is the load that was multiplied.
    """
    first, busiest, margin = int(points.first[i]), int(points.bottleneck[i]), float(points.margin[i])
    what = _planned(points, components)
    if first < 0:
        return text("no limit is broken up to ", times(MOST), f" {what}")
    name = _the_limit(points.limits[first])
    if points.holds[i, first] == 0.0:
        return text(f"{name} is broken at any multiple of {what}")
    told = text(f"{name} is broken first, at ", times(margin), f" {what}")
    if busiest >= 0 and not _is_driver(points, components):
        told = text(*told, f", where {components[busiest]} is the busiest part")
    return told if rate is None else text(*told, ": ", Number(margin * rate, "requests/s"), " at the peak")


def dips_text(found: Sequence[tuple[str, tuple[float, ...]]]) -> Text:
    """The limits that are broken for a stretch of the load and hold again above it, in a sentence."""
    parts = []
    for name, multiples in found:
        low, high = times(multiples[0]), times(multiples[-1])
        if len(multiples) == 1:
            parts.append(text(f"{limit_label(name)} (seen at ", low, ")"))
        else:
            parts.append(text(f"{limit_label(name)} (seen between ", low, " and ", high, ")"))
    return text(
        "For stretches of the load that hold again above them, these limits are broken too: ",
        *joined(parts),
        ".",
    )


def margin_text(multiple: float, holds: float) -> Text:
    """How far a breaking point is from the plan, as multiples tell it."""
    if holds == 0.0:
        return text("none: broken at any load that was tried")
    if not math.isfinite(multiple):
        return text("more than ", times(MOST), " the plan")
    if multiple <= 1.0:
        return text("none: broken as planned, it holds to ", times(holds), " the plan")
    return text(Number(multiple - 1.0, "more"), " above the plan")


def grown(
    points: Mapping[str, BreakingPoints],
    *,
    name: str,
    caption: str,
    head: str,
    until: str,
    components: tuple[str, ...],
) -> Table:
    """How far each of some things can grow until the first limit is broken.

    Args:
        points: Breaking points of one design, by what grew.
        name: Name of the table.
        caption: What it shows.
        head: What grows, as a head.
        until: The head of how far.
        components: Names of the components.
    """
    rows: list[tuple[Cell, ...]] = []
    for what, found in sorted(points.items(), key=lambda one: (float(one[1].margin[0]), one[0])):
        first, busiest = int(found.first[0]), int(found.bottleneck[0])
        margin = float(found.margin[0])
        falls: Cell = limit_label(found.limits[first]) if first >= 0 else None
        if first >= 0 and found.holds[0, first] == 0.0:
            reaches: Cell = "broken at any multiple that was tried"
        elif math.isfinite(margin):
            reaches = times(margin)
        else:
            reaches = text("more than ", times(MOST))
        where = components[busiest] if busiest >= 0 and not _is_driver(found, components) else None
        rows.append((what, reaches, falls, where))
    return Table(name, caption, (head, until, "what breaks then", "busiest part there"), tuple(rows))


def _the_limit(name: str) -> str:
    """A limit as the subject of a sentence."""
    return "staying up after a push" if name == "metastable" else f"the limit on {limit_label(name)}"


def _planned(points: BreakingPoints, components: tuple[str, ...]) -> str:
    """What was multiplied, in words."""
    if points.what == "load":
        return "the planned load"
    return f"the {'time of' if points.what in components else 'driver'} {points.what}"


def _is_driver(points: BreakingPoints, components: tuple[str, ...]) -> bool:
    return points.what != "load" and points.what not in components


def break_text(first: FirstBreak | None) -> Text:
    """Where a design breaks first: `utilisation of db, at 2.01 times the planned load`."""
    if first is None:
        return text("nothing up to ", times(MOST), " the load")
    where = f" ({first.component})" if first.component else ""
    if first.times == 0.0:
        return text(f"{limit_label(first.limit)}, whatever the load")
    return text(f"{limit_label(first.limit)}{where}, at ", times(first.times), " the load")


def up_to_text(first: FirstBreak | None) -> Text:
    """Up to which load a design keeps its limits."""
    if first is None:
        return text("at any load up to ", times(MOST), " the planned one")
    if first.times == 0.0:
        return text("at no load")
    return text("up to ", times(first.times), " the planned load")
