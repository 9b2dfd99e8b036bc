"""What a design of the front gives up, what is bought with it, and what more would cost."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.changes import called, changes, numbered
from optimizer.decide.explain.trade_offs import Exchange, Sacrifice
from optimizer.sections.content import Block, Bullets, Cell, Number, Paragraph, Table, Text, joined, text
from optimizer.sections.subject import Subject
from optimizer.sections.wording import MOST_NAMED, changes_text, moved, number


def given_up(subject: Subject, i: int, gives_up: Sequence[Sacrifice]) -> tuple[Block, ...]:
    """What a design gives up against the best of each dimension.

    Args:
        subject: What it is about.
        i: Position of the design on the front.
        gives_up: What it gives up.
    """
    evaluation = subject.front.evaluation
    dimensions = evaluation.dimensions
    rows: list[tuple[Cell, ...]] = []
    for one in gives_up:
        dimension = dimensions[one.dimension]
        bought: Cell = moved(
            dimensions, evaluation.values[one.reached_by], evaluation.values[i], only=one.bought
        )
        if one.share == 0.0:
            bought = "nothing given up: none is better"
        elif one.is_noise:
            bought = "the difference lies within the model's error"
        rows.append(
            (
                dimension.name,
                number(dimension, evaluation.values[i, one.dimension]),
                number(dimension, one.best),
                Number(one.share, "fraction"),
                bought,
                None if one.share == 0.0 else numbered(subject.space, subject.front.X, one.reached_by),
            )
        )
    head = (
        "dimension",
        "this design",
        "best reachable",
        "given up, of the front's range",
        "what is bought with it",
        "best reached by",
    )
    table = Table("sacrifice", "What it gives up against the best of each dimension", head, tuple(rows))
    told = {one.dimension for one in gives_up}
    same = [text(d.name) for j, d in enumerate(dimensions) if j not in told]
    if same:
        alike = text("In ", *joined(same), " it gives up nothing: all designs of the front are the same.")
        return (table, Paragraph(alike))
    return (table,)


def ways_to_more(subject: Subject, i: int, found: Sequence[Exchange]) -> tuple[Block, ...]:
    """The cheapest way to more of each dimension; nothing where there is none.

    Args:
        subject: What it is about.
        i: Position of the design on the front.
        found: The ways.
    """
    ways = tuple(_way(subject, i, one.dimension, one.to) for one in found)
    if not ways:
        return ()
    return Paragraph(text("The cheapest way to more of each dimension:")), Bullets(ways)


def _way(subject: Subject, i: int, dimension: int, to: int) -> Text:
    evaluation = subject.front.evaluation
    what = changes_text(
        subject.labels, changes(subject.space, subject.front.X[i], subject.front.X[to]), most=MOST_NAMED
    )
    name = evaluation.dimensions[dimension].name
    effect = moved(evaluation.dimensions, evaluation.values[i], evaluation.values[to])
    return text(
        f"Better {name}: {called(subject.space, subject.front.X, to)}, ", *effect, "; it changes ", *what, "."
    )
