"""Systems that hypothesis makes up: each kind of component, and whatever a call can be given."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from models import compile_system
from models.system.system import System
from scenarios import scenario


@st.composite
def systems(draw: st.DrawFn, limits: Mapping[str, object] | None = None) -> System:
    """A web tier that calls a cache, a store and somebody else's system."""
    share = st.sampled_from([0.0, 0.01, 0.3])
    limit = st.sampled_from([None, 0, 3, 50])
    copies = draw(st.integers(1, 5))
    components = {
        "web": {
            "kind": "service",
            "replicas": draw(st.integers(1, 4)),
            "slots": draw(st.integers(1, 40)),
            "service_ms": draw(st.floats(0.0, 20.0)),
            "service_scv": draw(st.sampled_from([0.0, 0.3, 1.0, 4.0])),
            "blocking": draw(st.booleans()),
            "queue_limit": draw(limit),
            "error_share": draw(share),
        },
        "cache": {
            "kind": "cache",
            "slots": 8,
            "service_ms": 1,
            "keys": draw(st.sampled_from([1, 30, 5000])),
            "ttl_s": draw(st.sampled_from([None, 0.1, 60])),
            "capacity_keys": draw(st.sampled_from([None, 10, 1000])),
            "coalescing": draw(st.booleans()),
            "writes_per_key_per_s": draw(st.sampled_from([0.0, 0.01])),
        },
        "store": {
            "kind": "store",
            "replicas": copies,
            "slots": draw(st.integers(1, 8)),
            "service_ms": draw(st.floats(0.5, 30.0)),
            "read_quorum": draw(st.integers(1, copies)),
            "rtt_ms": draw(st.sampled_from([0.0, 2.0])),
            "replication_lag_ms": draw(st.sampled_from([0.0, 20.0])),
            "max_wait_s": draw(st.sampled_from([None, 0.1])),
            "contention": draw(st.sampled_from([0.0, 0.02])),
            "zones": draw(st.integers(1, 3)),
            "zone_availability": draw(st.sampled_from([1.0, 0.999])),
        },
        "outside": {
            "kind": "external",
            "latency_ms": draw(st.floats(1.0, 100.0)),
            "rate_limit_per_s": draw(st.sampled_from([None, 50, 1000])),
        },
    }

    def call(component: str, **more: object) -> dict[str, object]:
        found: dict[str, object] = {
            "call": component,
            "times": draw(st.sampled_from([1, 0.3, 2.5])),
            "timeout_ms": draw(st.sampled_from([None, 30, 500])),
            "retries": draw(st.integers(0, 3)),
            "backoff_ms": draw(st.sampled_from([0, 20])),
            "breaker": draw(st.booleans()),
            "bulkhead_slots": draw(st.sampled_from([None, 0, 5])),
            "optional": draw(st.booleans()),
            **more,
        }
        if draw(st.booleans()):
            found["fallback"] = {"fidelity": 0.7, "latency_ms": 3}
        return found

    reads = call("cache", then=[call("store")])
    calls = [[reads], [call("outside"), call("store", name="write", write=True)]]
    steps: list[object] = [{"parallel": calls}] if draw(st.booleans()) else [*calls[0], *calls[1]]
    flows = {"all": {"share": 1.0, "limit_ms": 500, "trace": [{"call": "web", "then": steps}]}}
    phases = [{"name": "p", "rate": draw(st.sampled_from([1, 60, 400, 5000])), "hours": 1}]
    # Numbers that vary from design to design: the arrays take many designs in hardly more time than one.
    decisions = {
        "errors": {"real": [0.0, 0.3], "sets": "store.error_share"},
        "slots": {"integer": [1, 40], "sets": "web.slots"},
        "work": {"real": [0.5, 30.0], "sets": "store.service_ms"},
        "retries": {"integer": [0, 3], "sets": "flows.all.calls.store.retries"},
        "patience": {"real": [5.0, 1000.0], "scale": "log", "sets": "flows.all.calls.cache.timeout_ms"},
    }
    written = scenario(
        components=components,
        flows=flows,
        phases=phases,
        decisions=decisions,
        limits=limits or {"metastable": True},
    )
    return compile_system(written)
