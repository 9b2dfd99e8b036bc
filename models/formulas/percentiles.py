"""Percentiles of a mixture of shifted gamma laws, each matched to three cumulants (Pearson's type III).

Why three: a gamma law matched to two moments has a p99 that falls when a constant delay is added to a bursty
response; with the third cumulant the percentile moves by exactly the delay.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc, gammaln, ndtr, ndtri

from models.formulas.cumulants import Array
from models.formulas.mixtures import Entry, Mixture

#: A law narrower than this, relative to its mean, counts as this wide: a step is a steep slope.
NARROWEST = 1e-9
#: Shapes above this are held to it: the law is normal to within 2 / sqrt(shape) in its skewness.
LARGEST_SHAPE = 1e10
#: Steps of the root search at the most; halvings of the whole range of doubles need fewer.
MOST_STEPS = 200
#: From this step on every other one halves the bracket, so that nothing creeps.
HALVING_FROM = 6
#: Relative distance within which a root must be proven, and width of a bracket that counts as the root.
PROVEN, CLOSE = 1e-6, 1e-6
#: Tails that can't matter by more than this share of what is sought are left out.
NEGLIGIBLE = 1e-13
#: The far end of a law, in standard deviations of a normal variable and in scales of a gamma one.
_FAR_Z, _FAR_SCALES = 5.0, 14.0
#: Steps of the cheap first guess.
ROUGH_STEPS = 1


class ShiftedGamma(NamedTuple):
    """A gamma law moved along the axis: `shift` + gamma(`shape`, `scale`); arrays, s."""

    shape: Array
    scale: Array
    shift: Array


class _Problem(NamedTuple):
    """What is sought: sum_i weight_i P(X_i > x) = above; arrays `(e, m)`, but `above` and `floor` `(m,)`.

    Attributes:
        log_norm: Logarithm of the gamma function of the shapes.
        floor: Smallest size, s, that an error is measured against: the digits lost by a negative shift.
    """

    weight: Array
    shape: Array
    scale: Array
    shift: Array
    log_norm: Array
    above: Array
    floor: Array


def shifted_gamma(mean: Array, variance: Array, third: Array) -> ShiftedGamma:
    """The shifted gamma law with three given cumulants.

    A third cumulant of 0 or below has none: the gamma law from 0 with the first two is taken.

    Args:
        mean: Mean, s, finite; all arguments broadcast against each other.
        variance: Variance, s^2, >= 0; 0 is a point mass, taken as a very narrow law.
        third: Third cumulant, s^3.

    Source: Pearson 1895, type III: shape 4 v^3 / k^2, scale k / (2 v), shift m - shape x scale.
    """
    v = np.maximum(variance, np.maximum((NARROWEST * mean) ** 2, 1e-300))
    sd = np.sqrt(v)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        plain = 2.0 * sd / mean  # skewness of the gamma law from 0
        skewness = np.where(third > 0.0, third / (v * sd), np.where(mean > 0.0, plain, 0.0))
    skewness = np.clip(skewness, 2.0 / np.sqrt(LARGEST_SHAPE), 1e8)
    shape = 4.0 / skewness**2
    scale = sd * skewness / 2.0
    shift = mean - shape * scale
    # What rounding leaves of a plain gamma law's shift would swamp its smallest percentiles.
    return ShiftedGamma(shape, scale, np.where(np.abs(shift) <= 1e-14 * mean, 0.0, shift))


def far_point(law: ShiftedGamma) -> Array:
    """A point beyond which next to nothing of a law is left, s.

    Source: Wilson and Hilferty 1931 at five standard deviations, and 14 scales of an exponential's end.
    """
    a = law.shape
    cube = np.maximum(1.0 - 1.0 / (9.0 * a) + _FAR_Z / (3.0 * np.sqrt(a)), 0.0)
    return np.asarray(law.shift + law.scale * np.maximum(a * cube**3, _FAR_SCALES))


def tail(entry: Entry, x: Array) -> Array:
    """P(X > x) of one outcome, its weight left aside; 1 where its mean is infinite."""
    endless = np.isinf(entry.mean) | np.isinf(entry.variance)
    law = shifted_gamma(*(np.where(endless, 1.0, part) for part in entry[1:]))
    inside = gammaincc(law.shape, np.maximum((x - law.shift) / law.scale, 0.0))
    return np.where(endless, 1.0, inside)


def percentile(mixture: Mixture, probability: float) -> Array:
    """The percentile of a mixture: x with P(X > x) = 1 - probability.

    A bracketed Halley search on the logarithm of the tail, for all elements at once; elements whose root is
    proven leave the search. Each element is worked out as if it were alone.

    Args:
        mixture: Outcomes; their weights need not add up to 1 but must not all be 0. An outcome of infinite
            mean makes the percentile infinite when it holds more than 1 - probability of the weight.
        probability: Share of the cases below the percentile, in [0.5, 0.9999].

    Returns:
        The percentile, s, in the broadcast shape of the outcomes. Relative error below 1e-6 is proven, about
        1e-9 is usual; where the tail is flat between two humps and within rounding of what is sought, any
        point there may be returned.

    Raises:
        ValueError: The probability is outside its range.
    """
    _check(probability)
    shape = np.broadcast_shapes(*(part.shape for entry in mixture for part in entry))
    flat = [[np.broadcast_to(part, shape).reshape(-1) for part in entry] for entry in mixture]
    weight, mean, variance, third = (np.stack([entry[i] for entry in flat]) for i in range(4))
    endless = np.isinf(mean) | np.isinf(variance)
    total, lost = np.zeros(weight.shape[1]), np.zeros(weight.shape[1])
    for i in range(weight.shape[0]):  # in a fixed order, so that the sums do not depend on the company
        total = total + weight[i]
        lost = lost + np.where(endless[i], weight[i], 0.0)
    weight = np.where(endless, 0.0, weight) / total
    above = (1.0 - probability) - lost / total
    found = np.full(weight.shape[1], np.inf)
    todo = np.flatnonzero(above > 0.0)
    if todo.size:
        counts = weight[:, todo] > 0.0  # the rest may hold anything, even infinities
        law = shifted_gamma(*(np.where(counts, part[:, todo], 1.0) for part in (mean, variance, third)))
        floor = 1e-10 * np.where(counts, -law.shift, 0.0).max(axis=0, initial=1e-290)
        found[todo] = _search(
            _Problem(weight[:, todo], *law, np.asarray(gammaln(law.shape)), above[todo], floor)
        )
    return found.reshape(shape)


def _check(probability: float) -> None:
    if not 0.5 <= probability <= 0.9999:
        raise ValueError(f"0.5 <= probability <= 0.9999 must hold, but got {probability}")


def _search(sought: _Problem) -> Array:
    """The roots, `(m,)`."""
    low, high = _bracket(sought)
    x = np.clip(_start(sought), low, high)
    result = x.copy()
    active: NDArray[np.intp] = np.arange(x.size)
    for count in range(MOST_STEPS):
        survival, density, step = _evaluate(sought, x)
        is_above = survival > sought.above
        low, high = np.where(is_above, x, low), np.where(is_above, high, x)
        size = np.maximum(np.maximum(np.abs(x), sought.floor), 1e-280)
        small = np.abs(step) <= PROVEN * size
        proven = np.zeros(x.shape, dtype=bool)
        near = np.flatnonzero(small)
        if near.size:
            at_near = _at(sought, near)
            proven[near] = _is_within(
                at_near, x[near], 2.0 * step[near], survival[near], np.take(density, near, axis=1)
            )
        done = proven | (high - low <= CLOSE * size)
        # A small step that proves nothing is drawn out a little, so that the bracket may close on a spike.
        more = np.where(small & ~proven, np.where(is_above, 0.4, -0.4) * CLOSE * size, 0.0)
        halve = count >= HALVING_FROM and count % 2 == 0
        following = _inside(x, step + more, low, high, halve=halve)
        x = np.where(proven, x + step, following)
        result[active] = x
        if done.all():
            break
        kept = np.flatnonzero(~done)
        active, x, low, high = active[kept], x[kept], low[kept], high[kept]
        sought = _at(sought, kept)
    return np.asarray(result)


def _at(sought: _Problem, columns: NDArray[np.intp]) -> _Problem:
    """The same problem for fewer elements."""
    if columns.size == sought.above.size:
        return sought
    return _Problem(*(np.take(part, columns, axis=-1) for part in sought))


def _bracket(sought: _Problem) -> tuple[Array, Array]:
    """Points below and above the root, `(m,)` each, without any special function.

    Source: above, gamma laws are sub-gamma: P(X > m + sqrt(2 v t) + scale t) <= exp(-t) (Boucheron, Lugosi,
    Massart 2013, section 2.4). Below, a median lies above m - scale / 3 (Chen and Rubin 1986) and above
    shift + scale (gamma(shape + 1) / 2)^(1/shape), since P(a, u) <= u^a / gamma(a + 1).
    """
    weight, a = sought.weight, sought.shape
    counts = weight > 0.0
    with np.errstate(under="ignore", divide="ignore"):
        least = np.exp((sought.log_norm + np.log(a) - np.log(2.0)) / a)
        log_share = np.log(np.where(counts, weight, 1.0) * weight.shape[0] / sought.above)
    median = sought.shift + sought.scale * np.maximum(least * (1.0 - 1e-9), a - 1.0 / 3.0)
    low = np.where(counts, median, np.inf).min(axis=0)
    low = np.maximum(low, np.where(weight >= 2.0 * sought.above, median, -np.inf).max(axis=0))
    # Each tail at its equal part of what may be left; one that never holds its part is no bound.
    each = np.sqrt(2.0 * a * np.maximum(log_share, 0.0)) + np.maximum(log_share, 0.0)
    high = np.where(log_share > 0.0, sought.shift + sought.scale * (a + each), -np.inf).max(axis=0)
    return low, np.maximum(high, low)


def _start(sought: _Problem) -> Array:
    """A first guess at the root, `(m,)`: Newton's steps on the mixture of rough tails.

    They start from the largest quantile that an outcome alone would need, which lies just below the root.

    Source: Wilson and Hilferty 1931: the cube root of a gamma variable is nearly normal.
    """
    weight, a, above = sought.weight, sought.shape, sought.above
    x: Array = np.where(weight > 0.0, _rough_quantile(sought, above), np.inf).min(axis=0)
    alone = weight > above
    share = np.where(alone, above / np.where(alone, weight, 1.0), 0.5)
    x = np.maximum(x, np.where(alone, _rough_quantile(sought, share), -np.inf).max(axis=0))
    if weight.shape[0] == 1:
        return x
    root = 3.0 * np.sqrt(a)
    for _ in range(ROUGH_STEPS):
        ratio = np.cbrt(np.maximum((x - sought.shift) / (sought.scale * a), 1e-9))
        z = root * (ratio - 1.0 + 1.0 / (9.0 * a))
        tails = weight * ndtr(-z)
        densities = weight * np.exp(-0.5 * z * z) * (root / (3.0 * sought.scale * a)) / ratio**2
        survival, density = np.zeros(x.shape), np.zeros(x.shape)
        for i in range(weight.shape[0]):
            survival, density = survival + tails[i], density + densities[i]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = np.log(survival / above) * survival / density * np.sqrt(2.0 * np.pi)
        x = x + np.where(np.isfinite(step), step, 0.0)
    return x


def _rough_quantile(sought: _Problem, share_above: Array) -> Array:
    a = sought.shape
    cube = np.maximum(1.0 - 1.0 / (9.0 * a) - ndtri(share_above) / (3.0 * np.sqrt(a)), 0.0)
    with np.errstate(under="ignore"):  # P(a, u) <= u^a / gamma(a + 1), close to it for a small shape
        least = np.exp((np.log1p(-share_above) + sought.log_norm + np.log(a)) / a)
    return np.asarray(sought.shift + sought.scale * np.maximum(a * cube**3, np.where(a < 1.0, least, 0.0)))


def _densities(sought: _Problem, x: Array) -> tuple[Array, Array]:
    """Standardised places and weighted densities there, by unit of the place, `(e, m)` each."""
    u = np.maximum((x - sought.shift) / sought.scale, 0.0)
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        logarithm = (sought.shape - 1.0) * np.log(np.where(u > 0.0, u, 1.0)) - u - sought.log_norm
    return u, np.where(u > 0.0, sought.weight * np.exp(logarithm), 0.0)


def _evaluate(sought: _Problem, x: Array) -> tuple[Array, Array, Array]:
    """P(X > x) of the mixture `(m,)`, densities `(e, m)` and Halley's step on the logarithm `(m,)`.

    Tails that the density bounds to next to nothing, or to next to all, cost no special function.

    Source: Q(a, u) <= f(u) max(1, u / (u - a + 1)) for u > a, P(a, u) <= f(u) u / a / (1 - u / (a + 1)) for
    u <= a: the first terms of their expansions (Abramowitz and Stegun 1964, 6.5.29, 6.5.32).
    """
    a = sought.shape
    u, density = _densities(sought, x)
    is_right = u > a
    beyond = np.maximum(u / np.where(is_right, u - a + 1.0, 1.0), 1.0)
    within = u / a * (a + 1.0) / np.where(is_right, 1.0, a + 1.0 - u)
    bound = density * np.where(is_right, beyond, within)
    tails = np.where(is_right, 0.0, sought.weight)
    matters = bound > NEGLIGIBLE * sought.above
    tails[matters] = sought.weight[matters] * gammaincc(a[matters], u[matters])
    density = density / sought.scale
    bend = density * ((a - 1.0) / np.where(u > 0.0, u, 1.0) - 1.0) / sought.scale
    survival, slope, curve = np.zeros(x.shape), np.zeros(x.shape), np.zeros(x.shape)
    for i in range(tails.shape[0]):  # in a fixed order
        survival, slope, curve = survival + tails[i], slope + density[i], curve + bend[i]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        excess = np.log(survival / sought.above)
        newton = excess * survival / slope
        turn = 1.0 + 0.5 * excess * (1.0 + curve * survival / slope**2)
        step = newton / np.clip(np.where(np.isnan(turn), 1.0, turn), 0.5, 2.0)
    return survival, density, np.where(survival == sought.above, 0.0, step)


def _is_within(sought: _Problem, x: Array, distance: Array, survival: Array, density: Array) -> Array:
    """Whether the root lies between x and x + distance, `(m,)`.

    A gamma density has one hump, so between two points it is nowhere below the smaller of its ends; the tail
    falls by at least that much times the distance.
    """
    there = _densities(sought, x + distance)[1] / sought.scale
    least = np.minimum(density, there)
    slope = np.zeros(x.shape)
    for i in range(least.shape[0]):
        slope = slope + least[i]
    return np.asarray(np.abs(distance) * slope >= np.abs(survival - sought.above))


def _inside(x: Array, step: Array, low: Array, high: Array, *, halve: bool) -> Array:
    """x + step where it lies inside the bracket; else, or with `halve`, the middle of the bracket."""
    proposed = x + step
    wide = (low > 0.0) & (high > 8.0 * low)
    middle = np.where(wide, np.sqrt(np.where(wide, low * high, 1.0)), 0.5 * (low + high))
    accepted = (proposed >= low) & (proposed <= high) & (not halve)
    return np.where(accepted, proposed, middle)
