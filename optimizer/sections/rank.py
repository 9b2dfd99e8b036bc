"""Which design is best for whom: the front in order."""

from __future__ import annotations

from dataclasses import dataclass

from numpy import bool_
from numpy.typing import NDArray

from optimizer.changes import marked
from optimizer.decide.choose.acceptability import Acceptability
from optimizer.decide.choose.ranking import Ranking
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, joined, text
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
    """

    order: Ranking
    opinions: Acceptability
    could: NDArray[bool_]


def rank(subject: Subject, told: Ranked) -> Section:
    """The front in order: the first ones.

    Args:
        subject: What it is about.
        told: The order.
    """
    evaluation, order = subject.front.evaluation, told.order
    dimensions = evaluation.dimensions
    weights = [
        text(f"{d.name} ", Number(float(w), "")) for d, w in zip(dimensions, order.weights, strict=True)
    ]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            f"{place}=" if told.could[i] else str(place),
            marked(subject.space, subject.front.X[i], str(int(i) + 1)),
            Number(float(told.opinions.share[i, 0]), "fraction"),
            dimensions[int(order.furthest[i])].name,
            *numbers(evaluation, int(i)),
        )
        for place, i in enumerate(order.order[:SHOWN], start=1)
    )
    head = ("rank", "design", "best for, of opinions", "furthest behind in", *(d.name for d in dimensions))
    blocks: list[Block] = [
        Paragraph(text("Weights: ", *joined(weights), ".")),
        Table("ranking", "The front in order, the best first", head, rows),
    ]
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
