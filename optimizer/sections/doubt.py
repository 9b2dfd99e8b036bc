"""What if the numbers are wrong: bands, how likely each limit holds, what is chosen then, what to measure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.evaluation import Dimension, Evaluation
from optimizer.changes import numbered
from optimizer.decide.confidence.doubts import Doubts
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, joined, text
from optimizer.sections.subject import Subject
from optimizer.sections.wording import limit_label, number

#: Share of a dimension's variance from which a guess is named for it.
_NAMED_FROM = 0.05


def doubt(subject: Subject, doubts: Doubts, design: Evaluation) -> Section:
    """What if the numbers are wrong, for one design.

    Args:
        subject: What it is about.
        doubts: What the guesses do.
        design: The design, evaluated; one row.
    """
    told = (guesses(doubts), *about_design(subject, doubts, design, "this design"))
    return Section("doubt", "What if the numbers are wrong", (*told, *measure(doubts, design.dimensions)))


def about_design(
    subject: Subject, doubts: Doubts, design: Evaluation, called: str
) -> tuple[Table, Table, Table]:
    """What the guesses make of a design: its bands, its limits, and whether it is chosen again.

    Args:
        subject: What it is about.
        doubts: What the guesses do.
        design: The design, evaluated; one row.
        called: What it is called.
    """
    return _bands(doubts, design), _limits(doubts), _again(subject, doubts, called)


def measure(doubts: Doubts, dimensions: Sequence[Dimension]) -> tuple[Block, ...]:
    """What to measure first, and what knowing all of it would save."""
    saved = Number(doubts.knowledge.all_usd, "USD")
    return (
        _measure(doubts, dimensions),
        Paragraph(text("Knowing all of these numbers would save ", saved, " on average.")),
    )


def guesses(doubts: Doubts) -> Table:
    """The numbers that may be off, and how far."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (guess.path, *(Number(float(v), _unit(guess.unit)) for v in spread), guess.source or None)
        for guess, spread in zip(doubts.guesses, doubts.spread, strict=True)
    )
    head = ("number", "one in ten is below", "as many below as above", "one in ten is above", "source")
    return Table("guesses", "The numbers that may be off, and how far", head, rows)


def _unit(unit: str) -> str:
    """The unit of a guess as a report writes it: a share as a percentage, like everywhere else."""
    return "fraction" if unit == "share" else unit


def _bands(doubts: Doubts, design: Evaluation) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (dimension.name, number(dimension, value), *(number(dimension, v) for v in doubts.bands[:, j]))
        for j, (dimension, value) in enumerate(zip(design.dimensions, design.values[0], strict=True))
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


def _again(subject: Subject, doubts: Doubts, called: str) -> Table:
    order = np.argsort(-doubts.chosen, kind="stable")
    rows: list[tuple[Cell, ...]] = []
    for i in order:
        position = doubts.positions[int(i)]
        name = called if position is None else numbered(subject.space, subject.front.X, position)
        rows.append(
            (name, Number(float(doubts.chosen[i]), "fraction"), "yes" if doubts.robust[int(i)] else "no")
        )
    rows.append(("none is feasible", Number(doubts.none_feasible, "fraction"), None))
    head = ("design", "chosen in this share of the draws", "robust")
    wanted = Number(doubts.wanted, "fraction")
    caption = (
        f"Which of the few would be chosen as the draws fall; robust: all limits hold in at least {wanted} "
        "of them, and none of the others is better in bad luck"
    )
    return Table("again", caption, head, tuple(rows))


def _measure(doubts: Doubts, dimensions: Sequence[Dimension]) -> Table:
    knowledge = doubts.knowledge
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
