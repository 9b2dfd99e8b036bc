"""Step 3, components that keep data: what a cache answers itself, and what the quorums of a store add."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.formulas.caching import Hits, cache_hits, characteristic_calls, zipf_bins
from models.formulas.cumulants import Cumulants, gamma_cumulants
from models.formulas.parallel import order_statistic
from oracles.analytic.parameters import Parameters
from oracles.analytic.sharing import Shared, kinds_of
from oracles.formulas.quorums import stale_read_share

MS_PER_S = 1000.0
#: Where a component below has collapsed, an entry takes this long to load.
LONGEST_S = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Quorum:
    """What the quorums of a store add to its calls.

    Attributes:
        read_wait: Cumulants of the wait for the other replicas of a read, s.
        write_wait: The same for a write.
        stale_share: Share of reads that miss the latest write.
        read_quorum: Replicas that a read needs.
        write_quorum: Replicas that a write needs.
    """

    read_wait: Cumulants
    write_wait: Cumulants
    stale_share: Array
    read_quorum: Array
    write_quorum: Array


def eviction_calls(parameters: Parameters, component: int) -> Array | None:
    """Calls after which a full cache evicts an entry (`characteristic_calls`); None where it is no cache."""
    if parameters.system.parts[component].kind != "cache":
        return None
    names = ("keys", "zipf", "capacity_keys")
    given = tuple(parameters.of_component(component, name) for name in names)
    if bool(np.all(np.isinf(given[2]))):
        return np.ones((1, 1))
    kinds = kinds_of(given, max(value.shape[0] for value in given))
    keys, exponent, capacity = kinds.pick(given)
    bins = zipf_bins(np.where(np.isnan(keys), 1.0, keys), exponent)
    return Shared(characteristic_calls(bins, capacity), kinds).spread()


def hits_of(
    parameters: Parameters, component: int, rate: Array, load_s: Array | None, evicts: Array | None
) -> Hits | None:
    """What a cache answers itself: the share that is given, or that of its keys, TTL and capacity.

    Args:
        parameters: The parameters.
        component: Position of the component.
        rate: Calls that arrive, 1/s.
        load_s: Mean time to load an entry, s; None = no time.
        evicts: What `eviction_calls` says of it.
    """
    if parameters.system.parts[component].kind != "cache":
        return None
    given = parameters.of_component(component, "hit_ratio")
    zero = np.zeros((1, 1))
    fixed = Hits(given, zero, 1.0 - given)
    # Only a stress sets it: the share of its hits that a cache still has (optimizer.resilience.margins).
    left = parameters.of_component_or(component, "hit_factor", 1.0)
    if not bool(np.isnan(given).any()):
        return _with_hits_lost(fixed, left)
    keys = parameters.of_component(component, "keys")
    found = cache_hits(
        rate,
        keys=np.where(np.isnan(keys), 1.0, keys),
        exponent=parameters.of_component(component, "zipf"),
        ttl_s=parameters.of_component(component, "ttl_s"),
        capacity_keys=parameters.of_component(component, "capacity_keys"),
        writes_per_key_per_s=parameters.of_component(component, "writes_per_key_per_s"),
        load_s=zero if load_s is None else np.minimum(load_s, LONGEST_S),
        coalescing=parameters.of_component(component, "coalescing"),
        eviction_calls=evicts,
    )
    both = Hits(*(np.where(np.isnan(given), x, y) for x, y in zip(found, fixed, strict=True)))
    return _with_hits_lost(both, left)


def _with_hits_lost(hits: Hits, left: Array) -> Hits:
    """A cache that has lost a part of its hits: each of them loads anew."""
    if bool(np.all(left == 1.0)):
        return hits
    hit, stale, loads = hits
    return Hits(hit * left, stale, loads + hit * (1.0 - left))


def quorum_of(parameters: Parameters, component: int) -> Quorum | None:
    """What the quorums of a store add: the answering replica is near, the others a round trip away."""
    if parameters.system.parts[component].kind != "store":
        return None
    names = ("replicas", "read_quorum", "write_quorum", "rtt_ms", "rtt_scv", "replication_lag_ms")
    given = {name: parameters.of_component(component, name) for name in (*names, "writes_per_key_per_s")}
    kinds = kinds_of(list(given.values()), max(value.shape[0] for value in given.values()))
    return Shared(_quorum(**{name: kinds.pick(value) for name, value in given.items()}), kinds).spread()


def _quorum(
    replicas: Array,
    read_quorum: Array,
    write_quorum: Array,
    rtt_ms: Array,
    rtt_scv: Array,
    replication_lag_ms: Array,
    writes_per_key_per_s: Array,
) -> Quorum:
    read = np.minimum(read_quorum, replicas)
    write = np.where(np.isnan(write_quorum), replicas, np.minimum(write_quorum, replicas))
    rtt_s = rtt_ms / MS_PER_S
    round_trip = gamma_cumulants(rtt_s, scv=rtt_scv)
    nothing = np.zeros((1, 1))
    waits = [Cumulants(nothing, nothing, nothing)] * 2
    if bool((rtt_s > 0.0).any()):
        waits = [
            order_statistic(round_trip, replicas=replicas - 1.0, needed=quorum - 1.0)
            for quorum in (read, write)
        ]
    stale = stale_read_share(
        replicas=replicas,
        read_quorum=read,
        write_quorum=write,
        lag_s=replication_lag_ms / MS_PER_S,
        read_delay_s=rtt_s / 2.0,
        writes_per_key_per_s=writes_per_key_per_s,
    )
    return Quorum(waits[0], waits[1], stale, read, write)
