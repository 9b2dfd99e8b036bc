"""Which experiment to run first, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.resilience.first_experiment import Surprise
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, text

_HEAD = ("experiment", "hypothesis holds in", "what a result tells", "money at risk", "hangs most on")


def first_experiment(found: Sequence[Surprise]) -> Section:
    """The experiments, the most telling first."""
    blocks: list[Block] = [
        Paragraph(
            text(
                "Run first what nobody can say beforehand: each experiment is played in draws of guesses. "
                "A hypothesis that holds in half of them tells most (1 bit), one that holds in all or in "
                "none tells nothing new; of those alike, the one with more money at risk comes first."
            )
        ),
        Table("first-experiment", "Which experiment to run first", _HEAD, tuple(_row(one) for one in found)),
    ]
    return Section("first-experiment", "Which experiment to run first", tuple(blocks))


def _row(one: Surprise) -> tuple[Cell, ...]:
    if one.held is None:
        return (one.name, f"not played: {one.why_not}", None, None, None)
    held = text(
        Number(float(one.held.k), "count"),
        " of ",
        Number(float(one.held.n), "count"),
        " draws of the guesses",
    )
    return (one.name, held, Number(one.bits, "bits"), Number(one.at_risk_usd, "USD"), one.guess or None)
