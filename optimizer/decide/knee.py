"""Which design is the knee: the one that bulges furthest towards being best in everything."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array
from optimizer.front import Front
from optimizer.scaling import scale_of


def knee(front: Front) -> int | None:
    """Position on the front of its knee; None for an empty front.

    The knee is the design with the smallest mean regret. Dimensions in which all designs are alike don't
    count; among equals the first on the front is taken; a single design is its own knee, and of two it is the
    one that is better in more dimensions.

    Source: the point farthest from the hyperplane through the ends of the front (Das 1999, "On characterizing
    the 'knee' of the Pareto curve based on normal-boundary intersection").
    """
    if len(front) == 0:
        return None
    return int(np.argmin(np.round(mean_regret(front.losses), 12)))


def mean_regret(losses: Array) -> Array:
    """How much worse each design is than the best one, on average over all opinions, `(n,)`; 0 for no other.

    An opinion is a weighting of the scaled dimensions. Over all weightings, evenly, the mean weight of each
    of m dimensions is 1/m, so that the mean cost of a design is the plain mean of its scaled losses, and what
    the best design of each opinion costs is the same for all. So regret is told relative to the smallest one.
    It depends on other designs through the range of the front alone: near copies don't hide a design.

    Args:
        losses: Losses of the front, `(n, m)`.
    """
    scale = scale_of(losses)
    if not len(losses) or not scale.varies.any():
        return np.zeros(len(losses))
    cost = scale.apply(losses)[:, scale.varies].mean(axis=1)
    return np.asarray(cost - cost.min())
