"""How long accepted requests wait at one station, and which are turned away.

All three kinds of queue have one form: an accepted request finds a free server, or waits a time whose law is
known. The wait of those who wait is exponential (no limit), a sum of exponentials (places) or an exponential
that is cut off (longest wait). Their cumulants are worked out for exponential service and then scaled.
"""

from __future__ import annotations

import math

from models.performance.compiled import compiled
from models.performance.erlang import erlang_b, erlang_c

#: Least k that a queue is divided by: without any variability queues don't form below a utilisation of 1.
LEAST_VARIABILITY = 1e-6
#: More places than this are no limit; without it powers of them could overflow.
MOST_PLACES = 1e12
LONGEST_WAIT_S = 1e90
MOST_SERVICES = 1e200
#: What follows has no more variable parts, and a system of fewer servers is none.
MOST_SWING, FEWEST_SERVERS = 2.0, 0.1
_TINY = 1e-300
#: B_2k / (2k)! of the Bernoulli numbers, k = 1, 2, ...
BERNOULLI = (
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
SERIES_UNTIL = 0.8

#: Blocked share, mean wait (s), its variance (s^2) and third cumulant (s^3).
Wait = tuple[float, float, float, float]


@compiled
def station_wait(
    rate: float, s: float, scv: float, arrival_scv: float, c: float, queue_limit: float, max_wait_s: float
) -> Wait:
    """The wait at a station of any kind; exact for Poisson arrivals and exponential service.

    Args:
        rate: Requests per second, >= 0.
        s: Mean service time, s, >= 0.
        scv: Its squared coefficient of variation, >= 0; 1 = exponential.
        arrival_scv: That of the time between arrivals; 1 = Poisson.
        c: Servers, real, >= 0.1.
        queue_limit: Places to wait in, real, >= 0; infinity = unbounded, 0 = a loss system.
        max_wait_s: Longest wait, s: who would wait longer is turned away; infinity = any wait. Where both are
            given the tighter one counts: q places are about q s / c seconds.

    Returns:
        Share that is turned away, and mean (s), variance (s^2) and third cumulant (s^3) of the wait of the
        others; infinite where an unbounded queue has no end.

    Source: no limit: Allen and Cunneen (Allen 1990), up to a service variability of 1 with the factor of
    Kimura (1986) on the M/D/c of Cosmetatos (1976); variance Whitt (1993), third cumulant as if those who
    wait did so for a gamma time of that mean and variance. Places: M/M/c/K (Gross and Harris 1998, section
    2.5), bursts of arrivals by Hayward's equivalent system (Fredericks 1980); longest wait: M/M/c+D (Barrer
    1957; Gnedenko and Kovalenko 1968); for other service a limit counts as q / k, or tau / k^e with e from
    1/2 (less than a service) to 1 (fitted to simulation). With less and less of a limit both become the
    first.
    """
    limits, spread = (queue_limit, max_wait_s), (1.0, 0.0, 1.0)
    return wait_of(rate, s, scv, arrival_scv, c, limits, spread, math.nan)


@compiled
def wait_of(
    rate: float,
    s: float,
    scv: float,
    arrival_scv: float,
    c: float,
    limits: tuple[float, float],
    spread: tuple[float, float, float],
    full: float,
) -> Wait:
    """`station_wait` where the servers have more than one queue.

    Args:
        rate: As there, like `s`, `scv`, `arrival_scv` and `c`.
        limits: Places to wait in, and the longest wait, s.
        spread: Factor on the share that waits, what who waits does longer (s), factor on the wait.
        full: Share of requests that would find all servers taken if none could wait; NaN = Erlang's.
    """
    queue_limit, max_wait_s = limits
    fewer, delay, smooth = spread
    a = rate * s
    # Loads at the end of the range of numbers are none: their logarithm would be of 0.
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
    b = full if full == full else erlang_b(a, c)
    if arrival_scv > 1.0 and full != full:
        # Hayward's system: calls that come close together meet each other, at one server as all do.
        peak = min(0.5 * (arrival_scv + 1.0), max(c / FEWEST_SERVERS, 1.0))
        b = max(b, min(erlang_b(a / peak, c / peak), a / (a + c)))
    if by_places:
        places = min(queue_limit / max(k, LEAST_VARIABILITY), MOST_PLACES)
        # Behind many others one waits for whole services, behind few for what is left of one.
        one = 4.0 * (1.0 + 2.0 * scv) / (3.0 * (1.0 + scv)) - 1.0
        few = -math.expm1(-min(free * places, 700.0))
        one = few * one + (1.0 - few) * min(scv / max(k, LEAST_VARIABILITY), MOST_SWING)
        blocked, p, mean, variance, third = _with_places(a, s, c, places, b, (one, few, g))
        g = 1.0
    elif by_time:
        services = min(max_wait_s / s, MOST_PLACES)
        exponent = 1.0 - 0.5 / (1.0 + services * services)
        shorter = math.exp(exponent * math.log(max(k, LEAST_VARIABILITY)))
        blocked, p, mean, variance, third, open_share = _with_deadline(a, s, c, max_wait_s, shorter, b)
        f = shorter + (f - shorter) * open_share
        g = 1.0 + (g - 1.0) * open_share
    else:
        # Who waits does so for an exponential time of mean 1 / (c / s - rate).
        mean = s / (c - a)
        variance, third = mean * mean, 2.0 * mean * mean * mean
        p = erlang_c(a, c, b)
    p *= fewer
    f *= smooth
    mean = f * mean
    variance = f * f * g * variance
    third = f * f * f * g * g * third
    if delay > 0.0:
        # As if both were exponential and the same in rank: deviations add up.
        deviation = math.sqrt(variance)
        skew = math.exp(math.log(max(third, _TINY) / 2.0) / 3.0) + k * delay
        mean += k * delay
        variance = (deviation + k * delay) ** 2
        third = 2.0 * skew**3
    # Cumulants of a mixture with 0, written without differences of raw moments.
    rest = p * (1.0 - p)
    return (
        blocked,
        p * mean,
        p * variance + rest * mean * mean,
        p * third + 3.0 * rest * mean * variance + rest * (1.0 - 2.0 * p) * mean * mean * mean,
    )


@compiled
def _with_places(
    a: float, s: float, c: float, places: float, b: float, parts: tuple[float, float, float]
) -> tuple[float, float, float, float, float]:
    """Blocked share, share that waits, and cumulants of the wait of those who do.

    Args:
        a: Offered load.
        s: Mean service, s.
        c: Servers.
        places: Places to wait in.
        b: Share that finds all servers taken if none can wait.
        parts: Squared coefficient of variation of each of the times that make up a wait (1 = exponential),
            how far the queue is from being full all the time (0 to 1), and the factor on the variance of an
            endless queue.

    Who waits finds n - 1 waiting, n = 1..q with weights rho^n, and waits for n exponential times. A geometric
    law that ends at q is an endless one less the same from q on, so its cumulants are differences of those of
    `_tilted_uniform`, for real q as well.
    """
    excess = (a - c) / c
    log_rho = math.log1p(max(excess, -0.5)) if abs(excess) < 0.5 else math.log(a / c)
    blocked, waits = _shares(b, log_rho * places, excess, places)
    # Less than one place: who waits is alone there, only more rarely.
    q = max(places, 1.0)
    m1, v1, t1 = _tilted_uniform(log_rho * q)
    m0, v0, t0 = _tilted_uniform(log_rho)
    n_mean = 1.0 + q * m1 - m0
    n_variance = q * q * v1 - v0
    n_third = q * q * q * t1 - t0
    unit = s / c
    one, few, g = parts
    endless = g * g * (2.0 * n_mean + 3.0 * n_variance + n_third)
    full = 2.0 * one * one * n_mean + 3.0 * one * n_variance + n_third
    return (
        blocked,
        waits,
        unit * n_mean,
        unit * unit * (one * n_mean + n_variance),
        unit * unit * unit * (few * endless + (1.0 - few) * full),
    )


@compiled
def _with_deadline(
    a: float, s: float, c: float, tau: float, shorter: float, b: float
) -> tuple[float, float, float, float, float, float]:
    """As `_with_places`, and the share of the unlimited mean that lies before the limit.

    Who waits does so for a time of density exp(-(c / s - rate) t), cut off at tau. The more of the unlimited
    mean lies before the limit, the less the limit matters.
    """
    limit = min(tau / shorter, LONGEST_WAIT_S)
    in_services = min(limit / s, MOST_SERVICES)
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
    """Blocked share, and share of the accepted that waits, where the queue's weights run from 1 to exp(u).

    Args:
        b: Erlang B of the servers alone.
        u: Logarithm of the last weight against the first.
        excess: rho - 1.
        at_balance: Sum of the weights where all of them are 1.
    """
    # All weights are divided by the largest, so that none overflows.
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
    """First three cumulants of the law on [0, 1] with a density proportional to exp(u x).

    They are the derivatives of ln((e^u - 1) / u), whose series has the Bernoulli numbers.
    """
    size = abs(u)
    if size < SERIES_UNTIL:
        square = size * size
        s0, s1, s2 = 0.0, 0.0, 0.0
        for i in range(len(BERNOULLI), 0, -1):
            term = BERNOULLI[i - 1]
            s0 = s0 * square + term
            s1 = s1 * square + term * (2 * i - 1.0)
            s2 = s2 * square + term * ((2 * i - 1.0) * (2 * i - 2.0))
        mean = 0.5 - size * s0
        variance = s1
        # The first term of the third derivative is 0, so the division by x is one of x^2 by x.
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
