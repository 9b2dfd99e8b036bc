"""What a wish reaches or what must give, and the next designs: better in this, worse in that."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.changes import numbered
from optimizer.decide.choose.aspiration import Reach, Relaxation
from optimizer.phrases import joined as joined_words
from optimizer.sections.content import Bullets, Paragraph, Section, Text, joined, text
from optimizer.sections.designs import designs_table
from optimizer.sections.subject import Subject
from optimizer.sections.wording import counted, moved, number

#: Designs that are shown of those that meet a wish.
SHOWN = 5


def reach(subject: Subject, told: Reach) -> Section:
    """What a wish reaches, or what must give.

    Args:
        subject: What it is about.
        told: What was found.
    """
    title = "What the wish reaches"
    if told.meeting.size:
        many = text(*counted(len(subject.front), "design"), " of the front")
        meet = Paragraph(text(f"{told.meeting.size:,} of ", *many, " meet it."))
        table = designs_table(subject, told.meeting[:SHOWN], name="meeting", caption="The closest first")
        return Section("reach", title, (meet, table))
    closest = designs_table(subject, told.order[:1], name="closest", caption="The closest")
    ways = Bullets(tuple(_way(subject, told, one) for one in told.relaxations))
    none, give = (Paragraph(text(w)) for w in ("No design meets it.", "What must give, one of these:"))
    return Section("reach", title, (none, closest, give, ways))


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
