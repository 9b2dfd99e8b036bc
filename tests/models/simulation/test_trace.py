"""A request, followed; and runs as spans."""

from __future__ import annotations

import json

import pytest

from models.simulation.refused import NotSimulated, Reason
from models.simulation.spans import spans_of
from models.simulation.trace import Happening, trace_request
from simulated import cache, external, played_in, station, system_of, system_with


def trace_of(components, *trace, rate=1.0, seed=1, flow=None):
    system = system_of(components, *trace, rate=rate, flow=flow)
    return trace_request(system, system.space.today, 0, 0, seed)


def whats(events, span=None):
    return [event.what.value for event in events if span is None or event.span == span]


def test_a_call_under_a_call():
    parts = {"web": station(0.01, service_scv=0.0), "x": external(0.02, latency_scv=0.0)}
    events = trace_of(parts, {"call": "web", "then": ["x"]}, rate=0.001)
    assert whats(events, 0) == ["request", "done"]
    assert whats(events, 1) == ["attempt", "service", "served", "done"]
    assert [(event.component, event.parent) for event in events if event.what is Happening.ATTEMPT] == [
        ("web", 0),
        ("x", 1),
    ]
    assert events[-1].at_ms == pytest.approx(30.0, abs=1e-3)
    served = next(event for event in events if event.what is Happening.SERVICE and event.component == "x")
    assert served.at_ms == pytest.approx(10.0, abs=1e-3)
    assert served.for_ms == pytest.approx(20.0)


def test_a_wait_has_its_length():
    events = trace_of({"web": station(1.0, service_scv=0.0)}, "web", rate=0.95)
    wait = next(event for event in events if event.what is Happening.WAIT)
    begun = next(event for event in events if event.what is Happening.SERVICE)
    assert wait.for_ms == pytest.approx(begun.at_ms - wait.at_ms)
    assert events[-1].at_ms == pytest.approx(wait.for_ms + 1000.0)


def test_time_outs_retries_and_work_that_goes_on():
    call = {
        "call": "x",
        "timeout_ms": 100.0,
        "retries": 1,
        "backoff_ms": 50.0,
        "fallback": {"latency_ms": 5.0},
    }
    events = trace_of({"x": external(10.0, latency_scv=0.0)}, call, rate=0.01)
    told = [(round(event.at_ms), event.what.value) for event in events if event.what is not Happening.SERVICE]
    assert told == [
        (0, "request"),
        (0, "attempt"),
        (100, "timed_out"),
        (100, "retry"),
        (150, "attempt"),
        (250, "timed_out"),
        (250, "fallback"),
        (255, "done"),
        (10_000, "served"),
        (10_000, "done"),
        (10_150, "served"),
        (10_150, "done"),
    ]


@pytest.mark.parametrize(
    ("parts", "call", "what"),
    [
        ({"x": external(0.1, error_share=1.0)}, "x", "error"),
        ({"x": external(0.1)}, {"call": "x", "bulkhead_slots": 0}, "bulkhead_full"),
        ({"x": external(0.1, rate_limit_per_s=0.0)}, "x", "refused"),
        ({"x": cache(hit_ratio=1.0)}, "x", "hit"),
        ({"x": cache(hit_ratio=0.0)}, "x", "miss"),
        ({"x": external(0.1, error_share=1.0)}, {"call": "x", "breaker": True}, "breaker_open"),
        (
            {"x": {**station(0.1), "kind": "store", "replicas": 3, "rtt_ms": 5.0}},
            {"call": "x", "write": True},
            "quorum",
        ),
    ],
)
def test_what_happens_is_told_by_name(parts, call, what):
    assert what in whats(trace_of(parts, call, rate=100.0))


def test_a_request_that_is_shed():
    assert whats(trace_of({"x": external(0.1)}, "x", flow={"shed_share": 1.0})) == ["request", "shed"]


def test_a_flow_that_isnt_there():
    system = system_of({"x": external(0.1)}, "x")
    with pytest.raises(NotSimulated) as told:
        trace_request(system, system.space.today, 0, 1)
    assert told.value.code == Reason.NO_SUCH_FLOW


def shop():
    parts = {
        "web": station(0.01, 4),
        "a": external(0.02),
        "b": external(0.03, error_share=0.3),
        "db": {**station(0.005, 4), "kind": "store"},
    }
    call = {
        "call": "web",
        "then": [{"parallel": [["a"], [{"call": "b", "retries": 1, "name": "ask"}]]}, "db"],
    }
    flows = {"buy": {"share": 0.5, "trace": [call]}, "look": {"share": 0.5, "trace": ["db"]}}
    return system_with(parts, flows, rate=20.0)


def test_spans_are_trees_of_the_protocol():
    system = shop()
    lines = list(spans_of(system, system.space.today, 0, requests=30, seed=4, start_unix_s=1.7e9))
    assert len(lines) == 30
    names, ids = set(), set()
    for line in lines:
        spans = {}
        for resource in json.loads(line)["resourceSpans"]:
            (attribute,) = resource["resource"]["attributes"]
            assert attribute["key"] == "service.name"
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    spans[span["spanId"]] = span | {"service": attribute["value"]["stringValue"]}
        roots = [span for span in spans.values() if "parentSpanId" not in span]
        assert [root["service"] for root in roots] == ["user"]
        assert roots[0]["name"] in ("buy", "look")
        for span in spans.values():
            names.add((span["service"], span["name"]))
            assert (len(span["traceId"]), len(span["spanId"])) == (32, 16)
            assert isinstance(span["startTimeUnixNano"], str)
            start, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
            assert 1_700_000_000_000_000_000 < start <= end
            assert span["status"]["code"] in (1, 2)
            if "parentSpanId" in span:
                assert int(spans[span["parentSpanId"]]["startTimeUnixNano"]) <= start
            for event in span["events"]:
                assert start <= int(event["timeUnixNano"]) <= end
        ids.add(roots[0]["traceId"])
    assert len(ids) == 30
    assert {("web", "web"), ("b", "ask"), ("db", "db"), ("user", "buy"), ("user", "look")} <= names


def test_the_same_seed_gives_the_same_spans():
    system = shop()
    first, again, other = (
        list(spans_of(system, system.space.today, 0, requests=5, seed=s)) for s in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_following_changes_nothing():
    # The first request of the run that is followed comes at the same time as without.
    system = shop()
    assert played_in(system, events=20_000) == played_in(system, events=20_000)
