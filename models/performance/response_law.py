"""Shifted gamma laws, each matched to three cumulants (Pearson's type III), and what a time-out leaves.

Why three: a gamma law matched to two moments has a p99 that falls when a constant delay is added to a bursty
response; with the third cumulant the percentile moves by exactly the delay.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import compiled, gamma_lower, log_gamma
from models.performance.mixture import Cumulants, from_raw

#: A law narrower than this, relative to its mean, counts as this wide: a step is a steep slope.
NARROWEST = 1e-9
#: Shapes above this are held to it: the law is normal to within 2 / sqrt(shape) in its skewness.
LARGEST_SHAPE = 1e10
_LEAST_SKEWNESS = 2.0 / math.sqrt(LARGEST_SHAPE)
#: Deviation over mean up to which a law without a third cumulant is normal; from twice that on it is gamma.
_NARROW = 0.3
#: The far end of a law, in standard deviations of a normal variable and in scales of a gamma one.
FAR_Z, FAR_SCALES = 5.0, 14.0
#: Where the exponent of Chernoff's bound on the tail of a gamma law, P(X > u) <= exp(-(u - a - a ln(u/a))),
#: is larger than this, neither the tail nor its share of three moments can be told from 0.
_NOTHING_LEFT = 45.0
#: Shapes up to which neighbours come from one another: beyond, the powers in their difference lose digits.
_MOST_STEPPED = 1000.0


@compiled
def shifted_gamma(mean: float, variance: float, third: float) -> tuple[float, float, float]:
    """Shape, scale (s) and shift (s) of the law with three cumulants.

    A third cumulant of 0 or below has none: a normal law is taken where it is narrow, and the gamma law from
    0 with the first two where it is wide.

    Args:
        mean: Mean, s, finite.
        variance: Variance, s^2, >= 0; 0 is a point mass, taken as a very narrow law.
        third: Third cumulant, s^3.

    Source: Pearson 1895, type III: shape 4 v^3 / k^2, scale k / (2 v), shift m - shape x scale.
    """
    v = max(variance, max((NARROWEST * mean) ** 2, 1e-300))
    sd = math.sqrt(v)
    if third > 0.0:
        skewness = third / (v * sd)
    elif mean > 0.0:
        # Narrow laws may lean to neither side; of wide ones hardly anything lies below 0.
        wide = (sd / mean - _NARROW) / _NARROW
        skewness = 2.0 * sd / mean * min(max(wide, 0.0), 1.0)
    else:
        skewness = 0.0
    skewness = min(max(skewness, _LEAST_SKEWNESS), 1e8)
    shape = 4.0 / skewness**2
    scale = sd * skewness / 2.0
    shift = mean - shape * scale
    # What rounding leaves of a plain gamma law's shift would swamp its smallest percentiles.
    if abs(shift) <= 1e-14 * mean:
        shift = 0.0
    return shape, scale, shift


@compiled
def far_point(shape: float, scale: float, shift: float) -> float:
    """A point beyond which next to nothing of a law is left, s.

    Source: Wilson and Hilferty 1931 at five standard deviations, and 14 scales of an exponential's end.
    """
    cube = max(1.0 - 1.0 / (9.0 * shape) + FAR_Z / (3.0 * math.sqrt(shape)), 0.0)
    return shift + scale * max(shape * cube**3, FAR_SCALES)


@compiled
def split_at(a: np.ndarray, n: int, limit: float, out: np.ndarray) -> tuple[float, int]:
    """Share of a response that takes longer than a limit (s, finite), and the mixture of the rest.

    The rest goes to `out`; its weights add up to 1 where anything is in time at all.

    Source: partial moments of a gamma law: E[Y^j; Y <= t] = scale^j (a)_j P(a + j, t / scale), with the
    rising factorial (a)_j (Abramowitz and Stegun 1964, 6.5.1); shifted with the binomial theorem.
    """
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
    """Share of one outcome within the limit, and its cumulants given that."""
    nothing = (limit, 0.0, 0.0)
    if math.isinf(mean):
        return 0.0, nothing
    a, scale, shift = shifted_gamma(mean, variance, third)
    u = max(limit - shift, 0.0) / scale
    if u > a:
        ratio = u / a
        if u - a - a * math.log(ratio) > _NOTHING_LEFT + 3.0 * math.log(ratio):
            # All of the law: where the third cumulant is below 0 that isn't the outcome's own.
            return 1.0, (shift + a * scale, a * scale**2, 2.0 * a * scale**3)
    share, one, two, three = _four_below(a, u)
    if not share > 1e-12:
        return 0.0, nothing
    first = scale * a * one / share
    second = scale**2 * a * (a + 1.0) * two / share
    third_raw = scale**3 * a * (a + 1.0) * (a + 2.0) * three / share
    inside = from_raw(first, second, third_raw)
    return share, (shift + inside[0], inside[1], inside[2])


@compiled
def _four_below(a: float, u: float) -> tuple[float, float, float, float]:
    """P(a, u), P(a + 1, u), P(a + 2, u) and P(a + 3, u), each with all its digits.

    Source: P(a, u) = P(a + 1, u) + u^a e^-u / gamma(a + 1) (Abramowitz and Stegun 1964, 6.5.21): downwards
    only what is positive is added; upwards it would cancel.
    """
    three = gamma_lower(a + 3.0, u, 0)
    if not (u > 0.0 and a <= _MOST_STEPPED):
        return gamma_lower(a, u, 0), gamma_lower(a + 1.0, u, 0), gamma_lower(a + 2.0, u, 0), three
    step = math.exp(a * math.log(u) - u - log_gamma(a + 1.0, 0))
    next_step = step * u / (a + 1.0)
    two = three + next_step * u / (a + 2.0)
    one = two + next_step
    return one + step, one, two, three
