"""What the answer stands on: assumptions, guesses with their bands, the model's error."""

from __future__ import annotations

from optimizer.report.findings import Findings
from optimizer.sections.content import Block, Bullets, Cell, Number, Paragraph, Section, Table, text
from optimizer.sections.doubt import about_design, guesses, measure

#: What is said of a scenario none of whose numbers may be off.
NO_BANDS = "The scenario gives no band for any number (`uncertainty`): none was varied."


def standing(found: Findings) -> Section:
    """Assumptions, guesses, bands, the model's error."""
    blocks: list[Block] = []
    if found.system is not None:
        scenario = found.system.system.scenario
        if scenario.assumptions:
            blocks += [
                Paragraph(text("These numbers are guesses of whoever wrote the scenario:")),
                Bullets(tuple(text(one) for one in scenario.assumptions)),
            ]
        if scenario.sources:
            blocks += [
                Paragraph(text("The others come from:")),
                Bullets(tuple(text(one) for one in scenario.sources)),
            ]
        doubts = found.system.doubts
        if doubts is None:
            blocks.append(Paragraph(text(NO_BANDS)))
        else:
            blocks.append(guesses(doubts))
            if found.chosen is not None:
                blocks += about_design(found, doubts, found.chosen, found.names[0])
            blocks += measure(doubts, found.solution.today.dimensions)
    blocks += _error(found)
    return Section("standing", "What the answer stands on", tuple(blocks))


def _error(found: Findings) -> list[Block]:
    relative = found.error.relative
    if not relative:
        return [Paragraph(text("The error of the model is not known: its numbers are taken as exact."))]
    rows: list[tuple[Cell, ...]] = []
    for name, classes in relative.items():
        below = 0.0
        for until, share in classes:
            top = Number(min(until, 1.0), "fraction")
            rows.append((name, text(Number(below, "fraction"), " to ", top), Number(share, "fraction")))
            below = until
    head = ("dimension", "utilisation of the busiest part", "largest error found")
    told = f"The model's largest error against simulation ({found.error.version}); in the rest none was found"
    return [Table("error", told, head, tuple(rows))]
