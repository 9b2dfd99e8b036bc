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
NARROWEST = 1e-6
#: Shapes above this are held to it: the law is normal to within 2 / sqrt(shape) in its skewness.
LARGEST_SHAPE = 1e10
#: Steps of the root search at the most; a bisection of the whole range of doubles needs fewer.
MOST_STEPS = 200
#: Relative step below which a percentile counts as found; the step that follows is far smaller.
CLOSE = 1e-6
#: Bisections of the cheap first guess.
ROUGH_STEPS = 10


class ShiftedGamma(NamedTuple):
    """A gamma law moved along the axis: `shift` + gamma(`shape`, `scale`); arrays, s."""

    shape: Array
    scale: Array
    shift: Array


def shifted_gamma(mean: Array, variance: Array, third: Array) -> ShiftedGamma:
    """The shifted gamma law with three given cumulants.

    A third cumulant of 0 or below has none: the gamma law from 0 with the first two is taken.

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
    return ShiftedGamma(shape, scale, mean - shape * scale)


def tail(entry: Entry, x: Array) -> Array:
    """P(X > x) of one outcome, its weight left aside."""
    shape, scale, shift = shifted_gamma(entry.mean, entry.variance, entry.third)
    return np.asarray(gammaincc(shape, np.maximum((x - shift) / scale, 0.0)))


def percentile(mixture: Mixture, probability: float) -> Array:
    """The percentile of a mixture: x with P(X > x) = 1 - probability.

    A safeguarded Newton search on the logarithm of the tail, for all elements at once; elements that are
    found leave the search. Each element is worked out as if it were alone.

    Args:
        mixture: Outcomes; their weights need not add up to 1 but must not all be 0. An outcome of infinite
            mean makes the percentile infinite when it holds more than 1 - probability of the weight.
        probability: Share of the cases below the percentile, in [0.5, 0.9999].

    Returns:
        The percentile, s, in the broadcast shape of the outcomes; relative error below 1e-6.

    Raises:
        ValueError: The probability is outside its range.
    """
    if not 0.5 <= probability <= 0.9999:
        raise ValueError(f"0.5 <= probability <= 0.9999 must hold, but got {probability}")
    shape = np.broadcast_shapes(*(part.shape for entry in mixture for part in entry))
    flat = [[np.broadcast_to(part, shape).reshape(-1) for part in entry] for entry in mixture]
    weight = np.stack([entry[0] for entry in flat])
    mean, variance, third = (np.stack([entry[i] for entry in flat]) for i in (1, 2, 3))
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
        finite = ~endless[:, todo]
        law = shifted_gamma(*(np.where(finite, part[:, todo], 1.0) for part in (mean, variance, third)))
        found[todo] = _search(weight[:, todo], law, above[todo])
    return found.reshape(shape)


def _search(weight: Array, law: ShiftedGamma, above: Array) -> Array:
    """Roots of sum_i weight_i P(X_i > x) = above, `(m,)`; weight and law `(e, m)`."""
    x = _start(weight, law, above)
    low = np.where(weight > 0.0, law.shift, np.inf).min(axis=0)
    high = np.full(x.shape, np.inf)
    x = np.maximum(x, low)
    log_norm = gammaln(law.shape)
    result = x.copy()
    active: NDArray[np.intp] = np.arange(x.size)
    for _ in range(MOST_STEPS):
        survival, density = _tail_and_density(weight, law, log_norm, x)
        is_above = survival > above
        low = np.where(is_above, x, low)
        high = np.where(is_above, high, x)
        step = _newton(survival, density, above)
        following = _within(x + step, x, low, high, law)
        moved = np.abs(following - x)
        size = np.maximum(np.abs(x), np.abs(following))
        done = (moved <= CLOSE * size) | (high - low <= CLOSE * size) | (survival == above)
        x = np.where(survival == above, x, following)
        result[active] = x
        if done.all():
            break
        keep = ~done
        active, x, low, high, above = active[keep], x[keep], low[keep], high[keep], above[keep]
        weight, log_norm = weight[:, keep], log_norm[:, keep]
        law = ShiftedGamma(*(part[:, keep] for part in law))
    return np.asarray(result)


def _start(weight: Array, law: ShiftedGamma, above: Array) -> Array:
    """A first guess at the root, `(m,)`.

    Where an outcome holds more than the tail: the largest over such outcomes of the quantile that it alone
    would need, which lies just below the root. Else the root of the same equation with each outcome's tail
    replaced by a normal one, which is a fifth of the work.

    Source: Wilson and Hilferty 1931: the cube root of a gamma variable is nearly normal.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(weight > above, above / weight, 1.0)
    alone = np.where(weight > above, _rough_quantile(law, np.clip(share, 1e-15, 1.0 - 1e-9)), -np.inf)
    x: Array = alone.max(axis=0)
    open_: NDArray[np.intp] = np.flatnonzero(np.isneginf(x))
    if open_.size:
        held = ShiftedGamma(*(part[:, open_] for part in law))
        x[open_] = _rough_root(weight[:, open_], held, above[open_])
    return x


