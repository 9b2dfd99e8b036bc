"""Pools of threads: how many are busy, and which component it is that limits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import compile_system
from models.explanation.explain import explain
from scenarios import scenario
from simulated import external, is_known, played_in, station, system_of
from small_cases import case, designs_of, dimensions, evaluated, told


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


def exact_pool(threads, own_s, slots, service_s, rate, places):
    """A pool over one store as birth and death: share answered, mean response of the answered, s."""
    flow = [0.0]
    for n in range(1, threads + 1):
        weights = [1.0]
        for k in range(1, n + 1):
            weights.append(weights[-1] * (n - k + 1) / own_s / (min(k, slots) / service_s))
        flow.append(sum(w * min(k, slots) / service_s for k, w in enumerate(weights)) / sum(weights))
    states = [1.0]
    for n in range(1, threads + places + 1):
        states.append(states[-1] * rate / flow[min(n, threads)])
    total = sum(states)
    answered = 1.0 - states[-1] / total
    return answered, sum(n * w for n, w in enumerate(states)) / total / (rate * answered)


@pytest.mark.parametrize(
    ("name", "mean_ms", "p99_ms"), [("pool-many-5", 117.2, 333.0), ("pool-many-11", 222.7, 522.0)]
)
def test_a_pool_over_several_stores_answers_all(name, mean_ms, p99_ms):
    """Simulated: 20,000,000 events of two seeds, within 1 % and 2 %."""
    (flow,) = told(case(name))["flows"].values()
    assert flow["success_share"] == 1.0
    assert flow["response_ms"] == pytest.approx(mean_ms, rel=0.02)
    assert flow["p99_ms"] == pytest.approx(p99_ms, rel=0.04)


def test_nobody_answers_more_than_the_store_carries():
    """100/s for four slots of 44.2668 ms: 90.4 % at the most. Simulated: 89.8 %."""
    (flow,) = told(case("pool-bounded-13"))["flows"].values()
    exact, mean_s = exact_pool(10, 0.01328, 4, 0.0442668, 100.0, 20)
    assert flow["success_share"] == pytest.approx(exact, abs=0.001)
    assert flow["response_ms"] == pytest.approx(1e3 * mean_s, rel=0.02)
    assert flow["success_share"] < 4 / 0.0442668 / 100.0


def test_a_million_places_are_as_good_as_no_limit():
    """Simulated: a mean of 117.5 ms, a 99th percentile of 443 ms; within 1 % and 2 %."""
    (none,) = told(case("pool-rho090-queue-unbounded"))["flows"].values()
    (million,) = told(case("pool-rho090-queue-million"))["flows"].values()
    for measure in ("success_share", "response_ms", "p50_ms", "p99_ms"):
        assert million[measure] == pytest.approx(none[measure], rel=1e-6)
    assert none["response_ms"] == pytest.approx(117.5, rel=0.03)
    assert none["p99_ms"] == pytest.approx(443.0, rel=0.04)


def test_a_store_that_turns_away_holds_no_thread():
    """Erlang's loss formula: two slots of half a second, 20/s, nobody waits; 18 % are answered."""
    system = case("bounded-store-behind-pool")
    found = told(system)
    a = 20.0 * 0.5
    answered = 1.0 - a**2 / 2.0 / (1.0 + a + a**2 / 2.0)
    (flow,) = found["flows"].values()
    assert flow["success_share"] == pytest.approx(answered, rel=1e-9)
    assert flow["p99_ms"] == pytest.approx(2290.0, rel=0.02)
    busy = found["components"]["app"]["utilisation"] * 200
    assert busy == pytest.approx(20.0 * (0.001 + answered * 0.5), rel=1e-6)
    (waiting,) = told(system, designs_of(system, bound=1.0)[0])["flows"].values()
    # 4 of 20 a second are carried; who waits a quarter of a second keeps both slots busy.
    assert waiting["success_share"] == pytest.approx(0.200, abs=0.003)


