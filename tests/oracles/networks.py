"""Random networks by kind, as scenario trees: what the analytic model is held against the simulator with.

Structure and times are drawn first; then all work is scaled by one factor so that the busiest station has the
utilisation that was drawn for it, and limits (time-outs, longest waits) are set relative to the work.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.scenario.scenario import Scenario

Tree = dict[str, Any]
RATE = 100.0  # user requests/s in every network: only the ratio to the work matters
LEAST_UTILISATION, MOST_UTILISATION = 0.3, 0.9


@dataclass(frozen=True, slots=True)
class Network:
    """One random network.

    Attributes:
        name: Kind and number.
        kind: What it is made to test.
        tree: The scenario as plain values.
        utilisation: What the busiest station was sized for; retries, lost calls and held slots left aside.
    """

    name: str
    kind: str
    tree: Tree
    utilisation: float

    def scenario(self) -> Scenario:
        """The typed scenario, without the checks of a file."""
        return Scenario.model_validate(self.tree, strict=False)


def networks(count: int = 70) -> Iterator[Network]:
    """The first `count` networks, the kinds in turn; the same ones every time."""
    kinds = list(KINDS)
    for i in range(count):
        yield network(kinds[i % len(kinds)], i // len(kinds))


def network(kind: str, number: int) -> Network:
    """Network `number` of a kind (see `KINDS`)."""
    rng = np.random.default_rng([number, *kind.encode()])
    # evenly over the range, so that a few networks of each kind already show how errors grow with utilisation
    spread = (number * 0.618034 + float(rng.uniform(0, 0.15))) % 1.0
    utilisation = LEAST_UTILISATION + (MOST_UTILISATION - LEAST_UTILISATION) * spread
    components, flows = KINDS[kind](rng, utilisation)
    tree = {
        "schema": 1,
        "name": f"{kind}-{number}",
        "sources": ["drawn at random"],
        "workload": {"phases": [{"name": "steady", "rate": RATE, "hours": 1.0}]},
        "components": components,
        "flows": flows,
    }
    return Network(f"{kind}-{number}", kind, tree, utilisation)


# --- parts ----------------------------------------------------------------------------------------


def _scv(rng: np.random.Generator) -> float:
    return _log_uniform(rng, 0.25, 2.0)


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return round(float(np.exp(rng.uniform(math.log(low), math.log(high)))), 4)


def _station(rng: np.random.Generator, kind: str = "service", **more: Any) -> Tree:
    """A station with 1 to 16 servers whose load is somewhere between idle and busiest (see `_scale`)."""
    replicas, slots = int(rng.integers(1, 5)), int(rng.choice([1, 2, 4]))
    if kind == "store":  # copies of a store also decide about quorums: not what these networks are for
        replicas, slots = 1, replicas * slots
    load = float(rng.uniform(0.25, 1.0))
    service_ms = 1e3 * load * replicas * slots / RATE
    return {
        "kind": kind,
        "replicas": replicas,
        "slots": slots,
        "service_ms": service_ms,
        "service_scv": _scv(rng),
        **more,
    }


def _servers(station: Tree) -> int:
    return station.get("replicas", 1) * station.get("slots", 1)


def _visits(components: Tree, flows: Tree) -> dict[str, float]:
    """Calls of each component for one user request, retries and lost calls left aside."""
    visits = dict.fromkeys(components, 0.0)

    def walk(steps: Any, factor: float) -> None:
        for step in steps:
            if isinstance(step, dict) and "parallel" in step:
                for branch in step["parallel"]:
                    walk(branch if isinstance(branch, list) else [branch], factor)
                continue
            call = {"call": step} if isinstance(step, str) else step
            made = factor * call.get("times", 1.0)
            visits[call["call"]] += made
            hits = _hit_ratio(components[call["call"]], RATE)
            walk(call.get("then", []), made * (1.0 - hits))

    for flow in flows.values():
        walk(flow["trace"], flow["share"])
    return visits


def _hit_ratio(component: Tree, rate: float) -> float:
    """Roughly, for the sizes of things: an entry is there as soon as it was asked for."""
    if "hit_ratio" in component or "keys" not in component:
        return component.get("hit_ratio", 0.0)
    share = np.arange(1, component["keys"] + 1, dtype=float) ** -component["zipf"]
    share /= share.sum()
    lookups = rate * share * component["ttl_s"]
    return float(np.sum(share * lookups / (1.0 + lookups)))


def _scale(components: Tree, flows: Tree, utilisation: float) -> None:
    """Stretches all work so that the busiest station that doesn't hold its slots has this utilisation."""
    visits = _visits(components, flows)
    busiest = max(
        RATE * visits[name] * part["service_ms"] * 1e-3 / _servers(part)
        for name, part in components.items()
        if part["kind"] != "external" and not part.get("blocking")
    )
    for part in components.values():
        if part["kind"] != "external":
            part["service_ms"] = round(part["service_ms"] * utilisation / busiest, 6)


