"""Calls that run at the same time: the slowest of several, or the r-th of n."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import beta_lower, compiled, gamma_lower, log_gamma
from models.performance.fan_out import MOST_OUTCOMES, slowest_of_many
from models.performance.gamma_table import gamma_below
from models.performance.mixture import Cumulants, from_raw, merge
from models.performance.quadrature import (
    COUNTS,
    LEAST,
    MOST_COMBINED,
    NEAR_SD,
    ORDER_NODES,
    U,
    V,
    gauss_legendre,
)
from models.performance.response_law import far_point, shifted_gamma

_ORDER_U, _ORDER_V = gauss_legendre(ORDER_NODES)


@compiled
def maximum(branches: np.ndarray, counts: np.ndarray, b: int, memory: np.ndarray, out: np.ndarray) -> int:
    """The time until all branches are done.

    Each branch is taken as at most two outcomes. Of a few branches each combination of them is one outcome of
    the maximum; of many see `fan_out`.

    Args:
        branches: Of each branch, independent of each other, its outcomes, `(b, 2, 4)` (`merged_branch`).
        counts: Number of outcomes of each.
        b: Number of branches, 2 or more.
        memory: Quadratures that were worked out, `(MEMORY, MEMORY_WIDTH)`.
        out: Their maximum.

    Source: E[M^k] = integral of k x^(k-1) (1 - prod F_i(x)); Gauss-Legendre with x = far * u^2, which puts
    nodes where short branches end.
    """
    if b > MOST_COMBINED:
        return slowest_of_many(branches, counts, b, out)
    total = 1
    for i in range(b):
        total *= counts[i]
    parts = np.zeros((MOST_COMBINED, 3))
    k = 0
    for code in range(total):
        rest = code
        weight = 1.0
        is_endless = False
        for i in range(b - 1, -1, -1):
            e = rest % counts[i]
            rest //= counts[i]
            for m in range(3):
                parts[i, m] = branches[i, e, 1 + m]
            is_endless = is_endless or math.isinf(branches[i, e, 1])
        rest = code
        stride = total
        for i in range(b):
            stride //= counts[i]
            e = (code // stride) % counts[i]
            weight *= branches[i, e, 0]
        if not weight > 0.0:
            continue
        out[k, 0] = weight
        if is_endless:
            out[k, 1], out[k, 2], out[k, 3] = math.inf, math.inf, math.inf
        else:
            out[k, 1], out[k, 2], out[k, 3] = _remembered(parts, b, memory)
        k += 1
    return k


@compiled
def _remembered(parts: np.ndarray, b: int, memory: np.ndarray) -> Cumulants:
    """The slowest of a few laws, from memory where the same bits were met before."""
    code = np.uint64(1469598103934665603)
    bits = parts.view(np.uint64)
    for i in range(b):
        for j in range(3):
            code = (code ^ bits[i, j]) * np.uint64(0x9E3779B97F4A7C15)
            code = code ^ (code >> np.uint64(29))
    place = np.int64(code % np.uint64(memory.shape[0]))
    row = memory[place]
    is_same = True
    for i in range(MOST_COMBINED):
        for j in range(3):
            wanted = parts[i, j] if i < b else -1.0
            if row[3 * i + j] != wanted:
                is_same = False
    if not is_same:
        for i in range(MOST_COMBINED):
            for j in range(3):
                row[3 * i + j] = parts[i, j] if i < b else -1.0
        row[9], row[10], row[11] = _slowest(parts, b)
    return row[9], row[10], row[11]


@compiled
def _slowest(parts: np.ndarray, b: int) -> Cumulants:
    """Cumulants of the largest of a few durations."""
    laws = np.zeros((MOST_COMBINED, 5))
    start, far = 0.0, 0.0
    for i in range(b):
        shape, scale, shift = shifted_gamma(parts[i, 0], parts[i, 1], parts[i, 2])
        laws[i, 0], laws[i, 1], laws[i, 2] = shape, scale, shift
        laws[i, 3], laws[i, 4] = 1.0 / math.sqrt(shape), log_gamma(shape + 1.0, 0)
        # Below this hardly anything of the branch lies: the maximum can't be earlier.
        start = max(start, max(shift, parts[i, 0] - NEAR_SD * math.sqrt(parts[i, 1])))
        far = max(far, far_point(shape, scale, shift))
    width = max(far - start, 0.0)
    some = width if width > 0.0 else 1.0
    filled = math.inf
    for i in range(b):
        sd = math.sqrt(parts[i, 1])
        low = math.sqrt(min(max((parts[i, 0] - sd - start) / some, 0.0), 1.0))
        high = math.sqrt(min(max((parts[i, 0] + sd - start) / some, 0.0), 1.0))
        if high > 0.0:
            filled = min(filled, high - low)
    # Where no branch fills any of the range (a constant that is longer than all others), the fewest do.
    row = LEAST.size - 1
    for i in range(LEAST.size):
        if filled >= LEAST[i]:
            row = i
            break
    m0, m1, m2 = 0.0, 0.0, 0.0
    for j in range(COUNTS[row]):
        u = U[row, j]
        x = width * (u * u)
        together = 1.0
        for i in range(b):
            place = max((start + x - laws[i, 2]) / laws[i, 1], 0.0)
            together = together * gamma_below(laws[i, 0], laws[i, 3], laws[i, 4], place)
        above = (1.0 - together) * (width * (2.0 * V[row, j] * u))  # dx = 2 width u du
        m0 += above
        m1 += 2.0 * x * above
        m2 += 3.0 * x * x * above
    part = from_raw(m0, m1, m2)
    return start + part[0], part[1], part[2]


@compiled
def order_statistic(mean: float, variance: float, third: float, replicas: float, needed: float) -> Cumulants:
    """The time until `needed` of `replicas` independent equal durations are over.

    Args:
        mean: Mean of one duration, s (its gamma law is used).
        variance: Its variance, s^2.
        third: Its third cumulant, s^3.
        replicas: How many there are, whole.
        needed: How many must be over; 0 or below = none, at once.

    Source: 1 - F_(r)(x) = P(Binomial(n, F(x)) < r) (David and Nagaraja 2003, section 2.1), by the quadrature
    of `maximum`.
    """
    if not needed >= 1.0 or not mean > 0.0:
        return 0.0, 0.0, 0.0
    shape, scale, shift = shifted_gamma(mean, variance, third)
    r = needed
    n = max(replicas, r)
    start = max(max(shift, mean - NEAR_SD * math.sqrt(variance)), 0.0)
    width = far_point(shape, scale, shift) - start
    m0, m1, m2 = 0.0, 0.0, 0.0
    for j in range(_ORDER_U.size):
        u = _ORDER_U[j]
        x = width * (u * u)
        below = gamma_lower(shape, max((start + x - shift) / scale, 0.0), 0)
        above = (1.0 - beta_lower(r, n - r + 1.0, below, 0)) * (width * (2.0 * _ORDER_V[j] * u))
        m0 += above
        m1 += 2.0 * x * above
        m2 += 3.0 * x * x * above
    part = from_raw(m0, m1, m2)
    return start + part[0], part[1], part[2]


@compiled
def merged_branch(a: np.ndarray, n: int, out: np.ndarray) -> int:
    """A branch as two outcomes at the most."""
    return merge(a, n, MOST_OUTCOMES, out)
