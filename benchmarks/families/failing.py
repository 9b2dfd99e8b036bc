"""Calls that are given up, guarded, or repeated."""

from __future__ import annotations

from benchmarks.families.draw import Draw, Parts, Tree, family, one_flow


def _timed(draw: Draw, retries: int, patience: tuple[float, float]) -> Parts:
    """Services one under the other, the calls of which have time-outs."""
    components = {"a": draw.station(load=0.3), "b": draw.busiest(slots=draw.whole(2, 16))}
    b = components["b"]
    b["service_scv"] = min(b["service_scv"], 4.0)
    call: Tree = {"call": "b", "timeout_ms": round(draw.uniform(*patience) * b["service_ms"], 4)}
    if retries:
        call["retries"] = retries
        if draw.heads():
            call |= {"backoff_ms": draw.log_uniform(1.0, 200.0), "jitter": draw.one_of([0.0, 0.5, 1.0])}
    if draw.heads(0.4):
        components["c"] = draw.station("store", slots=8)
        inner: Tree = {"call": "c"}
        if draw.heads():
            inner["timeout_ms"] = round(draw.uniform(3.0, 8.0) * components["c"]["service_ms"], 4)
        call["then"] = [inner]
        call["timeout_ms"] += 2.0 * components["c"]["service_ms"]
    if draw.heads(0.3):
        call["fallback"] = {"fidelity": 0.5, "latency_ms": 2.0}
    return components, one_flow({"call": "a", "then": [call]})


@family("time-outs")
def _(draw: Draw) -> Parts:
    return _timed(draw, 0, (1.5, 6.0))


@family("time-outs-retries", utilisation=(0.2, 0.85), runs=4, lasts=True)
def _(draw: Draw) -> Parts:
    return _timed(draw, draw.whole(1, 3), (3.0, 10.0))


@family("breakers", utilisation=(0.2, 0.85), lasts=True)
def _(draw: Draw) -> Parts:
    """A breaker before a service that fails, above and below its threshold."""
    app = draw.busiest(error_share=draw.uniform(0.05, 0.95))
    call: Tree = {
        "call": "app",
        "breaker": True,
        "breaker_threshold": draw.one_of([0.3, 0.5, 0.5, 0.8]),
        "breaker_volume": draw.one_of([10, 20, 20, 50]),
        "breaker_sleep_s": draw.one_of([1.0, 5.0, 5.0]),
    }
    if draw.heads(0.4):
        call["timeout_ms"] = round(draw.uniform(3.0, 8.0) * app["service_ms"], 4)
    if draw.heads(0.3):
        call["retries"] = 1
    if draw.heads():
        call["fallback"] = {"fidelity": 0.5, "latency_ms": 1.0}
    return {"web": draw.station(load=0.3), "app": app}, one_flow({"call": "web", "then": [call]})


@family("bulkheads", utilisation=(0.3, 1.1))
def _(draw: Draw) -> Parts:
    """A bulkhead of as many slots as what it guards, up to four times as many."""
    app = draw.busiest(slots=draw.whole(1, 12))
    slots = max(int(app["slots"] * draw.uniform(1.0, 4.0)), 1)
    call: Tree = {"call": "app", "bulkhead_slots": slots}
    if draw.heads(0.3):
        call["fallback"] = {"fidelity": 0.5, "latency_ms": 1.0}
    return {"web": draw.station(load=0.3), "app": app}, one_flow({"call": "web", "then": [call]})


@family("deadlines", utilisation=(0.3, 1.1), lasts=True)
def _(draw: Draw) -> Parts:
    """A time-out that is passed on to services under it: one is busy, and calls may be tried again."""
    components = {"front": draw.station(load=0.3), "app": draw.station(load=0.5)}
    components["db"] = draw.busiest("store", slots=draw.whole(2, 12))
    call: Tree = {"call": "db"}
    if draw.heads():
        call |= {"retries": draw.whole(1, 2), "timeout_ms": round(draw.uniform(3.0, 8.0), 3)}
        call["timeout_ms"] = round(call["timeout_ms"] * components["db"]["service_ms"], 4)
    mean = sum(part["service_ms"] for part in components.values())
    if draw.heads(0.3):
        components["app"]["error_share"] = draw.uniform(0.01, 0.1)
    asked: Tree = {
        "call": "front",
        "timeout_ms": round(draw.uniform(3.0, 10.0) * mean, 4),
        "passes_deadline": True,
        "then": [{"call": "app", "retries": draw.whole(0, 1), "then": [call]}],
    }
    return components, one_flow(asked)
