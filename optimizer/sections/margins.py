"""How much load and which losses a design stands, and the change that moves its first break furthest."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.evaluation import Array
from optimizer.model import Labels
from optimizer.resilience.breaking_points import LEAST, MOST
from optimizer.resilience.escape import Step
from optimizer.resilience.margins import Margin
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, Text, text
from optimizer.sections.wording import changes_text, limit_label, times


def margins(load: Array, stood: Sequence[Margin], furthest: Step | None, labels: Labels) -> Section:
    """How much load and which losses a design stands.

    Args:
        load: Multiples of the planned load at which today's design and this one break, `(2,)`.
        stood: What the design stands of every loss.
        furthest: The change of one decision that moves the first break furthest; None = none does.
        labels: What decisions and their values are called.
    """
    today, here = (multiple(float(value)) for value in load)
    blocks: list[Block] = [
        Paragraph(text("It breaks at ", *here, "; today's design at ", *today, ".")),
        losses(stood),
    ]
    if furthest is not None:
        blocks.append(Paragraph(furthest_text(furthest, labels)))
    return Section("margins", "How much it stands", tuple(blocks))


def losses(stood: Sequence[Margin]) -> Table:
    """What a design stands at the planned load."""
    rows = tuple((_what(m), _stands(m), _then(m)) for m in stood)
    return Table(
        "losses", "What it stands at the planned load", ("loss", "it stands", "what breaks then"), rows
    )


def furthest_text(step: Step, labels: Labels) -> Text:
    """The change of one decision that moves the first break furthest."""
    return text(
        "The change of one decision that moves the first break furthest: ",
        *changes_text(labels, step.what),
        ". It moves it from ",
        *multiple(step.breaks_at),
        " to ",
        *multiple(step.holds_to),
        ".",
    )


def multiple(value: float) -> Text:
    """A multiple of the planned load, as far as was tried."""
    if value <= LEAST:
        return text("any load that was tried")
    if value > MOST:
        return text("more than ", times(MOST), " the planned load")
    return text(times(value), " the planned load")


def _what(m: Margin) -> str:
    kinds = {
        "replicas": f"replicas of {m.component}",
        "time": f"a slower {m.component}",
        "hits": f"hits of {m.component}",
        "zone": "a whole zone",
    }
    return kinds[m.kind]


def _stands(m: Margin) -> Cell:
    stands = float(m.stands[0])
    if math.isnan(stands):
        return "limits are broken already"
    if m.kind == "replicas":
        return text(Number(stands, "count"), " of ", Number(float(m.has[0]), "count"), " lost")
    if m.kind == "time":
        return text("more than " if m.is_all[0] else "", Number(stands, "times"), " the time")
    if m.kind == "hits":
        return text(Number(stands, "fraction"), " fewer")
    return "yes" if stands else "no"


def _then(m: Margin) -> Cell:
    if not m.first[0]:
        return None
    where = f" at {m.bottleneck[0]}" if m.bottleneck[0] else ""
    return f"{limit_label(m.first[0])}{where}"
