"""How long accepted requests wait at one station, and which are turned away.

All three kinds of queue have one form: an accepted request finds a free server, or waits a time whose law is
known. The wait of those who wait is exponential (no limit), a sum of exponentials (places) or an exponential
that is cut off (longest wait). Their cumulants are worked out for exponential service and then scaled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from models.formulas.cumulants import Array
from models.formulas.erlang import erlang_b, erlang_c

#: A longest wait acts on other than exponential service like one shortened by k^this, k the mean variability.
DEADLINE_EXPONENT = 0.7
#: Least k that a queue is divided by: without any variability queues don't form below a utilisation of 1.
_LEAST_VARIABILITY = 1e-6
#: More places than this are no limit; without it powers of them could overflow.
_MOST_PLACES = 1e12
_LONGEST_WAIT_S = 1e90
_MOST_SERVICES = 1e200
_TINY = 1e-300
#: B_2k / (2k)! of the Bernoulli numbers, k = 1, 2, ...
_BERNOULLI = (
    1.0 / 12.0,
    -1.0 / 720.0,
    1.0 / 30240.0,
    -1.0 / 1209600.0,
    1.0 / 47900160.0,
    -691.0 / 1307674368000.0,
    1.0 / 74724249600.0,
    -3617.0 / 10670622842880000.0,
)
#: Below this |u| the closed forms of `_tilted_uniform` cancel and its series has all digits.
_SERIES_UNTIL = 0.8


class Wait(NamedTuple):
    """The wait at a station; arrays in one shape.

    Attributes:
        blocked_share: Share of the requests that is turned away.
        mean_s: Mean wait of the others, s; infinite where an unbounded queue has no end.
        variance_s2: Its variance, s^2.
        third_s3: Its third cumulant, s^3.
    """

    blocked_share: Array
    mean_s: Array
    variance_s2: Array
    third_s3: Array


def limited_wait(
    rate: Array,
    *,
    service_s: Array,
    service_scv: Array,
    arrival_scv: Array,
    servers: Array,
    queue_limit: Array,
) -> Wait:
    """The wait in M/G/c/K with `queue_limit` places to wait in (real, >= 0; 0 = a loss system).

    Arguments, units and sources as in `station_wait`.
    """
    return station_wait(
        rate,
        service_s=service_s,
        service_scv=service_scv,
        arrival_scv=arrival_scv,
        servers=servers,
        queue_limit=queue_limit,
        max_wait_s=np.array(np.inf),
    )


def station_wait(
    rate: Array,
    *,
    service_s: Array,
    service_scv: Array,
    arrival_scv: Array,
    servers: Array,
    queue_limit: Array,
    max_wait_s: Array,
) -> Wait:
    """The wait at a station of any kind; exact for Poisson arrivals and exponential service.

    Args:
        rate: Requests per second, >= 0; all arguments broadcast against each other.
        service_s: Mean service time, s, >= 0.
        service_scv: Its squared coefficient of variation, >= 0; 1 = exponential.
        arrival_scv: Squared coefficient of variation of the time between arrivals; 1 = Poisson.
        servers: Servers c, real, >= 0.1.
        queue_limit: Places to wait in, real, >= 0; infinity = unbounded.
        max_wait_s: Longest wait, s: who would wait longer is turned away; infinity = any wait. Where both are
            given the tighter one counts: q places are about q s / c seconds.

    Returns:
        The wait, in the broadcast shape.

    Source: no limit: Allen and Cunneen (Allen 1990), up to a service variability of 1 with the factor of
    Kimura (1986) on the M/D/c of Cosmetatos (1976); variance Whitt (1993), third cumulant as if those who
    wait did so for a gamma time of that mean and variance. Places: M/M/c/K (Gross and Harris 1998, section
    2.5); longest wait: M/M/c+D (Barrer 1957; Gnedenko and Kovalenko 1968); for other service a limit counts
    as q / k or tau / k^0.7 (fitted to simulation). With less and less of a limit both become the first.
    """
    given = (rate, service_s, service_scv, arrival_scv, servers, queue_limit, max_wait_s)
    arrays = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in given))
    lam, s, scv, arrival_scv, c, q, tau = (array.ravel() for array in arrays)
    a = lam * s
    # Loads at the end of the range of numbers are none: their logarithm would be of 0.
    busy = a > _TINY
    with np.errstate(over="ignore", under="ignore"):
        by_places = busy & np.isfinite(q) & (q * np.where(busy, s, 1.0) / c <= tau)
        by_time = busy & np.isfinite(tau) & ~by_places
        unlimited = busy & ~by_places & ~by_time
        found = [np.zeros_like(a) for _ in range(4)]
        for values in found[1:]:
            values[unlimited & (a >= c)] = np.inf
        limit = np.where(by_places, q, tau)
        for mask, queue in (
            (unlimited & (a < c), _no_limit),
            (by_places, _with_places),
            (by_time, _with_deadline),
        ):
            rows = np.flatnonzero(mask)
            if rows.size:
                part = _mixed(queue, *(x[rows] for x in (a, s, scv, arrival_scv, c, limit)))
                for target, value in zip(found, part, strict=True):
                    target[rows] = value
    return Wait(*(value.reshape(arrays[0].shape) for value in found))


class _Queue(NamedTuple):
    """Who waits, and the cumulants of how long those who do, for exponential service."""

    blocked: Array
    waits: Array
    mean: Array
    variance: Array
    third: Array
    mean_factor: Array
    scv_factor: Array


def _mixed(
    queue: Callable[..., _Queue], a: Array, s: Array, scv: Array, arrival_scv: Array, c: Array, limit: Array
) -> tuple[Array, ...]:
    """An atom at 0 and the wait of those who wait, scaled from exponential service; all `(m,)`."""
    k = 0.5 * (arrival_scv + scv)
    rho = np.minimum(a / c, 1.0)
    free = np.maximum(c - a, 0.0) / c
    gain = (
        free * np.maximum(c - 1.0, 0.0) * (np.sqrt(4.0 + 5.0 * c) - 2.0) / np.maximum(16.0 * rho * c, _TINY)
    )
    gain = np.minimum(gain, 1.0)
    mean_factor = k * np.where(scv <= 1.0, (1.0 + gain) / (1.0 + scv * gain), 1.0)
    scv_factor = 2.0 * rho - 1.0 + 4.0 * free * (1.0 + 2.0 * scv) / (3.0 * (1.0 + scv))
    found = queue(a, s, c, limit, k, mean_factor, scv_factor)
    f, g, p = found.mean_factor, found.scv_factor, found.waits
    mean = f * found.mean
    variance = f * f * g * found.variance
    third = f * f * f * g * g * found.third
    # Cumulants of a mixture with 0, written without differences of raw moments.
    rest = p * (1.0 - p)
    return (
        found.blocked,
        p * mean,
        p * variance + rest * mean * mean,
        p * third + 3.0 * rest * mean * variance + rest * (1.0 - 2.0 * p) * mean * mean * mean,
    )


def _no_limit(a: Array, s: Array, c: Array, _: Array, k: Array, f: Array, g: Array) -> _Queue:
    """Who waits does so for an exponential time of mean 1 / (c / s - rate)."""
    w = s / (c - a)
    waits = erlang_c(a, servers=c, blocked=erlang_b(a, servers=c))
    return _Queue(np.zeros_like(a), waits, w, w * w, 2.0 * w * w * w, f, g)


def _with_places(a: Array, s: Array, c: Array, q: Array, k: Array, f: Array, g: Array) -> _Queue:
    """Who waits finds n - 1 waiting, n = 1..q with weights rho^n, and waits for n exponential times.

    A geometric law that ends at q is an endless one less the same from q on, so its cumulants are
    differences of those of `_tilted_uniform`, for real q as well.
    """
    places = np.minimum(q / np.maximum(k, _LEAST_VARIABILITY), _MOST_PLACES)
    excess = (a - c) / c
    log_rho = np.where(np.abs(excess) < 0.5, np.log1p(np.maximum(excess, -0.5)), np.log(a / c))
    blocked, waits = _shares(erlang_b(a, servers=c), log_rho * places, excess, places)
    # Less than one place: who waits is alone there, only more rarely.
    q = np.maximum(places, 1.0)
    m1, v1, t1 = _tilted_uniform(log_rho * q)
    m0, v0, t0 = _tilted_uniform(log_rho)
    n_mean = 1.0 + q * m1 - m0
    n_variance = q * q * v1 - v0
    n_third = q * q * q * t1 - t0
    unit = s / c
    return _Queue(
        blocked,
        waits,
        unit * n_mean,
        unit * unit * (n_mean + n_variance),
        unit * unit * unit * (2.0 * n_mean + 3.0 * n_variance + n_third),
        f,
        g,
    )


def _with_deadline(a: Array, s: Array, c: Array, tau: Array, k: Array, f: Array, g: Array) -> _Queue:
    """Who waits does so for a time of density exp(-(c / s - rate) t), cut off at tau."""
    shorter = np.exp(DEADLINE_EXPONENT * np.log(np.maximum(k, _LEAST_VARIABILITY)))
    limit = np.minimum(tau / shorter, _LONGEST_WAIT_S)
    in_services = np.minimum(limit / s, _MOST_SERVICES)
    u = (a - c) * in_services
    blocked, waits = _shares(erlang_b(a, servers=c), u, (a - c) / c, c * in_services)
    mean, variance, third = _tilted_uniform(u)
    # The share of the unlimited mean that lies before the limit: the more it is, the less the limit matters.
    open_x = np.clip(-u, 0.0, 700.0)
    open_share = np.maximum(1.0 - np.exp(-open_x) * (1.0 + open_x), 0.0)
    return _Queue(
        blocked,
        waits,
        limit * mean,
        limit * limit * variance,
        limit * limit * limit * third,
        shorter + (f - shorter) * open_share,
        1.0 + (g - 1.0) * open_share,
    )


def _shares(b: Array, u: Array, excess: Array, at_balance: Array) -> tuple[Array, Array]:
    """Blocked share, and share of the accepted that waits, where the queue's weights run from 1 to exp(u).

    Args:
        b: Erlang B of the servers alone.
        u: Logarithm of the last weight against the first.
        excess: rho - 1.
        at_balance: Sum of the weights where all of them are 1.
    """
    size = np.abs(u)
    decay = np.exp(-size)
    rising = u > 0.0
    # All weights are divided by the largest, so that none overflows.
    free = (1.0 - b) * np.where(rising, decay, 1.0)
    lost = b * np.where(rising, 1.0, decay)
    distance = np.abs(excess)
    waiting = b * np.where(distance > 0.0, -np.expm1(-size) / np.maximum(distance, _TINY), at_balance)
    accepted = np.maximum(free + waiting, _TINY)
    return lost / (accepted + lost), waiting / accepted


def _tilted_uniform(u: Array) -> tuple[Array, Array, Array]:
    """First three cumulants of the law on [0, 1] with a density proportional to exp(u x).

    They are the derivatives of ln((e^u - 1) / u), whose series has the Bernoulli numbers.
    """
    size = np.abs(u)
    z = np.maximum(size, _SERIES_UNTIL)
    decay = np.exp(-z)
    rest = 1.0 - decay
    inverse = 1.0 / z
    ratio = decay / rest
    mean = inverse - ratio
    variance = inverse * inverse - ratio / rest
    third = 2.0 * inverse * inverse * inverse - ratio * (1.0 + decay) / (rest * rest)
    near = np.flatnonzero(size < _SERIES_UNTIL)
    if near.size:
        x = size[near]
        square = x * x
        sums = [np.zeros_like(x) for _ in range(3)]
        for i in range(len(_BERNOULLI), 0, -1):
            for order, factor in enumerate((1.0, 2 * i - 1.0, (2 * i - 1.0) * (2 * i - 2.0))):
                sums[order] = sums[order] * square + _BERNOULLI[i - 1] * factor
        mean[near] = 0.5 - x * sums[0]
        variance[near] = sums[1]
        # The first term of the third derivative is 0, so the division by x is one of x^2 by x.
        third[near] = -np.divide(sums[2], x, out=np.zeros_like(x), where=x > 0.0)
    rising = u > 0.0
    return np.where(rising, 1.0 - mean, mean), variance, np.where(rising, -third, third)
