"""How long accepted requests wait at one station, and which are turned away (see `models.formulas.waiting`)."""

from __future__ import annotations

import math

from models.formulas.waiting import _BERNOULLI as _TERMS
from models.formulas.waiting import DEADLINE_EXPONENT
from models.performance.compiled import compiled
from models.performance.erlang import erlang_b, erlang_c

_LEAST_VARIABILITY = 1e-6
_MOST_PLACES = 1e12
_LONGEST_WAIT_S = 1e90
_MOST_SERVICES = 1e200
_TINY = 1e-300
_SERIES_UNTIL = 0.8

#: Blocked share, mean wait (s), its variance (s^2) and third cumulant (s^3).
Wait = tuple[float, float, float, float]


@compiled
def station_wait(
    rate: float, s: float, scv: float, arrival_scv: float, c: float, queue_limit: float, max_wait_s: float
) -> Wait:
    """The wait at a station of any kind.

    Args:
        rate: Requests per second.
        s: Mean service time, s.
        scv: Its squared coefficient of variation.
        arrival_scv: That of the time between arrivals.
        c: Servers, real.
        queue_limit: Places to wait in; infinity = unbounded.
        max_wait_s: Longest wait, s; infinity = any.
    """
    a = rate * s
    if not a > _TINY:
        return 0.0, 0.0, 0.0, 0.0
    by_places = math.isfinite(queue_limit) and queue_limit * s / c <= max_wait_s
    by_time = not by_places and math.isfinite(max_wait_s)
    if not by_places and not by_time and a >= c:
        return 0.0, math.inf, math.inf, math.inf
    k = 0.5 * (arrival_scv + scv)
    rho = min(a / c, 1.0)
    free = max(c - a, 0.0) / c
    gain = free * max(c - 1.0, 0.0) * (math.sqrt(4.0 + 5.0 * c) - 2.0) / max(16.0 * rho * c, _TINY)
    gain = min(gain, 1.0)
    f = k * (1.0 + gain) / (1.0 + scv * gain) if scv <= 1.0 else k
    g = 2.0 * rho - 1.0 + 4.0 * free * (1.0 + 2.0 * scv) / (3.0 * (1.0 + scv))
    blocked = 0.0
    b = erlang_b(a, c)
    if by_places:
        places = min(queue_limit / max(k, _LEAST_VARIABILITY), _MOST_PLACES)
        blocked, p, mean, variance, third = _with_places(a, s, c, places, b)
    elif by_time:
        shorter = math.exp(DEADLINE_EXPONENT * math.log(max(k, _LEAST_VARIABILITY)))
        blocked, p, mean, variance, third, open_share = _with_deadline(a, s, c, max_wait_s, shorter, b)
        f = shorter + (f - shorter) * open_share
        g = 1.0 + (g - 1.0) * open_share
    else:
        mean = s / (c - a)
        variance, third = mean * mean, 2.0 * mean * mean * mean
        p = erlang_c(a, c, b)
    mean = f * mean
    variance = f * f * g * variance
    third = f * f * f * g * g * third
    rest = p * (1.0 - p)
    return (
        blocked,
        p * mean,
        p * variance + rest * mean * mean,
        p * third + 3.0 * rest * mean * variance + rest * (1.0 - 2.0 * p) * mean * mean * mean,
    )


@compiled
def _with_places(
    a: float, s: float, c: float, places: float, b: float
) -> tuple[float, float, float, float, float]:
    """Blocked share, share that waits, and cumulants of the wait of those who do."""
    excess = (a - c) / c
    log_rho = math.log1p(max(excess, -0.5)) if abs(excess) < 0.5 else math.log(a / c)
    blocked, waits = _shares(b, log_rho * places, excess, places)
    q = max(places, 1.0)
    m1, v1, t1 = _tilted_uniform(log_rho * q)
    m0, v0, t0 = _tilted_uniform(log_rho)
    n_mean = 1.0 + q * m1 - m0
    n_variance = q * q * v1 - v0
    n_third = q * q * q * t1 - t0
    unit = s / c
    return (
        blocked,
        waits,
        unit * n_mean,
        unit * unit * (n_mean + n_variance),
        unit * unit * unit * (2.0 * n_mean + 3.0 * n_variance + n_third),
    )


@compiled
def _with_deadline(
    a: float, s: float, c: float, tau: float, shorter: float, b: float
) -> tuple[float, float, float, float, float, float]:
    """As `_with_places`, and the share of the unlimited mean that lies before the limit."""
    limit = min(tau / shorter, _LONGEST_WAIT_S)
    in_services = min(limit / s, _MOST_SERVICES)
    u = (a - c) * in_services
    blocked, waits = _shares(b, u, (a - c) / c, c * in_services)
    mean, variance, third = _tilted_uniform(u)
    open_x = min(max(-u, 0.0), 700.0)
    open_share = max(1.0 - math.exp(-open_x) * (1.0 + open_x), 0.0)
    return (
        blocked,
        waits,
        limit * mean,
        limit * limit * variance,
        limit * limit * limit * third,
        open_share,
    )


@compiled
def _shares(b: float, u: float, excess: float, at_balance: float) -> tuple[float, float]:
    size = abs(u)
    decay = math.exp(-size)
    free, lost = (1.0 - b), b * decay
    if u > 0.0:
        free, lost = (1.0 - b) * decay, b
    distance = abs(excess)
    waiting = b * (-math.expm1(-size) / max(distance, _TINY)) if distance > 0.0 else b * at_balance
    accepted = max(free + waiting, _TINY)
    return lost / (accepted + lost), waiting / accepted


@compiled
def _tilted_uniform(u: float) -> tuple[float, float, float]:
    size = abs(u)
    if size < _SERIES_UNTIL:
        square = size * size
        s0, s1, s2 = 0.0, 0.0, 0.0
        for i in range(len(_TERMS), 0, -1):
            term = _TERMS[i - 1]
            s0 = s0 * square + term
            s1 = s1 * square + term * (2 * i - 1.0)
            s2 = s2 * square + term * ((2 * i - 1.0) * (2 * i - 2.0))
        mean = 0.5 - size * s0
        variance = s1
        third = -s2 / size if size > 0.0 else 0.0
    else:
        decay = math.exp(-size)
        rest = 1.0 - decay
        inverse = 1.0 / size
        ratio = decay / rest
        mean = inverse - ratio
        variance = inverse * inverse - ratio / rest
        third = 2.0 * inverse * inverse * inverse - ratio * (1.0 + decay) / (rest * rest)
    if u > 0.0:
        return 1.0 - mean, variance, -third
    return mean, variance, third
