"""Copies: a queue for each and how calls come to one, and quorums among the copies of a store."""

from __future__ import annotations

from typing import Any

from benchmarks.families.draw import Draw, Parts, family, one_flow


def _balanced(draw: Draw, balancing: str) -> Parts:
    """A service of 2 to 20 copies with a queue each, and sometimes a store behind it."""
    copies, slots = draw.whole(2, 20), draw.one_of([1, 2, 4, 8])
    web = draw.busiest(replicas=copies, slots=slots, balancing=balancing)
    if draw.heads():
        return {"web": web}, one_flow("web")
    return {"web": web, "db": draw.station("store")}, one_flow({"call": "web", "then": ["db"]})


@family("least-connections")
def _(draw: Draw) -> Parts:
    return _balanced(draw, "least_connections")


@family("two-choices")
def _(draw: Draw) -> Parts:
    return _balanced(draw, "two_choices")


@family("round-robin")
def _(draw: Draw) -> Parts:
    return _balanced(draw, "round_robin")


@family("random-copy")
def _(draw: Draw) -> Parts:
    return _balanced(draw, "random")


@family("hedged-calls", utilisation=(0.2, 0.75))
def _(draw: Draw) -> Parts:
    """A second attempt to another copy after a multiple of the usual time, sometimes with errors."""
    copies, slots = draw.whole(4, 20), draw.one_of([1, 2, 4, 8])
    app = draw.busiest(replicas=copies, slots=slots, balancing=draw.one_of(["random", "least_connections"]))
    app["error_share"] = draw.one_of([0.0, 0.0, 0.02])
    call: dict[str, Any] = {
        "call": "app",
        "hedge_after_ms": round(draw.log_uniform(1.5, 5.0) * app["service_ms"], 4),
    }
    if draw.heads(0.4):
        call["timeout_ms"] = round(3.0 * call["hedge_after_ms"], 4)
        call["retries"] = draw.whole(0, 1)
    return {"web": draw.station(load=0.3), "app": app}, one_flow({"call": "web", "then": [call]})


@family("quorums")
def _(draw: Draw) -> Parts:
    """A store whose reads and writes hear several copies; some requests write.

    It is sized so that it carries its load also where each write costs every copy its work, and each read as
    many as it must hear.
    """
    copies = draw.whole(3, 7)
    read = draw.whole(1, copies // 2 + 1)
    writes = draw.uniform(0.05, 0.4)
    slots = draw.whole(2, 8)
    work = (1.0 - writes) * read + writes * copies
    store: dict[str, Any] = {
        "kind": "store",
        "replicas": copies,
        "slots": slots,
        "service_ms": round(1e3 * draw.utilisation * copies * slots / 100.0 / work, 6),
        "service_scv": draw.scv(),
        "read_quorum": read,
        "write_quorum": draw.whole(1, copies),
        "balancing": "random",
        "copy_work": 1.0,
        "rtt_ms": draw.log_uniform(0.5, 30.0),
        "rtt_scv": draw.scv(high=2.0),
    }
    flows = {
        "read": {"share": round(1.0 - writes, 4), "trace": [{"call": "web", "then": ["db"]}]},
        "write": {"share": writes, "trace": [{"call": "web", "then": [{"call": "db", "write": True}]}]},
    }
    return {"web": draw.station(), "db": store}, flows
