"""Which design wins under which opinions: all weightings at once, without asking for one.

Source: stochastic multicriteria acceptability analysis, SMAA-2 (Lahdelma and Salminen 2001), with an additive
value function of the scaled losses and weightings spread evenly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from optimizer.pareto.scaling import scale_of

#: Opinions that are drawn, and those that are worked on together.
OPINIONS, TOGETHER = 10_000, 2_000
#: Ranks that are counted.
RANKS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Acceptability:
    """How opinions share out over designs.

    Attributes:
        share: Share of the opinions under which each design has rank 1, 2 ..., `(n, ranks)`; a tie is shared.
        error: Standard error of these shares from drawing opinions, `(n, ranks)`.
        central_weights: Mean weighting of those who put a design first, `(n, m)`; nan where nobody does.
        opinions: Number of opinions drawn.
    """

    share: Array
    error: Array
    central_weights: Array
    opinions: int


def acceptability(losses: Array, *, opinions: int = OPINIONS, seed: int = 0) -> Acceptability:
    """Share of the opinions under which each design is first, second ...

    Args:
        losses: Losses of the front, `(n, m)`; scaled to their range, constant dimensions left aside.
        opinions: Weightings to draw, >= 1.
        seed: Same seed, same answer.

    Raises:
        ValueError: The losses hold NaN, or there are no opinions.
    """
    if losses.ndim != 2 or np.isnan(losses).any():
        raise ValueError(f"losses must be a matrix without NaN, but got the shape {losses.shape}")
    if opinions < 1:
        raise ValueError(f"opinions >= 1 must hold, but got {opinions}")
    scale = scale_of(losses)
    return acceptability_of(
        scale.apply(losses), varies=scale.varies, opinions=opinions, rng=np.random.default_rng(seed)
    )


def acceptability_of(
    costs: Array, *, varies: Array | np.ndarray, opinions: int, rng: np.random.Generator
) -> Acceptability:
    """The same for costs that are scaled already; see `acceptability`."""
    n, m = costs.shape
    ranks = min(RANKS, n)
    counted = np.zeros((n, ranks))
    weight_sum = np.zeros((n, m))
    used = np.flatnonzero(varies)
    for start in range(0, opinions, TOGETHER):
        k = min(TOGETHER, opinions - start)
        weights = np.zeros((k, m))
        if used.size:
            # Exponential draws, divided by their sum, spread evenly over all weightings.
            drawn = rng.exponential(size=(k, used.size))
            weights[:, used] = drawn / drawn.sum(axis=1, keepdims=True)
        value = np.round(weights @ costs.T, 12)  # (k, n)
        first = value == value.min(axis=1, keepdims=True, initial=np.inf)
        shared = first / np.maximum(first.sum(axis=1, keepdims=True), 1)
        weight_sum += shared.T @ weights
        counted[:, :1] += shared.sum(axis=0)[:, None] if ranks else 0.0
        if ranks > 1:
            # The few smallest first, then in order: sorting all for every opinion takes ten times as long.
            few = np.sort(np.argpartition(value, ranks - 1, axis=1)[:, :ranks], axis=1)
            own = np.take_along_axis(value, few, axis=1)
            order = np.take_along_axis(few, np.argsort(own, axis=1, kind="stable"), axis=1)
            for r in range(1, ranks):
                counted[:, r] += np.bincount(order[:, r], minlength=n)
    share = counted / opinions
    some = np.where(counted[:, :1] > 0.0, counted[:, :1], np.nan) if ranks else np.empty((n, 0))
    central = weight_sum / some if ranks else weight_sum
    return Acceptability(share, np.sqrt(share * (1.0 - share) / opinions), central, opinions)
