"""How the hypervolume of a search grew, exact where that is affordable, else approximate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from optimizer.pareto.dominance import approximate_hypervolume, hypervolume
from optimizer.pareto.scaling import Scale, scale_of

#: Designs up to which a hypervolume is worked out exactly.
EXACT_UP_TO = 400
#: The reference point lies this far beyond the worst of the last front, in shares of its range.
BEYOND = 0.1
#: A moment is kept when this many times more designs were evaluated than at the one before.
GROWTH = 1.25


@dataclass(frozen=True, slots=True)
class TracePoint:
    """One moment of a search.

    Attributes:
        evaluations: Designs evaluated so far.
        on_front: Designs on the front so far.
        hypervolume: What the front dominates, as a share of the box from the ideal point of the last front to
            a reference point a tenth of its range beyond its nadir.
    """

    evaluations: int
    on_front: int
    hypervolume: float


def scaled_hypervolume(losses: Array, scale: Scale) -> float:
    """Share of the box of a scale, a tenth of its range wider, that some losses dominate.

    Args:
        losses: `(n, m)`.
        scale: The scale; dimensions that don't vary in it are left aside.
    """
    varied = np.flatnonzero(scale.varies)
    if not losses.shape[0]:
        return 0.0
    if not varied.size:
        return 1.0
    points = scale.apply(losses)[:, varied]
    reference = np.full(varied.size, 1.0 + BEYOND)
    points = np.maximum(points, 0.0)
    measure = hypervolume if points.shape[0] <= EXACT_UP_TO else approximate_hypervolume
    return measure(points, reference=reference) / float((1.0 + BEYOND) ** varied.size)


def trace_of(moments: Sequence[tuple[int, Array]], last: Array) -> tuple[TracePoint, ...]:
    """The trace of a search.

    Args:
        moments: Designs evaluated, and the losses of the front then, `(n, m)`.
        last: The losses of the last front, which gives the scale.
    """
    scale = scale_of(last)
    return tuple(
        TracePoint(evaluations, losses.shape[0], scaled_hypervolume(losses, scale))
        for evaluations, losses in moments
    )
