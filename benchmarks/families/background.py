"""Work that nobody waits for, copies that follow the load, and clients who wait for their answers."""

from __future__ import annotations

from benchmarks.families.draw import RATE, Draw, Parts, family


@family("queued-work", utilisation=(0.3, 0.75))
def _(draw: Draw) -> Parts:
    """Consumers behind a queue ask the store that users ask, too; some messages fail and are given again."""
    store = draw.station("store", load=draw.utilisation * draw.uniform(0.3, 0.8))
    store |= {"service_ms": store["service_ms"] / 2.0}  # half of its calls are the users'
    slots = store["slots"] + draw.whole(0, 4)
    jobs = {
        "kind": "queue",
        "slots": slots,
        "service_ms": round(max(900.0 * draw.utilisation * slots / RATE - 2.0 * store["service_ms"], 0.0), 6),
        "service_scv": draw.scv(high=4.0),
        "error_share": draw.uniform(0.0, 0.1),
        "max_receives": draw.whole(1, 3),
    }
    message = {"call": "jobs", "async": True, "then": ["db"]}
    flow = {"share": 1.0, "trace": [{"call": "web", "then": ["db", message]}]}
    return {"web": draw.station(), "jobs": jobs, "db": store}, {"all": flow}


@family("autoscaled")
def _(draw: Draw) -> Parts:
    """A service that runs in as many copies as its load asks for, before a store."""
    slots = draw.whole(1, 4)
    web = {
        "kind": "service",
        "slots": slots,
        "service_ms": round(1e3 * draw.uniform(0.5, 12.0) * slots / RATE, 6),
        "service_scv": draw.scv(high=4.0),
        "autoscaling": True,
        "max_replicas": 40,
        "target_utilisation": draw.uniform(0.4, 0.9),
    }
    flow = {"share": 1.0, "trace": [{"call": "web", "then": ["db"]}]}
    return {"web": web, "db": draw.station("store")}, {"all": flow}


@family("connected-clients", utilisation=(0.3, 0.9))
def _(draw: Draw) -> Parts:
    """Clients who think, beside others who come at random."""
    web, db = draw.station(), draw.busiest(kind="store", service_scv=draw.scv(high=4.0))
    think_s, share = draw.log_uniform(0.5, 20.0), draw.uniform(0.3, 1.0)
    draw.clients["think_s"] = think_s
    draw.phase["clients"] = max(round(share * RATE * think_s), 20)
    draw.phase["rate"] = round((1.0 - share) * RATE, 4)
    return {"web": web, "db": db}, {"all": {"share": 1.0, "trace": [{"call": "web", "then": ["db"]}]}}
