"""What a wish reaches or what must give, and the next designs: better in this, worse in that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.changes import called, numbered
from optimizer.decide.choose.aspiration import Reach, Relaxation
from optimizer.decide.recommend.candidates import First
from optimizer.decide.recommend.visible_front import visible_words
from optimizer.phrases import capitalised
from optimizer.phrases import joined as joined_words
from optimizer.sections.content import Bullets, Number, Paragraph, Section, Text, joined, text
from optimizer.sections.designs import designs_table
from optimizer.sections.subject import Subject
from optimizer.sections.wording import counted, moved, number

#: Designs that are shown of those that meet a wish.
SHOWN = 5


def reach(
    subject: Subject, told: Reach, best: First | None = None, seen: NDArray[np.intp] | None = None
) -> Section:
    """What a wish reaches, or what must give.

    Args:
        subject: What it is about.
        told: What was found.
        best: Of those that meet it the one to take; None = none meets it.
        seen: Those of them that differ visibly, by position; None = all.
    """
    title = "What the wish reaches"
    if told.meeting.size:
        rows = (told.meeting if seen is None else seen).tolist()
        meets = visible_words(len(rows), told.meeting.size).replace(" on the front", " that meet it")
        meet = Paragraph(text(f"{meets}; the front has ", *counted(len(subject.front), "design"), "."))
        first = [] if best is None else [best.position]
        rows = [*first, *(i for i in rows if i not in first)]
        caption = "The one to take first" if first else "The closest first"
        table = designs_table(subject, rows[:SHOWN], name="meeting", caption=caption)
        take = () if best is None else (Paragraph(_take(subject, best)),)
        return Section("reach", title, (meet, *take, table))
    closest = designs_table(subject, told.order[:1], name="closest", caption="The closest")
    ways = Bullets(tuple(_way(subject, told, one) for one in told.relaxations))
    none, give = (Paragraph(text(w)) for w in ("No design meets it.", "What must give, one of these:"))
    return Section("reach", title, (none, closest, give, ways))


def _take(subject: Subject, best: First) -> Text:
    """Which design of those that meet a wish comes first by the rule, and how sure it is."""
    who = capitalised(called(subject.space, subject.front.X, best.position))
    told = text(f"{who} comes first of them by the rule of recommendation")
    if best.confidence is None:
        return text(*told, ".")
    sure = Number(best.confidence, "fraction")
    but = "" if best.reached == "reached" else ", less than is asked for; none of them gets there"
    return text(*told, ": all limits hold in ", sure, f" of the draws of the guesses{but}.")


def _way(subject: Subject, told: Reach, one: Relaxation) -> Text:
    dimensions = subject.front.evaluation.dimensions
    parts = [
        text(
            f"{dimensions[j].name} ",
            number(dimensions[j], value),
            " instead of ",
            number(dimensions[j], told.wish[j]),
        )
        for j, value in zip(one.dimensions, one.to, strict=True)
    ]
    return text(*joined(parts), f": {numbered(subject.space, subject.front.X, one.design)}")


def next_ones(
    subject: Subject, i: int, found: Sequence[int], better: Sequence[str], worse: Sequence[str]
) -> Section:
    """The next designs from one of the front: better in some dimensions, worse in others.

    Args:
        subject: What it is about.
        i: Position of the design on the front.
        found: Positions of the next ones.
        better: Dimensions that get better.
        worse: Dimensions that may get worse.
    """
    evaluation = subject.front.evaluation
    points = []
    for k in found:
        effect = moved(evaluation.dimensions, evaluation.values[i], evaluation.values[k])
        points.append(text(f"{numbered(subject.space, subject.front.X, k)}: ", *effect))
    wanted = f"better in {joined_words(better)} at the cost of {joined_words(worse)} alone"
    if not points:
        return Section("reach", "The next designs", (Paragraph(text(f"No design is {wanted}.")),))
    lead = Paragraph(text(f"From design {i + 1}, {wanted}:"))
    return Section("reach", "The next designs", (lead, Bullets(tuple(points))))
