"""How long accepted requests wait at one station, and which are turned away."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.formulas.cumulants import Array, from_raw
from models.formulas.erlang import erlang_b, erlang_c
from models.formulas.queues import accepted_with_deadline, accepted_with_places


class Wait(NamedTuple):
    """The wait at a station; arrays that broadcast against each other.

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
    """The wait at a station of any kind.

    Args:
        rate: Requests per second, >= 0; all arguments broadcast against each other.
        service_s: Mean service time, s, >= 0.
        service_scv: Its squared coefficient of variation.
        arrival_scv: Squared coefficient of variation of the time between arrivals; 1 = Poisson.
        servers: Servers c.
        queue_limit: Places to wait in; infinity = unbounded.
        max_wait_s: Longest wait, s: who would wait longer is turned away; infinity = any wait. Where both are
            given the tighter one counts: q places are about q s / c seconds.

    Returns:
        The wait, in the broadcast shape.
    """
    inputs = (rate, service_s, service_scv, arrival_scv, servers, queue_limit, max_wait_s)
    shape = np.broadcast_shapes(*(np.shape(value) for value in inputs))
    lam, s, scv, arrival, c, q, tau = (
        np.broadcast_to(np.asarray(value, dtype=np.float64), shape).reshape(-1) for value in inputs
    )
    result = [np.zeros(lam.shape) for _ in range(4)]
    busy = (lam > 0.0) & (s > 0.0)
    with np.errstate(invalid="ignore"):
        by_places = busy & np.isfinite(q) & ~(tau < q * s / c)
    by_time = busy & np.isfinite(tau) & ~by_places
    unlimited = busy & ~by_places & ~by_time
    blocked = np.zeros(lam.shape)
    needed = busy & ~(unlimited & (lam * s >= c))
    blocked[needed] = erlang_b(lam[needed] * s[needed], servers=c[needed])

    def fill(where: NDArray[np.bool_], found: tuple[Array, ...]) -> None:
        for target, value in zip(result, found, strict=True):
            target[where] = value

    if unlimited.any():
        fill(unlimited, _unlimited(*(v[unlimited] for v in (lam, s, scv, arrival, c, blocked))))
    # Arrivals that come in bursts fill a short queue as variable service does.
    spread = np.maximum((arrival + scv) / 2.0, 0.0)
    if by_places.any():
        fill(by_places, accepted_with_places(*(v[by_places] for v in (lam, s, spread, c, blocked, q))))
    if by_time.any():
        fill(by_time, accepted_with_deadline(*(v[by_time] for v in (lam, s, spread, c, blocked, tau))))
    return Wait(*(value.reshape(shape) for value in result))


def unlimited_wait(
    rate: Array, *, service_s: Array, service_scv: Array, arrival_scv: Array, servers: Array
) -> Wait:
    """The wait in an unbounded queue (see `station_wait`)."""
    none = np.array(np.inf)
    return station_wait(
        rate,
        service_s=service_s,
        service_scv=service_scv,
        arrival_scv=arrival_scv,
        servers=servers,
        queue_limit=none,
        max_wait_s=none,
    )


def _unlimited(lam: Array, s: Array, scv: Array, arrival_scv: Array, c: Array, b: Array) -> tuple[Array, ...]:
    """Wait of G/G/c without a limit.

    Source: mean: Allen and Cunneen (Allen 1990), for a service variability up to 1 times Kimura 1986 with
    the M/D/c of Cosmetatos 1976; variance: Whitt 1993; third cumulant: an atom at 0 of probability 1 - C and
    else a gamma law with the same two moments (exact for exponential service).
    """
    a = lam * s
    waits = erlang_c(a, servers=c, blocked=b)
    free = (c - a) / c
    stable = free > 0.0
    rho = np.where(stable, a / c, 0.5)
    free = np.where(stable, free, 0.5)
    mean = waits * s / (c * free) * (arrival_scv + scv) / 2.0
    gain = np.minimum(1.0, free * (c - 1.0) * (np.sqrt(4.0 + 5.0 * c) - 2.0) / (16.0 * rho * c))
    mean = mean * np.where(scv <= 1.0, (1.0 + gain) / (1.0 + scv * gain), 1.0)
    cd2 = 2.0 * rho - 1.0 + 4.0 * free * (1.0 + 2.0 * scv) / (3.0 * (1.0 + scv))
    with np.errstate(divide="ignore", invalid="ignore"):
        conditional = np.where(waits > 0.0, mean / np.where(waits > 0.0, waits, 1.0), 0.0)
    # Whitt's term is the squared coefficient of variation of the wait of those who wait.
    shape_scv = np.maximum(cd2, 0.0)
    second = waits * conditional**2 * (1.0 + shape_scv)
    third = waits * conditional**3 * (1.0 + shape_scv) * (1.0 + 2.0 * shape_scv)
    found = from_raw(mean, second, third)
    return (np.zeros(lam.shape), *(np.where(stable, value, np.inf) for value in found))
