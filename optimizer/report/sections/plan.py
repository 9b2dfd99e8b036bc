"""The plan: what is set in which phase, and when to switch."""

from __future__ import annotations

from optimizer.report.findings import Findings
from optimizer.resilience.runbook import Switch
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, joined, text
from optimizer.sections.wording import changes_text, counted


def plan(found: Findings) -> Section | None:
    """Work to do beforehand, settings by phase, and the runbook."""
    if found.system is None or found.chosen is None:
        return None
    system = found.system.system
    chosen = found.chosen
    days, usd = (float(chosen.indicators[name][0]) for name in ("effort_days", "one_time_usd"))
    blocks: list[Block] = [
        Paragraph(
            text(
                "Before it begins: ",
                Number(days, "days"),
                " of work and ",
                Number(usd, "USD"),
                " for ",
                *counted(len(found.changed), "decision that differs", "decisions that differ"),
                " from today's.",
            )
        ),
        _phases(found),
    ]
    if found.system.runbook:
        head = (
            "on from, requests/s",
            "switch",
            "back below, requests/s",
            "takes",
            "load doubles in",
            "in time",
        )
        rows = tuple(_switch(found, switch) for switch in found.system.runbook)
        caption = "The runbook: from the calm setting upwards, when to switch what, and when to take it back"
        blocks.append(Table("runbook", caption, head, rows, is_headed=False))
    else:
        blocks.append(Paragraph(text("Nothing needs to be switched while it runs.")))
    if len(system.phases) > 1 and not found.system.plan:
        blocks.append(Paragraph(text("No decision is set by phase: the design stays as it is throughout.")))
    return Section("plan", "The plan by phase", tuple(blocks))


def _phases(found: Findings) -> Table:
    assert found.system is not None
    system, settings = found.system.system, found.system.plan
    head = ("phase", "hours", "requests/s", *(found.labels.decision(one.decision) for one in settings))
    rows = []
    for p, phase in enumerate(system.phases):
        cells: list[Cell] = [
            phase,
            Number(float(system.hours[0, p]), "h"),
            Number(float(found.system.rate[p]), "requests/s"),
        ]
        cells += [found.labels.value(one.decision, one.settings[p]) for one in settings]
        rows.append(tuple(cells))
    return Table("phases", "The phases, and what is set in each", head, tuple(rows))


def _switch(found: Findings, switch: Switch) -> tuple[Cell, ...]:
    minutes, lead = switch.step.minutes, switch.lead_minutes
    is_in_time: Cell = (
        None if switch.is_in_time is None else "yes" if switch.is_in_time else "no: switch it before"
    )
    told = joined([text(notice) for notice in switch.step.told])
    what = changes_text(found.labels, switch.step.what)
    return (
        Number(switch.on_above, "requests/s"),
        text(*what, *(text("; users are told: ", *told) if told else ())),
        Number(switch.off_below, "requests/s"),
        None if minutes is None else Number(minutes, "min"),
        None if lead is None else Number(lead, "min"),
        is_in_time,
    )