@pytest.mark.parametrize("rate", [20.0, 60.0, 100.0, 120.0, 200.0])
@pytest.mark.parametrize("places", [0, 3, 40])
def test_a_bounded_pool_is_the_exact_chain(rate, places):
    """Ten threads over four slots: birth and death at what so many threads carry."""
    parts = {
        "app": {"kind": "service", "slots": 10, "service_ms": 12, "blocking": True, "queue_limit": places},
        "db": {"kind": "store", "slots": 4, "service_ms": 36},
    }
    flows = {"q": {"share": 1.0, "trace": [{"call": "app", "then": ["db"]}]}}
    phases = [{"name": "p", "rate": rate, "hours": 1}]
    system = compile_system(scenario(components=parts, flows=flows, phases=phases))
    (flow,) = told(system)["flows"].values()
    answered, mean_s = exact_pool(10, 0.012, 4, 0.036, rate, places)
    assert flow["success_share"] == pytest.approx(answered, abs=0.012)
    assert rate * flow["success_share"] <= 4 / 0.036 * (1.0 + 1e-9)
    assert flow["response_ms"] == pytest.approx(1e3 * mean_s, rel=0.03)


def test_a_bounded_queue_that_all_threads_fit_into_turns_nobody_away():
    """Six threads over two slots and four places."""
    parts = {
        "app": {"kind": "service", "slots": 6, "service_ms": 5, "blocking": True},
        "db": {"kind": "store", "slots": 2, "service_ms": 18, "queue_limit": 4},
    }
    flows = {"q": {"share": 1.0, "trace": [{"call": "app", "then": ["db"]}]}}
    limited = told(compile_system(scenario(components=parts, flows=flows)))
    del parts["db"]["queue_limit"]
    assert limited == told(compile_system(scenario(components=parts, flows=flows)))


@settings(deadline=None, max_examples=25)
@given(
    threads=st.integers(1, 700),
    slots=st.lists(st.integers(1, 40), min_size=1, max_size=3),
    scv=st.sampled_from([0.0, 0.5, 1.0, 4.0]),
    rate=st.floats(0.1, 400.0),
)
def test_more_threads_carry_more_and_never_more_than_the_stores(threads, slots, scv, rate):
    def throughput(count):
        parts = {"app": {"kind": "service", "slots": count, "service_ms": 2, "blocking": True}}
        for k, slot in enumerate(slots):
            parts[f"db{k}"] = {"kind": "store", "slots": slot, "service_ms": 10 + 7 * k, "service_scv": scv}
        flows = {"q": {"share": 1.0, "trace": [{"call": "app", "then": [n for n in parts if n != "app"]}]}}
        phases = [{"name": "p", "rate": rate, "hours": 1}]
        system = compile_system(scenario(components=parts, flows=flows, phases=phases))
        return float(dimensions(system)["throughput"][0])

    few, more = throughput(threads), throughput(threads + 1 + threads // 3)
    assert few <= more * (1.0 + 1e-6)
    assert more <= min(slot * 1e3 / (10 + 7 * k) for k, slot in enumerate(slots)) * (1.0 + 1e-9)


def test_a_thread_is_soon_free_where_a_call_fails_before_what_is_under_it():
    """Of 100 calls a second 30 fail after 5 ms, the others wait 20 ms more: 1.9 of 4 threads are busy."""
    parts = {
        "pool": station(0.005, slots=4, blocking=True, error_share=0.3),
        "far": external(0.02, latency_scv=0.0),
    }
    system = system_of(parts, {"call": "pool", "then": ["far"]}, rate=100.0)
    phase = explain(system, system.space.today)["phases"][0]
    found = played_in(system, events=200_000)
    busy = (100.0 * 0.005 + 70.0 * 0.02) / 4.0
    assert phase["components"]["pool"]["utilisation"] == pytest.approx(busy, rel=1e-6)
    assert is_known(found.components[0].utilisation, busy)
    assert phase["flows"]["all"]["response_ms"] == pytest.approx(found.overall.mean_ms.value, rel=0.03)
