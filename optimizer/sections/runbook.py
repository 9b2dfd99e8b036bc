"""When to switch what: what is set in each phase, and the load at which each switch is needed."""

from __future__ import annotations

from collections.abc import Sequence

from models.evaluation import Array
from models.system.system import System
from optimizer.model import Labels
from optimizer.resilience.hysteresis import WayBack
from optimizer.resilience.runbook import PhasePlan, Switch
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, joined, text
from optimizer.sections.hysteresis import way_back_text
from optimizer.sections.margins import multiple
from optimizer.sections.wording import changes_text, limit_label


def runbook(phases: Table, switches: Sequence[Switch], labels: Labels, way: WayBack | None = None) -> Section:
    """When to switch what, and what to do when it doesn't come back.

    Args:
        phases: What is set in each phase (`phases_table`).
        switches: The switches, from the calm setting upwards.
        labels: What decisions and their values are called.
        way: How to bring it back; None = nothing is needed, or nobody knows.
    """
    back = () if way is None else (Paragraph(way_back_text(way)),)
    return Section("runbook", "The runbook", (phases, switches_block(switches, labels), *back))


def phases_table(system: System, rate: Array, plan: Sequence[PhasePlan], labels: Labels) -> Table:
    """The phases, and what is set in each.

    Args:
        system: The system.
        rate: Requests/s in each phase, `(p,)`.
        plan: What is set by phase.
        labels: What decisions and their values are called.
    """
    head = ("phase", "hours", "requests/s", *(labels.decision(one.decision) for one in plan))
    rows = []
    for p, phase in enumerate(system.phases):
        cells: list[Cell] = [
            phase,
            Number(float(system.hours[0, p]), "h"),
            Number(float(rate[p]), "requests/s"),
        ]
        cells += [labels.value(one.decision, one.settings[p]) for one in plan]
        rows.append(tuple(cells))
    return Table("phases", "The phases, and what is set in each", head, tuple(rows))


def switches_block(switches: Sequence[Switch], labels: Labels) -> Block:
    """The loads at which each switch is needed; or that there is none."""
    if not switches:
        return Paragraph(
            text("No switch that takes minutes moves the first break: there is nothing to switch under load.")
        )
    head = (
        "on from, requests/s",
        "switch",
        "back below, requests/s",
        "takes",
        "load doubles in",
        "in time",
        "else",
        "then it holds to",
    )
    rows = tuple(_switch(switch, labels) for switch in switches)
    caption = "The runbook: from the calm setting upwards, when to switch what, and when to take it back"
    return Table("runbook", caption, head, rows, is_headed=False)


def _switch(switch: Switch, labels: Labels) -> tuple[Cell, ...]:
    step = switch.step
    minutes, lead = step.minutes, switch.lead_minutes
    is_in_time: Cell = (
        None if switch.is_in_time is None else "yes" if switch.is_in_time else "no: switch it before"
    )
    told = joined([text(notice) for notice in step.told])
    what = changes_text(labels, step.what)
    where = f" at {step.component}" if step.component else ""
    return (
        Number(switch.on_above, "requests/s"),
        text(*what, *(text("; users are told: ", *told) if told else ())),
        Number(switch.off_below, "requests/s"),
        None if minutes is None else Number(minutes, "min"),
        None if lead is None else Number(lead, "min"),
        is_in_time,
        text(f"{limit_label(step.limit)} is broken{where}, at ", *multiple(step.breaks_at)),
        multiple(step.holds_to),
    )
