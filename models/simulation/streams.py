"""Random numbers by purpose: one stream for each use, so that a change leaves the other draws alone."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import internal
from models.simulation.state import State

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_BY_30, _BY_27, _BY_31, _BY_11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 2.0**-53
#: Whole shapes up to this are drawn as a sum of exponentials.
_FEW = 4.0


@internal
def uniform(s: State, i: int) -> float:
    """The next number of a stream, uniform in [0, 1).

    Source: SplitMix64 (Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators).
    """
    z = np.uint64(s.stream[i]) + _STEP
    s.stream[i] = np.int64(z)
    z = (z ^ (z >> _BY_30)) * _FIRST
    z = (z ^ (z >> _BY_27)) * _SECOND
    z = z ^ (z >> _BY_31)
    return np.float64(np.int64(z >> _BY_11)) * _UNIT


@internal
def exponential(s: State, i: int) -> float:
    """Exponential with mean 1."""
    return -math.log(1.0 - uniform(s, i))


@internal
def gamma(s: State, i: int, mean: float, shape: float) -> float:
    """Gamma distributed with a mean and a shape (1 / scv); shape 0 = always the mean.

    Source: Marsaglia and Tsang 2000, A simple method for generating gamma variables; below shape 1 by its
    section 6, normal deviates by Box and Muller 1958.
    """
    if shape == 1.0:
        return mean * exponential(s, i)
    if shape == 0.0 or mean == 0.0:
        return mean
    if shape <= _FEW and shape == math.floor(shape):
        product = 1.0
        for _ in range(int(shape)):
            product *= 1.0 - uniform(s, i)
        return -math.log(product) * mean / shape
    boost = 1.0
    a = shape
    if a < 1.0:
        boost = (1.0 - uniform(s, i)) ** (1.0 / a)
        a += 1.0
    d = a - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        radius = math.sqrt(-2.0 * math.log(1.0 - uniform(s, i)))
        normal = radius * math.cos(2.0 * math.pi * uniform(s, i))
        v = 1.0 + c * normal
        if v <= 0.0:
            continue
        v = v * v * v
        u = 1.0 - uniform(s, i)
        if math.log(u) < 0.5 * normal * normal + d - d * v + d * math.log(v):
            return boost * d * v * mean / shape


@internal
def smallest(s: State, i: int, mean: float, shape: float, count: int, wanted: int) -> float:
    """The `wanted`-th smallest of `count` gamma distributed numbers."""
    if shape == 0.0:
        return mean
    if shape == 1.0:
        # Gaps between exponential order statistics are exponential (Renyi 1953).
        total = 0.0
        for k in range(wanted):
            total += exponential(s, i) / (count - k)
        return mean * total
    kept = np.empty(wanted)
    held = 0
    for _ in range(count):
        x = gamma(s, i, mean, shape)
        if held == wanted and x >= kept[held - 1]:
            continue
        if held < wanted:
            held += 1
        j = held - 1
        while j > 0 and kept[j - 1] > x:
            kept[j] = kept[j - 1]
            j -= 1
        kept[j] = x
    return kept[wanted - 1]
