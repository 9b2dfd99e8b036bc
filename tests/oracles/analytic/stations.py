"""Step 3: each component as a station: how busy it is, how long calls wait, which are turned away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.formulas.caching import Hits
from models.formulas.cumulants import Cumulants, add, gamma_cumulants
from models.formulas.pools import pool_wait
from models.formulas.scalability import stretched_service
from models.formulas.waiting import Wait, station_wait
from oracles.analytic.keeping import Quorum, eviction_calls, hits_of, quorum_of
from oracles.analytic.parameters import Parameters
from oracles.analytic.sharing import Shared, kinds_of
from oracles.formulas.pools import capped_wait
from oracles.formulas.scalability import busy_stretch

MS_PER_S = 1000.0
#: A shorter time is no time: its powers would underflow.
SHORTEST_S = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class Hold:
    """What a component that keeps its slot during the calls under it waits for; arrays, s.

    Attributes:
        below: Cumulants of the calls under it with their waits.
        below_unhindered: The same when nothing waits anywhere.
        flow_limit: Calls per second that its slots can drive through what is below, 1/s.
        limited_by: Position of the component that limits that flow.
        displaced: Cumulants of the waits that the cap on callers keeps away from the components below: who
            does not wait there waits here.
    """

    below: Cumulants
    below_unhindered: Cumulants
    flow_limit: Array
    limited_by: Array
    displaced: Cumulants


@dataclass(frozen=True, slots=True, eq=False)
class Station:
    """One component under its load; arrays that broadcast to `(n, p)`, times in seconds.

    Attributes:
        arrivals_per_s: Calls that arrive.
        servers: Calls that it serves at the same time (of one shard); infinity for an external system.
        service_s: Mean time of its own work.
        service: Cumulants of its own work.
        utilisation: Offered load per server: at 1 there is no time left; above 1 in overload. Of a component
            that keeps its slots during the calls under it the share of the slots that is taken.
        load_ratio: Calls that arrive over the capacity. More than the utilisation where the slots are not
            what limits the capacity.
        limited_by: Position of the component that limits the capacity: itself, or one under it for which it
            keeps its slots.
        has_queue: Whether calls queue here at all (not at an external system).
        can_refuse: Whether it turns calls away instead of letting a queue grow without end.
        wait: Cumulants of the wait of the calls that are not turned away; infinite after a collapse.
        response: Cumulants of wait and own work (the calls under it not counted).
        held_s: Mean time a slot is taken by one call.
        blocked_share: Share of calls that is turned away.
        served_share: Share of calls that is let in. A queue that grows without end lets all of them in: what
            is below is shown under the load it would have if this component were no bottleneck.
        capacity_per_s: Calls per second at utilisation 1.
        cache: What it answers from memory; None when it is no cache.
        evicts: Calls after which it evicts an entry, where it is full.
        quorum: What its quorums add; None when it has one replica to ask.
        displaced: Cumulants of the wait that a bounded pool of callers keeps away; None = they are no pool.
    """

    arrivals_per_s: Array
    servers: Array
    service_s: Array
    service: Cumulants
    utilisation: Array
    load_ratio: Array
    limited_by: Array
    has_queue: bool
    can_refuse: NDArray[np.bool_]
    wait: Cumulants
    response: Cumulants
    held_s: Array
    blocked_share: Array
    served_share: Array
    capacity_per_s: Array
    cache: Hits | None = None
    evicts: Array | None = None
    quorum: Quorum | None = None
    displaced: Cumulants | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Load:
    """What decides about the wait at a station."""

    rate: Array
    service_s: Array
    service_scv: Array
    arrival_scv: Array
    servers: Array
    queue_limit: Array
    max_wait_s: Array


def serve(
    parameters: Parameters,
    component: int,
    arrivals_per_s: Array,
    *,
    callers: Array | None = None,
    hold: Hold | None = None,
    load_s: Array | None = None,
    known: Station | None = None,
) -> Station:
    """One component under its load.

    Args:
        parameters: The parameters.
        component: Position of the component.
        arrivals_per_s: Calls that arrive, `(n | 1, p)`.
        callers: Threads of the pools that are its only callers; None or infinity = anybody may call.
        hold: What it waits for when it keeps its slot during the calls under it; None = it doesn't.
        load_s: For a cache: mean time to load an entry, s.
        known: The same component under another load: what no load changes is taken from it.
    """
    if parameters.system.parts[component].kind == "external":
        return _external(parameters, component, arrivals_per_s)
    load, capacity_s = _load(parameters, component, arrivals_per_s)
    own = gamma_cumulants(load.service_s, scv=load.service_scv)
    can_refuse = np.isfinite(load.queue_limit) | np.isfinite(load.max_wait_s)
    capacity = load.servers / capacity_s * parameters.of_component_or(component, "shards", 1.0)
    found, displaced = _open_wait(load, callers, can_refuse)
    held_s = load.service_s
    limited_by = np.full((1, 1), float(component))
    is_pool = np.zeros((1, 1), dtype=bool)
    if hold is not None:
        is_pool = blocking = parameters.of_component(component, "blocking") > 0.0
        pool, pool_held, pool_capacity = _pool(load, own, hold, can_refuse)
        found = Wait(*(np.where(blocking, x, y) for x, y in zip(pool, found, strict=True)))
        held_s = np.where(blocking, pool_held, held_s)
        capacity = np.where(blocking, pool_capacity, capacity)
        limited_by = np.where(blocking, hold.limited_by, limited_by)
    load_ratio = np.where(arrivals_per_s > 0.0, arrivals_per_s / capacity, 0.0)
    taken = np.minimum(load.rate * held_s / load.servers, 1.0)
    utilisation = np.where(is_pool & (load_ratio < 1.0), taken, load_ratio)
    evicts = eviction_calls(parameters, component) if known is None else known.evicts
    wait = Cumulants(found.mean_s, found.variance_s2, found.third_s3)
    return Station(
        arrivals_per_s=arrivals_per_s,
        servers=load.servers,
        service_s=load.service_s,
        service=own,
        utilisation=utilisation,
        load_ratio=load_ratio,
        limited_by=limited_by,
        has_queue=True,
        can_refuse=can_refuse,
        wait=wait,
        response=add(wait, own),
        held_s=held_s,
        blocked_share=found.blocked_share,
        served_share=1.0 - found.blocked_share,
        capacity_per_s=capacity,
        cache=hits_of(parameters, component, arrivals_per_s, load_s, evicts),
        evicts=evicts,
        quorum=quorum_of(parameters, component) if known is None else known.quorum,
        displaced=displaced,
    )


def _load(parameters: Parameters, component: int, arrivals_per_s: Array) -> tuple[_Load, Array]:
    """What decides about the wait, and the service time at full load (that of the capacity)."""
    replicas = parameters.of_component(component, "replicas")
    servers = replicas * parameters.of_component(component, "slots")
    gc_share = parameters.of_component(component, "gc_share")
    service_s = _time(parameters.of_component(component, "service_ms") / MS_PER_S / (1.0 - gc_share))
    rate = arrivals_per_s / parameters.of_component_or(component, "shards", 1.0)
    contention = parameters.of_component(component, "contention")
    coherency = parameters.of_component(component, "coherency")
    at_capacity_s = service_s
    if bool((contention > 0.0).any()) or bool((coherency > 0.0).any()):
        law = {"replicas": replicas, "contention": contention, "coherency": coherency}
        at_capacity_s = stretched_service(service_s, busy_share=np.ones((1, 1)), **law)
        service_s = busy_stretch(rate, service_s=service_s, servers=servers, **law)
    load = _Load(
        rate=rate,
        service_s=service_s,
        service_scv=parameters.of_component(component, "service_scv"),
        arrival_scv=parameters.of_component(component, "arrival_scv"),
        servers=servers,
        queue_limit=parameters.of_component(component, "queue_limit"),
        max_wait_s=parameters.of_component(component, "max_wait_s"),
    )
    return load, at_capacity_s


def _open_wait(
    load: _Load, callers: Array | None, can_refuse: NDArray[np.bool_]
) -> tuple[Wait, Cumulants | None]:
    """Wait of a component that serves and lets go, and what a bounded pool of callers keeps away from it."""
    inputs = (
        load.rate,
        load.service_s,
        load.service_scv,
        load.arrival_scv,
        load.servers,
        load.queue_limit,
        load.max_wait_s,
    )
    kinds = kinds_of(inputs, max(value.shape[0] for value in inputs))
    rate, s, scv, arrival_scv, c, q, d = kinds.pick(inputs)
    found = station_wait(
        rate, service_s=s, service_scv=scv, arrival_scv=arrival_scv, servers=c, queue_limit=q, max_wait_s=d
    )
    found = Shared(found, kinds).spread()
    if callers is None:
        return found, None
    capped = capped_wait(
        load.rate,
        service_s=load.service_s,
        service_scv=load.service_scv,
        arrival_scv=load.arrival_scv,
        servers=load.servers,
        callers=np.where(np.isfinite(callers), callers, 1e9),
    )
    use = np.isfinite(callers) & ~can_refuse
    kept_away = use & np.isfinite(found.mean_s)
    displaced = Cumulants(
        *(
            np.where(kept_away, np.maximum(x - y, 0.0), 0.0)
            for x, y in zip(found[1:], capped[1:], strict=True)
        )
    )
    return Wait(*(np.where(use, x, y) for x, y in zip(capped, found, strict=True))), displaced


def _pool(
    load: _Load, own: Cumulants, hold: Hold, can_refuse: NDArray[np.bool_]
) -> tuple[Wait, Array, Array]:
    """Wait, hold and capacity of a component that keeps its slot while the calls under it run."""
    whole = add(own, hold.below)
    unhindered = add(own, hold.below_unhindered)
    square = np.where(unhindered.mean > 0.0, unhindered.mean**2, 1.0)
    scv = np.where(unhindered.mean > 0.0, unhindered.variance / square, 0.0)
    held = np.where(np.isfinite(whole.mean), whole.mean, 1e12)
    limit = np.minimum(
        hold.flow_limit, np.where(unhindered.mean > 0.0, load.servers / unhindered.mean, np.inf)
    )
    pool = pool_wait(load.rate, threads=load.servers, hold_s=held, hold_scv=scv, flow_limit=limit)
    # A bound on the callers can't shorten the whole: who doesn't wait below waits for a slot here.
    wait = Cumulants(*(np.maximum(x, y) for x, y in zip(pool.wait[1:], hold.displaced, strict=True)))
    found = Wait(pool.wait.blocked_share, *wait)
    held_s = pool.hold_s
    if bool(can_refuse.any()):
        bounded = station_wait(
            load.rate,
            service_s=held,
            service_scv=scv,
            arrival_scv=load.arrival_scv,
            servers=load.servers,
            queue_limit=load.queue_limit,
            max_wait_s=load.max_wait_s,
        )
        found = Wait(*(np.where(can_refuse, x, y) for x, y in zip(bounded, found, strict=True)))
        held_s = np.where(can_refuse, held, held_s)
    return found, held_s, limit


def _time(seconds: Array) -> Array:
    return np.where(seconds < SHORTEST_S, 0.0, seconds)


def _external(parameters: Parameters, component: int, arrivals_per_s: Array) -> Station:
    """Somebody else's system: a latency whatever the load, and what is above its rate limit is refused."""
    latency_s = _time(parameters.of_component(component, "latency_ms") / MS_PER_S)
    limit = parameters.of_component(component, "rate_limit_per_s")
    utilisation = np.where(arrivals_per_s > 0.0, arrivals_per_s / limit, 0.0)
    blocked = np.where(utilisation > 1.0, 1.0 - 1.0 / utilisation, 0.0)
    nothing = np.zeros((1, 1))
    response = gamma_cumulants(latency_s, scv=parameters.of_component(component, "latency_scv"))
    return Station(
        arrivals_per_s=arrivals_per_s,
        servers=np.full((1, 1), np.inf),
        service_s=latency_s,
        service=response,
        utilisation=utilisation,
        load_ratio=utilisation,
        limited_by=np.full((1, 1), float(component)),
        has_queue=False,
        can_refuse=np.ones((1, 1), dtype=bool),
        wait=Cumulants(nothing, nothing, nothing),
        response=response,
        held_s=latency_s,
        blocked_share=blocked,
        served_share=1.0 - blocked,
        capacity_per_s=limit,
    )
