"""Which design is best for whom: the front in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import bool_
from numpy.typing import NDArray

from optimizer.changes import called, marked
from optimizer.decide.choose.acceptability import Acceptability
from optimizer.decide.choose.asks import Ask
from optimizer.decide.choose.ranking import Ranking
from optimizer.decide.recommend.recommendation import Recommendation
from optimizer.decide.recommend.visible_front import ShownFront, visible_words
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, Text, joined, text
from optimizer.sections.subject import Subject
from optimizer.sections.wording import counted, numbers

#: Ranks that are shown.
SHOWN = 10


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """A front in order.

    Attributes:
        order: The order.
        opinions: How often each design is best for somebody.
        could: Which designs could be the first within the model's error, `(n,)`.
        record: What is recommended of the front.
        shown: The designs that are ranked; all other values are by their places among these.
        asks: What was asked.
        kept: Which design keeps which ask, `(n, asks)`.
    """

    order: Ranking
    opinions: Acceptability
    could: NDArray[bool_]
    record: Recommendation
    shown: ShownFront
    asks: tuple[Ask, ...]
    kept: NDArray[bool_]

    def confidence(self, i: int) -> float | None:
        """Share of the draws in which a design keeps all limits; None where the record doesn't tell it."""
        position = self.shown.on_whole(i)
        return next((pick.confidence for pick in self.record.picks if pick.position == position), None)


def rank(subject: Subject, told: Ranked) -> Section:
    """The front in order: the first ones.

    Args:
        subject: What it is about.
        told: The order.
    """
    evaluation, order = told.shown.front.evaluation, told.order
    dimensions = evaluation.dimensions
    weights = [
        text(f"{d.name} ", Number(float(w), "")) for d, w in zip(dimensions, order.weights, strict=True)
    ]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            f"{place}=" if told.could[i] else str(place),
            marked(subject.space, evaluation.X[i], _numbered(told, int(i))),
            Number(float(told.opinions.share[i, 0]), "fraction"),
            dimensions[int(order.furthest[i])].name,
            *numbers(evaluation, int(i)),
        )
        for place, i in enumerate(order.order[:SHOWN], start=1)
    )
    head = ("rank", "design", "best for, of opinions", "furthest behind in", *(d.name for d in dimensions))
    blocks: list[Block] = [
        Paragraph(text(f"Ranked are {visible_words(len(told.shown), told.shown.on_front)}.")),
        Paragraph(text("Weights: ", *joined(weights), ".")),
        Table("ranking", "The front in order, the best first", head, rows),
    ]
    blocks += [_asked(subject, told), Paragraph(_beside(subject, told))]
    same = int(told.could.sum()) - 1
    if same:
        others = counted(same, "other design")
        blocks.append(
            Paragraph(
                text(
                    "= ",
                    *others,
                    " can't be told apart from the first: within the model's error their order could be "
                    "another.",
                )
            )
        )
    return Section("rank", "The ranking", tuple(blocks))


def _numbered(told: Ranked, i: int) -> str:
    position = told.shown.on_whole(i)
    return f"{position + 1} (recommended)" if position == told.record.position else str(position + 1)


def _asked(subject: Subject, told: Ranked) -> Table:
    """What the first ones keep of what was asked, and how sure they are of their limits."""
    rows: list[tuple[Cell, ...]] = []
    for place, i in enumerate(told.order.order[:SHOWN].tolist(), start=1):
        cells: list[Cell] = [str(place), marked(subject.space, told.shown.front.X[i], _numbered(told, i))]
        if told.asks:
            many = (Number(float(n), "count") for n in (told.kept[i].sum(), len(told.asks)))
            cells.append(text(next(many), " of ", next(many)))
        sure = told.confidence(i)
        rows.append((*cells, None if sure is None else Number(sure, "fraction")))
    kept = ("asked and kept",) if told.asks else ()
    caption = "What they keep of what was asked, and how sure those of the shortlist are"
    return Table("asked", caption, ("rank", "design", *kept, "confidence"), tuple(rows))


def _beside(subject: Subject, told: Ranked) -> Text:
    """How the order differs from what is recommended."""
    differs = (
        "This order weighs all dimensions against each other; the recommendation asks first how likely "
        "limits hold, then what was asked, then what it costs"
    )
    position = told.record.position
    place = None if position is None else told.shown.place(position)
    if position is None or place is None:
        return text(differs, ".")
    rank_of = int(np.flatnonzero(told.order.order == place)[0]) + 1
    who = called(subject.space, subject.front.X, position)
    return text(differs, f": it names {who}, which has rank ", Number(float(rank_of), "count"), " here.")
