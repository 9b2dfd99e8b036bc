"""Order statistics: how long the k-th of n independent times takes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import betaincinv, gammaincinv

#: Points of the quadrature over the share of the times that are shorter.
_POINTS = 400


@lru_cache(maxsize=1024)
def kth_of_gamma(k: int, n: int, mean: float, scv: float) -> tuple[float, float]:
    """Mean and variance of the k-th smallest of n independent gamma times.

    Args:
        k: Which one, from 1; 0 or less = none is waited for, which takes no time.
        n: How many.
        mean: Mean of each, s.
        scv: Squared coefficient of variation of each; 0 = always the mean.

    Returns:
        Mean, s, and variance, s^2: the share below the k-th of n has a beta(k, n - k + 1) law (David and
        Nagaraja 2003, section 2.1), integrated over its quantiles.
    """
    if k <= 0 or n <= 0:
        return 0.0, 0.0
    if scv <= 0.0:
        return mean, 0.0
    share = betaincinv(k, n - k + 1, (np.arange(_POINTS) + 0.5) / _POINTS)
    times = gammaincinv(1.0 / scv, share) * mean * scv
    return float(times.mean()), float(times.var())
