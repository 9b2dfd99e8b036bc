"""Quantiles of the distributions that a guess may have; all arrays broadcast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]


def normal_quantile(u: Array, mean: float, sd: float, lower: float, upper: float) -> Array:
    """Quantile of a normal distribution cut off at two bounds, by inversion of its distribution function.

    Source: Johnson, Kotz and Balakrishnan 1994, chapter on the normal distribution, truncated forms.
    """
    low, high = ndtr((lower - mean) / sd), ndtr((upper - mean) / sd)
    return np.asarray(np.clip(mean + sd * ndtri(low + u * (high - low)), lower, upper))


def lognormal_quantile(u: Array, median: float, sigma: float) -> Array:
    """Quantile of a lognormal distribution: median exp(sigma z)."""
    return np.asarray(median * np.exp(sigma * ndtri(u)))


def triangular_quantile(u: Array, low: float, mode: float, high: float) -> Array:
    """Quantile of a triangular distribution (Johnson 1999)."""
    if high <= low:
        return np.full_like(u, low)
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
    return np.asarray(np.where(u < turn, rising, falling))
