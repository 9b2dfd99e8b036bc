"""The plan: what is set in which phase, and when to switch."""

from __future__ import annotations

from optimizer.report.findings import Findings, of_system
from optimizer.report.system_findings import SystemFindings
from optimizer.sections.content import Block, Number, Paragraph, Section, text
from optimizer.sections.hysteresis import way_back_text
from optimizer.sections.runbook import phases_table, switches_block
from optimizer.sections.wording import counted


@of_system
def plan(found: Findings, asked: SystemFindings) -> Section | None:
    """Work to do beforehand, settings by phase, and the runbook."""
    if found.chosen is None:
        return None
    system = asked.system
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
        phases_table(system, asked.rate, asked.plan, found.labels),
        switches_block(asked.runbook, found.labels),
    ]
    if asked.way_back is not None:
        blocks.append(Paragraph(way_back_text(asked.way_back)))
    if len(system.phases) > 1 and not asked.plan:
        blocks.append(Paragraph(text("No decision is set by phase: the design stays as it is throughout.")))
    return Section("plan", "The plan by phase", tuple(blocks))
