"""Calls one after the other, at the same time, behind a cache, and all of it together."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.families.draw import RATE, Draw, Parts, Tree, family, one_flow


@family("series")
def _(draw: Draw) -> Parts:
    """Stations one after the other, and one under the other."""
    components = {f"s{i}": draw.station() for i in range(draw.whole(1, 3))}
    components["last"] = draw.busiest()
    if draw.heads():
        return components, one_flow(*components)
    trace: Any = "last"
    for name in [name for name in components if name != "last"]:
        trace = {"call": name, "then": [trace]}
    return components, one_flow(trace)


@family("parallel")
def _(draw: Draw) -> Parts:
    """Two to six branches at the same time, one of which asks a store."""
    names = [f"b{i}" for i in range(draw.whole(2, 6))]
    components = {"web": draw.station(), "db": draw.busiest("store")}
    components |= {name: draw.station() for name in names}
    branches: list[Any] = [[name] for name in names]
    branches[0] = [{"call": names[0], "then": ["db"]}]
    return components, one_flow({"call": "web", "then": [{"parallel": branches}]})


@family("same-store-in-parallel")
def _(draw: Draw) -> Parts:
    """Branches that all ask the same store."""
    branches = draw.whole(2, 4)
    db = draw.busiest("store", slots=draw.whole(2, 12))
    db["service_ms"] = round(db["service_ms"] / branches, 6)
    components: Tree = {"web": draw.station(), "db": db}
    calls: list[Any] = [[{"call": "db", "name": f"read{i}"}] for i in range(branches)]
    if draw.heads():
        for i in range(branches):
            components[f"b{i}"] = draw.station()
            calls[i] = [{"call": f"b{i}", "then": calls[i]}]
    return components, one_flow({"call": "web", "then": [{"parallel": calls}]})


@family("keyed-cache")
def _(draw: Draw) -> Parts:
    """A cache with keys, popularity and time to live before a store."""
    keys, zipf, ttl_s = draw.log_uniform(500, 20_000), draw.uniform(0.6, 1.2), draw.log_uniform(5.0, 60.0)
    cache: Tree = {
        "kind": "cache",
        "keys": int(keys),
        "zipf": zipf,
        "ttl_s": ttl_s,
        "slots": 32,
        "service_ms": 1.0,
    }
    if draw.heads(0.3):
        cache["capacity_keys"] = max(int(keys * draw.uniform(0.05, 0.5)), 20)
    share = np.arange(1, int(keys) + 1, dtype=float) ** -zipf
    share /= share.sum()
    asked = RATE * share * ttl_s
    hit = float(np.sum(share * asked / (1.0 + asked)))
    db = draw.busiest("store")
    db["service_ms"] = round(db["service_ms"] / max(1.0 - hit, 0.02) * 0.8, 6)
    components = {"web": draw.station(), "cache": cache, "db": db}
    return components, one_flow({"call": "web", "then": [{"call": "cache", "then": ["db"]}]})


@family("shop")
def _(draw: Draw) -> Parts:
    """Flows with nested, parallel, cached and optional calls over stations that they share."""
    buy, hit = draw.uniform(0.05, 0.3), draw.uniform(0.5, 0.9)
    components = {
        "web": draw.station(),
        "catalog": draw.busiest(),
        "cache": {"kind": "cache", "hit_ratio": hit, "slots": 16, "service_ms": 1.0},
        "store": draw.station("store"),
        "recommend": draw.station(),
        "checkout": draw.station(),
        "payment": {"kind": "external", "latency_ms": draw.log_uniform(20, 300), "latency_scv": draw.scv()},
    }
    components["store"]["service_ms"] /= 1.0 - hit
    components["checkout"]["service_ms"] /= buy
    catalog = {"call": "catalog", "then": [{"call": "cache", "then": ["store"]}]}
    browse = {"parallel": [[catalog], [{"call": "recommend", "optional": True}]]}
    flows = {
        "browse": {"share": round(1.0 - buy, 4), "trace": [{"call": "web", "then": [browse]}]},
        "buy": {
            "share": buy,
            "trace": [{"call": "web", "then": [catalog, {"call": "checkout", "then": ["payment"]}]}],
        },
    }
    return components, flows


@family("choices")
def _(draw: Draw) -> Parts:
    """Two to four ways of which each request goes one, some of them with a store that all ask."""
    ways = draw.whole(2, 4)
    cuts = sorted(draw.uniform(0.1, 0.9) for _ in range(ways - 1))
    shares = [round(b - a, 4) for a, b in zip([0.0, *cuts], [*cuts, 1.0], strict=True)]
    components: Tree = {"web": draw.station(), "db": draw.busiest("store"), "log": draw.station()}
    branches: list[Tree] = []
    asked = 0.0
    for i, share in enumerate(shares):
        own = draw.station(load=draw.utilisation * draw.uniform(0.25, 1.0))
        own["service_ms"] = round(own["service_ms"] / max(share, 0.05), 6)
        own["error_share"] = draw.one_of([0.0, 0.0, 0.05])
        components[f"way{i}"] = own
        call: Tree = {"call": f"way{i}"}
        if i == 0 or draw.heads(0.4):
            call["then"] = ["db"]
            asked += share
        branches.append({"share": share, "calls": [call]})
    components["db"]["service_ms"] = round(components["db"]["service_ms"] / max(asked, 0.05), 6)
    return components, one_flow({"call": "web", "then": [{"choice": branches}, "log"]})


@family("fan-out")
def _(draw: Draw) -> Parts:
    """Equal branches at the same time, of which all or most must answer, with time on the network."""
    each = draw.whole(2, 60)
    leaf = draw.station(slots=draw.whole(8, 64), load=draw.utilisation)
    leaf["service_ms"] = round(leaf["service_ms"] / each, 6)
    leaf["error_share"] = draw.one_of([0.0, 0.0, 0.01])
    call: Tree = {
        "call": "leaf",
        "network_ms": draw.log_uniform(0.2, 20.0),
        "network_scv": draw.scv(high=2.0),
    }
    group: Tree = {"each": each, "parallel": [call]}
    if leaf["error_share"] or draw.heads():
        group["needed"] = max(each - draw.whole(0, 1 + each // 10), 1)
    return {"web": draw.station(load=0.5 * draw.utilisation), "leaf": leaf}, one_flow(
        {"call": "web", "then": [group]}
    )


@family("network")
def _(draw: Draw) -> Parts:
    """Components far from each other: round trips that count in time-outs and hold the callers' threads."""
    db = draw.busiest("store")
    query: Tree = {
        "call": "db",
        "network_ms": draw.log_uniform(0.5, 100.0),
        "network_scv": draw.scv(high=2.0),
    }
    if draw.heads():
        query["timeout_ms"] = round(3.0 * query["network_ms"] + 20.0 * db["service_ms"], 4)
    # Twice the threads that are held where nobody waits.
    held_s = 1e-3 * (query["network_ms"] + db["service_ms"])
    app = {
        "kind": "service",
        "service_ms": 1.0,
        "slots": max(int(2.0 * RATE * held_s / 0.7), 8),
        "blocking": True,
    }
    return {"app": app, "db": db}, one_flow({"call": "app", "then": [query]})
