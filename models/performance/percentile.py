"""Percentiles of a mixture of shifted gamma laws."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import compiled, gamma_upper, log_gamma, normal_below, normal_quantile
from models.performance.gamma_table import ERROR, gamma_below
from models.performance.response_law import shifted_gamma

#: Steps of the root search at the most; halvings of the whole range of doubles need fewer.
MOST_STEPS = 200
#: From this step on every other one halves the bracket, so that nothing creeps.
HALVING_FROM = 6
#: Relative distance within which a root must be proven, and width of a bracket that counts as the root.
PROVEN, CLOSE = 1e-6, 1e-6
#: Tails that can't matter by more than this share of what is sought are left out.
NEGLIGIBLE = 1e-13
#: A tail of more than this is read from the table of gamma laws: its error is below this share of the tail.
_BY_TABLE = ERROR / 1e-7
_ROOT_TWO_PI = math.sqrt(2.0 * math.pi)
#: Columns of the laws that a search works with: weight, shape, scale, shift, log gamma(shape), density,
#: logarithm of the shape, and 1 over its root.
W, A, SCALE, SHIFT, NORM, DENSITY, LOG_A, ROOT = 0, 1, 2, 3, 4, 5, 6, 7
LAW_WIDTH = 8


@compiled
def percentile(a: np.ndarray, n: int, probability: float, laws: np.ndarray) -> float:
    """The percentile of a mixture, s: x with P(X > x) = 1 - probability.

    A bracketed Halley search on the logarithm of the tail.

    Args:
        a: Outcomes; their weights need not add up to 1 but some must be above 0. Where outcomes of infinite
            mean hold more than 1 - probability of the weight the percentile is infinite.
        n: How many.
        probability: Share of the cases below the percentile, in [0.5, 0.9999].
        laws: Room to work in, `(n, LAW_WIDTH)` at least.

    Returns:
        The percentile; a relative error below 1e-6 is proven, about 1e-9 is usual. Where the tail is flat
        between two humps and within rounding of what is sought, any point there may be returned.
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
        laws[k, W], laws[k, A], laws[k, SCALE], laws[k, SHIFT] = weight, shape, scale, shift
        laws[k, NORM] = log_gamma(shape, 0)
        laws[k, LOG_A], laws[k, ROOT] = math.log(shape), 1.0 / math.sqrt(shape)
        floor = max(floor, -shift)
        k += 1
    return _search(laws, k, n, above, 1e-10 * floor)


@compiled
def _search(laws: np.ndarray, k: int, n: int, above: float, floor: float) -> float:
    low, high = _bracket(laws, k, n, above)
    x = min(max(_start(laws, k, n, above), low), high)
    for count in range(MOST_STEPS):
        survival, step = survival_and_step(laws, k, x, above)
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
        # A small step that proves nothing is drawn out a little, so that the bracket may close on a spike.
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
    """Points below and above the root, without any special function.

    Source: above, gamma laws are sub-gamma: P(X > m + sqrt(2 v t) + scale t) <= exp(-t) (Boucheron, Lugosi,
    Massart 2013, section 2.4). Below, a median lies above m - scale / 3 (Chen and Rubin 1986) and above
    shift + scale (gamma(shape + 1) / 2)^(1/shape), since P(a, u) <= u^a / gamma(a + 1).
    """
    low, tight, high = math.inf, -math.inf, -math.inf
    for i in range(k):
        a = laws[i, A]
        least = math.exp((laws[i, NORM] + laws[i, LOG_A] - math.log(2.0)) / a)
        median = laws[i, SHIFT] + laws[i, SCALE] * max(least * (1.0 - 1e-9), a - 1.0 / 3.0)
        low = min(low, median)
        if laws[i, W] >= 2.0 * above:
            tight = max(tight, median)
        # Each tail at its equal part of what may be left; one that never holds its part is no bound.
        log_share = math.log(laws[i, W] * n / above)
        if log_share > 0.0:
            each = math.sqrt(2.0 * a * log_share) + log_share
            high = max(high, laws[i, SHIFT] + laws[i, SCALE] * (a + each))
    low = max(low, tight)
    return low, max(high, low)


@compiled
def _rough_quantile(laws: np.ndarray, i: int, share_above: float, normal: float) -> float:
    """A guess at a quantile of one law, `normal` being that of the standard normal law."""
    a = laws[i, A]
    cube = max(1.0 - 1.0 / (9.0 * a) - normal * laws[i, ROOT] / 3.0, 0.0)
    best = a * cube**3
    if a < 1.0:  # P(a, u) <= u^a / gamma(a + 1), close to it for a small shape
        best = max(best, math.exp((math.log1p(-share_above) + laws[i, NORM] + laws[i, LOG_A]) / a))
    return laws[i, SHIFT] + laws[i, SCALE] * max(best, 0.0)


