"""What the designs that survive have in common."""

from __future__ import annotations

from optimizer.report.content import Block, Number, Paragraph, Section, Table, text
from optimizer.report.findings import Findings

#: Rules that a report tells; the command `rules` tells them all.
MOST_TOLD = 12


def rules(found: Findings) -> Section | None:
    """The shortest combinations of decisions that make a design survive."""
    if found.system is None:
        return None
    ground = found.system.rules
    meeting, seen = (Number(float(n), "count") for n in (ground.meeting, ground.seen))
    of = text("all ", seen, " designs") if ground.is_all else text("a Sobol sample of ", seen, " designs")
    blocks: list[Block] = [Paragraph(text(meeting, " of ", *of, " stay within every limit."))]
    answer = ground.rules
    if answer.exact:
        rows = tuple(
            (str(rule), Number(float(rule.covered), "count"), Number(rule.coverage, "fraction"))
            for rule in answer.exact[:MOST_TOLD]
        )
        caption = "Who decides so stays within every limit, in every design that was looked at"
        blocks.append(Table("rules", caption, ("rule", "designs", "share of those that survive"), rows))
        explained = text(
            "Together the exact rules explain ", Number(answer.explained, "fraction"), " of them."
        )
        blocks.append(Paragraph(explained))
    else:
        blocks.append(Paragraph(text("No rule of up to four decisions makes sure of it.")))
    if answer.nearly is not None:
        nearly = answer.nearly
        blocks.append(
            Paragraph(
                text(
                    f"Not exact, but most: {nearly}; ",
                    Number(nearly.precision, "fraction"),
                    " of the designs that decide so survive.",
                )
            )
        )
    return Section("rules", "What survivors have in common", tuple(blocks))
