"""Shifted gamma laws of three cumulants: time-outs, percentiles of mixtures (see `formulas.percentiles`)."""

from __future__ import annotations

import math

import numpy as np

from models.formulas.percentiles import CLOSE, HALVING_FROM, MOST_STEPS, NEGLIGIBLE, PROVEN
from models.performance.compiled import (
    compiled,
    gamma_lower,
    gamma_upper,
    log_gamma,
    normal_below,
    normal_quantile,
)
from models.performance.mixture import Cumulants, from_raw

_NARROWEST = 1e-9
_LEAST_SKEWNESS = 2.0 / math.sqrt(1e10)
_FAR_Z, _FAR_SCALES = 5.0, 14.0
#: Where the exponent of Chernoff's bound on the tail of a gamma law, P(X > u) <= exp(-(u - a - a ln(u/a))),
#: is larger than this, neither the tail nor its share of three moments can be told from 0.
_NOTHING_LEFT = 45.0
_ROOT_TWO_PI = math.sqrt(2.0 * math.pi)
#: Columns of the laws that a search works with: weight, shape, scale, shift, log gamma(shape), density.
_W, _A, _SCALE, _SHIFT, _NORM, _DENSITY = 0, 1, 2, 3, 4, 5


@compiled
def shifted_gamma(mean: float, variance: float, third: float) -> tuple[float, float, float]:
    """Shape, scale (s) and shift (s) of the law with three cumulants."""
    v = max(variance, max((_NARROWEST * mean) ** 2, 1e-300))
    sd = math.sqrt(v)
    if third > 0.0:
        skewness = third / (v * sd)
    elif mean > 0.0:
        skewness = 2.0 * sd / mean
    else:
        skewness = 0.0
    skewness = min(max(skewness, _LEAST_SKEWNESS), 1e8)
    shape = 4.0 / skewness**2
    scale = sd * skewness / 2.0
    shift = mean - shape * scale
    if abs(shift) <= 1e-14 * mean:
        shift = 0.0
    return shape, scale, shift


@compiled
def far_point(shape: float, scale: float, shift: float) -> float:
    """A point beyond which next to nothing of a law is left, s."""
    cube = max(1.0 - 1.0 / (9.0 * shape) + _FAR_Z / (3.0 * math.sqrt(shape)), 0.0)
    return shift + scale * max(shape * cube**3, _FAR_SCALES)


@compiled
def split_at(a: np.ndarray, n: int, limit: float, out: np.ndarray) -> tuple[float, int]:
    """Share of a response that takes longer than a limit (s, finite), and the mixture of the rest."""
    in_time = 0.0
    k = 0
    for i in range(n):
        share, rest = _in_time(a[i, 1], a[i, 2], a[i, 3], limit)
        weight = a[i, 0] * share
        in_time += weight
        if weight > 0.0:
            out[k, 0], out[k, 1], out[k, 2], out[k, 3] = weight, rest[0], rest[1], rest[2]
            k += 1
    for i in range(k):
        out[i, 0] /= in_time
    return min(max(1.0 - in_time, 0.0), 1.0), k


@compiled
def _in_time(mean: float, variance: float, third: float, limit: float) -> tuple[float, Cumulants]:
    nothing = (limit, 0.0, 0.0)
    if math.isinf(mean):
        return 0.0, nothing
    a, scale, shift = shifted_gamma(mean, variance, third)
    u = max(limit - shift, 0.0) / scale
    if u > a:
        ratio = u / a
        if u - a - a * math.log(ratio) > _NOTHING_LEFT + 3.0 * math.log(ratio):
            return 1.0, (mean, max(variance, 0.0), third)
    share = gamma_lower(a, u, 0)
    if not share > 1e-12:
        return 0.0, nothing
    first = scale * a * gamma_lower(a + 1.0, u, 0) / share
    second = scale**2 * a * (a + 1.0) * gamma_lower(a + 2.0, u, 0) / share
    third_raw = scale**3 * a * (a + 1.0) * (a + 2.0) * gamma_lower(a + 3.0, u, 0) / share
    inside = from_raw(first, second, third_raw)
    return share, (shift + inside[0], inside[1], inside[2])


@compiled
def percentile(a: np.ndarray, n: int, probability: float, laws: np.ndarray) -> float:
    """x with P(X > x) = 1 - probability; infinite where more than that never ends.

    Args:
        a: Outcomes; their weights need not add up to 1 but some must be above 0.
        n: How many.
        probability: In [0.5, 0.9999].
        laws: Room to work in, `(n, 6)` at least.
    """
    total, lost = 0.0, 0.0
    for i in range(n):
        total += a[i, 0]
        if math.isinf(a[i, 1]) or math.isinf(a[i, 2]):
            lost += a[i, 0]
    above = (1.0 - probability) - lost / total
    if not above > 0.0:
        return math.inf
    k = 0
    floor = 1e-290
    for i in range(n):
        weight = a[i, 0] / total
        if math.isinf(a[i, 1]) or math.isinf(a[i, 2]) or not weight > 0.0:
            continue
        shape, scale, shift = shifted_gamma(a[i, 1], a[i, 2], a[i, 3])
        laws[k, _W], laws[k, _A], laws[k, _SCALE], laws[k, _SHIFT] = weight, shape, scale, shift
        laws[k, _NORM] = log_gamma(shape, 0)
        floor = max(floor, -shift)
        k += 1
    return _search(laws, k, n, above, 1e-10 * floor)


