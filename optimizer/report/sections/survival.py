"""What the designs that survive have in common, as a report tells it."""

from __future__ import annotations

from optimizer.report.findings import Findings, of_system
from optimizer.report.system_findings import SystemFindings
from optimizer.sections.content import Section
from optimizer.sections.rules import rules

#: Rules that a report tells; the command `rules` tells them all.
MOST_TOLD = 12


@of_system
def survival(found: Findings, system: SystemFindings) -> Section:
    """The shortest combinations of decisions that make a design survive."""
    return rules(system.rules, found.labels, most=MOST_TOLD)
