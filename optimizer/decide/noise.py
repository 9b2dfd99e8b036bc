"""How sure is an order: which designs the model can't tell apart.

The model is compared with a simulation of the same systems (docs/model.md, "How far off it is"); the error
that 19 of 20 flows are within there is carried here. A design that would be first if both were off by that
much, it in the lucky direction and the first in the unlucky one, isn't told apart from the first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Evaluation
from optimizer.model import MODEL_ERROR, ModelError


def error_of(evaluation: Evaluation, error: ModelError = MODEL_ERROR) -> Array:
    """Largest error of every value, in its unit, `(n, m)`; 0 for what is infinite."""
    values = evaluation.values
    off = np.zeros_like(values)
    # A model that doesn't tell how busy its designs are gets the largest error.
    busy = evaluation.indicators.get("utilisation", np.full(len(values), np.inf))
    for j, dimension in enumerate(evaluation.dimensions):
        share = np.zeros(len(values))
        for below, relative in reversed(error.relative.get(dimension.name, ())):
            # A station exactly at its limit (0.70) still is within it.
            share = np.where(busy <= below, relative, share)
        off[:, j] = share * np.where(np.isfinite(values[:, j]), np.abs(values[:, j]), 0.0)
    return off


def is_equal(evaluation: Evaluation, i: int, error: ModelError = MODEL_ERROR) -> NDArray[np.bool_]:
    """Where designs can't be told apart from design i, by dimension, `(n, m)`: the larger error counts."""
    off = error_of(evaluation, error)
    values = evaluation.values
    with np.errstate(invalid="ignore"):  # unbounded minus unbounded
        distance = np.abs(values - values[i])
    return np.asarray((values == values[i]) | (distance <= np.maximum(off, off[i])))


def contenders(
    evaluation: Evaluation, score: Callable[[Array], Array], error: ModelError = MODEL_ERROR
) -> NDArray[np.bool_]:
    """Designs that could be first within the model's error, `(n,)`; the first is one of them.

    Args:
        evaluation: The designs.
        score: Score of losses `(n, m)` -> `(n,)`, smaller is better, that never falls when a loss rises, and
            in which a design's score depends on its own losses alone (a fixed scale).
        error: The model's error.
    """
    losses = evaluation.losses
    if not len(losses):
        return np.zeros(0, dtype=bool)
    off = error_of(evaluation, error)
    lucky, unlucky = score(losses - off), score(losses + off)
    first = int(np.argmin(np.round(score(losses), 12)))
    found: NDArray[np.bool_] = np.round(lucky, 12) <= np.round(unlucky[first], 12)
    found[first] = True
    return found


def alike(evaluation: Evaluation, error: ModelError = MODEL_ERROR) -> NDArray[np.bool_]:
    """Dimensions in which no two designs can be told apart, though their values differ, `(m,)`."""
    values = evaluation.values
    if len(values) < 2:
        return np.zeros(values.shape[1], dtype=bool)
    found = np.zeros(values.shape[1], dtype=bool)
    off = error_of(evaluation, error)
    for j in range(values.shape[1]):
        low, high = int(np.argmin(values[:, j])), int(np.argmax(values[:, j]))
        apart = values[high, j] - values[low, j]
        found[j] = 0.0 < apart <= max(off[low, j], off[high, j])
    return found


def best_in_each(
    evaluation: Evaluation, error: ModelError = MODEL_ERROR
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which designs are best in which dimension, and which can't be told apart from the best.

    Args:
        evaluation: The designs.
        error: The model's error.

    Returns:
        Where a design has the best value, `(n, m)`; and where it has another one that can't be told apart
        from it. A dimension in which all have the same value has neither.
    """
    losses = evaluation.losses
    is_best = np.zeros(losses.shape, dtype=bool)
    is_close = np.zeros(losses.shape, dtype=bool)
    for j in range(losses.shape[1] if len(losses) else 0):
        if np.all(losses[:, j] == losses[0, j]):
            continue
        first = int(np.argmin(losses[:, j]))
        is_best[:, j] = losses[:, j] == losses[first, j]
        is_close[:, j] = is_equal(evaluation, first, error)[:, j] & ~is_best[:, j]
    return is_best, is_close
