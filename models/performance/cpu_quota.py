"""A CPU quota: the threads of a container run on all its cores until the time of a period is used up.

Linux gives a group of threads `quota` cores' worth of time in each period (100 ms), which they use up on as
many cores as they can run on; then all of them stand still until the next period begins. Throughput is flat
beyond the quota, and before it the tail has steps of a period.

Source: the mechanism is the bandwidth control of the Completely Fair Scheduler (Turner, Rao and Rao 2010).
The formula is own: a random walk from period to period, looked at from a random moment of one.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import compiled, gamma_upper
from models.performance.mixture import Cumulants, from_raw
from models.performance.quadrature import FAN_NODES, gauss_legendre

#: Where the maximum of a walk with normal steps begins, in their standard deviations (Siegmund 1985, chapter
#: X: 0.583); a little less, since work comes in whole calls.
_OVERSHOOT = 0.5
#: Periods that are looked at one by one.
_ONE_BY_ONE = 8
_U, _V = gauss_legendre(FAN_NODES)


@compiled
def throttled_wait(rate: float, service: tuple[float, float], cores: tuple[float, float, float]) -> Cumulants:
    """What a call waits beyond its own work, since the time of the period is used up or cores are busy.

    Args:
        rate: Calls of one copy, 1/s, fewer than the quota carries.
        service: CPU time of a call, s, and its squared coefficient of variation.
        cores: Cores that threads run on, the quota in cores (less than that), and the period, s.

    Source: own. Work that is left at the end of a period is the maximum of a random walk: 0, or with a
    probability exponential (Siegmund 1985). With what came in this period it is
    gamma distributed; what is beyond the quota waits for the next periods, and then for the cores.
    """
    service_s, scv = service
    many, quota, period_s = cores
    share = quota * period_s
    each = rate * service_s * service_s * (1.0 + scv)
    drift = max(share - rate * service_s * period_s, 1e-12 * share)
    variance = each * period_s
    if not variance > 0.0:
        return 0.0, 0.0, 0.0
    decay = 2.0 * drift / variance
    waits = math.exp(-_OVERSHOOT * decay * math.sqrt(variance))
    left = waits / decay
    left_square = 2.0 * left / decay
    moments = np.zeros(3)
    for q in range(_U.size):
        u = period_s * _U[q]
        mean = left + rate * service_s * u + service_s
        spread = left_square - left * left + each * u + scv * service_s * service_s
        _add_waits(moments, _V[q], (mean, spread), (u, period_s), (many, share))
    return from_raw(moments[0], moments[1], moments[2])


@compiled
def _add_waits(
    moments: np.ndarray,
    weight: float,
    work: tuple[float, float],
    time: tuple[float, float],
    carried: tuple[float, float],
) -> None:
    """Adds the moments of the waits at one moment of the period.

    Args:
        moments: First, second and third moment.
        weight: Weight of the moment.
        work: Mean and variance of the work of the period up to then, s.
        time: Since the period began, and its length, s.
        carried: Cores, and CPU time of a period, s.
    """
    mean, spread = work
    u, period_s = time
    many, share = carried
    shape, scale = mean * mean / spread, spread / mean
    above, first = gamma_upper(shape, share / scale, 0), mean * gamma_upper(shape + 1.0, share / scale, 0)
    if many * u < share:
        # In time, but behind others on the cores.
        at = many * u / scale
        early = gamma_upper(shape, at, 0) - above
        wait = mean * gamma_upper(shape + 1.0, at, 0) - first - many * u * early
        if early > 0.0 and wait > 0.0:
            x = wait / early / many
            moments[0] += weight * early * x
            moments[1] += weight * early * x * x
            moments[2] += weight * early * x * x * x
    for k in range(1, _ONE_BY_ONE + 1):
        x = share * (k + 1) / scale
        beyond, further = gamma_upper(shape, x, 0), mean * gamma_upper(shape + 1.0, x, 0)
        part = above - beyond
        if part > 0.0:
            x = period_s * k - u + max((first - further) / part - share * k, 0.0) / many
            moments[0] += weight * part * x
            moments[1] += weight * part * x * x
            moments[2] += weight * part * x * x * x
        above, first = beyond, further
        if above < 1e-9:
            return
    # Far out a period more for each quota of work, half of one gone when its turn comes.
    slope = period_s / share
    start = -0.5 * period_s - u + 0.5 * share / many
    x = share * (_ONE_BY_ONE + 1) / scale
    second = mean * mean * (1.0 + 1.0 / shape) * gamma_upper(shape + 2.0, x, 0)
    third = mean**3 * (1.0 + 1.0 / shape) * (1.0 + 2.0 / shape) * gamma_upper(shape + 3.0, x, 0)
    moments[0] += weight * (start * above + slope * first)
    moments[1] += weight * (start**2 * above + 2.0 * start * slope * first + slope**2 * second)
    moments[2] += weight * (
        start**3 * above + 3.0 * start**2 * slope * first + 3.0 * start * slope**2 * second + slope**3 * third
    )
