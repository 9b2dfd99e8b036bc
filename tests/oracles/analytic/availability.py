"""Step 5, availability: hard failures of replicas and zones, and the share of requests that is answered.

Zones are shared: all components lose a zone together. So the sum over the zones' states is made once for a
flow, and only within one state are the components independent (`physics` notes in docs/model.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.system.dependency_graph import is_called, is_required, made_calls
from oracles.analytic.parameters import Parameters
from oracles.analytic.sharing import Kinds, Shared, kinds_of, share, together
from oracles.analytic.stations import Station
from oracles.formulas.redundancy import carried_share, k_of_n, replicas_in, zone_states

MINUTES_PER_HOUR = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Redundancy:
    """What is known of one component's replicas; arrays that broadcast to `(n, p)`.

    Attributes:
        replicas: Copies.
        needed: Copies that carry the load at a utilisation below 1.
        offered_replicas: Copies' worth of load that is offered (fractional).
        availability: Of one copy.
        zones: Zones over which the copies are spread.
        zone_availability: Of one zone; 1 = zones are not considered.
        degrades: Where a lost copy loses its share of the work (calls can be refused), not all of it.
    """

    replicas: Array
    needed: Array
    offered_replicas: Array
    availability: Array
    zones: Array
    zone_availability: Array
    degrades: NDArray[np.bool_]


def required_parts(
    parameters: Parameters, alike: Sequence[Kinds], stations: Sequence[Shared[Station]]
) -> tuple[list[Shared[Redundancy]], list[list[Array]]]:
    """What each flow requires: parts of the system, and by flow 1.0 where it requires the part, else 0.0.

    A store that is written to is a part of its own for that: a write needs another quorum than a read. What
    no flow requires is a part too where it is called and says how available its zones are: what it says of a
    zone holds for all that stands there.

    Args:
        parameters: The parameters.
        alike: By component: which rows have the same parameters.
        stations: The components under their load.
    """
    system = parameters.system
    parts: list[Shared[Redundancy]] = []
    needs: list[list[Array]] = [[] for _ in system.flows]
    called = is_called(parameters.system, made_calls(parameters))
    for c, station in enumerate(stations):
        for writes in (False, True) if station.held.quorum is not None else (None,):
            calls = is_required(parameters, c, writes=writes)
            if all(not bool(call.any()) for call in calls):
                continue
            in_use = _largest([flow[c] for flow in called])
            parts.append(_shared_redundancy(parameters, alike[c], c, station, in_use, writes=bool(writes)))
            for f, call in enumerate(calls):
                needs[f].append(call)
        in_use = _largest([flow[c] for flow in called])
        if station.held.has_queue and bool((_told_of_zones(parameters, c) * in_use > 0.0).any()):
            parts.append(_optional_redundancy(parameters, alike[c], c, station, in_use))
            for flow_needs in needs:
                flow_needs.append(np.zeros((1, 1)))
    return parts, needs


def _largest(values: Sequence[Array]) -> Array:
    largest: Array = np.zeros((1, 1))
    for value in values:
        largest = np.maximum(largest, value)
    return largest


def _told_of_zones(parameters: Parameters, component: int) -> Array:
    """1.0 where a component says that its zones can be lost."""
    return (parameters.of_component(component, "zone_availability") < 1.0).astype(np.float64)


def _optional_redundancy(
    parameters: Parameters, alike: Kinds, component: int, station: Shared[Station], in_use: Array
) -> Shared[Redundancy]:
    """What a component says of its zones, where it is called."""
    kinds = together([station.kinds, alike, kinds_of([in_use], parameters.n)], parameters.n)

    def worked_out(rows: Kinds) -> Redundancy:
        found = redundancy(parameters.seen_by(rows), component, station.of(rows))
        zone = np.where(rows.pick(in_use) > 0.0, found.zone_availability, 1.0)
        return replace(found, zone_availability=zone)

    return share(kinds, worked_out)


def _shared_redundancy(
    parameters: Parameters,
    alike: Kinds,
    component: int,
    station: Shared[Station],
    in_use: Array,
    *,
    writes: bool,
) -> Shared[Redundancy]:
    kinds = together([station.kinds, alike, kinds_of([in_use], parameters.n)], parameters.n)

    def worked_out(rows: Kinds) -> Redundancy:
        found = redundancy(parameters.seen_by(rows), component, station.of(rows), writes=writes)
        # A component that isn't called says nothing of a zone.
        return replace(
            found, zone_availability=np.where(rows.pick(in_use) > 0.0, found.zone_availability, 1.0)
        )

    return share(kinds, worked_out)


def redundancy(
    parameters: Parameters, component: int, station: Station, *, writes: bool = False
) -> Redundancy:
    """What the model knows of a component's replicas; of a store's for its writes or for its reads."""
    one = np.ones((1, 1))
    if not station.has_queue:
        up = _replica_availability(parameters, component)
        return Redundancy(one, one, one, up, one, one, np.zeros((1, 1), dtype=bool))
    replicas = parameters.of_component(component, "replicas")
    offered = station.utilisation * replicas
    # The smallest whole number strictly above the offered load; 1e-9 forgives rounding of whole loads.
    needed = np.clip(np.floor(offered + 1e-9) + 1.0, 1.0, replicas)
    degrades = station.can_refuse
    if station.quorum is not None:
        quorum = station.quorum.write_quorum if writes else station.quorum.read_quorum
        degrades = degrades & (quorum <= 1.0)
        needed = np.where(degrades, needed, np.maximum(needed, quorum))
    return Redundancy(
        replicas=replicas,
        needed=needed,
        offered_replicas=offered,
        availability=_replica_availability(parameters, component),
        zones=parameters.of_component(component, "zones"),
        zone_availability=parameters.of_component(component, "zone_availability"),
        degrades=degrades,
    )


def _replica_availability(parameters: Parameters, component: int) -> Array:
    """Given, or mean time between failures over itself and the time to repair; 1 where neither is given."""
    given = parameters.of_component(component, "availability")
    mtbf = parameters.of_component_or(component, "mtbf_hours", np.nan)
    mttr = parameters.of_component_or(component, "mttr_minutes", np.nan) / MINUTES_PER_HOUR
    with np.errstate(invalid="ignore", divide="ignore"):
        from_times = np.where(mtbf > 0.0, mtbf / (mtbf + mttr), 0.0)
    from_times = np.where(np.isnan(mtbf) | np.isnan(mttr), 1.0, from_times)
    return np.where(np.isnan(given), from_times, given)


def hard_availability(
    parts: Sequence[Shared[Redundancy]], required: Sequence[Sequence[Array]]
) -> list[Array]:
    """Probability that a flow's required components carry its load, `(n | 1, p | 1)` for each flow.

    Args:
        parts: What is known of each component.
        required: By flow and component: 1.0 where the flow requires the component, else 0.0.

    Source: sum over zone states of P(state) times the product over components of P(enough copies | state);
    the binomial tail for copies that are all needed, its expected carried share for those that degrade.
    """
    zones = _zone_availabilities(parts)
    found: list[Array] = [np.zeros((1, 1)) for _ in required]
    for state, probability in zone_states(zones):
        up = [part.part(partial(_up, state=state)) for part in parts]
        for f, needs in enumerate(required):
            all_up: Array = probability
            for need, carried in zip(needs, up, strict=True):
                all_up = all_up * np.where(need > 0.0, carried, 1.0)
            found[f] = found[f] + all_up
    return [np.minimum(carried, 1.0) for carried in found]


def _zone_availabilities(parts: Sequence[Shared[Redundancy]]) -> list[Array]:
    """Availability of each zone that some component considers: the lowest that any of them states."""
    exposed = [part for part in parts if bool(np.any(part.held.zone_availability < 1.0))]
    count = max((int(part.held.zones.max(initial=0.0)) for part in exposed), default=0)
    found = []
    for zone in range(count):
        worst = np.ones((1, 1))
        for part in exposed:
            worst = np.minimum(worst, part.part(partial(_in_zone, zone=zone)))
        found.append(worst)
    return found


def _in_zone(part: Redundancy, zone: int) -> Array:
    return np.where(part.zones > zone, part.zone_availability, 1.0)


def _up(part: Redundancy, state: tuple[bool, ...]) -> Array:
    """Probability that a component carries its load, or the share that it does, in one state of the zones."""
    replicas = part.replicas
    if state and bool(np.any(part.zone_availability < 1.0)):
        left = replicas_in(state, replicas=part.replicas, zones=part.zones)
        replicas = np.where(part.zone_availability < 1.0, left, part.replicas)
    enough = k_of_n(part.needed, replicas=replicas, availability=part.availability)
    if not bool(np.any(part.degrades)):
        return enough
    all_copies = np.minimum(part.offered_replicas, part.replicas)
    share = carried_share(all_copies, replicas=replicas, availability=part.availability)
    return np.where(part.degrades, share, enough)
