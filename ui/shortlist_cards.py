"""The shortlist as cards: each of its designs, and today's, with what there is to say of it.

What stands on a card is a column of the shortlist's table (`optimizer.sections.shortlist`): terminal and
report tell the same in the same words.
"""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.decide.choose.asks import asks_of, kept
from optimizer.decide.recommend.recommendation import Pick
from optimizer.model import Model
from optimizer.sections.content import Cell, Number, Table, joined, plain, text
from optimizer.sections.shortlist import CHECKED, ROLES, designs
from optimizer.sections.verify import SHORT
from optimizer.sections.wording import number
from optimizer.solver.solution import Solution
from ui.tokens import TODAY

#: The row of the table that says why a design is there: the card says it below its name.
_WHY = "why it is here"


#: The row of the table that says how much it keeps of what was asked.
_KEPT = "asked and kept"
#: Dimensions that a card names in which a design misses what was asked.
_MOST_MISSED = 4


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of a design."""

    head: str
    words: str


@dataclass(frozen=True, slots=True)
class Card:
    """One design of the shortlist.

    Attributes:
        token: Its name in an address.
        name: What it is called.
        why: Why it is on the shortlist.
        facts: What is known of it, in the order of the table; after what it keeps what it misses.
        is_recommended: Whether it is the recommended one.
    """

    token: str
    name: str
    why: str
    facts: tuple[Fact, ...]
    is_recommended: bool


def cards_of(model: Model, solution: Solution) -> tuple[Card, ...]:
    """The cards of a solution, today's design first, then from the cheapest on; none without a shortlist.

    Args:
        model: The model.
        solution: Its solution.
    """
    made = solution.recommendation
    if made is None or not made.picks:
        return ()
    table = designs(model, solution, made)
    picks = list(made.picks)
    if len(table.columns) - 1 > len(picks):  # today's is none of them
        picks.insert(0, made.today)
    return tuple(_card(model, solution, pick, table, k) for k, pick in enumerate(picks, start=1))


def _card(model: Model, solution: Solution, pick: Pick, table: Table, column: int) -> Card:
    """The card of a design, from its column of the table."""
    told = {plain(row[0]): _words(row[column]) for row in table.rows}
    why = told.pop(_WHY, "")
    facts = []
    for head, words in told.items():
        if words and head != CHECKED:
            facts.append(Fact(head, words))
        missed = _missed(model, solution, pick) if head == _KEPT else ""
        if missed:
            facts.append(Fact("misses", missed))
    return Card(
        token=TODAY if pick.position is None else str(pick.position + 1),
        name=plain(table.columns[column]),
        why=why,
        facts=(*facts, Fact(CHECKED, SHORT[pick.check.verdict])),
        is_recommended="recommended" in pick.roles,
    )


def marks_of(solution: Solution) -> dict[int, str]:
    """Why designs are on the shortlist, by position on the front, the recommended one first."""
    made = solution.recommendation
    if made is None:
        return {} if solution.recommended is None else {solution.recommended: "recommended"}
    picks = sorted(made.picks, key=lambda pick: "recommended" not in pick.roles)
    return {
        pick.position: ", ".join(ROLES[role] for role in pick.roles)
        for pick in picks
        if pick.position is not None
    }


def _missed(model: Model, solution: Solution, pick: Pick) -> str:
    """What a design misses: `cost 150 USD (target 110 USD), consistency (target 99 %)`."""
    evaluation = solution.today if pick.position is None else solution.front.evaluation
    asks = asks_of([model.goal(dimension) for dimension in evaluation.dimensions])
    keeps = kept(evaluation, asks)[pick.position or 0]
    missed: dict[int, dict[str, Number]] = {}
    for ask, holds in zip(asks, keeps, strict=True):
        if not holds:
            bound = number(evaluation.dimensions[ask.dimension], ask.value)
            missed.setdefault(ask.dimension, {})[ask.kind] = bound
    parts = []
    for j, bounds in missed.items():
        told = text(evaluation.dimensions[j].name)
        if "wish" in bounds:
            told = text(*told, " ", bounds["wish"])
        if "target" in bounds:
            told = text(*told, " (target ", bounds["target"], ")")
        parts.append(told)
    return _words(joined(parts, most=_MOST_MISSED))


def _words(cell: Cell) -> str:
    """A cell as text; no number may be broken between it and its unit."""
    if isinstance(cell, tuple):
        return "".join(_words(part) for part in cell)
    return plain(cell).replace(" ", "\u00a0") if isinstance(cell, Number) else plain(cell)
