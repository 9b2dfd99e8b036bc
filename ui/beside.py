"""The designs that a page puts side by side: who they are, and how each is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from optimizer.changes import is_today, marked
from ui import tokens
from ui.subject import Solved, Subject
from ui.values import Row, row
from ui.views.figures import GREY, PICK_COLOURS, PICK_DASHES

#: What the picks are called, in their order: marked, as decisions and parts may be called A too; the same in
#: the front (`optimizer/report/page/paint.js`).
LETTERS = ("[A]", "[B]", "[C]", "[D]")


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """One design among others.

    Attributes:
        letter: `[A]` to `[D]` for a pick; `recommended`, or `today`.
        name: What it is: `design 5`, `my own design`.
        token: Its name in an address.
        x: The design, `(d,)`.
        colour: Colour of its marks.
        dash: Dash of its lines.
        is_pick: Whether it is one of the picks.
    """

    letter: str
    name: str
    token: str
    x: Array
    colour: str
    dash: str
    is_pick: bool = False

    @property
    def row(self) -> Row:
        """The design as a key of caches."""
        return row(self.x)

    @property
    def told(self) -> str:
        """What it is called in a sentence: `[A]`, `the recommended design`, `today's design`."""
        return self.letter if self.is_pick else self.name.partition(",")[0]

    @property
    def label(self) -> str:
        """Letter and name: `[A], design 5`."""
        return f"{self.letter}, {self.name}" if self.is_pick else self.name


def named(subject: Subject, token: str, x: Array | None = None) -> str:
    """What a design is called on a page, and that it is today's where it decides as that.

    Args:
        subject: The scenario that is looked at.
        token: The design's name in an address.
        x: The design, `(d,)`; None = looked up.
    """
    name = tokens.name_of(token)
    if x is None and isinstance(subject, Solved):
        x = subject.row(token)
    return name if token == tokens.TODAY or x is None else marked(subject.system.space, x, name)


def lettered(subject: Subject, picks: Sequence[str]) -> tuple[str, ...]:
    """What the picks are called where they are listed: `[A]: design 5`."""
    return tuple(f"{letter}: {named(subject, pick)}" for letter, pick in zip(LETTERS, picks, strict=False))


def recommended_of(subject: Solved) -> Beside | None:
    """The recommended design; None = no design is feasible."""
    recommended = subject.solution.recommended
    if recommended is None:
        return None
    x = subject.solution.front.X[recommended]
    name = f"the recommended design, {named(subject, str(recommended + 1), x)}"
    return Beside("recommended", name, str(recommended + 1), x, PICK_COLOURS[0], PICK_DASHES[0])


def today_of(subject: Solved) -> Beside:
    """Today's design."""
    return Beside("today", "today's design", tokens.TODAY, subject.system.space.today, GREY, "longdash")


def picks_of(subject: Solved) -> tuple[Beside, ...]:
    """The designs that are picked, with the letters, colours and dashes that they have everywhere."""
    recommended = subject.solution.recommended
    found = []
    for k, (token, x) in enumerate(subject.picks):
        name = named(subject, token, x)
        if recommended is not None and np.array_equal(x, subject.solution.front.X[recommended]):
            name += ", recommended"
        found.append(Beside(LETTERS[k], name, token, x, PICK_COLOURS[k], PICK_DASHES[k], True))
    return tuple(found)


def side_by_side(subject: Solved) -> tuple[Beside, ...]:
    """The picks and today's; without picks the recommended design and today's."""
    chosen: Sequence[Beside | None] = picks_of(subject) or (recommended_of(subject),)
    found = tuple(one for one in chosen if one is not None)
    has_today = any(is_today(subject.system.space, one.x) for one in found)
    return found if has_today else (*found, today_of(subject))
