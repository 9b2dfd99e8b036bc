"""Components: the parts of a system that serve calls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.scenario.part import Part, Text
from models.scenario.quantity import (
    Coefficient,
    Count,
    CountFromZero,
    Hours,
    Keys,
    LostShare,
    Milliseconds,
    Minutes,
    PerSecond,
    Scv,
    Seconds,
    Share,
    Usd,
    ZipfExponent,
    ZoneCount,
)


class _Described(Part):
    label: Text | None = None
    """Name for people."""
    source: Text | None = None
    """Where this component's numbers come from; `guess` is an answer too."""
    price_usd_per_hour: Usd = 0.0
    """Price of one replica for one hour, USD."""
    price_usd_per_million: Usd = 0.0
    """Price of a million calls, USD."""
    error_share: Share = 0.0
    """Share of calls that fail for a transient reason; retries cure these."""
    stale_share: Share = 0.0
    """Share of answers that are known to be out of date."""
    availability: Share | None = None
    """Availability of one replica; or give `mtbf_hours` and `mttr_minutes`; 1 when neither is given."""


class _Station(_Described):
    replicas: Count = 1
    """Copies that run at the same time."""
    slots: Count = 1
    """Requests that one copy serves at the same time."""
    service_ms: Milliseconds
    """Mean time of its own work for one call, ms."""
    service_scv: Scv = 1.0
    """Squared coefficient of variation of its own work; 1 = exponential, 0 = always the same."""
    arrival_scv: Scv = 1.0
    """Squared coefficient of variation of the time between arrivals; 1 = Poisson."""
    blocking: bool = False
    """Keeps its slot while the calls under it run (a thread for each request)."""
    queue_limit: CountFromZero | None = None
    """Places to wait in; null = unbounded."""
    max_wait_s: Seconds | None = None
    """Longest wait: who would wait longer is turned away at once; null = any wait."""
    contention: Coefficient = 0.0
    """Sigma of the Universal Scalability Law over replicas."""
    coherency: Coefficient = 0.0
    """Kappa of the Universal Scalability Law over replicas."""
    mtbf_hours: Hours | None = None
    """Mean time between failures of one replica, h."""
    mttr_minutes: Minutes | None = None
    """Mean time to repair one replica, min."""
    zones: ZoneCount = 1
    """Zones over which the replicas are spread evenly; zones are shared by all components."""
    zone_availability: Share = 1.0
    """Availability of one zone; 1 = zones are not considered for this component."""
    gc_share: LostShare = 0.0
    """Share of time lost to garbage collection; stretches the work by 1/(1 - share)."""


class Service(_Station):
    """Something that computes: a web tier, a pricing engine."""

    kind: Literal["service"]


class Store(_Station):
    """Something that keeps data in replicas and answers by quorum."""

    kind: Literal["store"]
    read_quorum: Count = 1
    """R: replicas that a read must hear."""
    write_quorum: Count | None = None
    """W: replicas that a write must reach; null = all of them."""
    replication_lag_ms: Milliseconds = 0.0
    """Mean lag of a replica behind a write, ms."""
    shards: Count = 1
    """Parts over which the load is split; `replicas` counts the copies of one shard."""
    rtt_ms: Milliseconds = 0.0
    """Round trip to another replica that a quorum must hear, ms."""
    rtt_scv: Scv = 1.0
    """Squared coefficient of variation of that round trip."""
    writes_per_key_per_s: PerSecond = 0.0
    """How often the same item changes, 1/s."""


class Cache(_Station):
    """Something that answers some calls itself and passes its misses on to the calls in its `then`."""

    kind: Literal["cache"]
    hit_ratio: Share | None = None
    """Share of calls it answers; null = worked out from keys, popularity, TTL and capacity."""
    keys: Keys | None = None
    """Number of different items that are asked for."""
    zipf: ZipfExponent = 0.8
    """Exponent of their popularity (Zipf)."""
    ttl_s: Seconds | None = None
    """Time an entry lives, s; null = for ever."""
    capacity_keys: Keys | None = None
    """Entries it can hold; null = all."""
    writes_per_key_per_s: PerSecond = 0.0
    """How often the same item changes behind the cache, 1/s."""
    coalescing: bool = False
    """Concurrent misses of one key are loaded once."""


class External(_Described):
    """Somebody else's system: no queue of ours, but a latency and perhaps a rate limit."""

    kind: Literal["external"]
    latency_ms: Milliseconds
    """Mean response time, ms."""
    latency_scv: Scv = 1.0
    """Squared coefficient of variation of the response time."""
    rate_limit_per_s: PerSecond | None = None
    """Calls per second it accepts; what is above is turned away; null = no limit."""


Component = Annotated[Service | Store | Cache | External, Field(discriminator="kind")]
"""One component; `kind` says which."""

KINDS: dict[str, type[Service] | type[Store] | type[Cache] | type[External]] = {
    "service": Service,
    "store": Store,
    "cache": Cache,
    "external": External,
}
