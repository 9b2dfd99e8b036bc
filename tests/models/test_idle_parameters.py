"""What is said to change nothing changes nothing, and does once it has what it lacks: asked of the model."""

from __future__ import annotations

import numpy as np
import pytest

from models import compile_system
from models.evaluator import evaluate
from models.scenario.checks import idle
from models.scenario.component import KINDS
from models.scenario.flow import Call
from models.scenario.load import scenario_from
from models.scenario.paths import resolve

WEB = {"kind": "service", "service_ms": 10, "replicas": 4, "availability": 0.99, "price_usd_per_hour": 1}
PARTS = {
    "service": WEB,
    "store": WEB | {"kind": "store", "read_quorum": 1, "write_quorum": 1},
    "cache": WEB | {"kind": "cache", "hit_ratio": 0.5},
    "external": {"kind": "external", "latency_ms": 10, "error_share": 0.1},
    "queue": WEB | {"kind": "queue"},
}
#: Values that a parameter is given in turn.
VALUES = {
    "zones": (1, 2, 3),
    "coalescing": (False, True),
    "blocking": (False, True),
    "keys": (10, 1e6),
    "capacity_keys": (10, 100),
    "ttl_s": (0.01, 100),
    "zipf": (0.5, 1.2),
    "max_wait_s": (0, 0.001, 5),
    "gc_share": (0, 0.5),
    "jitter": (0, 1),
    "value_usd": (0, 50),
    "balancing": ("shared", "random"),
    "service_law": ("gamma", "lognormal"),
    "copy_work": (0, 0.5, 1),
    "read_repair": (0, 0.5, 1),
    "cpu_period_ms": (10, 1000),
    "failure_threshold": (1, 5),
    "retry_budget": (0.0, 0.1, 5.0),
    "breaker_threshold": (0.3, 0.9),
    "breaker_volume": (5, 50),
    "breaker_window_s": (1, 100),
    "breaker_sleep_s": (1, 10),
    "passes_deadline": (False, True),
    "min_replicas": (1, 3),
    "max_replicas": (1, 4),
    "target_utilisation": (0.1, 0.9),
    "scale_in": (False, True),
    "batch": (1, 10),
    "replicas": (1, 4),
    "look_back_s": (5, 50),
}
#: Copies that are lost now and then.
FAILING = {"replicas": 4, "availability": None, "mtbf_hours": 1, "mttr_minutes": 10}
LAGS = {"replication_lag_ms": 100, "writes_per_key_per_s": 1}
#: What a part is like in which a parameter lacks what it needs, and in which it doesn't.
CASES = [
    ("service", "zones", {}, {"zone_availability": 0.9}),
    ("service", "contention", {"replicas": 1}, {"replicas": 4}),
    ("service", "coherency", {"replicas": 1}, {"replicas": 4}),
    ("service", "max_wait_s", {"queue_limit": 0}, {}),
    ("service", "cpu_period_ms", {"slots": 4}, {"slots": 4, "cpu_quota": 0.4}),
    ("service", "balancing", {"replicas": 1}, {"replicas": 4}),
    *(
        ("service", name, FAILING, {**FAILING, "health_check_s": 5})
        for name in ("failure_threshold", "dns_ttl_s", "takeover_s")
    ),
    *(
        ("service", name, {}, {"service_ms": 20, "autoscaling": True})
        for name in ("min_replicas", "max_replicas", "target_utilisation")
    ),
    ("service", "replicas", {"autoscaling": True}, {}),
    ("queue", "batch", {}, {"batch_ms": 50}),
    ("service", "service_scv", {"service_ms": 0}, {}),
    ("service", "service_law", {"service_ms": 0}, {}),
    ("service", "service_law", {"service_scv": 0}, {}),
    ("service", "gc_share", {"service_ms": 0}, {}),
    *(
        ("cache", name, {}, {"hit_ratio": None, "keys": 1000, "ttl_s": 10, "writes_per_key_per_s": 0.1})
        for name in ("keys", "zipf", "ttl_s", "writes_per_key_per_s")
    ),
    ("cache", "capacity_keys", {}, {"hit_ratio": None, "keys": 1000}),
    ("cache", "coalescing", {}, {"hit_ratio": None, "keys": 2, "ttl_s": 0.05}),
    ("store", "rtt_scv", {"read_quorum": 2}, {"read_quorum": 2, "rtt_ms": 5}),
    ("store", "rtt_min_ms", {"read_quorum": 2}, {"read_quorum": 2, "rtt_ms": 5}),
    *(
        ("store", name, {"write_quorum": None, **LAGS}, {"write_quorum": 1, **LAGS, "rtt_ms": 5})
        for name in ("replication_lag_scv", "replication_lag_min_ms")
    ),
    ("store", "replication_lag_scv", {"replication_lag_ms": 100}, LAGS | {"rtt_ms": 5}),
    ("store", "replication_lag_min_ms", {"writes_per_key_per_s": 1}, LAGS | {"rtt_ms": 5}),
    *(
        ("store", name, {"write_quorum": None, **given}, {"write_quorum": 1, **given})
        for name, given in (
            ("replication_lag_ms", {"writes_per_key_per_s": 1}),
            ("writes_per_key_per_s", {"replication_lag_ms": 100}),
        )
    ),
    ("store", "copy_work", {"replicas": 1}, {}),
    ("store", "read_repair", {"read_quorum": 4, "copy_work": 1}, {"copy_work": 1}),
    ("store", "read_repair", {}, {"copy_work": 1}),
    ("store", "replication_lag_ms", {}, {"writes_per_key_per_s": 1}),
    ("store", "writes_per_key_per_s", {}, {"replication_lag_ms": 100}),
    ("external", "latency_scv", {"latency_ms": 0}, {}),
]
#: What only behaviour in time feels: a steady state is the same.
IN_TIME = [
    *(
        (name, {"autoscaling": False}, {"autoscaling": True})
        for name in ("look_back_s", "start_up_s", "cool_down_s", "scale_in")
    ),
    ("cool_down_s", {"autoscaling": True, "scale_in": False}, {"autoscaling": True}),
]
CALLS = [
    ("backoff_ms", {"retries": 0}, {"retries": 2}),
    ("jitter", {"retries": 0, "backoff_ms": 10}, {"retries": 2, "backoff_ms": 10}),
    ("jitter", {"retries": 2, "backoff_ms": 0}, {"retries": 2, "backoff_ms": 10}),
    ("retry_budget", {"retries": 0, "timeout_ms": 6}, {"retries": 2, "timeout_ms": 6}),
    ("passes_deadline", {}, {"timeout_ms": 20}),
    ("network_scv", {"network_ms": 0, "timeout_ms": 60}, {"network_ms": 20, "timeout_ms": 60}),
    *(
        (f"breaker_{name}", {"timeout_ms": 6}, {"timeout_ms": 6, "breaker": True})
        for name in ("threshold", "volume", "window_s", "sleep_s")
    ),
]


