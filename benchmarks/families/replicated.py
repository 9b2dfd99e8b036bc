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
