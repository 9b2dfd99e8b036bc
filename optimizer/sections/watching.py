"""A running system now, for people."""

from __future__ import annotations

import math

from models.dimensions.emergence import DANGER, IMMINENT
from optimizer.resilience.watching.now import Now
from optimizer.sections.content import Block, Bullets, Number, Paragraph, Section, Table, text


def watching(now: Now) -> Section:
    """The score with its terms, the phase, and what to do."""
    word = (
        "a phase transition is imminent"
        if now.score >= IMMINENT
        else ("danger" if now.score >= DANGER else "no danger by the score")
    )
    phase = f"The load is nearest to that of the phase {now.phase}." if now.phase else "The load isn't known."
    blocks: list[Block] = [
        Paragraph(text("Emergence score ", Number(now.score, ""), f": {word}. {phase}")),
        Table(
            "terms",
            "The terms of the score, each over its threshold",
            ("term", "over its threshold"),
            tuple((name, Number(value, "times")) for name, value in now.terms.items()),
        ),
    ]
    missing = [name for name, value in now.values.items() if not math.isfinite(value)]
    if missing:
        told = f"Nothing was to be read of {', '.join(missing)}: these count as nothing."
        blocks.append(Paragraph(text(told), "warning"))
    if now.raised:
        blocks.append(Paragraph(text("Now:")))
        blocks.append(Bullets(tuple(text(f"{one.name}: {one.says}.") for one in now.raised)))
    else:
        blocks.append(Paragraph(text("No level is reached: nothing is to be done.")))
    if now.between:
        told = ", ".join(one.name for one in now.between)
        blocks.append(Paragraph(text(f"Between their levels, so leave them as they are: {told}.")))
    return Section("watch", "The running system now", tuple(blocks))
