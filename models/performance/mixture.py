"""A response time as a short list of outcomes: rows of weight, mean (s), variance and third cumulant.

Hit or miss, first attempt or second: outcomes that differ in shape are kept apart, since one distribution
for all of them would be off by a factor where the whole has two humps. Outcomes of weight 0 are none: they
are left out wherever a mixture is made. An infinite mean is that of a response that never ends. A mixture is
an array `(places, 4)` and the number of its rows that hold; functions write into an array of their caller's
and return that number.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import compiled

#: Outcomes of a mixture that is kept, and places of one that is worked with (`merge` has two bits for each).
MOST_ENTRIES, PLACES = 4, 32

#: Mean (s), variance (s^2) and third cumulant (third central moment, s^3): what adds up when things happen
#: one after the other.
Cumulants = tuple[float, float, float]


@compiled
def gamma_cumulants(mean: float, scv: float) -> Cumulants:
    """Cumulants of a gamma law with a mean (s, finite) and a squared coefficient of variation (0 = constant).

    Source: the n-th cumulant of a gamma law of shape a and scale t is (n-1)! a t^n, here with a = 1/scv.
    """
    variance = scv * mean**2
    return mean, variance, 2.0 * scv * mean * variance


@compiled
def from_raw(first: float, second: float, third: float) -> Cumulants:
    """Cumulants from the raw moments E[X], E[X^2], E[X^3]; a variance below 0 by rounding is 0."""
    variance = max(second - first**2, 0.0)
    return first, variance, third - 3.0 * first * variance - first**3


@compiled
def to_raw(part: Cumulants) -> Cumulants:
    """The raw moments E[X], E[X^2], E[X^3]."""
    m, v, k = part
    return m, v + m**2, k + 3.0 * m * v + m**3


@compiled
def scaled(part: Cumulants, times: float) -> Cumulants:
    """Cumulants of so many durations one after the other; 0 times infinity is 0."""
    if times > 0.0:
        return part[0] * times, part[1] * times, part[2] * times
    return 0.0, 0.0, 0.0


@compiled
def single(mean: float, variance: float, third: float, out: np.ndarray) -> int:
    """A mixture of one outcome."""
    out[0, 0], out[0, 1], out[0, 2], out[0, 3] = 1.0, mean, variance, third
    return 1


@compiled
def copied(a: np.ndarray, i: int, out: np.ndarray, k: int) -> None:
    """Writes one outcome to a row of another mixture."""
    out[k, 0], out[k, 1], out[k, 2], out[k, 3] = a[i, 0], a[i, 1], a[i, 2], a[i, 3]


@compiled
def put(row: np.ndarray, column: int, part: Cumulants) -> None:
    """Three cumulants from a column on."""
    row[column], row[column + 1], row[column + 2] = part[0], part[1], part[2]


@compiled
def shifted(a: np.ndarray, n: int, part: Cumulants, out: np.ndarray) -> int:
    """The mixture with one duration added to each outcome; `out` may be the mixture itself."""
    for i in range(n):
        out[i, 0] = a[i, 0]
        out[i, 1] = a[i, 1] + part[0]
        out[i, 2] = a[i, 2] + part[1]
        out[i, 3] = a[i, 3] + part[2]
    return n


@compiled
def product(a: np.ndarray, n: int, b: np.ndarray, m: int, out: np.ndarray) -> int:
    """The sum of two independent durations: every outcome of one with every outcome of the other.

    `out` is neither of them.
    """
    if n == 1 and a[0, 0] == 1.0:
        return shifted(b, m, (a[0, 1], a[0, 2], a[0, 3]), out)
    k = 0
    for i in range(n):
        for j in range(m):
            out[k, 0] = a[i, 0] * b[j, 0]
            out[k, 1] = a[i, 1] + b[j, 1]
            out[k, 2] = a[i, 2] + b[j, 2]
            out[k, 3] = a[i, 3] + b[j, 3]
            k += 1
    return k


@compiled
def added(a: np.ndarray, n: int, weight: float, out: np.ndarray, k: int) -> int:
    """Appends a mixture with a probability to the first k rows of `out`."""
    if weight > 0.0:
        for i in range(n):
            out[k, 0] = weight * a[i, 0]
            out[k, 1], out[k, 2], out[k, 3] = a[i, 1], a[i, 2], a[i, 3]
            k += 1
    return k


@compiled
def collapse(a: np.ndarray, n: int) -> Cumulants:
    """The cumulants of the mixture as a whole, exactly; outcomes of weight 0 don't count."""
    first, second, third = 0.0, 0.0, 0.0
    for i in range(n):
        w = a[i, 0]
        if w > 0.0:
            m1, m2, m3 = to_raw((a[i, 1], a[i, 2], a[i, 3]))
            first += w * m1
            second += w * m2
            third += w * m3
    if math.isinf(first):
        return first, math.inf, math.inf
    return from_raw(first, second, third)


