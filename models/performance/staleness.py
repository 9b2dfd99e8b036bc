"""Reads that miss the latest write: it was answered, and has not reached the copies that are read."""

from __future__ import annotations

import math

from models.performance.compiled import beta_lower, compiled, gamma_lower, log_gamma
from models.performance.mixture import Cumulants
from models.performance.quadrature import gauss_legendre
from models.performance.response_law import far_point, shifted_gamma

#: Steps of the time of a write's answer; nodes of the time since then, and of the way to a copy.
_STEPS, _TIMES, _WAYS = 24, 16, 8
_TIME_U, _TIME_V = gauss_legendre(_TIMES)
_WAY_U, _WAY_V = gauss_legendre(_WAYS)


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
    independent shifted gamma laws, for any copies and not the first that answer; writes are Poisson. Without
    ways, and with exponential lags L, it is C(n-w, r)/C(n, r) x u L / (u L + r).
    """
    n, r, w = quorum
    u = writes_per_key_per_s
    if r + w > n or not lag[0] > 0.0 or not u > 0.0:
        return 0.0
    miss = miss_probability(n, r, w)
    if way[0] == 0.0 and abs(lag[2] - 2.0 * lag[0] ** 3) <= 1e-12 * lag[0] ** 3 and _is_exponential(lag):
        return miss * u * lag[0] / (u * lag[0] + r)
    a, scale, shift = shifted_gamma(lag[0], lag[1], lag[2])
    answer = shifted_gamma(lag[0] + way[0], lag[1] + way[1], lag[2] + way[2])
    on_way = (0.0, 1.0, 0.0)
    if way[0] > 0.0:
        on_way = shifted_gamma(way[0], way[1], way[2])
    first, last = max(answer[2], 0.0), far_point(answer[0], answer[1], answer[2])
    lasts = far_point(a, scale, shift)
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
            share = _TIME_U[q] * _TIME_U[q] * seen
            since = -math.log1p(-share) / u
            lags = _lags(here + since, (a, scale, shift), on_way, way[0])
            total += weight * seen * 2.0 * _TIME_U[q] * _TIME_V[q] * min(lags / waits, 1.0) ** r
    return miss * min(total, 1.0)


@compiled
def _is_exponential(lag: Cumulants) -> bool:
    return abs(lag[1] - lag[0] ** 2) <= 1e-12 * lag[0] ** 2


@compiled
def _below(law: tuple[float, float, float], x: float) -> float:
    """P(X <= x) of a shifted gamma law."""
    return gamma_lower(law[0], max((x - law[2]) / law[1], 0.0), 0)


@compiled
def _lags(x: float, lag: tuple[float, float, float], way: tuple[float, float, float], way_s: float) -> float:
    """Probability that a lag is longer than x (s) and a way together."""
    if way_s == 0.0:
        return 1.0 - _below(lag, x)
    first, last = max(way[2], 0.0), far_point(way[0], way[1], way[2])
    total, before, mass_before = 0.0, first, 0.0
    for k in range(_WAYS):
        edge = first + (last - first) * ((k + 1.0) / _WAYS) ** 2
        mass = _below(way, edge)
        total += (mass - mass_before) * (1.0 - _below(lag, x + 0.5 * (before + edge)))
        before, mass_before = edge, mass
    return total
