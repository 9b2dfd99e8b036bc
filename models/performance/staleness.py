"""Reads that miss the latest write: it was answered, and has not reached the copies that are read."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import beta_lower, compiled, gamma_lower, log_gamma
from models.performance.mixture import Cumulants, from_raw, to_raw
from models.performance.parallel_calls import order_statistic
from models.performance.quadrature import gauss_legendre
from models.performance.response_law import far_point, shifted_gamma

#: Steps of the time of a write's answer; nodes of the time since then; steps of the way to a copy, and of a
#: table of the lags that are left after it.
_STEPS, _TIMES, _WAYS, _GRID = 48, 16, 16, 64
_TIME_U, _TIME_V = gauss_legendre(_TIMES)


@compiled
def miss_probability(n: float, r: float, w: float) -> float:
    """Probability that none of the r replicas read, of n, is among the w that a write has reached at once.

    C(n - w, r) / C(n, r); 0 where r + w > n.

    Source: Malkhi, Reiter and Wright 1997; PBS (Bailis et al. 2012) eq. 1.
    """
    if r + w > n:
        return 0.0
    log = log_gamma(n - w + 1.0, 0) - log_gamma(n - w - r + 1.0, 0) - log_gamma(n + 1.0, 0)
    return min(math.exp(log + log_gamma(n - r + 1.0, 0)), 1.0)


@compiled
def stale_read_share(
    quorum: tuple[float, float, float], lag: Cumulants, way: Cumulants, writes_per_key_per_s: float
) -> float:
    """Share of reads that don't return the latest write.

    A write is sent to all copies and reaches each after a lag; it is answered when enough acknowledgements
    are back. A read goes to some of the copies. It misses the write where none of them has got it yet.

    Args:
        quorum: Replicas, those that a read hears, and those that a write waits for, whole.
        lag: Lag of a replica behind a write, s.
        way: Time of an acknowledgement, and of a read's request, to or from a replica, s.
        writes_per_key_per_s: Writes u of the key that is read, 1/s.

    Source: probabilistically bounded staleness (Bailis et al. 2012), with the four delays of a message as
    independent shifted gamma laws, the reads that answer first being those of the shortest trips; writes are
    Poisson. Without ways, and with exponential lags L, it is C(n-w, r)/C(n, r) x u L / (u L + r).
    """
    n, r, w = quorum
    u = writes_per_key_per_s
    if r + w > n or not lag[0] > 0.0 or not u > 0.0:
        return 0.0
    miss = miss_probability(n, r, w)
    if way[0] == 0.0 and abs(lag[2] - 2.0 * lag[0] ** 3) <= 1e-12 * lag[0] ** 3 and _is_exponential(lag):
        return miss * u * lag[0] / (u * lag[0] + r)
    law = shifted_gamma(lag[0], lag[1], lag[2])
    answer = shifted_gamma(lag[0] + way[0], lag[1] + way[1], lag[2] + way[2])
    first, last = max(answer[2], 0.0), far_point(answer[0], answer[1], answer[2])
    lasts = far_point(law[0], law[1], law[2])
    beyond = np.zeros(_GRID + 1)
    _note_lags(law, first_ways(way, n, r), (first, lasts), beyond)
    seen = -math.expm1(-u * lasts)
    total, before, mass_before = 0.0, first, 0.0
    for k in range(_STEPS):
        edge = first + (last - first) * ((k + 1.0) / _STEPS) ** 3
        mass = beta_lower(w, n - w + 1.0, _below(answer, edge), 0)
        here, weight = 0.5 * (before + edge), mass - mass_before
        before, mass_before = edge, mass
        waits = 1.0 - _below(answer, here)
        if not weight > 0.0 or not waits > 0.0:
            continue
        for q in range(_TIMES):
            since = -math.log1p(-_TIME_U[q] * _TIME_U[q] * seen) / u
            place = math.sqrt(max(here + since - first, 0.0) / max(lasts - first, 1e-300)) * _GRID
            lags = 0.0
            if place < _GRID:
                left = int(place)
                lags = beyond[left] + (place - left) * (beyond[left + 1] - beyond[left])
            total += weight * seen * 2.0 * _TIME_U[q] * _TIME_V[q] * min(lags / waits, 1.0) ** r
    return miss * min(total, 1.0)


@compiled
def first_ways(way: Cumulants, n: float, r: float) -> Cumulants:
    """The way of a read's request to a copy that is among the first r of n to answer, s.

    Source: of two equal gamma ways the first is a beta share of both that doesn't hang on their sum, with
    mean 1/2 and mean square (a + 1) / (2 (2 a + 1)) (Johnson, Kotz and Balakrishnan 1994); sums of the first
    r of n by order statistics (David and Nagaraja 2003).
    """
    if not way[0] > 0.0 or r >= n:
        return way
    a, _, shift = shifted_gamma(way[0], way[1], way[2])
    least = max(shift, 0.0)
    first, second, third = 0.0, 0.0, 0.0
    for j in range(int(r)):
        part = order_statistic(2.0 * way[0], 2.0 * way[1], 2.0 * way[2], n, j + 1.0)
        m1, m2, m3 = to_raw((part[0] - 2.0 * least, part[1], part[2]))
        first, second, third = first + m1, second + m2, third + m3
    square = (a + 1.0) / (2.0 * (2.0 * a + 1.0))
    found = from_raw(0.5 * first / r, square * second / r, (a + 2.0) / (4.0 * (2.0 * a + 1.0)) * third / r)
    return found[0] + least, found[1], found[2]


@compiled
def _note_lags(
    lag: tuple[float, float, float], way: Cumulants, ends: tuple[float, float], out: np.ndarray
) -> None:
    """Probability that a lag is longer than x and a way together, for x between two ends on a square grid."""
    steps, first, width = 1, 0.0, 0.0
    law = (0.0, 1.0, 0.0)
    if way[0] > 0.0:
        law = shifted_gamma(way[0], way[1], way[2])
        steps, first = _WAYS, max(law[2], 0.0)
        width = far_point(law[0], law[1], law[2]) - first
    before, mass_before = first, 0.0
    for k in range(steps):
        edge, mass = first, 1.0
        if way[0] > 0.0:
            edge = first + width * ((k + 1.0) / steps) ** 2
            mass = _below(law, edge)
        middle = 0.5 * (before + edge)
        for g in range(out.size):
            x = ends[0] + (ends[1] - ends[0]) * (g / _GRID) ** 2
            out[g] += (mass - mass_before) * (1.0 - _below(lag, x + middle))
        before, mass_before = edge, mass


@compiled
def _is_exponential(lag: Cumulants) -> bool:
    return abs(lag[1] - lag[0] ** 2) <= 1e-12 * lag[0] ** 2


@compiled
def _below(law: tuple[float, float, float], x: float) -> float:
    """P(X <= x) of a shifted gamma law."""
    return gamma_lower(law[0], max((x - law[2]) / law[1], 0.0), 0)
