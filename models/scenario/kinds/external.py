"""Somebody else's system: no queue of ours, but a latency and perhaps a rate limit."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.scenario.kinds.station import Described, Traits
from models.scenario.prerequisite import Prerequisite
from models.scenario.quantity import Milliseconds, PerSecond, Scv


class External(Described):
    """Somebody else's system: no queue of ours, but a latency and perhaps a rate limit."""

    traits: ClassVar[Traits] = Traits(
        100,
        slowed_by="latency_ms",
        capacity=("rate_limit_per_s",),
        losses=("rate_limit_per_s",),
        is_ours=False,
    )

    prerequisites: ClassVar[tuple[Prerequisite, ...]] = (
        Prerequisite(
            ("latency_scv",),
            ("latency_ms",),
            lambda part: part.latency_ms > 0.0,
            "latency_ms is 0: it takes no time",
        ),
    )

    kind: Literal["external"]
    latency_ms: Milliseconds
    """Mean response time, ms."""
    latency_scv: Scv = 1.0
    """Squared coefficient of variation of the response time."""
    rate_limit_per_s: PerSecond | None = None
    """Calls per second it accepts; what is above is turned away; null = no limit."""
