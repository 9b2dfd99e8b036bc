"""Random counts of a step: how many come, how many of them fail."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import inlined, internal
from models.steps.run import Run

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_BY_30, _BY_27, _BY_31, _BY_11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 2.0**-53
#: Up to this mean a count is drawn by inversion, above it from a normal law with its skewness.
_FEW = 12.0


@inlined
def uniform(run: Run, j: int) -> float:
    """The next number of a stream, uniform in (0, 1).

    Source: SplitMix64 (Steele, Lea and Flood 2014).
    """
    z = np.uint64(run.stream[j]) + _STEP
    run.stream[j] = np.int64(z)
    z = (z ^ (z >> _BY_30)) * _FIRST
    z = (z ^ (z >> _BY_27)) * _SECOND
    z = z ^ (z >> _BY_31)
    return (np.float64(np.int64(z >> _BY_11)) + 0.5) * _UNIT


@internal
def normal(run: Run, j: int) -> float:
    """Standard normal by the polar method (Marsaglia and Bray 1964)."""
    while True:
        a = 2.0 * uniform(run, j) - 1.0
        b = 2.0 * uniform(run, j) - 1.0
        square = a * a + b * b
        if 0.0 < square < 1.0:
            return a * math.sqrt(-2.0 * math.log(square) / square)


@internal
def poisson(run: Run, j: int, mean: float) -> float:
    """A Poisson count; above a mean of 12 from a normal law with its skewness (Cornish and Fisher 1938)."""
    if mean <= 0.0:
        return 0.0
    if mean <= _FEW:
        u, p, n = uniform(run, j), math.exp(-mean), 0.0
        while u > p and n < 200.0:
            u -= p
            n += 1.0
            p *= mean / n
        return n
    z = normal(run, j)
    return max(math.floor(mean + math.sqrt(mean) * z + (z * z - 1.0) / 6.0 + 0.5), 0.0)


@internal
def binomial(run: Run, j: int, n: float, p: float) -> float:
    """How many of n come true with probability p each; drawn as `poisson` is."""
    if n <= 0.0 or p <= 0.0:
        return 0.0
    if p >= 1.0:
        return n
    if p > 0.5:
        return n - binomial_of_few(run, j, n, 1.0 - p)
    return binomial_of_few(run, j, n, p)


@internal
def binomial_of_few(run: Run, j: int, n: float, p: float) -> float:
    """The same for p of at most one half."""
    mean = n * p
    if n == 1.0:
        return 1.0 if uniform(run, j) < p else 0.0
    if mean > _FEW:
        z = normal(run, j)
        spread = math.sqrt(mean * (1.0 - p))
        found = math.floor(mean + spread * z + (z * z - 1.0) * (1.0 - 2.0 * p) / 6.0 + 0.5)
        return min(max(found, 0.0), n)
    u, chance, k = uniform(run, j), math.exp(n * math.log1p(-p)), 0.0
    odds = p / (1.0 - p)
    while u > chance and k < n:
        u -= chance
        chance *= odds * (n - k) / (k + 1.0)
        k += 1.0
    return k


@inlined
def whole(run: Run, j: int, x: float) -> float:
    """A whole number with the mean x."""
    low = math.floor(x)
    return low + 1.0 if uniform(run, j) < x - low else low
