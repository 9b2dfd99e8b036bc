"""Designs of a front as a table: what they are called, and their values."""

from __future__ import annotations

from collections.abc import Iterable

from optimizer.changes import numbered
from optimizer.sections.content import Cell, Table
from optimizer.sections.subject import Subject
from optimizer.sections.wording import numbers


def designs_table(subject: Subject, positions: Iterable[int], *, name: str, caption: str) -> Table:
    """Some designs of the front, a row each.

    Args:
        subject: What it is about.
        positions: Their positions on the front.
        name: Name of the table.
        caption: What they are.
    """
    evaluation = subject.front.evaluation
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (numbered(subject.space, subject.front.X, int(i)), *numbers(evaluation, int(i))) for i in positions
    )
    return Table(name, caption, ("design", *(d.name for d in evaluation.dimensions)), rows)
