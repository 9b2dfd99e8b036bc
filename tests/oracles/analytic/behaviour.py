"""How a system behaves in each situation: what its dimensions and limits are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.evaluation import Array
from oracles.analytic.availability import hard_availability, required_parts
from oracles.analytic.network import Network, SharedNetwork, carry
from oracles.analytic.parameters import Parameters
from oracles.analytic.rows import joined
from oracles.analytic.shared_work import load_share_of
from oracles.analytic.sharing import Kinds, Shared, kinds_of, share, together
from oracles.analytic.situations import Situations
from oracles.analytic.stations import Station
from oracles.analytic.traffic import visits_per_request
from oracles.analytic.user_waits import UserWaits, flow_percentile_ms, percentile_ms, user_waits

#: Situations that are worked out together: their arrays fit into the caches of a processor.
BLOCK = 32768
#: A station without a bound that reaches a utilisation of 1 is over by this at least.
_LEAST_EXCESS = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """What m situations come to; arrays that broadcast to `(m, 1)`.

    Attributes:
        success: Share of the requests of each flow that is answered, hard failures and shedding included.
        fresh: Share of up-to-date answers of each flow, times the fidelity of fallbacks.
        call_success: By call: share that succeeds.
        arrivals_per_s: By component: calls that arrive.
        utilisation: Of the busiest station.
        bottleneck: Position of that station's component.
        collapse: By how much the load ratio of a station that turns nothing away is above 1; more than 0 from
            1 on, below 0 below it, -1 where all turn away what is too much.
        reachable_per_s: User requests of the mix that the least of the components can carry.
        retry_share: Share of all attempts that are retries.
        metastable: 1.0 where the system that is down stays down.
        retry_margin: Load multiple below which a failed state can't sustain itself.
        unsettled: 1.0 where the state swings around and comes to no rest.
        waits: Response times over all user requests.
        latency_ms: The scenario's percentile of them; infinite after a collapse.
        flow_latency_ms: For each flow with a limit of its own its percentile.
    """

    success: tuple[Array, ...]
    fresh: tuple[Array, ...]
    call_success: tuple[Array, ...]
    arrivals_per_s: tuple[Array, ...]
    utilisation: Array
    bottleneck: Array
    collapse: Array
    reachable_per_s: Array
    retry_share: Array
    metastable: Array
    retry_margin: Array
    unsettled: Array
    waits: UserWaits
    latency_ms: Array
    flow_latency_ms: tuple[Array, ...]


def behaviour(situations: Situations, *, keep: bool) -> tuple[Behaviour, Network | None]:
    """Works all situations out, block by block.

    Args:
        situations: The situations.
        keep: Whether the networks are handed back too: they take a hundred times the memory.
    """
    parameters = situations.parameters
    places = [
        np.arange(start, min(start + BLOCK, parameters.n)) for start in range(0, parameters.n, BLOCK)
    ] or [np.arange(0)]
    found: list[Behaviour] = []
    networks: list[Network] = []
    for place in places:
        some = parameters if len(places) == 1 else parameters.rows(place)
        network = carry(some)
        found.append(_behaviour(some, network))
        if keep:
            networks.append(network.spread())
    most = max(len(part.waits.mixture) for part in found)
    found = [replace(part, waits=part.waits.padded(most)) for part in found]
    return joined(found, places), joined(networks, places) if keep else None


def _behaviour(parameters: Parameters, network: SharedNetwork) -> Behaviour:
    system = parameters.system
    wanted = system.scenario.dimensions.latency.percentile
    limited = [
        (f, flow.percentile or wanted)
        for f, flow in enumerate(system.scenario.flows.values())
        if flow.limit_ms is not None
    ]
    stations = network.stations
    kinds = together(
        [
            *(answer.kinds for answer in network.answers),
            kinds_of(
                [*network.users, *(parameters.of_flow(f, "weight") for f in range(len(system.flows)))],
                parameters.n,
            ),
        ],
        parameters.n,
    )

    def worked_out(rows: Kinds) -> UserWaits:
        answers = [answer.of(rows) for answer in network.answers]
        return user_waits(parameters.seen_by(rows), rows.pick(network.users), answers)

    waits = share(kinds, worked_out)
    return Behaviour(
        success=_success(parameters, network),
        fresh=tuple(answer.part(lambda each: each.fresh) for answer in network.answers),
        call_success=tuple(call.part(lambda each: each.success) for call in network.calls),
        arrivals_per_s=tuple(station.part(lambda each: each.arrivals_per_s) for station in stations),
        utilisation=_largest([s.part(lambda each: each.utilisation) for s in stations if s.held.has_queue]),
        bottleneck=_busiest(stations),
        collapse=_largest([station.part(_collapse) for station in stations], least=-1.0),
        reachable_per_s=_reachable(parameters, network),
        retry_share=_retry_share(network),
        metastable=network.metastable,
        retry_margin=network.retry_margin,
        unsettled=network.unsettled,
        waits=waits.spread(),
        latency_ms=Shared(percentile_ms(waits.held, wanted), waits.kinds).spread(),
        flow_latency_ms=tuple(_flow_latency(parameters, network, f, share) for f, share in limited),
    )


def _busiest(stations: Sequence[Shared[Station]]) -> Array:
    """Position of the component that limits the station with the largest utilisation."""
    most: Array = np.full((1, 1), -1.0)
    place: Array = np.zeros((1, 1))
    for station in stations:
        if station.held.has_queue:
            own = station.part(lambda each: each.utilisation)
            place = np.where(own > most, station.part(lambda each: each.limited_by), place)
            most = np.maximum(own, most)
    return place


def _flow_latency(parameters: Parameters, network: SharedNetwork, flow: int, probability: float) -> Array:
    """A percentile of one flow's response time, ms."""
    answer, users = network.answers[flow], network.users[flow]
    kinds = together([answer.kinds, kinds_of([users], parameters.n)], parameters.n)
    return share(
        kinds,
        lambda rows: flow_percentile_ms(
            parameters.seen_by(rows), rows.pick(users), answer.of(rows), probability
        ),
    ).spread()


