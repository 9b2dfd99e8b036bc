"""Step 3: each component as a station: how busy it is, how long calls wait, which are turned away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.distinct import distinct_rows
from models.evaluation import Array
from models.formulas.cumulants import Cumulants, add, gamma_cumulants
from models.formulas.waiting import station_wait
from models.parameters import Parameters

MS_PER_S = 1000.0
#: A shorter time is no time: its powers would underflow.
SHORTEST_S = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class Station:
    """One component under its load; arrays that broadcast to `(n, p)`, times in seconds.

    Attributes:
        arrivals_per_s: Calls that arrive.
        servers: Calls that it serves at the same time; infinity for an external system.
        service_s: Mean time of its own work.
        utilisation: Offered load per server: at 1 there is no time left; above 1 in overload.
        has_queue: Whether calls queue here at all (not at an external system).
        can_refuse: Whether it turns calls away instead of letting a queue grow without end.
        wait: Cumulants of the wait of the calls that are not turned away; infinite after a collapse.
        response: Cumulants of wait and own work.
        blocked_share: Share of calls that is turned away.
        lost_share: Share of calls that gets no answer: turned away, or all of them after a collapse.
        served_share: Share of calls that is let in. A queue that grows without end lets all of them in: what
            is below is shown under the load it would have if this component were no bottleneck.
        capacity_per_s: Calls per second at utilisation 1.
    """

    arrivals_per_s: Array
    servers: Array
    service_s: Array
    utilisation: Array
    has_queue: bool
    can_refuse: NDArray[np.bool_]
    wait: Cumulants
    response: Cumulants
    blocked_share: Array
    lost_share: Array
    served_share: Array
    capacity_per_s: Array


def serve(parameters: Parameters, component: int, arrivals_per_s: Array, columns: Array | None) -> Station:
    """One component under its load.

    Args:
        parameters: The parameters.
        component: Position of the component.
        arrivals_per_s: Calls that arrive, `(n | 1, p)`.
        columns: Columns of the decision matrix that decide about this station, `(n, m)`: designs that agree
            in them share one calculation; None = each design has its own.
    """
    if parameters.system.parts[component].kind == "external":
        return _external(parameters, component, arrivals_per_s)
    servers = parameters.of_component(component, "replicas") * parameters.of_component(component, "slots")
    gc_share = parameters.of_component(component, "gc_share")
    service_s = _time(parameters.of_component(component, "service_ms") / MS_PER_S / (1.0 - gc_share))
    service_scv = parameters.of_component(component, "service_scv")
    queue_limit = parameters.of_component(component, "queue_limit")
    max_wait_s = parameters.of_component(component, "max_wait_s")
    inputs = (
        arrivals_per_s,
        service_s,
        service_scv,
        parameters.of_component(component, "arrival_scv"),
        servers,
        queue_limit,
        max_wait_s,
    )
    rows = distinct_rows(columns)
    rate, s, scv, arrival_scv, c, q, d = (rows.pick(value) for value in inputs)
    found = station_wait(
        rate, service_s=s, service_scv=scv, arrival_scv=arrival_scv, servers=c, queue_limit=q, max_wait_s=d
    )
    blocked = rows.spread(found.blocked_share)
    wait = Cumulants(rows.spread(found.mean_s), rows.spread(found.variance_s2), rows.spread(found.third_s3))
    utilisation = arrivals_per_s * service_s / servers
    can_refuse = np.isfinite(queue_limit) | np.isfinite(max_wait_s)
    collapsed = ~can_refuse & (utilisation >= 1.0)
    with np.errstate(divide="ignore"):
        capacity = servers / service_s
    return Station(
        arrivals_per_s=arrivals_per_s,
        servers=servers,
        service_s=service_s,
        utilisation=utilisation,
        has_queue=True,
        can_refuse=can_refuse,
        wait=wait,
        response=add(wait, gamma_cumulants(service_s, scv=service_scv)),
        blocked_share=blocked,
        lost_share=np.where(collapsed, 1.0, blocked),
        served_share=1.0 - blocked,
        capacity_per_s=capacity,
    )


def _time(seconds: Array) -> Array:
    return np.where(seconds < SHORTEST_S, 0.0, seconds)


def _external(parameters: Parameters, component: int, arrivals_per_s: Array) -> Station:
    """Somebody else's system: a latency whatever the load, and what is above its rate limit is refused."""
    latency_s = _time(parameters.of_component(component, "latency_ms") / MS_PER_S)
    limit = parameters.of_component(component, "rate_limit_per_s")
    with np.errstate(divide="ignore", invalid="ignore"):
        utilisation = np.where(arrivals_per_s > 0.0, arrivals_per_s / limit, 0.0)
        blocked = np.where(utilisation > 1.0, 1.0 - 1.0 / utilisation, 0.0)
    nothing = np.zeros((1, 1))
    return Station(
        arrivals_per_s=arrivals_per_s,
        servers=np.full((1, 1), np.inf),
        service_s=latency_s,
        utilisation=utilisation,
        has_queue=False,
        can_refuse=np.ones((1, 1), dtype=bool),
        wait=Cumulants(nothing, nothing, nothing),
        response=gamma_cumulants(latency_s, scv=parameters.of_component(component, "latency_scv")),
        blocked_share=blocked,
        lost_share=blocked,
        served_share=1.0 - blocked,
        capacity_per_s=limit,
    )