@compiled
def _start(laws: np.ndarray, k: int, n: int, above: float) -> float:
    """A first guess at the root: a step of Newton's on the mixture of rough tails.

    It starts from the largest quantile that an outcome alone would need, which lies just below the root.

    Source: Wilson and Hilferty 1931: the cube root of a gamma variable is nearly normal.
    """
    x = math.inf
    normal = normal_quantile(above, 0)
    for i in range(k):
        x = min(x, _rough_quantile(laws, i, above, normal))
    for i in range(k):
        if laws[i, W] > above:
            share = above / laws[i, W]
            x = max(x, _rough_quantile(laws, i, share, normal_quantile(share, 0)))
    if n == 1:
        return x
    survival, density = 0.0, 0.0
    for i in range(k):
        a = laws[i, A]
        root = 3.0 / laws[i, ROOT]
        ratio = np.cbrt(max((x - laws[i, SHIFT]) / (laws[i, SCALE] * a), 1e-9))
        z = root * (ratio - 1.0 + 1.0 / (9.0 * a))
        survival += laws[i, W] * normal_below(-z, 0)
        density += laws[i, W] * math.exp(-0.5 * z * z) * (root / (3.0 * laws[i, SCALE] * a)) / ratio**2
    step = math.log(survival / above) * survival / density * _ROOT_TWO_PI
    return x + step if math.isfinite(step) else x


@compiled
def _density(laws: np.ndarray, i: int, x: float) -> tuple[float, float]:
    """Standardised place, and weighted density there by unit of the place."""
    u = max((x - laws[i, SHIFT]) / laws[i, SCALE], 0.0)
    if not u > 0.0:
        return u, 0.0
    logarithm = (laws[i, A] - 1.0) * math.log(u) - u - laws[i, NORM]
    return u, laws[i, W] * math.exp(logarithm)


@compiled
def survival_and_step(laws: np.ndarray, k: int, x: float, above: float) -> tuple[float, float]:
    """P(X > x), and Halley's step on its logarithm; leaves the densities with the laws.

    Tails that the density bounds to next to nothing, or to next to all, cost no special function.

    Args:
        laws: Columns as `W`, `A` ... say; the last is written.
        k: How many.
        x: The point, s.
        above: P(X > x) that is sought.

    Source: Q(a, u) <= f(u) max(1, u / (u - a + 1)) for u > a, P(a, u) <= f(u) u / a / (1 - u / (a + 1)) for
    u <= a: the first terms of their expansions (Abramowitz and Stegun 1964, 6.5.29, 6.5.32).
    """
    survival, slope, curve = 0.0, 0.0, 0.0
    for i in range(k):
        a = laws[i, A]
        u, density = _density(laws, i, x)
        if u > a:
            bound = density * max(u / (u - a + 1.0), 1.0)
            tail = 0.0
        else:
            bound = density * (u / a * (a + 1.0) / (a + 1.0 - u))
            tail = laws[i, W]
        if bound > NEGLIGIBLE * above:
            if above > _BY_TABLE:
                below = gamma_below(a, laws[i, ROOT], laws[i, NORM] + laws[i, LOG_A], u)
                tail = laws[i, W] * (1.0 - below)
            else:
                tail = laws[i, W] * gamma_upper(a, u, 0)
        density = density / laws[i, SCALE]
        laws[i, DENSITY] = density
        bend = density * ((a - 1.0) / (u if u > 0.0 else 1.0) - 1.0) / laws[i, SCALE]
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
    """Whether the root lies between x and x + distance.

    A gamma density has one hump, so between two points it is nowhere below the smaller of its ends; the tail
    falls by at least that much times the distance.
    """
    slope = 0.0
    for i in range(k):
        _, there = _density(laws, i, x + distance)
        slope += min(laws[i, DENSITY], there / laws[i, SCALE])
    return abs(distance) * slope >= abs(survival - above)


@compiled
def _inside(x: float, step: float, low: float, high: float, halve: bool) -> float:
    """x + step where it lies inside the bracket; else, or with `halve`, the middle of the bracket."""
    proposed = x + step
    if proposed >= low and proposed <= high and not halve:
        return proposed
    if low > 0.0 and high > 8.0 * low:
        return math.sqrt(low * high)
    return 0.5 * (low + high)
