"""Errors, retries, time-outs, breakers, bulkheads, rate limits: against exact results, with stated seeds."""

from __future__ import annotations

import math
from typing import Any

import pytest

from simulated import MS, erlang_b, external, is_known, played, played_in, station, system_with


@pytest.mark.parametrize(("fails", "retries"), [(0.2, 0), (0.2, 3), (0.6, 2)])
def test_attempts_are_geometric(fails, retries):
    call = {"call": "x", "retries": retries, "backoff_ms": 100.0, "jitter": 0.5}
    found = played({"x": external(1.0, error_share=fails)}, call, seed=1)
    attempts = (1.0 - fails ** (retries + 1)) / (1.0 - fails)
    assert is_known(found.components[0].arrivals_per_s, attempts)
    assert is_known(found.overall.success, 1.0 - fails ** (retries + 1))
    of_answered = sum(n * fails ** (n - 1) for n in range(1, retries + 2)) / attempts
    assert is_known(found.overall.mean_ms, (of_answered + 0.075 * (of_answered - 1.0)) * MS)


def test_layers_of_retries_multiply():
    parts = {f"s{i}": station(0.0) for i in range(3)} | {"x": external(0.0, error_share=1.0)}
    trace: Any = {"call": "x", "retries": 2}
    for i in range(3):
        trace = {"call": f"s{i}", "retries": 2, "then": [trace]}
    found = played(parts, trace, events=200_000)
    rates = {part.name: part.arrivals_per_s.value for part in found.components}
    assert rates["x"] / rates["s2"] == pytest.approx(27)
    assert found.overall.success.value == 0.0
    assert found.overall.mean_ms is None


def test_time_out_frees_the_caller_but_not_the_called():
    found = played({"x": station(1.0, 1000)}, {"call": "x", "timeout_ms": 1.5 * MS}, rate=10.0, seed=2)
    late = math.exp(-1.5)
    assert is_known(found.overall.success, 1.0 - late)
    assert is_known(found.overall.mean_ms, (1.0 - 1.5 * late / (1.0 - late)) * MS)
    assert is_known(found.components[0].utilisation, 10.0 / 1000)
    assert is_known(found.components[0].timed_out_per_s, 10.0 * late)


def test_retries_after_time_outs():
    late, retries = math.exp(-1.0), 2
    call = {"call": "x", "timeout_ms": MS, "retries": retries}
    found = played({"x": external(1.0)}, call, seed=3)
    assert is_known(found.components[0].arrivals_per_s, (1.0 - late ** (retries + 1)) / (1.0 - late))
    assert is_known(found.overall.success, 1.0 - late ** (retries + 1))


def test_fallback_answers_for_a_call_that_is_late():
    late = math.exp(-1.5)
    call = {"call": "x", "timeout_ms": 1.5 * MS, "fallback": {"latency_ms": 200.0}}
    found = played({"x": external(1.0)}, call, seed=4)
    assert found.overall.success.value == 1.0
    assert is_known(found.overall.mean_ms, (1.0 - late + 0.2 * late) * MS)


def test_failures_of_parts():
    parts = {"web": station(0.0), "x": external(1.0, error_share=0.3), "y": external(1.0)}
    required = played(parts, {"call": "web", "then": ["x", "y"]}, seed=5)
    assert is_known(required.overall.success, 0.7)
    assert is_known(required.components[2].arrivals_per_s, 0.7)
    optional = played(parts, {"call": "web", "then": [{"call": "x", "optional": True}, "y"]}, seed=5)
    assert optional.overall.success.value == 1.0
    assert is_known(optional.overall.mean_ms, 2.0 * MS)
    shed = played(parts, {"call": "web", "then": [{"call": "x", "enabled": False}, "y"]}, seed=5)
    assert is_known(shed.overall.mean_ms, MS)
    assert shed.components[1].arrivals_per_s.value == 0.0


def test_the_first_branch_that_fails_ends_the_request_and_the_others_go_on():
    parts = {"x": external(0.1, error_share=1.0, latency_scv=0.0), "y": external(1.0), "z": external(1.0)}
    call = {"parallel": [["x"], ["y", "z"]]}
    found = played(parts, call, rate=10.0, events=200_000)
    assert found.overall.success.value == 0.0
    # Nobody waits for them, but they are made to their end.
    assert is_known(found.components[2].arrivals_per_s, 10.0)


