"""Does a chosen design still hold: what was checked, and what was found."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.decide.explain.gate import Check
from optimizer.sections.content import Block, Paragraph, Section, Table, text


def gate(checks: Sequence[Check], notes: Sequence[str] = ()) -> Section:
    """What was checked, and what was found.

    Args:
        checks: The checks.
        notes: What is to be known of the design that was given.
    """
    blocks: list[Block] = [Paragraph(text(f"note    {note}")) for note in notes]
    rows = tuple(("ok" if check.holds else "FAILED", check.told) for check in checks)
    table = Table("checks", "Whether the chosen design still holds", ("check", "what was found"), rows)
    return Section("gate", "Does the decision still hold", (*blocks, table))