def _hold_s(components: Tree, step: Any) -> float:
    """Time that a call takes when nobody waits, s; of parallel branches the longest mean."""
    if isinstance(step, dict) and "parallel" in step:
        branches = [branch if isinstance(branch, list) else [branch] for branch in step["parallel"]]
        return max(sum(_hold_s(components, one) for one in branch) for branch in branches)
    call = {"call": step} if isinstance(step, str) else step
    part = components[call["call"]]
    own = part["latency_ms"] if part["kind"] == "external" else part["service_ms"]
    under = sum(_hold_s(components, one) for one in call.get("then", []))
    return call.get("times", 1.0) * (own * 1e-3 + (1.0 - _hit_ratio(part, RATE)) * under)


def _one_flow(*trace: Any) -> Tree:
    return {"all": {"share": 1.0, "trace": list(trace)}}


# --- kinds ----------------------------------------------------------------------------------------


def _tandem(rng: np.random.Generator, utilisation: float) -> tuple[Tree, Tree]:
    """Two to four stations one after the other."""
    components = {f"s{i}": _station(rng) for i in range(int(rng.integers(2, 5)))}
    flows = _one_flow(*components)
    _scale(components, flows, utilisation)
    return components, flows


def _nested(rng: np.random.Generator, utilisation: float) -> tuple[Tree, Tree]:
    """A web tier that calls services which call stores; some calls are made more than once."""
    components = {
        "web": _station(rng),
        "app": _station(rng),
        "db": _station(rng, "store"),
        "log": _station(rng),
    }
    app = {"call": "app", "then": [{"call": "db", "times": float(rng.choice([1.0, 2.0, 1.5]))}]}
    log = {"call": "log", "times": round(float(rng.uniform(0.3, 1.0)), 3)}
    flows = _one_flow({"call": "web", "then": [app, log]})
    _scale(components, flows, utilisation)
    return components, flows


def _parallel(rng: np.random.Generator, utilisation: float) -> tuple[Tree, Tree]:
    """A web tier that asks two to five services at the same time, one of which asks a store."""
    names = [f"b{i}" for i in range(int(rng.integers(2, 6)))]
    components = {"web": _station(rng), "db": _station(rng, "store")} | {
        name: _station(rng) for name in names
    }
    branches: list[Any] = [[name] for name in names]
    branches[0] = [{"call": names[0], "then": ["db"]}]
    flows = _one_flow({"call": "web", "then": [{"parallel": branches}]})
    _scale(components, flows, utilisation)
    return components, flows


def _blocking(rng: np.random.Generator, utilisation: float, room: tuple[float, float]) -> tuple[Tree, Tree]:
    """A web tier that keeps a thread for each request, with `room` times the threads that calls without waits
    would need at the busiest station's limit."""
    components = {"web": _station(rng, blocking=True), "db": _station(rng, "store")}
    trace: Tree = {"call": "web", "then": ["db"]}
    if rng.random() < 0.5:
        components["cache"] = _station(rng)
        trace["then"] = ["cache", "db"]
    components["web"]["service_ms"] *= 0.3
    components["db"]["slots"] = int(rng.integers(2, 13))
    flows = _one_flow(trace)
    _scale(components, flows, utilisation)
    threads = RATE / utilisation * _hold_s(components, trace)
    components["web"] |= {"replicas": 1, "slots": math.ceil(threads * float(rng.uniform(*room))) + 1}
    return components, flows


def _blocking_roomy(rng: np.random.Generator, utilisation: float) -> tuple[Tree, Tree]:
    return _blocking(rng, utilisation, (3.0, 8.0))


def _blocking_tight(rng: np.random.Generator, utilisation: float) -> tuple[Tree, Tree]:
    # the pool takes some of the capacity away: at most 0.75 of what the store alone could do
    return _blocking(rng, min(utilisation, 0.75), (1.0, 1.4))


def _cached(rng: np.random.Generator, utilisation: float) -> tuple[Tree, Tree]:
    """A cache before a store: every other one by hit ratio, else by keys, popularity and TTL."""
    cache = _station(rng, "cache", hit_ratio=round(float(rng.uniform(0.5, 0.97)), 3))
    if rng.random() < 0.5:
        del cache["hit_ratio"]
        cache |= {
            "keys": int(_log_uniform(rng, 500, 20_000)),
            "zipf": round(float(rng.uniform(0.6, 1.2)), 2),
            "ttl_s": _log_uniform(rng, 10, 100),
        }
    components = {"web": _station(rng), "cache": cache, "db": _station(rng, "store")}
    flows = _one_flow({"call": "web", "then": [{"call": "cache", "then": ["db"]}]})
    hits = _hit_ratio(cache, RATE)
    cache["service_ms"] *= 0.1
    components["db"]["service_ms"] /= 1.0 - hits
    _scale(components, flows, utilisation)
    return components, flows


