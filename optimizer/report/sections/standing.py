"""What the answer stands on: assumptions, guesses with their bands, the model's error."""

from __future__ import annotations

import numpy as np

from optimizer.changes import numbered
from optimizer.decide.confidence.doubts import Doubts
from optimizer.report.findings import Findings
from optimizer.sections.content import Block, Bullets, Cell, Number, Paragraph, Section, Table, joined, text
from optimizer.sections.wording import limit_label, number

#: Share of a dimension's variance from which a guess is named for it.
_NAMED_FROM = 0.05


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
            blocks.append(
                Paragraph(text("The scenario gives no band for any number (`uncertainty`): none was varied."))
            )
        else:
            blocks += _doubts(found, doubts)
    blocks += _error(found)
    return Section("standing", "What the answer stands on", tuple(blocks))


def _doubts(found: Findings, doubts: Doubts) -> list[Block]:
    blocks: list[Block] = [_guesses(doubts)]
    if found.chosen is not None:
        blocks += [_bands(found, doubts), _limits(doubts), _again(found, doubts)]
    blocks += [_measure(found, doubts)]
    saved = Number(doubts.knowledge.all_usd, "USD")
    blocks.append(Paragraph(text("Knowing all of these numbers would save ", saved, " on average.")))
    return blocks


def _guesses(doubts: Doubts) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (guess.path, *(Number(float(v), _unit(guess.unit)) for v in spread), guess.source or None)
        for guess, spread in zip(doubts.guesses, doubts.spread, strict=True)
    )
    head = ("number", "one in ten is below", "as many below as above", "one in ten is above", "source")
    return Table("guesses", "The numbers that may be off, and how far", head, rows)


def _unit(unit: str) -> str:
    """The unit of a guess as a report writes it: a share as a percentage, like everywhere else."""
    return "fraction" if unit == "share" else unit


def _bands(found: Findings, doubts: Doubts) -> Table:
    assert found.chosen is not None
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (dimension.name, number(dimension, value), *(number(dimension, v) for v in doubts.bands[:, j]))
        for j, (dimension, value) in enumerate(
            zip(found.chosen.dimensions, found.chosen.values[0], strict=True)
        )
    )
    head = ("dimension", "as the file says", "one in ten is below", "half are below", "one in ten is above")
    caption = f"What the guesses make of this design, in {doubts.draws} joint draws"
    return Table("bands", caption, head, rows)


def _limits(doubts: Doubts) -> Table:
    rows = tuple(
        (limit_label(name), Number(float(share), "fraction"), Number(float(off), "fraction"))
        for name, share, off in zip(doubts.limits, doubts.holds, doubts.holds_error, strict=True)
    )
    head = ("limit", "holds in this share of the draws", "standard error of the share")
    return Table("holds", "How likely each limit holds", head, rows)


def _again(found: Findings, doubts: Doubts) -> Table:
    order = np.argsort(-doubts.chosen, kind="stable")
    rows: list[tuple[Cell, ...]] = []
    for i in order:
        position = doubts.positions[int(i)]
        name = found.names[0] if position is None else numbered(found.space, found.front.X, position)
        rows.append(
            (name, Number(float(doubts.chosen[i]), "fraction"), "yes" if doubts.robust[int(i)] else "no")
        )
    rows.append(("none is feasible", Number(doubts.none_feasible, "fraction"), None))
    head = ("design", "chosen in this share of the draws", "robust")
    caption = (
        "Which of the few would be chosen as the draws fall; robust: all limits hold in nine of ten draws, "
        "and none of the others is better in bad luck"
    )
    return Table("again", caption, head, tuple(rows))


def _measure(found: Findings, doubts: Doubts) -> Table:
    knowledge = doubts.knowledge
    dimensions = found.solution.today.dimensions
    order = np.lexsort((-knowledge.total.max(axis=1), -knowledge.value_usd))
    rows: list[tuple[Cell, ...]] = []
    for k in order:
        parts = [
            text(f"{d.name} ", Number(min(float(share), 1.0), "fraction"))
            for d, share in zip(dimensions, knowledge.total[k], strict=True)
            if share >= _NAMED_FROM
        ]
        worth = float(knowledge.value_usd[k])
        rows.append(
            (
                knowledge.paths[k],
                joined(parts) or "hardly anything",
                Number(worth, "USD") if worth > 0.0 else "nothing to tell from chance",
                Number(float(knowledge.error_usd[k]), "USD"),
            )
        )
    head = ("measure first", "share of the variance of", "knowing it saves", "standard error")
    return Table("measure", "What to measure before deciding", head, tuple(rows))


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
