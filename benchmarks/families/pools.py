"""Pools of threads that wait for what is below them."""

from __future__ import annotations

from benchmarks.families.closed_network import throughput_per_s
from benchmarks.families.draw import RATE, Draw, Parts, Tree, family, one_flow


def _pool(draw: Draw, stores: int, room: tuple[float, float], most_scv: float = 2.0) -> tuple[Tree, Tree]:
    """A pool over stores that it asks one after the other, sized so that it has the load of the draw.

    Args:
        draw: Random numbers.
        stores: How many.
        room: Threads over those that are busy when all stores are full and nobody waits, lowest and highest.
        most_scv: Highest squared coefficient of variation: closed networks are exact for 1 only.
    """
    components: Tree = {"app": {"kind": "service", "blocking": True, "service_scv": draw.scv(high=most_scv)}}
    demands, servers = [], []
    for i in range(stores):
        servers.append(draw.whole(2, 12))
        demands.append(servers[i] * draw.uniform(0.4, 1.0) * 1e-2)
        components[f"db{i}"] = {"kind": "store", "slots": servers[i], "service_scv": draw.scv(high=most_scv)}
    own = sum(demands) * draw.uniform(0.05, 0.5)
    full = 1.0 / max(demand / count for demand, count in zip(demands, servers, strict=True))
    threads = max(int(full * (own + sum(demands)) * draw.uniform(*room)) + 1, 2)
    most = throughput_per_s(threads, own, list(zip(demands, servers, strict=True)))
    longer = draw.utilisation * most / RATE
    components["app"] |= {"slots": threads, "service_ms": round(own * longer * 1e3, 6)}
    for i, demand in enumerate(demands):
        components[f"db{i}"]["service_ms"] = round(demand * longer * 1e3, 6)
    names = [name for name in components if name != "app"]
    return components, one_flow({"call": "app", "then": names})


@family("roomy-pool")
def _(draw: Draw) -> Parts:
    return _pool(draw, draw.whole(1, 2), (3.0, 8.0), 8.0)


@family("tight-pool")
def _(draw: Draw) -> Parts:
    return _pool(draw, 1, (0.9, 1.5))


@family("pool-of-many-stores")
def _(draw: Draw) -> Parts:
    return _pool(draw, draw.whole(2, 5), (0.9, 2.0))


@family("nested-pools")
def _(draw: Draw) -> Parts:
    """A pool over a pool over a store."""
    components, flows = _pool(draw, draw.whole(1, 2), (1.2, 4.0))
    inner = components["app"]
    web: Tree = {"kind": "service", "blocking": True, "service_scv": draw.scv(high=2.0)}
    web |= {
        "service_ms": round(inner["service_ms"] * 0.3, 6),
        "slots": int(inner["slots"] * draw.uniform(1.2, 3.0)) + 1,
    }
    trace = flows["all"]["trace"]
    return {"web": web, **components}, one_flow({"call": "web", "then": trace})


@family("bounded-pool", utilisation=(0.4, 1.15))
def _(draw: Draw) -> Parts:
    """A pool with a few places to wait in, or a longest wait."""
    components, flows = _pool(draw, draw.whole(1, 3), (0.9, 3.0))
    app = components["app"]
    if draw.heads(0.6):
        app["queue_limit"] = draw.whole(0, 30)
    else:
        app["max_wait_s"] = round(draw.log_uniform(0.02, 1.0), 4)
    return components, flows


@family("pool-over-bounded-store", utilisation=(0.4, 1.5))
def _(draw: Draw) -> Parts:
    """A pool with many threads over a store that turns away."""
    slots = draw.whole(1, 8)
    db = draw.busiest("store", slots=slots)
    if draw.heads(0.6):
        db["queue_limit"] = draw.whole(0, 12)
    else:
        db["max_wait_s"] = round(draw.log_uniform(0.3, 4.0) * db["service_ms"] * 1e-3, 6)
    threads = int(slots * draw.uniform(4.0, 30.0)) + 20
    app = {"kind": "service", "blocking": True, "slots": threads, "service_ms": 1.0}
    return {"app": app, "db": db}, one_flow({"call": "app", "then": ["db"]})
