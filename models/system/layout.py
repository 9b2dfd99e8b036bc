"""Where each parameter that traffic and queues feel stands in the row of numbers of one situation.

A row holds the arrival rate, then a block for each component, call, flow and branch; the names below are the
columns of these blocks. Compiled code reads `component[c, SLOTS]`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from models.scenario.paths import Slot

#: Columns of a component's block.
(
    REPLICAS,
    SLOTS,
    SERVICE_MS,
    SERVICE_SCV,
    ARRIVAL_SCV,
    BLOCKING,
    QUEUE_LIMIT,
    MAX_WAIT_S,
    CONTENTION,
    COHERENCY,
    GC_SHARE,
    ZONES,
    ZONE_AVAILABILITY,
    AVAILABILITY,
    MTBF_HOURS,
    MTTR_MINUTES,
    ERROR_SHARE,
    STALE_SHARE,
    SHARDS,
    READ_QUORUM,
    WRITE_QUORUM,
    REPLICATION_LAG_MS,
    RTT_MS,
    RTT_SCV,
    WRITES_PER_KEY,
    HIT_RATIO,
    KEYS,
    ZIPF,
    TTL_S,
    CAPACITY_KEYS,
    COALESCING,
    LATENCY_MS,
    LATENCY_SCV,
    RATE_LIMIT,
    HIT_FACTOR,
    UP_FACTOR,
    BALANCING,
    COPY_WORK,
    READ_REPAIR,
    CPU_QUOTA,
    CPU_PERIOD_MS,
    SERVICE_LAW,
    LAG_SCV,
    LAG_MIN_MS,
    RTT_MIN_MS,
) = range(45)
#: Columns of a call's block.
(
    TIMES,
    ENABLED,
    OPTIONAL,
    TIMEOUT_MS,
    RETRIES,
    BACKOFF_MS,
    JITTER,
    BREAKER,
    BULKHEAD_SLOTS,
    FALLBACK_ENABLED,
    FALLBACK_LATENCY_MS,
    FALLBACK_FIDELITY,
    WORK,
    BREAKER_THRESHOLD,
    BREAKER_VOLUME,
    BREAKER_WINDOW_S,
    BREAKER_SLEEP_S,
    NETWORK_MS,
    NETWORK_SCV,
    RETRY_BUDGET,
    HEDGE_AFTER_MS,
    PASSES_DEADLINE,
) = range(22)
#: How calls come to a replica, as `BALANCING` holds it (the order of the words in the format).
SHARED, LEAST_CONNECTIONS, TWO_CHOICES, ROUND_ROBIN, RANDOM = (float(i) for i in range(5))
#: Laws of a component's own work, as `SERVICE_LAW` holds them.
GAMMA, LOGNORMAL = 0.0, 1.0
#: Columns of a flow's block; of its requests a share comes from others than connected clients.
SHARE, SHED_SHARE, WEIGHT, OPEN_SHARE = range(4)
#: Columns of the block of a branch of a choice.
BRANCH_SHARE = 0

#: Name of each column of a component, and its value where the kind has no such parameter.
COMPONENT: Mapping[str, tuple[int, float]] = {
    "replicas": (REPLICAS, 1.0),
    "slots": (SLOTS, 1.0),
    "service_ms": (SERVICE_MS, 0.0),
    "service_scv": (SERVICE_SCV, 1.0),
    "arrival_scv": (ARRIVAL_SCV, 1.0),
    "blocking": (BLOCKING, 0.0),
    "queue_limit": (QUEUE_LIMIT, math.inf),
    "max_wait_s": (MAX_WAIT_S, math.inf),
    "contention": (CONTENTION, 0.0),
    "coherency": (COHERENCY, 0.0),
    "gc_share": (GC_SHARE, 0.0),
    "zones": (ZONES, 1.0),
    "zone_availability": (ZONE_AVAILABILITY, 1.0),
    "availability": (AVAILABILITY, math.nan),
    "mtbf_hours": (MTBF_HOURS, math.nan),
    "mttr_minutes": (MTTR_MINUTES, math.nan),
    "error_share": (ERROR_SHARE, 0.0),
    "stale_share": (STALE_SHARE, 0.0),
    "shards": (SHARDS, 1.0),
    "read_quorum": (READ_QUORUM, 1.0),
    "write_quorum": (WRITE_QUORUM, math.nan),
    "replication_lag_ms": (REPLICATION_LAG_MS, 0.0),
    "rtt_ms": (RTT_MS, 0.0),
    "rtt_scv": (RTT_SCV, 1.0),
    "writes_per_key_per_s": (WRITES_PER_KEY, 0.0),
    "hit_ratio": (HIT_RATIO, math.nan),
    "keys": (KEYS, math.nan),
    "zipf": (ZIPF, 0.0),
    "ttl_s": (TTL_S, math.inf),
    "capacity_keys": (CAPACITY_KEYS, math.inf),
    "coalescing": (COALESCING, 0.0),
    "latency_ms": (LATENCY_MS, 0.0),
    "latency_scv": (LATENCY_SCV, 1.0),
    "rate_limit_per_s": (RATE_LIMIT, math.inf),
    "hit_factor": (HIT_FACTOR, 1.0),
    "up_factor": (UP_FACTOR, 1.0),
    "balancing": (BALANCING, 0.0),
    "copy_work": (COPY_WORK, 0.0),
    "read_repair": (READ_REPAIR, 0.0),
    "service_law": (SERVICE_LAW, 0.0),
    "cpu_quota": (CPU_QUOTA, math.inf),
    "cpu_period_ms": (CPU_PERIOD_MS, 100.0),
    "replication_lag_scv": (LAG_SCV, 1.0),
    "replication_lag_min_ms": (LAG_MIN_MS, 0.0),
    "rtt_min_ms": (RTT_MIN_MS, 0.0),
}
#: Name of each column of a call, and its value where it is not said (a call without a fallback).
CALL: Mapping[str, tuple[int, float]] = {
    "times": (TIMES, 1.0),
    "enabled": (ENABLED, 1.0),
    "optional": (OPTIONAL, 0.0),
    "timeout_ms": (TIMEOUT_MS, math.inf),
    "retries": (RETRIES, 0.0),
    "backoff_ms": (BACKOFF_MS, 0.0),
    "jitter": (JITTER, 0.0),
    "breaker": (BREAKER, 0.0),
    "bulkhead_slots": (BULKHEAD_SLOTS, math.inf),
    "fallback.enabled": (FALLBACK_ENABLED, 0.0),
    "fallback.latency_ms": (FALLBACK_LATENCY_MS, 0.0),
    "fallback.fidelity": (FALLBACK_FIDELITY, 1.0),
    "work": (WORK, 1.0),
    "breaker_threshold": (BREAKER_THRESHOLD, 0.5),
    "breaker_volume": (BREAKER_VOLUME, 20.0),
    "breaker_window_s": (BREAKER_WINDOW_S, 10.0),
    "breaker_sleep_s": (BREAKER_SLEEP_S, 5.0),
    "network_ms": (NETWORK_MS, 0.0),
    "network_scv": (NETWORK_SCV, 0.0),
    "retry_budget": (RETRY_BUDGET, math.inf),
    "hedge_after_ms": (HEDGE_AFTER_MS, math.inf),
    "passes_deadline": (PASSES_DEADLINE, 0.0),
}
FLOW: Mapping[str, tuple[int, float]] = {
    "share": (SHARE, 0.0),
    "shed_share": (SHED_SHARE, 0.0),
    "weight": (WEIGHT, 1.0),
    "open_share": (OPEN_SHARE, 1.0),
}
#: A branch: what isn't said is what the others leave.
BRANCH: Mapping[str, tuple[int, float]] = {"share": (BRANCH_SHARE, math.nan)}


class Layout:
    """Columns of the row of one situation of a system.

    Attributes:
        components: Number of components.
        calls: Number of calls.
        flows: Number of flows.
        first_call: Where the blocks of the calls begin.
        first_flow: Where those of the flows begin.
        first_branch: Where those of the branches of choices begin.
        width: Numbers of a row.
    """

    def __init__(
        self,
        components: tuple[str, ...],
        calls: Mapping[tuple[str, int], int],
        flows: tuple[str, ...],
        *,
        with_fallback: frozenset[int],
        branches: tuple[Slot, ...] = (),
    ) -> None:
        self._with_fallback = with_fallback
        self._components = {name: i for i, name in enumerate(components)}
        self._calls = calls
        self._flows = {name: i for i, name in enumerate(flows)}
        self.components, self.calls, self.flows = len(components), len(calls), len(flows)
        self.first_call = 1 + self.components * len(COMPONENT)
        self.first_flow = self.first_call + self.calls * len(CALL)
        self._branches = {slot: k for k, slot in enumerate(branches)}
        self.first_branch = self.first_flow + self.flows * len(FLOW)
        self.width = self.first_branch + len(branches) * len(BRANCH)

    def column(self, slot: Slot) -> int | None:
        """Column of a parameter; None where no queue feels it: money, points, what an answer is worth."""
        if slot.owner == "workload":
            return 0
        if slot.owner == "component" and slot.parameter in COMPONENT:
            return 1 + self._components[slot.name] * len(COMPONENT) + COMPONENT[slot.parameter][0]
        if slot.owner == "call" and slot.parameter in CALL:
            i = self._calls[slot.name, slot.call]
            if slot.parameter.startswith("fallback.") and i not in self._with_fallback:
                return None  # what a fallback would be is no fallback
            return self.first_call + i * len(CALL) + CALL[slot.parameter][0]
        if slot.owner == "flow" and slot.parameter in FLOW:
            return self.first_flow + self._flows[slot.name] * len(FLOW) + FLOW[slot.parameter][0]
        if slot.owner == "branch":
            return self.first_branch + self._branches[slot] * len(BRANCH) + BRANCH[slot.parameter][0]
        return None

    def defaults(self) -> list[float]:
        """A row in which nothing is said."""
        return [
            0.0,
            *(_in_order(COMPONENT) * self.components),
            *(_in_order(CALL) * self.calls),
            *(_in_order(FLOW) * self.flows),
            *(_in_order(BRANCH) * len(self._branches)),
        ]


def _in_order(block: Mapping[str, tuple[int, float]]) -> list[float]:
    """What a block holds where nothing is said, column by column."""
    return [value for _, value in sorted(block.values(), key=lambda entry: entry[0])]
