"""What is missing from a front, and why: designs that break limits, and by which design others are beaten."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Evaluation
from optimizer.pareto.front import Front
from optimizer.pareto.scaling import scale_of

#: Designs that are held against the whole front at a time: bounds the memory.
_CHUNK = 256


@dataclass(frozen=True, slots=True, eq=False)
class OffFront:
    """Designs that are not on a front.

    Attributes:
        evaluation: The designs.
        is_feasible: Whether each is within every limit, `(n,)`.
        dominator: Position on the front of a design that is at least as good in everything and better in
            something, `(n,)`: of several the one that gains most, summed over shares of the front's ranges;
            -1 = there is none (the design would be on the front, had it been looked at).
    """

    evaluation: Evaluation
    is_feasible: NDArray[np.bool_]
    dominator: NDArray[np.intp]


def off_front(front: Front, designs: Evaluation) -> OffFront:
    """Those of some designs that are not on a front, with the reason.

    Args:
        front: The front.
        designs: Designs of the same space, on the front or not.
    """
    on_it = {x.tobytes() for x in front.X}
    away = designs.take(np.array([x.tobytes() not in on_it for x in designs.X], dtype=bool))
    dominator = np.full(len(away), -1, dtype=np.intp)
    losses = front.losses
    if len(front):
        scale = scale_of(losses)
        worth, mine = scale.apply(losses).sum(axis=1), scale.apply(away.losses).sum(axis=1)
        for start in range(0, len(away), _CHUNK):
            part = slice(start, start + _CHUNK)
            theirs = away.losses[part, None, :]
            beats = np.all(losses <= theirs, axis=2) & np.any(losses < theirs, axis=2)
            gain = np.where(beats, mine[part, None] - worth, -np.inf)
            best = gain.argmax(axis=1)
            dominator[part] = np.where(beats.any(axis=1), best, -1)
    return OffFront(away, away.feasible, dominator)