def read(component, call=None, parameter="", path=""):
    """A scenario of one component of which a decision changes a parameter, under some load."""
    # A queue drops nothing where some have no deadline.
    writes = 0.0 if parameter == "passes_deadline" else 0.5
    under = {"then": ["behind"]} if component["kind"] != "external" else {}
    under |= {"async": True} if component["kind"] == "queue" else {}
    decisions = {}
    if path:
        values = VALUES.get(parameter, (0, 0.5, 4))
        options = {f"v{i}": {"set": {path: value}} for i, value in enumerate(values)}
        decisions = {"turned": {"options": options}}
    return scenario_from(
        {
            "schema": 1,
            "name": "idle",
            "sources": ["a test"],
            "workload": {"phases": [{"name": "all", "rate": 60, "hours": 1}]},
            "components": {"part": component, "behind": WEB | {"availability": 1.0}},
            "flows": {
                "read": {
                    "share": 1.0 - writes,
                    "value_usd": 1,
                    "trace": [{"call": "part", **under, **(call or {})}],
                },
                "write": {
                    "share": writes,
                    "trace": [{"call": "part", "name": "put", "write": True, **under}],
                },
            },
            "decisions": decisions,
        }
    )


def outcomes(scenario):
    system = compile_system(scenario)
    return evaluate(system, system.space.designs(0, system.space.size)).values


