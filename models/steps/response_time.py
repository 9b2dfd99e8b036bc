"""A response time by its mean, variance and third cumulant: a shifted gamma law (Pearson 1895)."""

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


@inlined
def third_of_gamma(mean: float, variance: float) -> float:
    """Third cumulant of a gamma law."""
    return 2.0 * variance * variance / mean if mean > _DUST else 0.0


@inlined
def shape_of(mean: float, variance: float, third: float) -> tuple[float, float]:
    """Shape of the law and the time before it, s; shape 0 = always the mean, below 0 = normal."""
    if variance <= _DUST * mean * mean:
        return 0.0, mean
    if third <= 1e-3 * variance * math.sqrt(variance):
        return -1.0, mean
    return 4.0 * variance**3 / (third * third), mean - 2.0 * variance * variance / third


@internal
def share_below(time_s: float, mean: float, variance: float, third: float) -> float:
    """Share of the responses that take at most so long, s."""
    if time_s == math.inf:
        return 1.0
    shape, least = shape_of(mean, variance, third)
    if shape == 0.0:
        return 1.0 if mean <= time_s else 0.0
    if shape < 0.0:
        return 1.0 - normal_above((time_s - mean) / math.sqrt(variance))
    return gamma_below((time_s - least) / (mean - least), shape)


@internal
def mean_below(time_s: float, mean: float, variance: float, third: float, share: float) -> float:
    """Mean of those that take at most so long, s; `share` is how many that are."""
    if share <= 0.0 or share >= 1.0 - 1e-9:
        return min(mean, time_s)
    shape, least = shape_of(mean, variance, third)
    if shape == 0.0:
        return min(mean, time_s)
    if shape < 0.0:
        z = (time_s - mean) / math.sqrt(variance)
        density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        return max(mean - math.sqrt(variance) * density / share, 0.0)
    rest = mean - least
    x = (time_s - least) / rest
    if abs(shape - 1.0) < 1e-9:
        # The integral of t e^-t up to x.
        found = 1.0 - (1.0 + x) * math.exp(-x)
    else:
        # t times a gamma density is one of a shape that is larger by 1.
        found = gamma_below(x * shape / (shape + 1.0), shape + 1.0)
    return max(least + rest * min(found / share, x), 0.0)


@internal
def quantile(z: float, mean: float, variance: float, third: float) -> float:
    """The time whose share below is that of the normal deviate z, s.

    Wilson and Hilferty 1931; of laws that vary much by the lognormal law of the same mean and variance.
    """
    shape, least = shape_of(mean, variance, third)
    if shape == 0.0:
        return mean
    if shape < 0.0:
        return max(mean + z * math.sqrt(variance), 0.0)
    rest = mean - least
    if shape < 0.5 or least < -0.5 * mean:
        spread = math.log1p(variance / (mean * mean))
        return mean * math.exp(z * math.sqrt(spread) - 0.5 * spread)
    root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape))
    return max(least + rest * max(root, 0.0) ** 3, 0.0)
