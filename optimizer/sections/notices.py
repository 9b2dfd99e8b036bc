"""What users are told while a design runs."""

from __future__ import annotations

from collections.abc import Sequence

from models.explanation.notices import Notice
from optimizer.sections.content import Block, Bullets, Paragraph, joined, text


def notices_blocks(notices: Sequence[Notice]) -> tuple[Block, ...]:
    """What users are told, and in which phases; nothing where they are told nothing."""
    points = tuple(
        text(
            f"{notice.label}",
            *(text(" (in ", *joined([text(phase) for phase in notice.phases]), ")") if notice.phases else ()),
            f": {notice.text}",
        )
        for notice in notices
    )
    return (Paragraph(text("What users are told:")), Bullets(points)) if points else ()
