"""Why a design is not on the front: limits it breaks, designs that are better, what would mend it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from optimizer.changes import called, changes, numbered
from optimizer.decide.explain.why_not import WhyNot
from optimizer.phrases import capitalised
from optimizer.sections.content import Text, text
from optimizer.sections.subject import Subject
from optimizer.sections.wording import changes_text, moved, over_text

#: Designs that are better and are named.
MOST_BETTER = 3


def why_not_points(subject: Subject, why: WhyNot, *, than: str = "it") -> list[Text]:
    """Limits broken, designs that are better, the smallest change that mends it, the nearest on the front.

    Args:
        subject: What it is about.
        why: Why the design is not on the front.
        than: What the design is called, where it is compared with.
    """
    values = why.design.values[0]
    points: list[Text] = [
        text("It breaks ", *over_text(subject.limits, name, over), ".") for name, over in why.broken.items()
    ]
    points += dominated_by(subject, values, why.dominators)
    if why.on_front is not None:
        points.append(
            text(f"It is on the front, as design {why.on_front + 1}: keeping it is a choice like any other.")
        )
    return [*points, *ways_back(subject, why, than=than)]


def ways_back(subject: Subject, why: WhyNot, *, than: str = "it") -> list[Text]:
    """The smallest change that brings a design within its limits, and the nearest design of the front.

    Args:
        subject: What it is about.
        why: Why the design is not on the front.
        than: What the design is called, where it is compared with.
    """
    dimensions, values = why.design.dimensions, why.design.values[0]
    points: list[Text] = []
    if why.mending is not None:
        what = changes_text(subject.labels, why.mending.what)
        after = why.mending.design.values[0]
        effect = moved(dimensions, values, after) or text("the same in every dimension")
        lead = "The smallest change that brings it within all limits: "
        points.append(text(lead, *what, f". Against {than} that is ", *effect, "."))
    elif why.broken:
        points.append(text("No one or two changes that were tried bring it within all limits."))
    if why.nearest is not None and why.on_front is None:
        x = subject.front.X[why.nearest]
        what = changes_text(subject.labels, changes(subject.space, why.design.X[0], x))
        effect = moved(dimensions, values, subject.front.evaluation.values[why.nearest])
        that = text(f". Against {than} that is ", *effect) if effect else ()
        away = "one decision" if why.fewest == 1 else f"{why.fewest} decisions"
        who = numbered(subject.space, subject.front.X, why.nearest)
        points.append(text(f"The nearest design of the front is {away} away, {who}: ", *what, *that, "."))
    return points


def dominated_by(subject: Subject, values: Array, dominators: NDArray[np.intp]) -> list[Text]:
    """The designs of the front that are better, up to three.

    Args:
        subject: What it is about.
        values: Values of a design, `(m,)`.
        dominators: Positions of those that are better.
    """
    evaluation = subject.front.evaluation
    return [
        text(
            f"{capitalised(called(subject.space, subject.front.X, int(i)))} is as good in everything, "
            "and better in this: ",
            *moved(evaluation.dimensions, values, evaluation.values[int(i)]),
            ".",
        )
        for i in dominators[:MOST_BETTER]
    ]
