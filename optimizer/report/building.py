"""The report of a solution: its sections in their order, the decision as a record, the front as a table."""

from __future__ import annotations

from datetime import date
from typing import Final

from optimizer.files.json import solution_answer
from optimizer.files.tables import design_table
from optimizer.report.content import Report
from optimizer.report.findings import Findings, Maker
from optimizer.report.record import record
from optimizer.report.sections.answer import answer
from optimizer.report.sections.budget import budget, emergence
from optimizer.report.sections.checked import checked
from optimizer.report.sections.choice import choice
from optimizer.report.sections.front import front, representatives
from optimizer.report.sections.glossary import glossary
from optimizer.report.sections.margins import margins
from optimizer.report.sections.origin import origin, provenance
from optimizer.report.sections.plan import plan
from optimizer.report.sections.sacrifice import sacrifice
from optimizer.report.sections.standing import standing
from optimizer.report.sections.survival import survival
from optimizer.report.sections.today import why_not_today
from optimizer.report.sections.when_it_breaks import when_it_breaks

SECTIONS: Final[tuple[Maker, ...]] = (
    answer,
    checked,
    front,
    representatives,
    choice,
    sacrifice,
    budget,
    emergence,
    survival,
    margins,
    when_it_breaks,
    plan,
    why_not_today,
    standing,
    origin,
)


def _made(found: Findings, made: date) -> str:
    """When and with what it was made."""
    version = found.solution.provenance.get("tradespace", "")
    return f"Made on {made.isoformat()}" + (f" with Tradespace {version}." if version else ".")


def build_report(found: Findings, *, made: date) -> Report:
    """Puts the answers into a report; nothing is evaluated.

    Args:
        found: The answers (`optimizer.report.findings`).
        made: The day to put on it.
    """
    sections = [section for maker in SECTIONS if (section := maker(found)) is not None]
    sections.append(glossary(sections))
    return Report(
        title=f"Pareto report: {found.title}" if found.title else "Pareto report",
        subtitle=" ".join(part for part in (" ".join(found.summary.split()), _made(found, made)) if part),
        sections=tuple(sections),
        provenance=(("made on", (made.isoformat(),)), *provenance(found.solution)),
        decision=record(found, made),
        designs=design_table(found.front.evaluation, found.space),
        solution=solution_answer(found.solution, found.space),
    )
