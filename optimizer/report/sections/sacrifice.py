"""What the chosen design gives up, what more would cost, and what users are told."""

from __future__ import annotations

from optimizer.changes import called, changes
from optimizer.phrases import capitalised
from optimizer.report.findings import Findings
from optimizer.sections.content import (
    Block,
    Bullets,
    Cell,
    Number,
    Paragraph,
    Section,
    Table,
    Text,
    joined,
    text,
)
from optimizer.sections.wording import MOST_NAMED, broken, changes_text, moved, number


def sacrifice(found: Findings) -> Section | None:
    """What it gives up, dimension by dimension."""
    if found.chosen is None:
        return None
    blocks: list[Block] = []
    if found.position is None:
        why = "it breaks limits" if broken(found.chosen, 0) else "it gives up more than it needs to"
        blocks.append(Paragraph(text(f"The design is not on the front: {why}."), "warning"))
        blocks += _why_not(found)
    else:
        blocks += _given_up(found, found.position)
    blocks += _told(found)
    return Section("sacrifice", "What it gives up, and what users are told", tuple(blocks))


def _given_up(found: Findings, i: int) -> list[Block]:
    evaluation = found.front.evaluation
    dimensions = evaluation.dimensions
    rows: list[tuple[Cell, ...]] = []
    for one in found.gives_up:
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
            )
        )
    head = (
        "dimension",
        "this design",
        "best reachable",
        "given up, of the front's range",
        "what is bought with it",
    )
    table = Table("sacrifice", "What it gives up against the best of each dimension", head, tuple(rows))
    told = {one.dimension for one in found.gives_up}
    same = [text(d.name) for j, d in enumerate(dimensions) if j not in told]
    if same:
        alike = text("In ", *joined(same), " it gives up nothing: all designs of the front are the same.")
        return [table, Paragraph(alike), *_ways(found, i)]
    return [table, *_ways(found, i)]


def _ways(found: Findings, i: int) -> list[Block]:
    """The cheapest way to more of each dimension."""
    ways = [_way(found, i, e.dimension, e.to) for e in found.exchanges]
    if not ways:
        return []
    return [Paragraph(text("The cheapest way to more of each dimension:")), Bullets(tuple(ways))]


def _way(found: Findings, i: int, dimension: int, to: int) -> Text:
    evaluation = found.front.evaluation
    what = changes_text(
        found.labels, changes(found.space, found.front.X[i], found.front.X[to]), most=MOST_NAMED
    )
    name = evaluation.dimensions[dimension].name
    effect = moved(evaluation.dimensions, evaluation.values[i], evaluation.values[to])
    return text(
        f"Better {name}: {called(found.space, found.front.X, to)}, ", *effect, "; it changes ", *what, "."
    )


def _why_not(found: Findings) -> list[Block]:
    why = found.why_not_chosen
    if why is None:
        return []
    return [Bullets(tuple(dominated_by(found, why.design.values[0], why.dominators)))]


def dominated_by(found: Findings, values: object, dominators: object) -> list[Text]:
    """The designs of the front that are better, up to three."""
    import numpy as np

    evaluation = found.front.evaluation
    return [
        text(
            f"{capitalised(called(found.space, found.front.X, int(i)))} is as good in everything, "
            "and better in this: ",
            *moved(evaluation.dimensions, np.asarray(values), evaluation.values[int(i)]),
            ".",
        )
        for i in np.asarray(dominators)[:3]
    ]


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
    if found.system is None:
        return blocks
    notices = [
        text(
            f"{notice.label}",
            *(text(" (in ", *joined([text(phase) for phase in notice.phases]), ")") if notice.phases else ()),
            f": {notice.text}",
        )
        for notice in found.system.notices
    ]
    if notices:
        return [*blocks, Paragraph(text("What users are told:")), Bullets(tuple(notices))]
    told = "No decision that is in force has a notice for users; whether they should be told is left to you."
    return [*blocks, Paragraph(text(told))]
