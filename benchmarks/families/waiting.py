"""Stations that turn away: a few places to wait in, or a longest wait."""

from __future__ import annotations

from benchmarks.families.draw import Draw, Parts, Tree, family, one_flow


def _nested(draw: Draw) -> tuple[Tree, Tree]:
    app = draw.busiest(slots=draw.whole(1, 10))
    components = {"web": draw.station(), "app": app, "db": draw.station("store")}
    return components, one_flow({"call": "web", "then": [{"call": "app", "then": ["db"]}]})


@family("bounded-queue", utilisation=(0.3, 1.1))
def _(draw: Draw) -> Parts:
    """A few places to wait in, also where more comes than can be carried."""
    components, flows = _nested(draw)
    components["app"]["queue_limit"] = draw.whole(1, 20)
    if draw.heads():
        components["db"]["queue_limit"] = draw.whole(1, 20)
    return components, flows


@family("longest-wait", utilisation=(0.3, 1.1))
def _(draw: Draw) -> Parts:
    """Who would wait longer than a few services is turned away."""
    components, flows = _nested(draw)
    app = components["app"]
    app["max_wait_s"] = round(draw.log_uniform(0.7, 8.0) * app["service_ms"] * 1e-3 / app["slots"] ** 0.5, 6)
    return components, flows


@family("full-queue-retries", utilisation=(0.4, 1.2))
def _(draw: Draw) -> Parts:
    """Who is turned away tries again: at once, or after a pause of up to a few drain times."""
    slots, places = draw.whole(1, 8), draw.whole(1, 15)
    app = draw.busiest(slots=slots, queue_limit=places)
    if draw.heads(0.3):
        del app["queue_limit"]
        app["max_wait_s"] = round(places / slots * app["service_ms"] * 1e-3, 6)
    call: Tree = {"call": "app", "retries": draw.whole(1, 4)}
    if draw.heads(0.6):
        call["backoff_ms"] = round(draw.log_uniform(0.05, 20.0) * app["service_ms"], 4)
        call["jitter"] = draw.one_of([0.0, 0.5, 1.0])
    web = draw.station(load=0.3)
    return {"web": web, "app": app}, one_flow({"call": "web", "then": [call]})


@family("look-aside-cache")
def _(draw: Draw) -> Parts:
    """A cache before a store with a time-out: warm."""
    hit = draw.uniform(0.5, 0.95)
    db = draw.busiest("store", slots=draw.whole(4, 30), service_scv=draw.scv(high=1.0))
    db["service_ms"] = round(db["service_ms"] / (1.0 - hit), 6)
    cache = {"kind": "cache", "hit_ratio": hit, "slots": 100, "service_ms": 1.0}
    query = {"call": "db", "timeout_ms": round(draw.uniform(6.0, 12.0) * db["service_ms"], 4)}
    flows = one_flow({"call": "web", "then": [{"call": "cache", "then": [query]}]})
    return {"web": draw.station(load=0.2), "cache": cache, "db": db}, flows


@family("error-retries")
def _(draw: Draw) -> Parts:
    """Transient errors that are tried again."""
    error, retries = draw.uniform(0.005, 0.3), draw.whole(1, 4)
    attempts = (1.0 - error ** (retries + 1)) / (1.0 - error)
    app = draw.busiest(error_share=error)
    app["service_ms"] = round(app["service_ms"] / attempts, 6)
    call: Tree = {"call": "app", "retries": retries}
    if draw.heads():
        call |= {"backoff_ms": draw.log_uniform(1.0, 200.0), "jitter": 0.5}
    components = {"web": draw.station(), "app": app}
    return components, one_flow({"call": "web", "then": [call]})
