"""Retries: where repeated passes lead to, and whether a failed state sustains itself."""

from __future__ import annotations

import numpy as np

from models.formulas.cumulants import Array, Cumulants
from models.formulas.mixtures import Entry
from models.formulas.percentiles import tail

#: A ratio of successive steps from here on counts as running away.
RUNAWAY = 0.95
#: Steps smaller than this, relative, have arrived.
ARRIVED = 1e-9


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


def success(failure: Array, *, retries: Array) -> Array:
    """Probability that one of the attempts succeeds: 1 - f^(r+1)."""
    return np.asarray(1.0 - failure ** (retries + 1.0))


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


def sustaining_rate(capacity_per_s: Array, *, retries: Array) -> Array:
    """Rate below which retries alone can't keep a component in overload: capacity / (retries + 1).

    Source: the hidden capacity of Bronson et al. 2021.
    """
    return np.asarray(capacity_per_s / (retries + 1.0))


def retry_margin(capacity_per_s: Array, *, retries: Array, rate_per_s: Array) -> Array:
    """How far the rate is below the one at which retries can sustain an overload; above 1 they can't.

    Args:
        capacity_per_s: What the component can serve; all arguments broadcast against each other.
        retries: Further attempts after a failed one.
        rate_per_s: Calls per second without retries; 0 has an infinite margin.
    """
    some = np.where(rate_per_s > 0.0, rate_per_s, 1.0)
    return np.where(rate_per_s > 0.0, sustaining_rate(capacity_per_s, retries=retries) / some, np.inf)


def timed_out(part: Cumulants, *, timeout_s: Array) -> Array:
    """P(X > timeout) of a response with the shifted gamma law of three cumulants; 0 without a timeout."""
    unlimited = np.isinf(timeout_s)
    late = tail(Entry(np.ones((1, 1)), *part), np.where(unlimited, 0.0, timeout_s))
    return np.where(unlimited, 0.0, late)
