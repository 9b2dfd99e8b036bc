"""Which design is the knee: the one from which every step in any direction costs most for what it brings."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array
from optimizer.front import Front
from optimizer.scaling import scale_of

#: Weight vectors over which the utility is averaged.
WEIGHTS = 2048


def knee(front: Front) -> int | None:
    """Position on the front of its knee; None for an empty front.

    For every weighting of the dimensions (scaled losses, added up) one design is best; what is lost when that
    design is missing is its marginal utility. The knee is the design with the largest mean over weightings
    spread evenly over all opinions. Dimensions in which all designs are alike don't count; among equals the
    first on the front is taken; a single design is its own knee, and of two the better one for most opinions.

    Source: expected marginal utility (Branke, Deb, Dierolf and Osswald 2004, section 3.2);
    weights even over the simplex from Sobol points (exponential spacings).
    """
    if len(front) == 0:
        return None
    return int(np.argmax(expected_marginal_utility(front.losses)))


def expected_marginal_utility(losses: Array) -> Array:
    """Mean loss over all weightings when a design is missing, `(n,)`; ties share nothing.

    Args:
        losses: Losses of the front, `(n, m)`.
    """
    n = losses.shape[0]
    scale = scale_of(losses)
    scaled = scale.apply(losses)[:, scale.varies]
    if n == 1 or scaled.shape[1] == 0:
        return np.zeros(n)
    _, first, kind = np.unique(scaled, axis=0, return_index=True, return_inverse=True)
    distinct = scaled[first]
    if len(distinct) == 1:
        return np.zeros(n)
    utility = np.zeros(len(distinct))
    for weights in _weights(scaled.shape[1]):
        cost = distinct @ weights
        best, second = np.argsort(cost, kind="stable")[:2]
        utility[best] += cost[second] - cost[best]
    return np.asarray(utility[kind.ravel()] / WEIGHTS)


def _weights(m: int) -> Array:
    """Weights that add up to 1, spread evenly over all opinions, `(WEIGHTS, m)`; always the same."""
    from scipy.stats import qmc

    points = qmc.Sobol(m, scramble=True, seed=20240913).random(WEIGHTS)
    spacings = -np.log(np.clip(points, 1e-12, 1.0))
    return np.asarray(spacings / spacings.sum(axis=1, keepdims=True))