def _rough_quantile(law: ShiftedGamma, share_above: Array) -> Array:
    a = law.shape
    cube = np.maximum(1.0 - 1.0 / (9.0 * a) - ndtri(share_above) / (3.0 * np.sqrt(a)), 0.0)
    return np.asarray(law.shift + law.scale * a * cube**3)


def _rough_root(weight: Array, law: ShiftedGamma, above: Array) -> Array:
    """Root of the mixture of rough tails, between the smallest and the largest rough quantile."""
    quantile = _rough_quantile(law, above)
    low = np.where(weight > 0.0, quantile, np.inf).min(axis=0)
    high = np.where(weight > 0.0, quantile, -np.inf).max(axis=0)
    for _ in range(ROUGH_STEPS):
        middle = 0.5 * (low + high)
        u = np.maximum((middle - law.shift) / law.scale, 0.0)
        z = 3.0 * np.sqrt(law.shape) * (np.cbrt(u / law.shape) - 1.0 + 1.0 / (9.0 * law.shape))
        tails = ndtr(-z)
        survival = np.zeros(middle.shape)
        for i in range(weight.shape[0]):
            survival = survival + weight[i] * tails[i]
        low, high = np.where(survival > above, middle, low), np.where(survival > above, high, middle)
    return np.asarray(0.5 * (low + high))


def _tail_and_density(weight: Array, law: ShiftedGamma, log_norm: Array, x: Array) -> tuple[Array, Array]:
    """P(X > x) of the mixture and its density, `(m,)` each, added in a fixed order."""
    u = np.maximum((x - law.shift) / law.scale, 1e-300)
    tails = gammaincc(law.shape, u)
    with np.errstate(over="ignore", under="ignore"):
        densities = np.exp((law.shape - 1.0) * np.log(u) - u - log_norm) / law.scale
    survival, density = np.zeros(x.shape), np.zeros(x.shape)
    for i in range(weight.shape[0]):
        counts = weight[i] > 0.0
        survival = survival + np.where(counts, weight[i] * tails[i], 0.0)
        density = density + np.where(counts, weight[i] * densities[i], 0.0)
    return survival, density


def _newton(survival: Array, density: Array, above: Array) -> Array:
    """Newton's step on the logarithm of the tail, which is nearly straight; NaN where there is no slope."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(
            (survival > 0.0) & (density > 0.0), np.log(survival / above) * survival / density, np.nan
        )


def _within(proposed: Array, x: Array, low: Array, high: Array, law: ShiftedGamma) -> Array:
    """The proposed point where it lies inside the bracket; else the middle, or further out."""
    reach = (law.scale * np.sqrt(law.shape)).max(axis=0)
    outward = x + np.maximum(4.0 * reach, np.abs(x - low))
    middle = np.where(np.isinf(high), outward, low + 0.5 * (np.where(np.isinf(high), low, high) - low))
    limit = np.where(np.isinf(high), x + 1e3 * np.maximum(reach, np.abs(x)), high)
    inside = (proposed > low) & (proposed < limit)
    return np.where(inside, proposed, middle)
