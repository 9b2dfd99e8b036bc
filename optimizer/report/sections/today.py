"""Why today's design won't do, or what is better than it."""

from __future__ import annotations

from optimizer.changes import changes
from optimizer.report.findings import Findings
from optimizer.report.sections.sacrifice import dominated_by
from optimizer.sections.content import Bullets, Section, Text, text
from optimizer.sections.wording import changes_text, moved, over_text


def why_not_today(found: Findings) -> Section:
    """Limits broken, designs that are better, the smallest change that mends it, the nearest on the front."""
    why = found.why_not_today
    dimensions, values = why.design.dimensions, why.design.values[0]
    points: list[Text] = [
        text("It breaks ", *over_text(name, over), ".") for name, over in why.broken.items()
    ]
    points += dominated_by(found, values, why.dominators)
    if why.mending is not None:
        what = changes_text(found.labels, why.mending.what)
        effect = moved(dimensions, values, why.mending.design.values[0]) or text(
            "as before in every dimension"
        )
        points.append(
            text(
                "The smallest change that brings it within all limits: ",
                *what,
                ". Against today's that is ",
                *effect,
                ".",
            )
        )
    if why.on_front is not None:
        points.append(
            text(f"It is on the front, as design {why.on_front + 1}: keeping it is a choice like any other.")
        )
    elif why.nearest is not None:
        x = found.front.X[why.nearest]
        what = changes_text(found.labels, changes(found.space, why.design.X[0], x))
        many = "one decision" if why.fewest == 1 else f"{why.fewest} decisions"
        points.append(
            text(f"The nearest design of the front is {many} away, design {why.nearest + 1}: ", *what, ".")
        )
    if not points:
        points.append(text("Nothing is known against it, and no design of the front is near."))
    return Section("today", "Why not today's design", (Bullets(tuple(points)),))
