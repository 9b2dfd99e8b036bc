"""Retries and extrapolation of repeated passes, on arrays."""

from __future__ import annotations

import numpy as np

from models.performance.extrapolation import ARRIVED, RUNAWAY
from oracles.formulas.cumulants import Array


def attempts(failure: Array, *, retries: Array) -> Array:
    """Mean number of attempts of a call, retries included.

    Args:
        failure: Probability that one attempt fails, in [0, 1].
        retries: Further attempts after a failed one, broadcasting against `failure`.

    Source: truncated geometric law: (1 - f^(r+1)) / (1 - f); r + 1 where all fail.
    """
    lost = failure ** (retries + 1.0)
    some = np.where(failure < 1.0, 1.0 - failure, 1.0)
    return np.where(failure < 1.0, (1.0 - lost) / some, retries + 1.0)


def settled(first: Array, second: Array, third: Array) -> tuple[Array, Array]:
    """Where three successive iterates lead to.

    Args:
        first: The oldest iterate; all arguments broadcast against each other.
        second: The one after it.
        third: The newest.

    Returns:
        The limit, and 1.0 where they are running away instead (their steps hardly shrink).

    Source: Aitken's extrapolation: with q the ratio of the last two steps the limit is
    x + step q / (1 - q); q >= 0.95 is taken as running away (tried in docs/model.md).
    """
    step, before = third - second, second - first
    still = np.abs(step) <= ARRIVED * np.maximum(np.abs(third), 1.0)
    some = np.where(np.abs(before) > 0.0, before, 1.0)
    ratio = np.where(np.abs(before) > 0.0, step / some, 0.0)
    away = ~still & (ratio >= RUNAWAY)
    held = np.clip(np.where(away | still, 0.0, ratio), -0.9, RUNAWAY)
    return third + step * held / (1.0 - held), away.astype(np.float64)
