"""Queues that turn requests away: a bounded number of places, or a longest wait.

With B = Erlang's loss of the servers alone, the numbers of waiting requests follow a geometric law cut off
at the end, so that loss and moments of the wait are sums of geometric terms in closed form.
"""

from __future__ import annotations

import numpy as np

from models.formulas.cumulants import Array, from_raw

#: Terms of the series that take the place of closed forms which cancel near a utilisation of 1.
TERMS = 40
#: A longest wait acts on other than exponential service like one shortened by spread ** this exponent.
DEADLINE_EXPONENT = 0.7


def accepted_with_places(
    lam: Array, s: Array, spread: Array, c: Array, b: Array, q: Array
) -> tuple[Array, ...]:
    """Loss and wait of the accepted in M/G/c with q places to wait in, at any utilisation.

    Args:
        lam: Requests per second, > 0, `(m,)` like all arguments.
        s: Mean service time, s, > 0.
        spread: (arrival scv + service scv) / 2; 1 = exponential, for which the result is exact.
        c: Servers.
        b: Erlang B of the servers alone.
        q: Places, >= 0; need not be whole.

    Returns:
        Blocked share, mean (s), variance and third cumulant of the wait of the accepted.

    Source: M/M/c/K (any textbook; Gross and Harris 1998, section 2.5): the j-th in the queue waits an
    Erlang(j + 1) time. Other service: places count as q / spread, and the wait is longer by spread.
    """
    k = np.maximum(spread, 1e-3)
    places = q / k
    rho = lam * s / c
    # Above 1 everything is divided by rho^q, which would overflow.
    up = rho > 1.0
    r = np.where(up, 1.0 / rho, rho)
    decay = np.exp(places * np.log(r))
    last = np.where(up, 1.0, decay)
    scale = np.where(up, decay, 1.0)
    t0, t1, t2, t3 = (_rising_sum(m, rho, places) for m in range(4))
    all_states = scale + b * rho * t0
    blocked = b * last / all_states
    accepted = np.maximum(all_states - b * last, 1e-300)
    unit = k * s / c
    raw = [b * moment / accepted * unit**power for power, moment in ((1, t1), (2, t2), (3, t3))]
    return (np.minimum(blocked, 1.0), *from_raw(raw[0], raw[1], raw[2]))


def _rising_sum(m: int, rho: Array, q: Array) -> Array:
    """T_m = sum over j < q of (j+1)...(j+m) rho^j, for any real q, divided by rho^q above rho = 1.

    From T_0 = (1 - rho^q)/(1 - rho) by summation by parts:
    (1 - rho) T_m = m T_(m-1) - q (q+1)...(q+m-1) rho^q. Near 1 that cancels: there its series.
    """
    up = rho > 1.0
    size = np.abs(q * np.log(rho))
    near = np.abs(rho - 1.0) * (q + m + 2.0) < 1.5
    x = np.where(near, 0.0, 1.0 - rho)
    safe = np.where(near, 0.5, x)
    decay = np.exp(-size)
    last = np.where(up, 1.0, decay)
    total = -np.expm1(-size) / np.abs(safe)
    rising = np.ones(rho.shape)
    for step in range(1, m + 1):
        total = (step * total - rising * q * last) / safe
        rising = rising * (q + step)
    near_one = _near_one(m, np.where(near, 1.0 - rho, 0.0), q) * np.where(up, decay, 1.0)
    return np.where(near, near_one, total)


def _near_one(m: int, x: Array, q: Array) -> Array:
    """T_m near rho = 1 - x: the sum over t of (-x)^t (m+t)!/t! C(q+m, m+t+1), for any real q.

    (1-x)^j is expanded in binomials; (j+1)...(j+m) C(j, t) = (m+t)!/t! C(j+m, m+t), summed over j < q.
    """
    coefficient = np.ones(x.shape)
    for i in range(m + 1):  # m! C(q+m, m+1)
        coefficient = coefficient * (q + m - i) / (i + 1.0)
    for i in range(1, m + 1):
        coefficient = coefficient * i
    total = coefficient.copy()
    term = coefficient
    for t in range(TERMS):
        term = -term * x * (m + t + 1.0) / (t + 1.0) * (q - t - 1.0) / (m + t + 2.0)
        total = total + term
    return total


def accepted_with_deadline(
    lam: Array, s: Array, spread: Array, c: Array, b: Array, tau: Array
) -> tuple[Array, ...]:
    """Loss and wait of the served in M/M/c+D: who would wait longer than tau is turned away.

    Args:
        lam: Requests per second, > 0, `(m,)` like all arguments.
        s: Mean service time, s, > 0.
        spread: (arrival scv + service scv) / 2; 1 = exponential, for which the result is exact.
        c: Servers.
        b: Erlang B of the servers alone.
        tau: Longest wait, s, >= 0.

    Returns:
        Lost share, mean (s), variance and third cumulant of the wait of the served.

    Source: M/M/c+D (Barrer 1957; Gnedenko and Kovalenko 1968): the virtual wait has an exponential density of
    rate (c / s)(1 - rho) cut off at tau. Other service: tau shortened and the wait lengthened by
    spread^0.7, fitted to simulation (loss within 7-15 %).
    """
    stretch = np.maximum(spread, 1e-3) ** DEADLINE_EXPONENT
    limit = tau / stretch
    rho = lam * s / c
    rate = c / s * (1.0 - rho)
    x = rate * limit
    up = x < 0.0
    # Above 1 everything is divided by exp(-x), which would overflow.
    one = np.where(up, np.exp(-np.abs(x)), 1.0)
    end = np.where(up, 1.0, np.exp(-np.abs(x)))
    i0, i1, i2, i3 = (_exponential_moment(m, x, limit) for m in range(4))
    waiting = c / s
    states = one - b * one + b * (end + waiting * i0)
    lost = b * end / states
    served = np.maximum(states - b * end, 1e-300)
    raw = [b * waiting * moment / served * stretch**power for power, moment in ((1, i1), (2, i2), (3, i3))]
    return (np.minimum(lost, 1.0), *from_raw(raw[0], raw[1], raw[2]))


def _exponential_moment(m: int, x: Array, limit: Array) -> Array:
    """Integral over 0..limit of t^m exp(-x t / limit) dt, divided by exp(-x) where x < 0."""
    size = np.abs(x)
    up = x < 0.0
    near = size < 0.5
    safe = np.where(near, 1.0, x)
    end = np.where(up, 1.0, np.exp(-size))
    # J_0 = (1 - E)/x, J_m = (m J_(m-1) - E)/x, with t in units of the limit.
    total = -np.expm1(-size) / np.abs(safe)
    for power in range(1, m + 1):
        total = (power * total - end) / safe
    series = _series(m, np.where(near, x, 0.0)) * np.where(up, np.exp(-size), 1.0)
    return np.where(near, series, total) * limit ** (m + 1)


def _series(m: int, x: Array) -> Array:
    """Sum over t of (-x)^t / (t! (m + t + 1))."""
    total = np.zeros(x.shape)
    term = np.ones(x.shape)
    for t in range(TERMS // 2):
        total = total + term / (m + t + 1.0)
        term = -term * x / (t + 1.0)
    return total
