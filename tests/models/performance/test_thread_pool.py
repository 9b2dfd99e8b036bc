"""Pools of threads: how many are busy, and which component it is that limits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import compile_system
from scenarios import scenario
from small_cases import case, designs_of, evaluated, told


def erlang_wait_s(rate, service_s, servers):
    """Erlang 1917: mean wait in an M/M/c queue."""
    a = rate * service_s
    terms = [a**k / math.factorial(k) for k in range(servers)]
    last = a**servers / math.factorial(servers) * servers / (servers - a)
    return last / (sum(terms) + last) * service_s / (servers - a)


def test_the_utilisation_of_a_pool_is_its_own_busy_threads():
    """15/s hold a thread for 1 ms and the call below: by Little's law 8.4 of 200 are busy."""
    hold_s = 0.001 + 0.500 + erlang_wait_s(15.0, 0.5, 10)
    parts = told(case("blame"))["components"]
    assert parts["app"]["utilisation"] * 200 == pytest.approx(15.0 * hold_s, rel=1e-3)
    assert parts["app"]["utilisation"] * 200 == pytest.approx(8.4, abs=0.05)
    assert parts["db"]["utilisation"] == pytest.approx(15.0 * 0.5 / 10, rel=1e-9)
    assert (parts["app"]["limited_by"], parts["db"]["limited_by"]) == ("db", "db")


def test_who_limits_is_the_bottleneck():
    system = case("blame")
    steps = evaluated(system)
    assert system.components[int(steps.bottleneck[0])] == "db"
    assert float(steps.utilisation[0]) == pytest.approx(0.75, rel=1e-9)
    # With 20 slots the store is busy for 37.5 %, and still the threads are not.
    twice = designs_of(system, db_slots=1.0)
    assert system.components[int(evaluated(system, twice).bottleneck[0])] == "db"
    assert float(evaluated(system, twice).utilisation[0]) == pytest.approx(0.375, rel=1e-9)


def test_a_pool_that_has_no_thread_left_is_the_bottleneck_itself():
    """4 threads for 11 ms each are 364/s; the store under it could do 20,000/s."""
    parts = {
        "app": {"kind": "service", "slots": 4, "service_ms": 1, "blocking": True},
        "db": {"kind": "store", "slots": 200, "service_ms": 10},
    }
    flows = {"q": {"share": 1.0, "trace": [{"call": "app", "then": ["db"]}]}}
    system = compile_system(scenario(components=parts, flows=flows))
    found = told(system)["components"]["app"]
    assert found["limited_by"] == "app"
    assert found["utilisation"] == pytest.approx(100.0 * 0.011 / 4, rel=1e-6)
    assert system.components[int(evaluated(system).bottleneck[0])] == "app"


def negative_percentile(rate, scv=0.0):
    return compile_system(
        scenario(
            components={
                "app": {"kind": "service", "slots": 200, "service_ms": 2, "blocking": True},
                "pool": {"kind": "store", "slots": 10, "service_ms": 500, "service_scv": scv},
            },
            flows={"query": {"share": 1.0, "trace": [{"call": "app", "then": ["pool"]}]}},
            phases=[{"name": "p", "rate": rate, "hours": 1}],
            limits={"saturation": None, "emergence": None},
        )
    )


@settings(deadline=None, max_examples=40)
@given(rate=st.floats(0.01, 19.99), scv=st.sampled_from([0.0, 0.25, 1.0, 4.0]))
def test_percentiles_of_a_component_are_durations_in_order(rate, scv):
    for part in told(negative_percentile(rate, scv))["components"].values():
        assert 0.0 <= part["p50_ms"] <= part["p99_ms"]


@settings(deadline=None, max_examples=40)
@given(load=st.floats(1e-6, 0.999), slots=st.integers(1, 64), scv=st.sampled_from([0.0, 0.25, 1.0, 4.0]))
def test_percentiles_of_a_queue_at_any_load(load, slots, scv):
    web = {"kind": "service", "slots": slots, "service_ms": 20, "service_scv": scv}
    system = compile_system(
        scenario(
            components={"web": web},
            phases=[{"name": "p", "rate": load * slots / 0.020, "hours": 1}],
            limits={"saturation": None, "emergence": None},
        )
    )
    part = told(system)["components"]["web"]
    assert 0.0 <= part["p50_ms"] <= part["p99_ms"]
    # Work that always takes the same time has a 99th percentile below the mean where 1 of 100 waits.
    assert scv == 0.0 or part["p99_ms"] >= part["response_ms"] * (1.0 - 1e-9)


def test_the_case_at_its_own_load():
    """Hardly anybody but those at the end waits: the 99th percentile lies above the mean of all."""
    for part in told(case("negative-percentile"))["components"].values():
        assert 0.0 <= part["p50_ms"] <= part["p99_ms"]
        assert part["p99_ms"] >= part["response_ms"]


def test_an_mm1_queue_keeps_its_textbook_percentiles():
    """The response of M/M/1 is exponential: two outcomes must not bend it."""
    web = {"kind": "service", "service_ms": 10}
    part = told(
        compile_system(scenario(components={"web": web}, phases=[{"name": "p", "rate": 60, "hours": 1}]))
    )["components"]["web"]
    mean = 1000.0 / (100.0 - 60.0)
    assert part["p50_ms"] == pytest.approx(mean * math.log(2), rel=0.02)
    assert part["p99_ms"] == pytest.approx(mean * math.log(100), rel=0.02)


def test_work_of_no_time_takes_none():
    components = {"root": {"kind": "service", "service_ms": 0}, "leaf": {"kind": "external", "latency_ms": 1}}
    flows = {"all": {"share": 1.0, "trace": [{"call": "root", "then": ["leaf"]}]}}
    root = told(compile_system(scenario(components=components, flows=flows)))["components"]["root"]
    assert (root["p50_ms"], root["p99_ms"], root["response_ms"]) == (0.0, 0.0, 0.0)
