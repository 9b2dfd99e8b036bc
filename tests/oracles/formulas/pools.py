"""Pools of threads as the analytic oracle works them out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.formulas.cumulants import Array
from models.formulas.pools import SHARPNESS
from models.formulas.waiting import Wait, limited_wait


def driven_flow(
    threads: Array, *, unhindered_s: Array, capacities: Sequence[Array], slots: Sequence[Array]
) -> Array:
    """Requests per second that a pool can drive through the stores below it when it is never idle.

    Args:
        threads: Threads c of the pool, > 0; all arguments broadcast against each other.
        unhindered_s: Hold h0 of a thread when nothing waits anywhere, s, >= 0.
        capacities: Capacity M_k of each store in requests of this pool per second, > 0 (infinity = no limit);
            of a store that blocks itself its own driven flow.
        slots: Slots c_k of each store. Stores with at least as many slots as threads can't queue and are
            left out.

    Returns:
        X = [(c / h0)^-p + sum M_k^-p]^(-1/p), 1/s, with p = 3 sqrt(smallest c_k); infinite
        if nothing limits it.

    Raises:
        ValueError: If there aren't as many capacities as slots.

    Source: own fit of a p-norm to the exact machine-repair model (docs/model.md). One p for all stores keeps
    the flow monotone in each of them.
    """
    if len(capacities) != len(slots):
        raise ValueError(f"one capacity for each store, but got {len(capacities)=} and {len(slots)=}")
    shape = np.broadcast_shapes(*(np.shape(x) for x in (threads, unhindered_s, *capacities, *slots)))
    c = np.broadcast_to(np.asarray(threads, dtype=np.float64), shape)
    hold = np.broadcast_to(np.asarray(unhindered_s, dtype=np.float64), shape)
    with np.errstate(divide="ignore", over="ignore", under="ignore"):
        own = c / hold
        limits = [np.where(c_k < c, m, np.inf) for m, c_k in zip(capacities, slots, strict=True)]
        fewest = np.full(shape, np.inf)
        lowest = own
        for limit, c_k in zip(limits, slots, strict=True):
            fewest = np.where(c_k < c, np.minimum(fewest, c_k), fewest)
            lowest = np.minimum(lowest, limit)
        # Where no store queues the pool alone decides, whatever p.
        p = SHARPNESS * np.sqrt(np.where(np.isfinite(fewest), fewest, 1.0))
        base = np.where(np.isfinite(lowest), lowest, 1.0)
        # Against the lowest limit every power is at most 1, so that none overflows.
        total = np.zeros(shape)
        for limit in (own, *limits):
            total = total + np.power(base / limit, p)
        flow = base * np.power(np.maximum(total, 1.0), -1.0 / p)
    return np.where(np.isfinite(lowest), flow, np.inf)


def capped_wait(
    rate: Array,
    *,
    service_s: Array,
    service_scv: Array,
    arrival_scv: Array,
    servers: Array,
    callers: Array,
) -> Wait:
    """Wait at a store that no more than `callers` calls can be at.

    Args:
        rate: Calls per second, >= 0; all arguments broadcast against each other.
        service_s: Mean service time, s, >= 0.
        service_scv: Its squared coefficient of variation.
        arrival_scv: Squared coefficient of variation of the time between calls; 1 = Poisson.
        servers: Slots of the store.
        callers: Threads of all pools that call it; infinity = somebody calls without a pool.

    Returns:
        The smaller of the open wait and that of the accepted at `callers - servers` places, which is always
        the second; 0 where there are no more callers than slots. Nobody is turned away: callers hold back.

    Source: own (docs/model.md), against simulation: 4 % median error of the mean, never a false collapse.
    """
    room = np.maximum(np.asarray(callers, dtype=np.float64) - servers, 0.0)
    found = limited_wait(
        rate,
        service_s=service_s,
        service_scv=service_scv,
        arrival_scv=arrival_scv,
        servers=servers,
        queue_limit=room,
    )
    return found._replace(blocked_share=np.zeros_like(found.blocked_share))
