"""Load up and down: where a design falls, where it comes back, the way back; and how long a push may be."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from optimizer.resilience.hysteresis import Hysteresis, WayBack
from optimizer.resilience.push_map import PushMap
from optimizer.sections.content import Block, Cell, Line, Number, Paragraph, Section, Table, Text, text

#: Loads that are marked, by name.
Marks = Sequence[tuple[str, float]]
_LOAD = "load"


def hysteresis(found: Hysteresis, way: WayBack | None, marks: Marks) -> Section:
    """Goodput against load, up from the healthy state and down from the failed one.

    Args:
        found: What was played.
        way: The way back to the usual load; None = nothing is needed.
        marks: Loads that are marked.
    """
    is_bad = found.is_wide or (math.isfinite(found.falls_at) and found.well_to <= 0.0)
    blocks: list[Block] = [Paragraph(_fall_text(found), "warning" if is_bad else "plain")]
    if way is not None:
        blocks.append(Paragraph(way_back_text(way)))
    blocks.append(_curve(found, marks))
    return Section("hysteresis", "Load up and down", tuple(blocks))


def _fall_text(found: Hysteresis) -> Text:
    most = Number(float(found.rates[-1]), "requests/s")
    if not math.isfinite(found.falls_at):
        return text("Nothing that was tried makes it fall, up to ", most, ".")
    falls = Number(found.falls_at, "requests/s")
    if found.well_to <= 0.0:
        return text(
            "It is well at no load that was tried, from ", Number(float(found.rates[0]), "requests/s"), " on."
        )
    if found.returns_at >= found.well_to:
        return text("It falls at ", falls, ", and is back as soon as the load is below that.")
    if found.returns_at <= 0.0:
        return text("It falls at ", falls, ", and no load that was tried brings it back.")
    back = Number(found.returns_at, "requests/s")
    return text("It falls at ", falls, ", and once it has fallen it comes back only at ", back, ".")


def way_back_text(way: WayBack) -> Text:
    """What to do when it doesn't come back: a line of the runbook."""
    if way.rate <= 0.0:
        return text(
            "When it doesn't come back: let nobody in until its queues are empty, then raise the load "
            "slowly; no load that was tried brings it back."
        )
    return text(
        "When it doesn't come back: shed to ",
        Number(way.rate, "requests/s"),
        " (",
        Number(way.kept_share, "fraction"),
        " of the usual load) for ",
        Number(way.seconds, "s"),
        ", then let everybody in.",
    )


def _curve(found: Hysteresis, marks: Marks) -> Line:
    rows = tuple(
        (
            Number(float(rate), "requests/s"),
            Number(float(up), "fraction"),
            Number(float(down), "fraction") if math.isfinite(down) else None,
            _empty(float(empty), has_fallen=math.isfinite(down)),
        )
        for rate, up, down, empty in zip(found.rates, found.up, found.down, found.empty_s, strict=True)
    )
    head = (_LOAD, "answered on the way up", "answered after a collapse", "queues are empty after")
    known = np.isfinite(found.down)
    after = tuple(
        (float(rate), float(rate * share))
        for rate, share in zip(found.rates[known], found.down[known], strict=True)
    )
    return Line(
        title="Requests that are answered, by the load",
        alt="Answers against load on the way up, and at the loads below the fall after a collapse.",
        x_label=_LOAD,
        y_label="answered",
        x_unit="requests/s",
        y_unit="requests/s",
        points=tuple((float(rate), float(rate * up)) for rate, up in zip(found.rates, found.up, strict=True)),
        table=Table("hysteresis", "Answers by the load, up and after a collapse", head, rows),
        name="on the way up",
        more=(("after a collapse", after),) if len(after) > 1 else (),
        marks=tuple(marks),
    )


def _empty(seconds: float, *, has_fallen: bool) -> Cell:
    if not has_fallen:
        return None
    return Number(seconds, "s") if math.isfinite(seconds) else "never"


def push_map(found: PushMap, marks: Marks) -> Section:
    """The longest push that is survived, by the load."""
    times, most = Number(found.push, "times"), Number(found.most_s, "s")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Number(float(rate), "requests/s"),
            Number(edge.survives, "s") if edge.survives > 0.0 else "none",
            Number(edge.falls, "s") if math.isfinite(edge.falls) else None,
        )
        for rate, edge in zip(found.rates, found.borders, strict=True)
    )
    head = (_LOAD, "longest push survived", "shortest that isn't")
    line = Line(
        title=f"The border of no return: the longest push to {times} the load that is survived",
        alt="The longest push that is survived against the load; above the line it doesn't come back.",
        x_label=_LOAD,
        y_label="longest push",
        x_unit="requests/s",
        y_unit="s",
        points=tuple(
            (float(rate), edge.survives) for rate, edge in zip(found.rates, found.borders, strict=True)
        ),
        table=Table("push-map", "The longest push that is survived, by the load", head, rows),
        marks=tuple(marks),
    )
    told = text(
        "Above the line it doesn't come back by itself within two minutes; up to ", most, " was tried."
    )
    return Section("push-map", "How long a push may be", (Paragraph(told), line))
