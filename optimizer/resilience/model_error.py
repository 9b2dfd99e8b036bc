"""How far the model may be off in each metric of an experiment, and which direction of it is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from optimizer.resilience.verification import PROMISED


class Wanted(Enum):
    """Which direction of a metric is better."""

    MORE = "more"
    LESS = "less"
    AS_IT_IS = "as it is"


#: By metric: the relative error, the least amount that counts, and the direction that is wanted. Promised
#: where
#: the verification of a design promises it; what follows from those takes the widest of them.
_KNOWN: Mapping[str, tuple[tuple[float, float], Wanted]] = {
    "success_share": (PROMISED["success"], Wanted.MORE),
    "error_share": (PROMISED["success"], Wanted.LESS),
    "answered_calls_share": (PROMISED["success"], Wanted.MORE),
    "goodput_per_s": (PROMISED["arrivals_per_s"], Wanted.MORE),
    "offered_per_s": (PROMISED["arrivals_per_s"], Wanted.AS_IT_IS),
    "mean_ms": (PROMISED["mean_ms"], Wanted.LESS),
    "p50_ms": (PROMISED["p99_ms"], Wanted.LESS),
    "p95_ms": (PROMISED["p99_ms"], Wanted.LESS),
    "p99_ms": (PROMISED["p99_ms"], Wanted.LESS),
    "oldest_s": (PROMISED["p99_ms"], Wanted.LESS),
    "attempts_per_call": (PROMISED["mean_ms"], Wanted.LESS),
    "utilisation": (PROMISED["utilisation"], Wanted.AS_IT_IS),
    "waiting": ((PROMISED["p99_ms"][0], 1.0), Wanted.LESS),
    "servers": ((0.0, 0.0), Wanted.AS_IT_IS),
    "hit_share": (PROMISED["success"], Wanted.MORE),
    "open_share": (PROMISED["success"], Wanted.LESS),
}
_UNKNOWN = ((PROMISED["mean_ms"][0], 0.0), Wanted.LESS)
#: Metrics that can't be above 1.
_SHARES = ("share", "utilisation")


def wanted_of(metric: str) -> Wanted:
    """Which direction of a metric is better."""
    return _KNOWN.get(metric, _UNKNOWN)[1]


def error_of(metric: str, value: float) -> float:
    """How far the model may be off at a value, in the unit of the metric."""
    (relative, least), _ = _KNOWN.get(metric, _UNKNOWN)
    return max(relative * abs(value), least)


def widened(metric: str, value: float, *, up: bool) -> float:
    """An end of an interval moved outwards by the model's error, within what the metric can be."""
    moved = value + error_of(metric, value) if up else max(value - error_of(metric, value), 0.0)
    return min(moved, max(1.0, value)) if metric.endswith(_SHARES) else moved