def test_requests_are_shed_at_the_door():
    found = played({"x": external(1.0)}, "x", flow={"shed_share": 0.25}, seed=16)
    assert is_known(found.overall.success, 0.75)
    assert is_known(found.components[0].arrivals_per_s, 0.75)


@pytest.mark.parametrize("scv", [0.0, 1.0, 4.0])
def test_bulkhead_is_a_loss_system_whatever_the_service(scv):
    found = played(
        {"x": external(1.0, latency_scv=scv)}, {"call": "x", "bulkhead_slots": 5}, rate=4.0, seed=7
    )
    assert is_known(found.overall.success, 1.0 - erlang_b(5, 4.0))


def test_rate_limit_passes_its_rate():
    found = played({"x": external(1.0, rate_limit_per_s=3.0)}, "x", rate=10.0, seed=8)
    assert is_known(found.components[0].refused_share, 0.7)
    roomy = played({"x": external(1.0, rate_limit_per_s=30.0)}, "x", rate=10.0, seed=8)
    assert roomy.overall.success.value > 0.999


def test_an_open_breaker_lets_one_try_after_each_sleep():
    # All attempts fail: after the first 20 it is open for 5 s, then until the next call, which fails too.
    call = {"call": "x", "breaker": True}
    found = played({"x": external(0.0, error_share=1.0)}, call, rate=20.0, seed=9)
    assert is_known(found.components[0].arrivals_per_s, 1.0 / (5.0 + 1.0 / 20.0))
    # 40 % fail: below the threshold, and a thousand calls in the window: it stays closed.
    closed = played({"x": external(0.0, error_share=0.4)}, call, rate=100.0, seed=9)
    assert is_known(closed.components[0].arrivals_per_s, 100.0)


def test_a_breaker_by_renewal():
    """95 % fail: it trips on its 20th call, and stays open until one that tries succeeds."""
    rate, failure = 50.0, 0.95
    call = {"call": "x", "breaker": True}
    found = played({"x": external(1e-6, error_share=failure)}, call, rate=rate, seed=10, events=2_000_000)
    tries = 1.0 / (1.0 - failure)
    seconds = 20.0 / rate + tries * (5.0 + 1.0 / rate)
    assert is_known(found.components[0].arrivals_per_s, (20.0 + tries) / seconds, within=0.15)


def test_flows_are_mixed_by_shares_and_weights():
    flows = {
        "fast": {"share": 0.75, "trace": ["x"], "weight": 1.0},
        "slow": {"share": 0.25, "trace": ["y"], "weight": 3.0},
    }
    found = played_in(system_with({"x": external(1.0), "y": external(4.0)}, flows), seed=11)
    assert is_known(found.flows[0].mean_ms, MS)
    assert is_known(found.flows[1].mean_ms, 4 * MS)
    # half of the weighted requests are of each flow
    assert is_known(found.overall.mean_ms, 2.5 * MS)
    median = found.overall.p50_ms.value / MS
    assert 0.5 * math.exp(-median) + 0.5 * math.exp(-median / 4.0) == pytest.approx(0.5, abs=0.01)


# --- healthy states that don't last ----------------------------------------------------------------


def storm(rate: float, timeout_s: float, retries: int, **settings: Any) -> Any:
    call = {"call": "web", "timeout_ms": timeout_s * MS, "retries": retries}
    web = station(0.1, 10, queue_limit=200)
    return played({"web": web}, call, rate=rate, **settings)


def test_retries_keep_a_system_down_that_was_up():
    # tests/oracles: 92/s with 0.5 s and 3 retries, and 80/s with 0.3 s, end with no success; 22/s is well.
    for rate, timeout_s in ((92.0, 0.5), (80.0, 0.3)):
        down = storm(rate, timeout_s, 3, seconds=300.0, runs=2, workers=1)
        assert down.runs_collapsed == down.runs == 2
        assert all(0.0 <= lived < 200.0 for lived in down.lived_s)
    well = storm(22.0, 0.5, 3, seconds=300.0)
    assert well.runs_collapsed == 0
    assert well.overall.success.value > 0.999


def test_a_queue_without_end_is_told():
    found = played({"web": station(1.0)}, "web", rate=1.2)
    assert found.ended == "collapsed"
    assert found.lived_s == (0.0,)
    busy = played({"web": station(1.0)}, "web", rate=0.9, events=1_000_000)
    assert busy.runs_collapsed == 0
