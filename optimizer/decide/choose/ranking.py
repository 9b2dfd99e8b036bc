"""Which is best for whom: ranking by what a person gives up readily, through an achievement function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Dimension
from optimizer.pareto.scaling import Scale, scale_of
from optimizer.validation import LARGEST, SMALLEST

#: Weight of a dimension by how readily it is given up: each step counts twice the next.
WEIGHT_OF = {"never": 8.0, "rare": 4.0, "sometimes": 2.0, "pay": 1.0}
#: Weight where nothing is said.
UNSAID = 2.0
#: Share of the sum that is added to the maximum, so that no weakly dominated design wins.
AUGMENTATION = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """An order of designs.

    Attributes:
        order: Positions of the designs, best first, `(n,)`.
        score: Achievement of each design, `(n,)`, smaller is better: how far it is behind in the dimension in
            which, weighed, it is furthest behind; 0 = best in everything.
        furthest: The dimension in which it is furthest behind, `(n,)`.
        weights: Weights used, `(m,)`, with a mean of 1 over the dimensions that vary.
    """

    order: NDArray[np.intp]
    score: Array
    furthest: NDArray[np.intp]
    weights: Array


def rank(losses: Array, weights: Array, *, scale: Scale | None = None) -> Ranking:
    """Ranks designs by how far each is behind the best value of every dimension.

    Args:
        losses: Losses of the front, `(n, m)`.
        weights: How much each dimension counts, `(m,)`, >= 0 and not all 0.
        scale: How losses are scaled; None = to the range of the front.

    Raises:
        ValueError: A weight is negative or not finite, all are 0, or the losses hold NaN.

    Source: achievement scalarizing function (Wierzbicki 1980) with the ideal point as the reference point,
    augmented by a small share of the sum; losses scaled to the range of the front.
    """
    weights = _checked(losses, weights)
    scale = scale_of(losses) if scale is None else scale
    counts = scale.varies & (weights > 0.0)
    if not counts.any():  # nothing that counts differs
        weights = np.where(scale.varies, 1.0, 0.0) if scale.varies.any() else np.ones_like(weights)
        counts = weights > 0.0
    weights = np.where(counts, weights / weights[counts].mean(), 0.0)
    behind = np.maximum(scale.apply(losses), 0.0) * weights
    score = behind.max(axis=1, initial=0.0) + AUGMENTATION * behind.sum(axis=1)
    furthest = np.argmax(behind, axis=1) if behind.shape[1] else np.zeros(len(losses), dtype=np.intp)
    return Ranking(np.argsort(np.round(score, 12), kind="stable"), score, furthest, weights)


def weights_by_tolerance(tolerances: Sequence[str | None]) -> Array:
    """Weights of dimensions by what a scenario says it is ready to give up, `(m,)`.

    Args:
        tolerances: `never`, `rare`, `sometimes`, `pay`, or None where nothing is said.
    """
    return np.array([UNSAID if word is None else WEIGHT_OF[word] for word in tolerances])


def weights_by_name(given: Mapping[str, float], dimensions: Sequence[Dimension]) -> Array:
    """Weights from names; a dimension that isn't named counts nothing.

    Raises:
        ValueError: There is no such dimension.
    """
    names = [dimension.name for dimension in dimensions]
    for name in given:
        if name not in names:
            raise ValueError(f"found a weight for {name!r}; allowed: {', '.join(names)}")
    return np.array([given.get(name, 0.0) for name in names], dtype=np.float64)


def checked_weights(weights: Array) -> Array:
    """The weights, if they can be.

    Raises:
        ValueError: A weight is negative, or beyond what can be computed with, or all are 0.
    """
    counts = weights[weights != 0.0]
    if not counts.size or not bool(np.all((counts >= SMALLEST) & (counts <= LARGEST))):
        raise ValueError(
            f"weights must be 0, or from {SMALLEST:g} to {LARGEST:g}, and not all 0, but got "
            f"{weights.tolist()}"
        )
    return weights


def _checked(losses: Array, weights: Array) -> Array:
    weights = np.asarray(weights, dtype=np.float64)
    if losses.ndim != 2 or weights.shape != (losses.shape[1],):
        raise ValueError(
            f"one weight for each column of the losses must be given, but got the shapes {weights.shape} "
            f"and {losses.shape}"
        )
    if np.isnan(losses).any():
        raise ValueError("losses must not hold NaN: a design that can't be compared can't be ranked")
    return checked_weights(weights)
