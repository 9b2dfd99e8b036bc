"""Who is crossed with whom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from optimizer.pareto.scaling import scale_of

#: Designs of which the best becomes a parent, and share of the parents that are anybody.
TOURNAMENT, ANYBODY = 32, 0.1


def mates(losses: Array, n: int, rng: np.random.Generator) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of parents, each pair good in one direction: the best of a few, by an achievement function.

    In six dimensions nearly all designs are non-dominated: without a direction nothing would pull the archive
    towards the ideal point.

    Args:
        losses: Losses of those who may become parents, `(k, m)`, k >= 1.
        n: Number of pairs.
        rng: The source of chance.

    Returns:
        Rows of the first and of the second parents, `(n,)` each.

    Source: achievement scalarizing function (Wierzbicki 1980) with weights drawn evenly, as in the
    decomposition of Zhang and Li 2007.
    """
    scaled = np.maximum(scale_of(losses).apply(losses), 0.0)
    weights = rng.exponential(size=(n, losses.shape[1]))
    weights /= weights.sum(axis=1, keepdims=True)
    found = []
    for _ in range(2):
        asked = rng.integers(len(losses), size=(n, TOURNAMENT))
        behind = np.zeros(asked.shape)
        for loss, weight in zip(scaled.T, np.maximum(weights, 1e-3).T, strict=True):
            np.maximum(behind, loss[asked] / weight[:, None], out=behind)
        best = asked[np.arange(n), np.argmin(behind, axis=1)]
        # Some pairs are anybody: what is good nowhere yet may have one good decision.
        found.append(np.where(rng.random(n) < ANYBODY, asked[:, 0], best))
    return found[0], found[1]
