"""What the designs that survive have in common, as a report tells it."""

from __future__ import annotations

from optimizer.report.findings import Findings
from optimizer.sections.content import Section
from optimizer.sections.rules import rules

#: Rules that a report tells; the command `rules` tells them all.
MOST_TOLD = 12


def survival(found: Findings) -> Section | None:
    """The shortest combinations of decisions that make a design survive."""
    return None if found.system is None else rules(found.system.rules, found.labels, most=MOST_TOLD)