def _bounded(rng: np.random.Generator, utilisation: float) -> tuple[Tree, Tree]:
    """A nested network whose stations have a few places to wait in."""
    components, flows = _nested(rng, utilisation)
    for name in ("app", "db"):
        components[name]["queue_limit"] = int(rng.integers(1, 13))
    return components, flows


def _longest_wait(rng: np.random.Generator, utilisation: float) -> tuple[Tree, Tree]:
    """A nested network whose stations turn away who would wait longer than a few services of one server."""
    components, flows = _nested(rng, utilisation)
    for name in ("app", "db"):
        part = components[name]
        longest = _log_uniform(rng, 0.7, 5.0) * part["service_ms"] * 1e-3 / math.sqrt(_servers(part))
        part["max_wait_s"] = round(longest, 6)
    return components, flows


def _retrying(rng: np.random.Generator, utilisation: float) -> tuple[Tree, Tree]:
    """A service with errors and a time-out whose callers try again.

    Nothing here can stay down: the queue holds less than the time-out's worth of work, or (every other one)
    it is unbounded and the load so low that all attempts together could be carried.
    """
    components = {"web": _station(rng), "app": _station(rng), "db": _station(rng, "store")}
    retries = int(rng.integers(1, 4))
    is_bounded = bool(rng.random() < 0.6)
    call: Tree = {"call": "app", "retries": retries}
    flows = _one_flow({"call": "web", "then": [call]}, "db")
    _scale(components, flows, utilisation if is_bounded else min(utilisation, 0.9 / (retries + 1)))
    app = components["app"]
    app["error_share"] = round(float(rng.uniform(0.005, 0.05)), 4)
    timeout_s = app["service_ms"] * 1e-3 * float(rng.uniform(4.0, 8.0))
    if is_bounded:
        app["queue_limit"] = max(2, int(0.6 * timeout_s * _servers(app) / (app["service_ms"] * 1e-3)))
    call["timeout_ms"] = round(timeout_s * 1e3, 4)
    if rng.random() < 0.5:
        call |= {"backoff_ms": round(app["service_ms"] * float(rng.uniform(0.2, 2.0)), 4), "jitter": 0.5}
    return components, flows


def _mixed(rng: np.random.Generator, utilisation: float) -> tuple[Tree, Tree]:
    """A small shop: flows with nested, parallel, cached and optional calls over shared stations."""
    components = {
        "web": _station(rng),
        "catalog": _station(rng),
        "cache": _station(rng, "cache", hit_ratio=round(float(rng.uniform(0.6, 0.95)), 3)),
        "store": _station(rng, "store"),
        "recommend": _station(rng),
        "checkout": _station(rng),
        "orders": _station(rng, "store"),
        "payment": {"kind": "external", "latency_ms": _log_uniform(rng, 20, 300), "latency_scv": _scv(rng)},
    }
    buy = round(float(rng.uniform(0.05, 0.3)), 3)
    search = round(float(rng.uniform(0.2, 0.4)), 3)
    catalog = {"call": "catalog", "then": [{"call": "cache", "then": ["store"]}]}
    browse = {"call": "web", "then": [{"parallel": [[catalog], [{"call": "recommend", "optional": True}]]}]}
    order = {"call": "checkout", "then": ["payment", {"call": "orders", "write": True}]}
    flows = {
        "browse": {"share": round(1.0 - buy - search, 3), "trace": [browse]},
        "search": {"share": search, "trace": [{"call": "web", "then": [{"call": "catalog", "times": 1.3}]}]},
        "buy": {"share": buy, "trace": [{"call": "web", "then": [catalog, order]}]},
    }
    for name, visits in _visits(components, flows).items():
        if components[name]["kind"] != "external":
            components[name]["service_ms"] /= visits
    _scale(components, flows, utilisation)
    return components, flows


KINDS: dict[str, Callable[[np.random.Generator, float], tuple[Tree, Tree]]] = {
    "tandem": _tandem,
    "nested": _nested,
    "parallel": _parallel,
    "blocking-roomy": _blocking_roomy,
    "blocking-tight": _blocking_tight,
    "cached": _cached,
    "bounded": _bounded,
    "longest-wait": _longest_wait,
    "retrying": _retrying,
    "mixed": _mixed,
}
