"""The plan: what is set in which phase, and when to switch."""

from __future__ import annotations

from optimizer.report.findings import Findings
from optimizer.sections.content import Block, Number, Paragraph, Section, text
from optimizer.sections.runbook import phases_table, switches_block
from optimizer.sections.wording import counted


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
        phases_table(system, found.system.rate, found.system.plan, found.labels),
        switches_block(found.system.runbook, found.labels),
    ]
    if len(system.phases) > 1 and not found.system.plan:
        blocks.append(Paragraph(text("No decision is set by phase: the design stays as it is throughout.")))
    return Section("plan", "The plan by phase", tuple(blocks))
