"""A response time by three numbers: the least, the mean, the variance; beyond the least it is gamma."""

from __future__ import annotations

import math

from models.performance.compiled import inlined, internal

_DUST = 1e-12
_ROOT_HALF = math.sqrt(0.5)


@inlined
def normal_above(z: float) -> float:
    """Share of a standard normal law above z."""
    return 0.5 * math.erfc(z * _ROOT_HALF)


@internal
def gamma_below(x: float, shape: float) -> float:
    """Share of a gamma law of mean 1 below x.

    Exact for shape 1; else the cube root is normal (Wilson and Hilferty 1931).
    """
    if x <= 0.0:
        return 0.0
    if abs(shape - 1.0) < 1e-9:
        return -math.expm1(-x)
    z = (x ** (1.0 / 3.0) - 1.0 + 1.0 / (9.0 * shape)) * 3.0 * math.sqrt(shape)
    return 1.0 - normal_above(z)


@internal
def share_below(time_s: float, least: float, mean: float, variance: float) -> float:
    """Share of the responses that take at most so long, s."""
    if time_s == math.inf:
        return 1.0
    rest = mean - least
    if rest <= _DUST or variance <= _DUST * mean * mean:
        return 1.0 if mean <= time_s else 0.0
    return gamma_below((time_s - least) / rest, rest * rest / variance)


@internal
def mean_below(time_s: float, least: float, mean: float, variance: float, share: float) -> float:
    """Mean of those that take at most so long, s; `share` is how many that are."""
    rest = mean - least
    if share <= 0.0 or share >= 1.0 - 1e-9 or rest <= _DUST or variance <= _DUST * mean * mean:
        return min(mean, time_s)
    shape = rest * rest / variance
    x = (time_s - least) / rest
    if abs(shape - 1.0) < 1e-9:
        # The integral of t e^-t up to x.
        found = 1.0 - (1.0 + x) * math.exp(-x)
    else:
        # t times a gamma density is one of a shape that is larger by 1.
        found = gamma_below(x * shape / (shape + 1.0), shape + 1.0)
    return least + rest * min(found / share, x)


@internal
def quantile(z: float, least: float, mean: float, variance: float) -> float:
    """The time whose share below is that of the normal deviate z, s.

    Wilson and Hilferty 1931; of laws that vary much by the lognormal law of the same moments.
    """
    rest = mean - least
    if rest <= _DUST or variance <= _DUST * mean * mean:
        return mean
    shape = rest * rest / variance
    if shape < 0.5:
        spread = math.log1p(1.0 / shape)
        return least + rest * math.exp(z * math.sqrt(spread) - 0.5 * spread)
    root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape))
    return least + rest * max(root, 0.0) ** 3
