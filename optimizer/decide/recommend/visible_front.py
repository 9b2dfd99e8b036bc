"""The front as it is shown: one design for all that nobody could tell apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.decide.recommend.candidates import rule_of
from optimizer.model import Model
from optimizer.pareto.boxes import boxed, visible
from optimizer.pareto.front import Front
from optimizer.phrases import counted_words


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
