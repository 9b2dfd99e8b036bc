"""Calls that run at the same time: the slowest of several, or the r-th of n."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from scipy.special import betainc, gammainc

from models.performance.fan_out import MOST_OUTCOMES
from models.performance.quadrature import MOST_COMBINED, NEAR_SD, NODES, ORDER_NODES, gauss_legendre
from oracles.formulas.cumulants import Array, Cumulants, from_raw
from oracles.formulas.fan_out import slowest_of_many
from oracles.formulas.mixtures import Entry, Mixture, merge
from oracles.formulas.percentiles import ShiftedGamma, far_point, shifted_gamma


def maximum(branches: Sequence[Mixture]) -> Mixture:
    """The time until all branches are done.

    Each branch is taken as at most two outcomes. Of a few branches each combination of them is one outcome of
    the maximum; of many see `fan_out`.

    Args:
        branches: The branches, independent of each other.

    Source: E[M^k] = integral of k x^(k-1) (1 - prod F_i(x)); Gauss-Legendre with x = far * u^2, which puts
    nodes where short branches end.
    """
    if len(branches) == 1:
        return branches[0]
    if len(branches) > MOST_COMBINED:
        return slowest_of_many(branches)
    few = [merge(branch, MOST_OUTCOMES) for branch in branches]
    shape = np.broadcast_shapes(*(part.shape for branch in few for entry in branch for part in entry))
    flat = [
        [Entry(*(np.broadcast_to(part, shape).reshape(-1) for part in entry)) for entry in branch]
        for branch in few
    ]
    found = (_combination(entries) for entries in itertools.product(*flat))
    return tuple(Entry(*(part.reshape(shape) for part in entry)) for entry in found)


def _combination(entries: Sequence[Entry]) -> Entry:
    """One combination of the branches' outcomes as an outcome of the maximum; all `(m,)`."""
    weight = entries[0].weight
    endless = np.isinf(entries[0].mean)
    for entry in entries[1:]:
        weight = weight * entry.weight
        endless = endless | np.isinf(entry.mean)
    rows = np.flatnonzero((weight > 0.0) & ~endless)
    parts = [np.where(endless, np.inf, 0.0) for _ in range(3)]
    if rows.size:
        slowest = _slowest([Cumulants(*(part[rows] for part in entry[1:])) for entry in entries])
        for part, value in zip(parts, slowest, strict=True):
            part[rows] = value
    return Entry(weight, *parts)


def _slowest(parts: Sequence[Cumulants]) -> tuple[Array, Array, Array]:
    """Cumulants of the largest of several durations; all `(m,)`."""
    laws = [shifted_gamma(*part) for part in parts]
    start, far = np.zeros_like(parts[0].mean), np.zeros_like(parts[0].mean)
    for part, law in zip(parts, laws, strict=True):
        # Below this hardly anything of the branch lies: the maximum can't be earlier.
        start = np.maximum(start, np.maximum(law.shift, part.mean - NEAR_SD * np.sqrt(part.variance)))
        far = np.maximum(far, far_point(law))
    width = np.maximum(far - start, 0.0)
    filled = np.full_like(width, np.inf)
    some = np.where(width > 0.0, width, 1.0)
    for part in parts:
        sd = np.sqrt(part.variance)
        low, high = (np.sqrt(np.clip((part.mean + side * sd - start) / some, 0.0, 1.0)) for side in (-1, 1))
        filled = np.where(high > 0.0, np.minimum(filled, high - low), filled)
    moments = [np.zeros_like(width) for _ in range(3)]
    left = np.ones(width.shape, dtype=bool)
    for least, count in NODES:
        # Where no branch fills any of the range (a constant that is longer than all others), the fewest do.
        rows = np.flatnonzero(left & (filled >= least))
        left[rows] = False
        if rows.size:
            some_laws = [ShiftedGamma(*(value[rows] for value in law)) for law in laws]
            for moment, value in zip(
                moments, _moments(some_laws, start[rows], width[rows], count), strict=True
            ):
                moment[rows] = value
    part = from_raw(*moments)
    return start + part.mean, part.variance, part.third


def _moments(laws: Sequence[ShiftedGamma], start: Array, width: Array, count: int) -> list[Array]:
    """Raw moments of the maximum's distance from a start before which it can't be; all `(m,)`."""
    moments = [np.zeros_like(width) for _ in range(3)]
    for u, w in zip(*gauss_legendre(count), strict=True):
        x = width * (u * u)
        together = _distribution(laws[0], start + x)
        for law in laws[1:]:
            together = together * _distribution(law, start + x)
        above = (1.0 - together) * (width * (2.0 * w * u))  # dx = 2 width u du
        moments[0] += above
        moments[1] += 2.0 * x * above
        moments[2] += 3.0 * x * x * above
    return moments


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
    start = np.maximum(np.maximum(law.shift, part.mean - NEAR_SD * np.sqrt(part.variance)), 0.0)
    width = np.broadcast_to(far_point(law) - start, shape)
    moments = [np.zeros(shape) for _ in range(3)]
    for u, w in zip(*gauss_legendre(ORDER_NODES), strict=True):
        x = width * (u * u)
        above = (1.0 - betainc(r, n - r + 1.0, _distribution(law, start + x))) * (width * (2.0 * w * u))
        moments[0] = moments[0] + above
        moments[1] = moments[1] + 2.0 * x * above
        moments[2] = moments[2] + 3.0 * x * x * above
    found = from_raw(*moments)
    none = ~waits | (part.mean <= 0.0)
    return Cumulants(*(np.where(none, 0.0, value) for value in (start + found.mean, *found[1:])))
