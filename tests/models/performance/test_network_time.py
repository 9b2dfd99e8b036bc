"""Time on the network: added to an attempt, counted by its time-out, taken by no slot of the callee."""

from __future__ import annotations

import math

import pytest

from models import compile_system
from models.explanation.explain import explain
from scenarios import scenario
from simulated import is_known, played, station


def told(call, rate=80.0, caller=None, **web):
    components = {"web": {"kind": "service", "service_ms": 10, **web}}
    step = {"call": "web", **call}
    trace = [step]
    if caller is not None:
        components["app"] = {"kind": "service", **caller}
        trace = [{"call": "app", "then": [step]}]
    phases = [{"name": "p", "rate": rate, "hours": 1}]
    flows = {"all": {"share": 1.0, "trace": trace}}
    system = compile_system(scenario(components=components, flows=flows, phases=phases))
    return explain(system, system.space.today)["phases"][0]


def test_it_is_added_to_the_response_and_to_nothing_else():
    """M/M/1 at 0.8 takes 50 ms on average, and 30 ms on the way."""
    near, far = told({}), told({"network_ms": 30})
    assert far["flows"]["all"]["response_ms"] == pytest.approx(80.0)
    assert far["flows"]["all"]["p99_ms"] == pytest.approx(near["flows"]["all"]["p99_ms"] + 30.0, rel=1e-3)
    assert far["components"]["web"] == near["components"]["web"]


def test_a_time_out_counts_it():
    """Nobody waits: exponential work of 10 ms beside 30 ms on the way, and 45 ms are waited for."""
    late = told({"network_ms": 30, "timeout_ms": 45}, rate=1, slots=100)
    assert late["flows"]["all"]["success_share"] == pytest.approx(1.0 - math.exp(-1.5), rel=1e-3)


def test_who_is_turned_away_knows_it_after_the_way_there_and_back():
    """An optional call that a loss system turns away half of the time (Erlang B: one server, load 1).

    Work of 10 ms, attempts of half of the requests; the way takes 20 ms of all of them.
    """
    lost = told({"network_ms": 20, "optional": True}, rate=100, queue_limit=0)["flows"]["all"]
    assert lost["response_ms"] == pytest.approx(20.0 + 0.5 * 10.0)


def test_a_thread_is_kept_meanwhile():
    """A pool whose threads wait for 40 ms on the way and 10 ms of work, 100 times a second: five are busy."""
    kept = told(
        {"network_ms": 40}, rate=100, caller={"service_ms": 0, "slots": 50, "blocking": True}, slots=1000
    )
    assert kept["components"]["app"]["utilisation"] == pytest.approx(5.0 / 50, rel=1e-6)


def test_it_is_simulated():
    found = played({"x": station(1.0, 1000)}, {"call": "x", "network_ms": 2000.0, "network_scv": 0.5}, rate=5)
    assert is_known(found.overall.mean_ms, 3000.0)
    assert is_known(found.components[0].utilisation, 5.0 / 1000)
    late = played({"x": station(1.0, 1000)}, {"call": "x", "network_ms": 500.0, "timeout_ms": 2000.0}, rate=5)
    assert is_known(late.overall.success, 1.0 - math.exp(-1.5))
