"""The levels at which somebody should know, of one design."""

from __future__ import annotations

import math

from optimizer.resilience.watching.alarms import Alarm, Levels, Signal
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, text

_UNITS = {Signal.LOAD: "requests/s", Signal.UTILISATION: "fraction", Signal.GC: "fraction"}


def alarms(levels: Levels) -> Section:
    """The levels as a table."""
    head = ("alarm", "signal", "from", "taken back below", "after", "wakes somebody", "says")
    blocks: list[Block] = []
    if math.isnan(levels.breaks_at):
        told = "A limit of this design never holds, at any load: there is no load at which it breaks."
        blocks.append(Paragraph(text(told), "warning"))
    blocks.append(
        Table("alarms", "The levels of this design", head, tuple(_row(one) for one in levels.alarms))
    )
    return Section("alarms", "When somebody should know", tuple(blocks))


def _row(alarm: Alarm) -> tuple[Cell, ...]:
    unit = _UNITS.get(alarm.signal, "")
    return (
        alarm.name,
        str(alarm.signal),
        Number(alarm.level, unit),
        None if alarm.off_below is None else Number(alarm.off_below, unit),
        Number(alarm.for_s, "s"),
        "yes" if alarm.is_urgent else "no",
        alarm.says,
    )
