"""The front as it is shown: one design for all that nobody could tell apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.decide.choose.knee import Knee, knee, knees, mean_cost
from optimizer.decide.choose.representatives import Representatives, representatives
from optimizer.decide.noise import contenders
from optimizer.decide.recommend.candidates import rule_of
from optimizer.model import Model, ModelError
from optimizer.pareto.boxes import boxed, visible
from optimizer.pareto.front import Front
from optimizer.pareto.scaling import scale_of
from optimizer.phrases import counted_words


@dataclass(frozen=True, slots=True, eq=False)
class ShownFront:
    """The designs of a front that are shown: representatives, knees, axes and counts are theirs.

    Attributes:
        front: These designs.
        positions: Their positions on the whole front, `(n,)`, ascending.
        on_front: Designs on the whole front.
    """

    front: Front
    positions: NDArray[np.intp]
    on_front: int

    def __len__(self) -> int:
        return len(self.positions)

    def place(self, position: int) -> int | None:
        """The place of a design of the whole front among these; None = it isn't shown."""
        here = np.flatnonzero(self.positions == position)
        return int(here[0]) if here.size else None

    def on_whole(self, place: int) -> int:
        """The position on the whole front of one of these."""
        return int(self.positions[place])

    def representatives(self, model: Model, k: int = 8) -> Representatives | None:
        """The few that stand for them, by position on the whole front; None = there are no designs.

        Groups and sizes are those of the shown designs.
        """
        if not len(self):
            return None
        found = representatives(self.front, k, steps=model.steps)
        return replace(found, positions=tuple(self.on_whole(place) for place in found.positions))

    @property
    def knee(self) -> int | None:
        """Their knee, by position on the whole front; None = there are no designs."""
        place = knee(self.front)
        return None if place is None else self.on_whole(place)

    def knees(self) -> tuple[Knee, ...]:
        """Their knees, by position on the whole front."""
        return tuple(replace(one, position=self.on_whole(one.position)) for one in knees(self.front))

    def rivals(self, position: int | None, error: ModelError) -> NDArray[np.intp]:
        """Those that could be the knee as well within the model's error, where a design of the front is it.

        Args:
            position: The design, by its position on the whole front.
            error: The model's error.
        """
        place = None if position is None else self.place(position)
        if place is None or position != self.knee:
            return np.zeros(0, dtype=np.intp)
        scale = scale_of(self.front.losses)
        close = contenders(self.front.evaluation, lambda losses: mean_cost(losses, scale), error)
        close[place] = False
        return self.positions[close]


def shown_front(
    model: Model, front: Front, *, keep: tuple[int | None, ...] = (), is_whole: bool = False
) -> ShownFront:
    """The designs of a front that differ visibly, or all of them.

    Args:
        model: The model, which says what counts as a difference.
        front: Its front.
        keep: Positions that are there in any case; None is left out.
        is_whole: Whether all are shown, also those that differ by nothing visible.
    """
    positions = np.arange(len(front)) if is_whole else visible_front(model, front, keep=keep)
    shown = front if len(positions) == len(front) else Front(front.evaluation.take(positions))
    return ShownFront(shown, positions, len(front))


def visible_front(model: Model, front: Front, *, keep: tuple[int | None, ...] = ()) -> NDArray[np.intp]:
    """Positions of the designs that differ visibly, `(n,)`.

    Of the designs of a box the one is taken that would be recommended first; boxes that others dominate show
    nothing that those don't.

    Args:
        model: The model, which says what counts as a difference.
        front: Its front.
        keep: Positions that are there in any case; None is left out.
    """
    if not len(front):
        return np.zeros(0, dtype=np.intp)
    rule = rule_of(model)
    found = visible(boxed(front.evaluation, rule.widths), rule.order(front.evaluation).order)
    return np.union1d(found, np.array([i for i in keep if i is not None], dtype=np.intp))


def visible_words(shown: int, on_front: int) -> str:
    """How many designs differ visibly: `389 designs that differ visibly, of 1,924 on the front`."""
    if shown == on_front:
        return f"{counted_words(on_front, 'design')} on the front"
    return f"{counted_words(shown, 'design')} that differ visibly, of {on_front:,} on the front"
