"""The front as Explore shows it: the designs that differ visibly, or all of them.

Places are those among the shown designs; the numbers that people read, and that stand in addresses, are those
of the whole front.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Evaluation
from optimizer.changes import called
from optimizer.decide.choose.representatives import Representatives, representatives
from optimizer.decide.recommend.candidates import rule_of
from optimizer.decide.recommend.visible_front import shown_front
from optimizer.pareto.front import Front
from optimizer.report.findings import Findings
from optimizer.report.sections.front import axes_of, thinned
from optimizer.sections.content import FrontView, Table
from optimizer.validation import whole_number


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The designs that are shown.

    Attributes:
        found: The answers about the whole front.
        positions: Their positions on the whole front, `(n,)`, ascending.
        front: These designs.
        few: The designs that stand for them, by place; None = there are none.
        order: Their places, the one that is recommended first coming first, `(n,)`.
    """

    found: Findings
    positions: NDArray[np.intp]
    front: Front
    few: Representatives | None
    order: NDArray[np.intp]

    @property
    def evaluation(self) -> Evaluation:
        """What they are worth."""
        return self.front.evaluation

    def number(self, place: int) -> int:
        """The number of a design."""
        return int(self.positions[place]) + 1

    def called(self, place: int) -> str:
        """What a design is called: `design 5`."""
        return called(self.found.space, self.found.front.X, int(self.positions[place]))

    def place(self, token: str) -> int | None:
        """The place of a design that an address names; None = it isn't shown."""
        number = whole_number(token)
        if number is None:
            return None
        here = np.flatnonzero(self.positions == number - 1)
        return int(here[0]) if here.size else None

    def names_of_few(self) -> dict[int, str]:
        """What sets each of the few apart, by number."""
        few = self.few
        if few is None:
            return {}
        return {self.number(place): name for place, name in zip(few.positions, few.names, strict=True)}


def shown_of(found: Findings, *, is_whole: bool) -> Shown:
    """The shown designs of a front; those of the shortlist are always among them.

    Args:
        found: The answers about it.
        is_whole: Whether all are shown, also those that differ by nothing visible.
    """
    front = found.front
    seen = shown_front(found.model, front, keep=found.solution.named, is_whole=is_whole)
    shown, positions = seen.front, seen.positions
    if not len(shown):
        return Shown(found, positions, shown, None, np.zeros(0, dtype=np.intp))
    places = np.full(len(front), -1)
    places[positions] = np.arange(len(positions))
    ordered = rule_of(found.model).order(front.evaluation).order
    if (
        found.solution.recommended is not None
    ):  # it is first: others that keep more are less sure of their limits
        best = found.solution.recommended
        ordered = np.concatenate([[best], ordered[ordered != best]])
    order = places[ordered]  # the shown ones as in the whole order
    order = order[order >= 0]
    return Shown(found, positions, shown, representatives(shown, steps=found.model.steps), order)


def view_of(shown: Shown, marks: dict[int, str], *, most: int) -> FrontView:
    """The shown designs as the view of the front takes them.

    Args:
        shown: The designs.
        marks: Names of those that are marked, by position on the whole front; the first is drawn thick.
        most: Designs that are drawn at the most.
    """
    evaluation, goals = shown.evaluation, shown.found.goals
    marked = np.flatnonzero(np.isin(shown.positions, list(marks)))
    drawn = thinned(evaluation, goals, most, keep=marked)
    return FrontView(
        alt="",
        axes=axes_of(evaluation, goals),
        numbers=tuple(shown.number(i) for i in drawn.tolist()),
        values=tuple(tuple(values) for values in evaluation.values[drawn].tolist()),
        today=tuple(shown.found.solution.today.values[0].tolist()),
        picks=tuple(position + 1 for position in marks),
        labels=tuple(marks.values()),
        thinned_from=len(evaluation) if len(drawn) < len(evaluation) else None,
        table=Table("marked", "", (), ()),
    )