@compiled
def _search(laws: np.ndarray, k: int, n: int, above: float, floor: float) -> float:
    low, high = _bracket(laws, k, n, above)
    x = min(max(_start(laws, k, n, above), low), high)
    for count in range(MOST_STEPS):
        survival, step = _evaluate(laws, k, x, above)
        is_above = survival > above
        if is_above:
            low = x
        else:
            high = x
        size = max(max(abs(x), floor), 1e-280)
        small = abs(step) <= PROVEN * size
        proven = small and _is_within(laws, k, x, 2.0 * step, survival, above)
        if proven:
            return x + step
        is_done = high - low <= CLOSE * size
        more = 0.0
        if small:
            more = (0.4 if is_above else -0.4) * CLOSE * size
        halve = count >= HALVING_FROM and count % 2 == 0
        x = _inside(x, step + more, low, high, halve)
        if is_done:
            return x
    return x


@compiled
def _bracket(laws: np.ndarray, k: int, n: int, above: float) -> tuple[float, float]:
    low, tight, high = math.inf, -math.inf, -math.inf
    for i in range(k):
        a = laws[i, _A]
        least = math.exp((laws[i, _NORM] + math.log(a) - math.log(2.0)) / a)
        median = laws[i, _SHIFT] + laws[i, _SCALE] * max(least * (1.0 - 1e-9), a - 1.0 / 3.0)
        low = min(low, median)
        if laws[i, _W] >= 2.0 * above:
            tight = max(tight, median)
        log_share = math.log(laws[i, _W] * n / above)
        if log_share > 0.0:
            each = math.sqrt(2.0 * a * log_share) + log_share
            high = max(high, laws[i, _SHIFT] + laws[i, _SCALE] * (a + each))
    low = max(low, tight)
    return low, max(high, low)


@compiled
def _rough_quantile(laws: np.ndarray, i: int, share_above: float) -> float:
    a = laws[i, _A]
    cube = max(1.0 - 1.0 / (9.0 * a) - normal_quantile(share_above, 0) / (3.0 * math.sqrt(a)), 0.0)
    best = a * cube**3
    if a < 1.0:
        best = max(best, math.exp((math.log1p(-share_above) + laws[i, _NORM] + math.log(a)) / a))
    return laws[i, _SHIFT] + laws[i, _SCALE] * max(best, 0.0)


@compiled
def _start(laws: np.ndarray, k: int, n: int, above: float) -> float:
    x = math.inf
    for i in range(k):
        x = min(x, _rough_quantile(laws, i, above))
    for i in range(k):
        if laws[i, _W] > above:
            x = max(x, _rough_quantile(laws, i, above / laws[i, _W]))
    if n == 1:
        return x
    survival, density = 0.0, 0.0
    for i in range(k):
        a = laws[i, _A]
        root = 3.0 * math.sqrt(a)
        ratio = max((x - laws[i, _SHIFT]) / (laws[i, _SCALE] * a), 1e-9) ** (1.0 / 3.0)
        z = root * (ratio - 1.0 + 1.0 / (9.0 * a))
        survival += laws[i, _W] * normal_below(-z, 0)
        density += laws[i, _W] * math.exp(-0.5 * z * z) * (root / (3.0 * laws[i, _SCALE] * a)) / ratio**2
    step = math.log(survival / above) * survival / density * _ROOT_TWO_PI
    return x + step if math.isfinite(step) else x


@compiled
def _density(laws: np.ndarray, i: int, x: float) -> tuple[float, float]:
    """Standardised place, and weighted density there by unit of the place."""
    u = max((x - laws[i, _SHIFT]) / laws[i, _SCALE], 0.0)
    if not u > 0.0:
        return u, 0.0
    logarithm = (laws[i, _A] - 1.0) * math.log(u) - u - laws[i, _NORM]
    return u, laws[i, _W] * math.exp(logarithm)


@compiled
def _evaluate(laws: np.ndarray, k: int, x: float, above: float) -> tuple[float, float]:
    """P(X > x), and Halley's step on its logarithm; leaves the densities with the laws."""
    survival, slope, curve = 0.0, 0.0, 0.0
    for i in range(k):
        a = laws[i, _A]
        u, density = _density(laws, i, x)
        if u > a:
            bound = density * max(u / (u - a + 1.0), 1.0)
            tail = 0.0
        else:
            bound = density * (u / a * (a + 1.0) / (a + 1.0 - u))
            tail = laws[i, _W]
        if bound > NEGLIGIBLE * above:
            tail = laws[i, _W] * gamma_upper(a, u, 0)
        density = density / laws[i, _SCALE]
        laws[i, _DENSITY] = density
        bend = density * ((a - 1.0) / (u if u > 0.0 else 1.0) - 1.0) / laws[i, _SCALE]
        survival += tail
        slope += density
        curve += bend
    if survival == above:
        return survival, 0.0
    excess = math.log(survival / above)
    newton = excess * survival / slope
    turn = 1.0 + 0.5 * excess * (1.0 + curve * survival / slope**2)
    if math.isnan(turn):
        turn = 1.0
    return survival, newton / min(max(turn, 0.5), 2.0)


@compiled
def _is_within(laws: np.ndarray, k: int, x: float, distance: float, survival: float, above: float) -> bool:
    slope = 0.0
    for i in range(k):
        _, there = _density(laws, i, x + distance)
        slope += min(laws[i, _DENSITY], there / laws[i, _SCALE])
    return abs(distance) * slope >= abs(survival - above)


@compiled
def _inside(x: float, step: float, low: float, high: float, halve: bool) -> float:
    proposed = x + step
    if proposed >= low and proposed <= high and not halve:
        return proposed
    if low > 0.0 and high > 8.0 * low:
        return math.sqrt(low * high)
    return 0.5 * (low + high)
