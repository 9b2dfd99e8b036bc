"""Servers that are gone, that stand still, or that run out of memory slowly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from models.errors import Finding
from models.scenario.experiments.fault import MACHINES, Duration, Fault, OnComponent, Reach, one_of
from models.scenario.part import Name
from models.scenario.quantity import Count, LostShare, ShareAboveZero, ZoneCount


class Terminate(Fault):
    """Replicas, zones or a region are gone, with what they were doing."""

    reach: ClassVar[Reach] = MACHINES

    kind: Literal["terminate"]
    target: Name | None = None
    """The component that loses servers; or give `region`."""
    region: Name | None = None
    """The region that is lost: every component of ours in it."""
    replicas: Count | None = None
    """Replicas that are lost (of each shard, where there are shards)."""
    zones: ZoneCount | None = None
    """Zones that are lost, with the replicas in them; replicas are spread evenly over the zones."""
    share: ShareAboveZero | None = None
    """Share of the replicas that is lost."""
    duration_s: Duration | None = None
    """How long they are gone, s; null = they don't come back."""
    seen_as: Literal["timeout", "loss"] = "loss"
    """What callers see who ask lost servers that health checks haven't noticed: no answer (`timeout`), or one
    that says so at once (`loss`)."""

    @property
    def touches(self) -> tuple[tuple[str, str | None], ...]:
        """Servers."""
        return (("servers", self.target),)

    def contradictions(self, where: str) -> Iterator[Finding]:
        """One place, and one amount; a region is lost whole."""
        yield from one_of(self, where, ("target", "region"), "where servers are lost")
        if self.target is not None:
            yield from one_of(self, where, ("replicas", "zones", "share"), "how many of them")
        elif self.region is not None:
            for key in ("replicas", "zones", "share"):
                if getattr(self, key) is not None:
                    yield from one_of(self, where, ("region", key), "a region is lost whole")


class Pause(OnComponent):
    """All servers of a component stand still: what comes waits, what was under way goes on later."""

    reach: ClassVar[Reach] = MACHINES

    kind: Literal["pause"]

    @property
    def touches(self) -> tuple[tuple[str, str | None], ...]:
        """Servers."""
        return (("servers", self.target),)


class SlowLeak(OnComponent):
    """Memory leaks: the share of time lost to collection grows evenly, until servers are restarted."""

    reach: ClassVar[Reach] = MACHINES

    kind: Literal["slow_leak"]
    gc_share: LostShare
    """Share of time lost to collection when it is over."""

    @property
    def touches(self) -> tuple[tuple[str, str | None], ...]:
        """Collection."""
        return (("gc_share", self.target),)
