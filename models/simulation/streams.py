"""Random numbers by purpose: one stream for each use, so that a change leaves the other draws alone."""

from __future__ import annotations

import math

import numpy as np

from models.evaluation import Array
from models.performance.compiled import compiled, inlined, internal
from models.simulation.state import State

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_BY_30, _BY_27, _BY_31, _BY_11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_LAYER, _SIGN = np.uint64(255), np.uint64(256)
_UNIT = 2.0**-53
#: Whole shapes up to this are drawn as a sum of exponentials.
_FEW = 4.0
#: Below this part of the fourth power of the normal deviate no logarithm is needed.
_SQUEEZE = 0.0331
#: Where the tails begin, and the area of each of 256 layers (Marsaglia and Tsang 2000, The ziggurat method).
_EXP_TAIL, _EXP_AREA = 7.69711747013104972, 3.949659822581572e-3
_NORMAL_TAIL, _NORMAL_AREA = 3.6541528853610088, 4.92867323399e-3


def _layers(tail: float, area: float, *, is_normal: bool) -> tuple[Array, Array]:
    """Ends of the layers under a density that falls, the widest first, and its heights there."""

    def height(x: float) -> float:
        return math.exp(-0.5 * x * x if is_normal else -x)

    ends = np.zeros(257)
    ends[0], ends[1] = area / height(tail), tail
    for k in range(2, 256):
        top = height(ends[k - 1]) + area / ends[k - 1]
        ends[k] = math.sqrt(-2.0 * math.log(top)) if is_normal else -math.log(top)
    return ends, np.array([height(x) for x in ends])


_EXP_X, _EXP_F = _layers(_EXP_TAIL, _EXP_AREA, is_normal=False)
_NORMAL_X, _NORMAL_F = _layers(_NORMAL_TAIL, _NORMAL_AREA, is_normal=True)


@inlined
def _bits(s: State, i: int) -> np.uint64:
    """The next 64 bits of a stream.

    Source: SplitMix64 (Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators).
    """
    z = np.uint64(s.stream[i]) + _STEP
    s.stream[i] = np.int64(z)
    z = (z ^ (z >> _BY_30)) * _FIRST
    z = (z ^ (z >> _BY_27)) * _SECOND
    return z ^ (z >> _BY_31)


@inlined
def uniform(s: State, i: int) -> float:
    """The next number of a stream, uniform in [0, 1)."""
    return np.float64(np.int64(_bits(s, i) >> _BY_11)) * _UNIT


@inlined
def exponential(s: State, i: int) -> float:
    """Exponential with mean 1, by the ziggurat (Marsaglia and Tsang 2000)."""
    while True:
        z = _bits(s, i)
        k = np.int64(z & _LAYER)
        x = np.float64(np.int64(z >> _BY_11)) * _UNIT * _EXP_X[k]
        if x < _EXP_X[k + 1]:
            return x
        if k == 0:
            return _EXP_TAIL - math.log(1.0 - uniform(s, i))
        if _EXP_F[k] + uniform(s, i) * (_EXP_F[k + 1] - _EXP_F[k]) < math.exp(-x):
            return x


@inlined
def normal(s: State, i: int) -> float:
    """Standard normal, by the ziggurat (Marsaglia and Tsang 2000; the tail by Marsaglia 1964)."""
    while True:
        z = _bits(s, i)
        k = np.int64(z & _LAYER)
        x = np.float64(np.int64(z >> _BY_11)) * _UNIT * _NORMAL_X[k]
        sign = 1.0 if (z & _SIGN) > np.uint64(0) else -1.0
        if x < _NORMAL_X[k + 1]:
            return sign * x
        if k == 0:
            while True:
                x = -math.log(1.0 - uniform(s, i)) / _NORMAL_TAIL
                if -2.0 * math.log(1.0 - uniform(s, i)) > x * x:
                    return sign * (_NORMAL_TAIL + x)
        if _NORMAL_F[k] + uniform(s, i) * (_NORMAL_F[k + 1] - _NORMAL_F[k]) < math.exp(-0.5 * x * x):
            return sign * x


@inlined
def gamma(s: State, i: int, mean: float, shape: float) -> float:
    """Gamma distributed with a mean and a shape (1 / scv); shape 0 = always the mean."""
    if shape == 1.0:
        return mean * exponential(s, i)
    if shape == 0.0 or mean == 0.0:
        return mean
    return _gamma(s, i, mean, shape)


@internal
def lognormal(s: State, i: int, mean: float, sigma: float) -> float:
    """Lognormal with a mean, and the standard deviation of its logarithm."""
    return mean * math.exp(sigma * normal(s, i) - 0.5 * sigma * sigma)


@internal
def _gamma(s: State, i: int, mean: float, shape: float) -> float:
    """The same for other shapes.

    Source: Marsaglia and Tsang 2000, A simple method for generating gamma variables; below shape 1 by its
    section 6.
    """
    if shape <= _FEW and shape == math.floor(shape):
        total = 0.0
        for _ in range(int(shape)):
            total += exponential(s, i)
        return total * mean / shape
    boost = 1.0
    a = shape
    if a < 1.0:
        boost = math.exp(-exponential(s, i) / a)
        a += 1.0
    d = a - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal(s, i)
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        u = 1.0 - uniform(s, i)
        if u < 1.0 - _SQUEEZE * x * x * x * x or math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
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


@compiled
def draw(s: State, i: int, mean: float, shape: float, out: np.ndarray) -> None:
    """Fills an array with gamma distributed numbers of a stream; shape below 0 = standard normal ones."""
    for k in range(out.size):
        out[k] = normal(s, i) if shape < 0.0 else gamma(s, i, mean, shape)
