"""Calls that run at the same time: the slowest of several, or the r-th of n."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from scipy.special import betainc, gammainc

from models.formulas.cumulants import Array, Cumulants, from_raw
from models.formulas.mixtures import Entry, Mixture, merge
from models.formulas.percentiles import ShiftedGamma, shifted_gamma

#: Nodes of the quadrature: worst error of the mean 5e-3 and of the standard deviation 3e-3 (docs/model.md).
NODES = 32
_X, _W = np.polynomial.legendre.leggauss(NODES)
_U = 0.5 * (_X + 1.0)
#: The range of the quadrature in standard deviations of a normal variable, and in scales of a gamma one.
_FAR_Z, _FAR_SCALES = 5.0, 14.0
#: Outcomes of a branch that are kept apart.
MOST_OUTCOMES = 2
#: Standard deviations below the mean at which a branch begins.
_NEAR_SD = 6.0


def maximum(branches: Sequence[Mixture]) -> Mixture:
    """The time until all branches are done.

    Each branch is taken as at most two outcomes, and each combination of them is one outcome: the raw moments
    of the maximum come from a quadrature over the product of the distribution functions, on points that all
    combinations share.

    Args:
        branches: The branches, independent of each other.

    Source: E[M^k] = integral of k x^(k-1) (1 - prod F_i(x)); Gauss-Legendre with x = far * u^2, which puts
    nodes where short branches end.
    """
    if len(branches) == 1:
        return branches[0]
    few = [merge(branch, MOST_OUTCOMES) for branch in branches]
    shape = np.broadcast_shapes(*(part.shape for branch in few for entry in branch for part in entry))
    start, far = np.zeros(shape), np.zeros(shape)
    laws: list[list[ShiftedGamma]] = []
    for branch in few:
        laws.append([])
        first = np.full(shape, np.inf)
        for entry in branch:
            finite = np.isfinite(entry.mean) & (entry.weight > 0.0)
            law = shifted_gamma(*(np.where(finite, part, 0.0) for part in entry[1:]))
            laws[-1].append(law)
            # Below this hardly anything of the branch lies: the maximum can't be earlier.
            mean, variance = (np.where(finite, part, 0.0) for part in entry[1:3])
            near = np.maximum(law.shift, mean - _NEAR_SD * np.sqrt(variance))
            first = np.where(finite, np.minimum(first, near), first)
            far = np.where(finite, np.maximum(far, _far(law)), far)
        start = np.where(np.isfinite(first), np.maximum(start, first), start)
    width = np.maximum(far - start, 0.0)
    places = list(itertools.product(*(range(len(branch)) for branch in few)))
    moments = [[np.zeros(shape) for _ in range(3)] for _ in places]
    for u, w in zip(_U, _W, strict=True):
        x = width * (u * u)
        below = [[_distribution(law, start + x) for law in branch] for branch in laws]
        step = width * (w * u)  # dx = 2 width u du, du = w / 2
        for place, moment in zip(places, moments, strict=True):
            together = below[0][place[0]]
            for b in range(1, len(few)):
                together = together * below[b][place[b]]
            above = (1.0 - together) * step
            moment[0] = moment[0] + above
            moment[1] = moment[1] + 2.0 * x * above
            moment[2] = moment[2] + 3.0 * x * x * above
    return tuple(
        _combination([branch[i] for branch, i in zip(few, place, strict=True)], start, moment)
        for place, moment in zip(places, moments, strict=True)
    )


def _combination(entries: Sequence[Entry], start: Array, moments: Sequence[Array]) -> Entry:
    """One combination of the branches' outcomes as an outcome of the maximum."""
    weight: Array = np.ones((1, 1))
    endless = np.zeros((1, 1), dtype=bool)
    for entry in entries:
        weight = weight * entry.weight
        endless = endless | np.isinf(entry.mean)
    part = from_raw(*moments)
    cumulants = (start + part.mean, part.variance, part.third)
    return Entry(weight, *(np.where(endless, np.inf, value) for value in cumulants))


def _far(law: ShiftedGamma) -> Array:
    """A point beyond which next to nothing is left (Wilson and Hilferty 1931, and an exponential's end)."""
    a = law.shape
    cube = np.maximum(1.0 - 1.0 / (9.0 * a) + _FAR_Z / (3.0 * np.sqrt(a)), 0.0)
    return np.asarray(law.shift + law.scale * np.maximum(a * cube**3, _FAR_SCALES))


def _distribution(law: ShiftedGamma, x: Array) -> Array:
    return np.asarray(gammainc(law.shape, np.maximum((x - law.shift) / law.scale, 0.0)))


def order_statistic(part: Cumulants, *, replicas: Array, needed: Array) -> Cumulants:
    """The time until `needed` of `replicas` independent equal durations are over.

    Args:
        part: Cumulants of one duration (its gamma law is used), s.
        replicas: How many there are, whole, broadcasting like all arguments.
        needed: How many must be over; 0 or below = none, at once.

    Source: 1 - F_(r)(x) = P(Binomial(n, F(x)) < r) (David and Nagaraja 2003, section 2.1), by the quadrature
    of `maximum`.
    """
    law = shifted_gamma(part.mean, part.variance, part.third)
    shape = np.broadcast_shapes(part.mean.shape, part.variance.shape, np.shape(replicas), np.shape(needed))
    waits = needed >= 1.0
    r = np.where(waits, needed, 1.0)
    n = np.maximum(replicas, r)
    start = np.maximum(np.maximum(law.shift, part.mean - _NEAR_SD * np.sqrt(part.variance)), 0.0)
    width = np.broadcast_to(_far(law) - start, shape)
    moments = [np.zeros(shape) for _ in range(3)]
    for u, w in zip(_U, _W, strict=True):
        x = width * (u * u)
        above = (1.0 - betainc(r, n - r + 1.0, _distribution(law, start + x))) * (width * (w * u))
        moments[0] = moments[0] + above
        moments[1] = moments[1] + 2.0 * x * above
        moments[2] = moments[2] + 3.0 * x * x * above
    found = from_raw(*moments)
    none = ~waits | (part.mean <= 0.0)
    return Cumulants(*(np.where(none, 0.0, value) for value in (start + found.mean, *found[1:])))
