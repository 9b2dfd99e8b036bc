"""Streams between stations: what leaves one reaches the next."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import compile_system
from models.performance.program import program_of
from models.performance.station_wait import station_wait
from models.performance.streams import LEAST_SCV, departure_scv
from scenarios import scenario
from small_cases import told


@given(load=st.floats(0.0, 1.0), servers=st.integers(1, 1000))
def test_what_leaves_a_station_of_poisson_arrivals_and_exponential_work_is_poisson(load, servers):
    """Burke 1956."""
    assert departure_scv(load, servers, 1.0, 1.0) == pytest.approx(1.0, abs=1e-12)


@given(arrivals=st.floats(0.0, 10.0), service=st.floats(LEAST_SCV, 10.0), load=st.floats(0.0, 1.0))
def test_what_leaves_lies_between_what_comes_and_what_is_done(arrivals, service, load):
    """An idle station lets everything through as it comes; one server that never rests is the stream."""
    assert departure_scv(0.0, 1, arrivals, service) == pytest.approx(arrivals, abs=1e-9)
    assert departure_scv(1.0, 1, arrivals, service) == pytest.approx(service, abs=1e-9)
    low, high = min(arrivals, service), max(arrivals, service)
    assert low - 1e-9 <= departure_scv(load, 1, arrivals, service) <= high + 1e-9


def system_of(components, *flows, rate=100.0):
    share = 1.0 / len(flows)
    named = {f"f{k}": {"share": share, "trace": trace} for k, trace in enumerate(flows)}
    phases = [{"name": "p", "rate": rate, "hours": 1}]
    return compile_system(scenario(components=components, flows=named, phases=phases))


def service(service_ms, scv=1.0, **more):
    return {"kind": "service", "service_ms": service_ms, "service_scv": scv, **more}


@pytest.mark.parametrize("scv", [0.25, 4.0])
def test_the_next_station_waits_for_what_leaves_the_one_before(scv):
    """80 % busy with work of that variability: Whitt 1983 by hand."""
    parts = told(system_of({"b": service(9), "a": service(8, scv)}, ["a", "b"]))["components"]
    stream = 1.0 + 0.8**2 * (scv - 1.0)
    wait_s = station_wait(100.0, 0.009, 1.0, stream, 1.0, math.inf, math.inf)[1]
    assert parts["b"]["wait_ms"] == pytest.approx(1e3 * wait_s, rel=1e-9)
    assert parts["a"]["wait_ms"] == pytest.approx(0.5 * (1.0 + scv) * 32.0, rel=1e-9)


def test_half_of_a_stream_is_half_as_regular():
    """What goes on at random with probability p: 1 + p (scv - 1); two such halves come from two flows."""
    components = {"a": service(8, 4.0), "b": service(18), "c": service(18)}
    parts = told(system_of(components, ["a", "b"], ["a", "c"]))["components"]
    stream = 1.0 + 0.5 * 0.8**2 * 3.0
    wait_s = station_wait(50.0, 0.018, 1.0, stream, 1.0, math.inf, math.inf)[1]
    assert parts["b"]["wait_ms"] == pytest.approx(1e3 * wait_s, rel=1e-9)
    assert parts["c"]["wait_ms"] == pytest.approx(1e3 * wait_s, rel=1e-9)


def test_a_file_that_tells_the_stream_is_believed():
    parts = told(system_of({"a": service(8, 4.0), "b": service(9, arrival_scv=2.0)}, ["a", "b"]))
    wait_s = station_wait(100.0, 0.009, 1.0, 2.0, 1.0, math.inf, math.inf)[1]
    assert parts["components"]["b"]["wait_ms"] == pytest.approx(1e3 * wait_s, rel=1e-9)


def test_components_stand_in_the_order_of_calls_where_that_is_one():
    components = {name: service(1) for name in ("d", "c", "b", "a")}
    ring = system_of(components, ["a", {"call": "b", "then": ["c"]}, "d"], ["d", "a"])
    program = program_of(ring)
    place = {ring.components[c]: k for k, c in enumerate(program.order)}
    assert place["b"] < place["c"]
    feeds = [-1 if i < 0 else ring.components[program.component[i]] for i in program.feed]
    called = [ring.components[c] for c in program.component]
    for here, source in zip(called, feeds, strict=True):
        assert source == -1 or place[source] < place[here]
    line = system_of(components, ["a", {"call": "b", "then": ["c"]}, "d"])
    told_of = program_of(line)
    assert [line.components[c] for c in told_of.order] == ["a", "b", "c", "d"]
    # Of a call with calls under it the last of these is what the next one follows.
    assert [-1 if i < 0 else line.components[told_of.component[i]] for i in told_of.feed] == [
        -1,
        "a",
        "b",
        "c",
    ]


@pytest.mark.parametrize(
    ("slots", "service_ms", "scv", "arrivals", "mean_ms"),
    [
        (6, 21.265, 0.5262, 5.5376, 25.71),
        (10, 65.670, 1.1695, 4.3129, 87.8),
        (8, 70.732, 0.2597, 2.2479, 145.3),
    ],
)
def test_calls_that_come_in_bursts_meet_each_other(slots, service_ms, scv, arrivals, mean_ms):
    """Simulated: 900 s of 100/s with gamma distributed times between arrivals, within 1 %."""
    web = service(service_ms, scv, slots=slots, arrival_scv=arrivals)
    found = told(system_of({"web": web}, ["web"]))["components"]["web"]
    assert found["response_ms"] == pytest.approx(mean_ms, rel=0.06)


@pytest.mark.parametrize(
    ("slots", "places", "scv", "load", "p99_ms"),
    [
        (1, 6, 0.1, 1.1, 89.4),
        (2, 6, 0.1, 1.3, 127.4),
        (1, 25, 0.1, 1.3, 376.3),
        (1, 12, 0.25, 1.1, 173.5),
        (1, 6, 4.0, 1.3, 289.8),
        (4, 12, 0.25, 1.1, 229.7),
    ],
)
def test_a_full_queue_waits_for_whole_services(slots, places, scv, load, p99_ms):
    """Simulated: 2,500,000 events each, within 1 %. The law's lean to the left is left out."""
    web = service(10.0 * load * slots, scv, slots=slots, queue_limit=places)
    (flow,) = told(system_of({"web": web}, ["web"]))["flows"].values()
    assert flow["p99_ms"] == pytest.approx(p99_ms, rel=0.19)