def _collapse(station: Station) -> Array:
    over = station.load_ratio - 1.0
    over = np.where(over >= 0.0, np.maximum(over, _LEAST_EXCESS), over)
    return np.where(station.can_refuse, -1.0, over)


def _largest(values: Sequence[Array], least: float = 0.0) -> Array:
    largest: Array = np.full((1, 1), least)
    for value in values:
        largest = np.maximum(largest, value)
    return largest


def _success(parameters: Parameters, network: SharedNetwork) -> tuple[Array, ...]:
    """Share of each flow's requests that is answered: let in, no hard failure, nothing lost on the way."""
    parts, needs = required_parts(parameters, network.component_kinds, network.stations)
    hard = hard_availability(parts, needs)
    return tuple(
        share * answer.part(lambda each: each.success) * (1.0 - parameters.of_flow(f, "shed_share"))
        for f, (share, answer) in enumerate(zip(hard, network.answers, strict=True))
    )


def _reachable(parameters: Parameters, network: SharedNetwork) -> Array:
    """Rate that the mix reaches before the first component is saturated, requests/s.

    The smallest capacity / visits per request over the components; infinite when nothing limits it.
    """
    reached: Array = np.full((1, 1), np.inf)
    load_share = [station.part(load_share_of) for station in network.stations]
    for station, visits in zip(network.stations, visits_per_request(parameters, load_share), strict=True):
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = station.part(lambda each: each.capacity_per_s) / visits
        reached = np.minimum(reached, np.where(visits > 0.0, rate, np.inf))
    return reached


def _retry_share(network: SharedNetwork) -> Array:
    calls: Array = np.zeros((1, 1))
    attempts: Array = np.zeros((1, 1))
    for made, tried in zip(network.calls_per_s, network.attempts_per_s, strict=True):
        calls = calls + made
        attempts = attempts + tried
    return np.where(attempts > 0.0, 1.0 - calls / np.where(attempts > 0.0, attempts, 1.0), 0.0)
