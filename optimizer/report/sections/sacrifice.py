"""What the chosen design gives up, what more would cost, and what users are told."""

from __future__ import annotations

from models.evaluation import Evaluation
from optimizer.report.findings import Findings
from optimizer.sections.content import Block, Bullets, Paragraph, Section, Text, text
from optimizer.sections.notices import notices_blocks
from optimizer.sections.trade_offs import given_up, ways_to_more
from optimizer.sections.why_not import dominated_by
from optimizer.sections.wording import broken, number


def sacrifice(found: Findings) -> Section | None:
    """What it gives up, dimension by dimension."""
    if found.chosen is None:
        return None
    blocks: list[Block] = []
    if found.position is None:
        blocks.append(Paragraph(off_front_text(found.chosen), "warning"))
        blocks += _why_not(found)
    else:
        blocks += given_up(found, found.position, found.gives_up)
        blocks += ways_to_more(found, found.position, found.exchanges)
    blocks += _told(found)
    return Section("sacrifice", "What it gives up, and what users are told", tuple(blocks))


def off_front_text(design: Evaluation) -> Text:
    """That a design, one row, is not on the front, and why in a word."""
    why = "it breaks limits" if broken(design, 0) else "it gives up more than it needs to"
    return text(f"The design is not on the front: {why}.")


def _why_not(found: Findings) -> list[Block]:
    why = found.why_not_chosen
    if why is None:
        return []
    return [Bullets(tuple(dominated_by(found, why.design.values[0], why.dominators)))]


def _told(found: Findings) -> list[Block]:
    blocks: list[Block] = []
    assert found.chosen is not None
    breaches = [
        text(f"{dimension.name} misses its wish of ", number(dimension, goal.limit), f": {goal.breach}")
        for dimension, goal, value in zip(
            found.chosen.dimensions, found.goals, found.chosen.values[0], strict=True
        )
        if goal.limit is not None and goal.breach and (value - goal.limit) * dimension.sign > 0.0
    ]
    if breaches:
        blocks += [
            Paragraph(text("What users see of limits that it does not keep:")),
            Bullets(tuple(breaches)),
        ]
    if not found.model.has_load:
        return blocks
    notices = notices_blocks(found.notices)
    if notices:
        return [*blocks, *notices]
    told = "No decision that is in force has a notice for users; whether they should be told is left to you."
    return [*blocks, Paragraph(text(told))]
