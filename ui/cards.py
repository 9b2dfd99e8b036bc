"""The shortlist as cards: each of its designs, and today's, with what there is to say of it.

What stands on a card is a column of the shortlist's table (`optimizer.sections.shortlist`): terminal and
report tell the same in the same words.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.evaluation import Evaluation
from optimizer.decide.choose.asks import asks_of, kept
from optimizer.decide.recommend.recommendation import Pick
from optimizer.model import Model
from optimizer.sections.content import joined, plain, text
from optimizer.sections.shortlist import ROLES, designs
from optimizer.sections.wording import number
from optimizer.solver.solution import Solution
from ui.tokens import TODAY

#: What a simulation said of a design, in words.
_CHECKS = {"not_checked": "not yet"}
#: The row of the table that says why a design is there: the card says it below its name.
_WHY = "why it is here"


@dataclass(frozen=True, slots=True)
class Card:
    """One design of the shortlist.

    Attributes:
        token: Its name in an address.
        name: What it is called.
        why: Why it is on the shortlist.
        facts: What is known of it: head and words, in the order of the table.
        missed: What it misses of what was asked; empty = nothing.
        is_recommended: Whether it is the recommended one.
    """

    token: str
    name: str
    why: str
    facts: tuple[tuple[str, str], ...]
    missed: str
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
    cards = []
    for k, pick in enumerate(picks, start=1):
        facts = [(str(row[0]), plain(row[k])) for row in table.rows if row[0] != _WHY]
        why = next((plain(row[k]) for row in table.rows if row[0] == _WHY), "")
        cards.append(
            Card(
                token=TODAY if pick.position is None else str(pick.position + 1),
                name=plain(table.columns[k]),
                why=why,
                facts=(*((head, words) for head, words in facts if words), ("simulation", _CHECKS[pick.check])),
                missed=_missed(model, solution, pick),
                is_recommended="recommended" in pick.roles,
            )
        )
    return tuple(cards)


def marks_of(solution: Solution) -> dict[int, str]:
    """What the designs of the shortlist are on it for, by position on the front, the recommended one first."""
    made = solution.recommendation
    if made is None:
        return {} if solution.suggested is None else {solution.suggested: "suggested"}
    picks = sorted(made.picks, key=lambda pick: "recommended" not in pick.roles)
    return {
        pick.position: ", ".join(ROLES[role] for role in pick.roles)
        for pick in picks
        if pick.position is not None
    }


def _missed(model: Model, solution: Solution, pick: Pick) -> str:
    """What a design misses, each with what was asked: `cost 110 USD, consistency 99 %`."""
    evaluation: Evaluation = solution.today if pick.position is None else solution.front.evaluation
    row = pick.position or 0
    asks = asks_of([model.goal(dimension) for dimension in evaluation.dimensions])
    keeps = kept(evaluation, asks)[row]
    missed = []
    for ask, holds in zip(asks, keeps, strict=True):
        if not holds:
            dimension = evaluation.dimensions[ask.dimension]
            missed.append(text(f"{dimension.name} ", number(dimension, ask.value)))
    return plain(joined(missed, last=", ")) if missed else ""