def told(scenario, path):
    changed = {slot for one in idle.changed_paths(scenario).values() for slot in resolve(scenario, one)}
    return [idle.reason_of(scenario, slot, changed) for slot in resolve(scenario, path)]


def check(component, call, parameter, path, *, is_idle):
    scenario = read(component, call, parameter, path)
    values = outcomes(scenario)
    assert bool(np.all(values == values[0])) is is_idle
    assert (told(scenario, path) != [None]) is is_idle
    findings = [finding.where for finding in idle.findings(scenario)]
    assert ("decisions.turned" in findings) is is_idle


@pytest.mark.parametrize(("kind", "parameter", "without", "with_it"), CASES)
def test_a_parameter_without_what_it_needs_changes_nothing(kind, parameter, without, with_it):
    path = f"part.{parameter}"
    check(PARTS[kind] | without, None, parameter, path, is_idle=True)
    check(PARTS[kind] | with_it, None, parameter, path, is_idle=False)


@pytest.mark.parametrize(("parameter", "without", "with_it"), IN_TIME)
def test_what_only_time_shows_is_told_where_it_lacks_what_it_needs(parameter, without, with_it):
    path = f"part.{parameter}"
    assert told(read(WEB | without, None, parameter, path), path) != [None]
    assert told(read(WEB | with_it, None, parameter, path), path) == [None]


@pytest.mark.parametrize(("parameter", "without", "with_it"), CALLS)
def test_a_calls_parameter_without_what_it_needs_changes_nothing(parameter, without, with_it):
    part = PARTS["external"]
    if parameter == "passes_deadline":  # it drops what waits in a queue
        part = PARTS["service"] | {"replicas": 1, "slots": 1}
    path = f"flows.read.calls.part.{parameter}"
    check(part, without, parameter, path, is_idle=True)
    check(part, with_it, parameter, path, is_idle=False)


def test_the_value_of_a_call_that_is_not_optional_is_lost_with_the_request_and_only_once():
    # 0.9 of the requests are answered, and with each the call, which is worth 50 USD: 0.9 (1 + 50) is earned.
    scenario = read(PARTS["external"], None, "value_usd", "flows.read.calls.part.value_usd")
    cost = outcomes(scenario)[:, 4]
    requests = 60 * 0.5 * 3600
    assert cost[1] - cost[0] == pytest.approx(requests * (0.0 - 50 * 0.9), rel=1e-6)


def test_every_prerequisite_is_tried():
    tried = {(kind, parameter) for kind, parameter, *_ in CASES}
    tried |= {("service", parameter) for parameter, *_ in IN_TIME}
    for kind, part in KINDS.items():
        inherited = PARTS["service"] if kind != "external" else {}
        for rule in part.prerequisites:
            for parameter in rule.parameters:
                assert (kind, parameter) in tried or (inherited and ("service", parameter) in tried)
    assert {name for rule in Call.prerequisites for name in rule.parameters} == {row[0] for row in CALLS}


def test_what_another_decision_may_change_is_not_said_to_be_idle():
    tree = read(PARTS["cache"], None, "ttl_s", "part.ttl_s").model_dump(mode="json", by_alias=True)
    tree["decisions"]["worked_out"] = {"on": {"set": {"part.hit_ratio": None, "part.keys": 1000}}}
    found = [finding.where for finding in idle.findings(scenario_from(_plain(tree)))]
    assert not [where for where in found if where.startswith("decisions.")]


def _plain(tree):
    if isinstance(tree, dict):
        return {
            key: _plain(value) for key, value in tree.items() if value is not None or key == "part.hit_ratio"
        }
    return [_plain(value) for value in tree] if isinstance(tree, list) else tree


def test_the_reason_says_what_is_missing():
    (finding,) = idle.findings(read(PARTS["cache"], None, "ttl_s", "part.ttl_s"))
    assert (finding.where, finding.severity) == ("decisions.turned", "warning")
    assert "part.ttl_s has no effect: hit_ratio is given" in finding.found
    (finding,) = idle.findings(read(WEB, None, "zones", "part.zones"))
    assert "part.zones has no effect: zone_availability isn't given" in finding.found
    assert finding.hint == "add zone_availability"
