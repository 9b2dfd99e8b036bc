"""An experiment as faults of single requests, in the manner of failure injection by request (Netflix 2014).

A request carries what is to fail: so a share of the requests is exactly that, one flow can be meant alone,
and a
delay may stretch each answer by a factor. What happens to machines can't be told in this way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.scenario.experiment import AnyFault
from models.scenario.experiments.answers import ClockSkew, Corruption, Errors, Expiry, Refuse
from models.scenario.experiments.network import Latency, Partition
from models.scenario.experiments.statement import Statement
from optimizer.resilience.exports.drill import GUARD_S, UNBOUNDED, Drill
from optimizer.resilience.exports.pods import refused
from optimizer.resilience.exports.shape import matches, wrong_in
from optimizer.resilience.exports.yaml_text import yaml_text

_TOOL = "injection by request"
Json = dict[str, Any]


def request_faults(drill: Drill) -> Mapping[str, str]:
    """The files, by name.

    Raises:
        NotExported: It is nothing that happens to a request.
    """
    return {f"{drill.name}.yaml": yaml_text([injection_of(drill)], [*drill.notes])}


def injection_of(drill: Drill) -> Json:
    """The document."""
    begins = min(fault.start_s for fault in drill.faults)
    points = []
    for fault in drill.faults:
        stays = fault.ends_s is None or fault.ends_s <= fault.start_s
        lasts = drill.fault_s if stays else float(fault.ends_s or 0.0) - fault.start_s
        points.append(
            {
                "point": _target(drill, fault),
                "percent": 100.0 * _share(fault),
                "failure": _failure(drill, fault),
                "starts_after_s": fault.start_s - begins,
                "lasts_s": lasts,
            }
        )
    document: Json = {
        "failure_injection": drill.name,
        "scenario": drill.system.scenario.name,
        "phase": drill.prediction.trial.phase,
        "scope": {"flows": list(drill.system.flows), "begin_with_percent": 1, "then_percent": [5, 25, 100]},
        "points": points,
        "steady_state": [_level(drill, one, *drill.prediction.tolerance(one)) for one in drill.steady_state],
        "expected": [_level(drill, one, *_range(one)) for one in drill.expected],
        "abort": [
            {**_level(drill, one.statement, one.low, one.high), "since": one.since, "every_s": GUARD_S}
            for one in drill.guards
        ],
        "wait_s": drill.wait_s,
        "rollback": "always",
    }
    assert not list(wrong_in(document, INJECTION)), list(wrong_in(document, INJECTION))
    return document


def _target(drill: Drill, fault: AnyFault) -> str:
    if isinstance(fault, Partition) and fault.copies is not None:
        raise refused(drill, fault, _TOOL, "knows calls, and no copies of a store")
    if not isinstance(fault, (Latency, Partition, Errors, Refuse, Expiry, Corruption, ClockSkew)):
        raise refused(
            drill, fault, _TOOL, "knows calls, and neither machines nor load", "export it to another tool"
        )
    name = fault.target
    if name is None:
        raise refused(drill, fault, _TOOL, "knows components, and no links", "name a component as target")
    return name


def _share(fault: AnyFault) -> float:
    if isinstance(fault, ClockSkew):
        return fault.refused_share
    share: float = getattr(fault, "share", 1.0)
    return share


def _failure(drill: Drill, fault: AnyFault) -> Json:
    if isinstance(fault, Latency):
        return {"added_ms": fault.added_ms} if fault.added_ms is not None else {"factor": fault.factor}
    if isinstance(fault, Partition):
        return {"answer": "none" if fault.seen_as == "timeout" else "refused"}
    if isinstance(fault, Errors):
        return {"answer": {"timeout": "none", "refusal": "refused"}.get(fault.seen_as, "error")}
    if isinstance(fault, Corruption):
        return {"answer": "wrong"}
    return {"answer": "refused"}


def _range(statement: Statement) -> tuple[float, float]:
    low = 0.0 if statement.above is None else statement.above
    return low, UNBOUNDED if statement.below is None else statement.below


def _level(drill: Drill, statement: Statement, low: float, high: float) -> Json:
    query = drill.queries.query(statement.metric, statement.of, statement.for_s or 0.0)
    found: Json = {"metric": statement.metric, "query": query or ""}
    if statement.of is not None:
        found["of"] = statement.of
    if low > 0.0:
        found["at_least"] = low
    if high < UNBOUNDED:
        found["at_most"] = high
    if statement.within_s_after is not None:
        found["from_s_after_the_end"] = drill.counts_after_s(statement)
    return found


_NAME = matches(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
_LEVEL: Json = {
    "metric!": _NAME,
    "query!": str,
    "of": _NAME,
    "at_least": float,
    "at_most": float,
    "from_s_after_the_end": float,
    "since": {"injection", "end"},
    "every_s": float,
}
#: What the document holds.
INJECTION: Json = {
    "failure_injection!": _NAME,
    "scenario!": str,
    "phase!": _NAME,
    "scope!": {"flows!": [_NAME], "begin_with_percent!": int, "then_percent!": [int]},
    "points!": [
        {
            "point!": _NAME,
            "percent!": float,
            "failure!": {"added_ms": float, "factor": float, "answer": {"none", "refused", "error", "wrong"}},
            "starts_after_s!": float,
            "lasts_s!": float,
        }
    ],
    "steady_state!": [_LEVEL],
    "expected!": [_LEVEL],
    "abort!": [_LEVEL],
    "wait_s!": float,
    "rollback!": {"always"},
}