@compiled
def _label(labels: np.uint64, i: int) -> np.int64:
    return np.int64((labels >> np.uint64(2 * i)) & np.uint64(3))


@compiled
def merge(a: np.ndarray, n: int, most: int, out: np.ndarray) -> int:
    """At most `most` outcomes: those up to the mean and above it become groups, and these again.

    The first three moments of the mixture stay what they are, and what makes it two-humped (hit and miss, in
    time and after a retry) stays apart; what never ends stays apart from what does.

    Args:
        a: The mixture, of 32 outcomes at the most.
        n: Its outcomes.
        most: Outcomes at the most, 1 to 4; the next lower power of two is used where there are more.
        out: The result; not `a`.
    """
    count = 0
    for i in range(n):
        if a[i, 0] > 0.0:
            if count < most:
                copied(a, i, out, count)
            count += 1
    if count <= most:
        return count
    labels, groups = np.uint64(0), 1  # the group of each outcome, two bits each
    while 2 * groups <= most:
        halved = np.uint64(0)
        for g in range(groups):
            total, above = 0.0, 0.0
            for i in range(n):
                if _label(labels, i) == g and a[i, 0] > 0.0:
                    total += a[i, 0]
                    above += a[i, 0] * a[i, 1]
            mean = above / (total if total > 0.0 else 1.0)
            for i in range(n):
                if _label(labels, i) == g:
                    low = math.isfinite(a[i, 1]) if math.isinf(mean) else a[i, 1] <= mean
                    halved |= np.uint64(2 * g + (0 if low else 1)) << np.uint64(2 * i)
        labels = halved
        groups *= 2
    k = 0
    for g in range(groups):
        total, first = 0.0, 0.0
        for i in range(n):
            if _label(labels, i) == g and a[i, 0] > 0.0:
                total += a[i, 0]
                first += a[i, 0] * a[i, 1]
        if not total > 0.0:
            continue
        mean = first / total
        variance, third = 0.0, 0.0
        for i in range(n):
            if _label(labels, i) == g and a[i, 0] > 0.0:
                off = a[i, 1] - mean
                square = off * off
                variance += a[i, 0] * (a[i, 2] + square)
                third += a[i, 0] * (a[i, 3] + off * (3.0 * a[i, 2] + square))
        out[k, 0], out[k, 1] = total, mean
        out[k, 2], out[k, 3] = variance / total, third / total
        if math.isinf(mean):
            out[k, 2], out[k, 3] = math.inf, math.inf
        k += 1
    return k


@compiled
def repeat(a: np.ndarray, n: int, times: float, work: np.ndarray, out: np.ndarray) -> int:
    """The sum of `times` independent durations; a fractional number is one more in that share of the cases.

    Up to four repetitions are kept apart by outcome; beyond, the sum of the rest is close to one hump and its
    cumulants are simply scaled.

    Args:
        a: The duration, of `MOST_ENTRIES` outcomes at the most; neither `work` nor `out`.
        n: Its outcomes.
        times: How often, >= 0.
        work: Room to work in.
        out: The result.
    """
    whole = math.floor(times)
    rest = times - whole
    if whole >= 1.0:
        for i in range(n):
            copied(a, i, out, i)
        k = n
    else:
        k = single(0.0, 0.0, 0.0, out)
    already = 1.0
    while already <= 3.0 and whole > already:
        m = product(out, k, a, n, work)
        k = merge(work, m, MOST_ENTRIES, out)
        already += 1.0
    if whole > 4.0:
        k = shifted(out, k, scaled(collapse(a, n), whole - 4.0), out)
    if rest > 0.0:
        m = 0
        for i in range(k):
            work[m, 0] = (1.0 - rest) * out[i, 0]
            work[m, 1], work[m, 2], work[m, 3] = out[i, 1], out[i, 2], out[i, 3]
            m += 1
        for i in range(k):
            for j in range(n):
                work[m, 0] = rest * (out[i, 0] * a[j, 0])
                work[m, 1], work[m, 2] = out[i, 1] + a[j, 1], out[i, 2] + a[j, 2]
                work[m, 3] = out[i, 3] + a[j, 3]
                m += 1
        k = merge(work, m, MOST_ENTRIES, out)
    return k
