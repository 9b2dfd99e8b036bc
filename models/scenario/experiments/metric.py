"""What statements can be about: the metrics, their units, whose they are, and the words for them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """Whose a metric is."""

    FLOW = "a flow, or nothing for all flows together"
    COMPONENT = "a component"
    MACHINES = "a component that runs on machines of ours"
    CACHE = "a cache"
    COPIES = "a store"
    SYSTEM = "nothing: it is of the whole system"


class Unit(StrEnum):
    """Units of metrics, as they stand in their names."""

    SHARE = "share"
    MS = "ms"
    S = "s"
    PER_S = "1/s"
    COUNT = ""
    USD = "USD"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: Its name, unit included.
        unit: Its unit.
        subject: Whose it is.
        words: What sentences call it besides its name.
        meaning: What it is.
        is_computed: It follows from the fault itself, and needs no run.
    """

    name: str
    unit: Unit
    subject: Subject
    words: tuple[str, ...]
    meaning: str
    is_computed: bool = False

    @property
    def is_bounded(self) -> bool:
        """Whether it can't be above 1."""
        return self.unit is Unit.SHARE


#: All of them; how each is read from a run stands in `models.faults.metrics`.
METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "success_share",
            Unit.SHARE,
            Subject.FLOW,
            ("success", "answered", "answers"),
            "share of the requests that ended in this time and were answered well",
        ),
        Metric("error_share", Unit.SHARE, Subject.FLOW, ("errors", "error pages", "failures"), "the others"),
        Metric("goodput_per_s", Unit.PER_S, Subject.FLOW, ("goodput",), "answers a second"),
        Metric("offered_per_s", Unit.PER_S, Subject.FLOW, ("load", "offered"), "requests a second"),
        Metric("mean_ms", Unit.MS, Subject.FLOW, ("mean latency", "mean"), "mean latency of the answers"),
        Metric("p50_ms", Unit.MS, Subject.FLOW, ("p50", "median"), "half of the answers are faster"),
        Metric("p95_ms", Unit.MS, Subject.FLOW, ("p95",), "95 of 100 answers are faster"),
        Metric("p99_ms", Unit.MS, Subject.FLOW, ("p99",), "99 of 100 answers are faster"),
        Metric("oldest_s", Unit.S, Subject.FLOW, ("oldest",), "age of the oldest request under way"),
        Metric(
            "attempts_per_call",
            Unit.COUNT,
            Subject.SYSTEM,
            ("attempts per call", "amplification"),
            "attempts at calls for each first one: how much retries add",
        ),
        Metric(
            "answered_calls_share",
            Unit.SHARE,
            Subject.COMPONENT,
            ("answered calls", "calls answered"),
            "share of the attempts at its calls that were answered in time",
        ),
        Metric(
            "utilisation",
            Unit.SHARE,
            Subject.MACHINES,
            ("utilization", "busy"),
            "share of its servers that work",
        ),
        Metric("waiting", Unit.COUNT, Subject.MACHINES, ("queue",), "calls that wait for a server"),
        Metric(
            "servers", Unit.COUNT, Subject.MACHINES, ("slots",), "servers (slots of replicas) that are up"
        ),
        Metric(
            "hit_share",
            Unit.SHARE,
            Subject.CACHE,
            ("hits", "hit ratio"),
            "share of the look-ups that find something",
        ),
        Metric(
            "open_share",
            Unit.SHARE,
            Subject.COMPONENT,
            ("breaker open", "open breakers"),
            "share of the time in which breakers on its calls are open",
        ),
        Metric(
            "diverged_writes",
            Unit.COUNT,
            Subject.COPIES,
            ("diverged writes",),
            "writes that only one side of a partition has",
            is_computed=True,
        ),
        Metric(
            "reconcile_s",
            Unit.S,
            Subject.COPIES,
            ("reconciling",),
            "how long it takes to bring diverged writes together",
            is_computed=True,
        ),
        Metric(
            "driver_cost_usd",
            Unit.USD,
            Subject.SYSTEM,
            ("driver cost", "cost of drivers"),
            "what `costs` come to with the values of the drivers",
            is_computed=True,
        ),
    )
}
_BY_WORDS = {word: metric for metric in METRICS.values() for word in (metric.name, *metric.words)}


def metric_of(words: str) -> Metric | None:
    """The metric that some words name; None = there is none."""
    plain = " ".join(words.split())
    return _BY_WORDS.get(plain) or _BY_WORDS.get(plain.lower())


def nearest_metric(words: str) -> str:
    """The name of the metric that is nearest to some words; empty where none is near."""
    plain = " ".join(words.lower().split())[:100]
    tries = [plain, *plain.split()]
    for text in tries:
        close = difflib.get_close_matches(text, _BY_WORDS, n=1, cutoff=0.7)
        if close:
            return _BY_WORDS[close[0]].name
    return ""
