"""Something that keeps data in replicas and answers by quorum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import ClassVar, Literal

from models.errors import Code, Finding
from models.scenario.kinds.station import Station, Traits
from models.scenario.prerequisite import Prerequisite
from models.scenario.quantity import Count, Milliseconds, PerSecond, Scv, Share


class Store(Station):
    """Something that keeps data in replicas and answers by quorum."""

    traits: ClassVar[Traits] = Traits(1, capacity=("replicas", "slots", "shards"), keeps_copies=True)
    newer_defaults: ClassVar[Mapping[str, str | float]] = MappingProxyType(
        {"balancing": "random", "copy_work": 1.0}
    )
    prerequisites: ClassVar[tuple[Prerequisite, ...]] = (
        *Station.prerequisites,
        Prerequisite(
            ("copy_work",),
            ("replicas",),
            lambda part: part.replicas > 1,
            "replicas is 1: there is no other copy",
        ),
        Prerequisite(
            ("read_repair",),
            ("replicas", "read_quorum"),
            lambda part: part.read_quorum < part.replicas,
            "a read asks all copies already (read_quorum is replicas)",
        ),
        Prerequisite(
            ("read_repair",),
            ("copy_work",),
            lambda part: part.copy_work > 0.0,
            "copy_work is 0: one copy alone does the work",
            "add copy_work",
        ),
        Prerequisite(
            ("rtt_scv", "rtt_min_ms"),
            ("rtt_ms",),
            lambda part: part.rtt_ms > 0.0,
            "rtt_ms is 0",
            "add rtt_ms",
        ),
        Prerequisite(
            ("replication_lag_ms", "replication_lag_scv", "replication_lag_min_ms", "writes_per_key_per_s"),
            ("read_quorum", "write_quorum", "replicas"),
            lambda part: part.read_quorum + (part.write_quorum or part.replicas) <= part.replicas,
            "read_quorum and write_quorum overlap (R + W > replicas), so every read finds the latest write",
            "lower a quorum (write_quorum is all replicas unless it is given)",
        ),
        Prerequisite(
            ("replication_lag_ms", "replication_lag_scv", "replication_lag_min_ms"),
            ("writes_per_key_per_s",),
            lambda part: part.writes_per_key_per_s > 0.0,
            "writes_per_key_per_s is 0: nothing changes that could be read too late",
            "add writes_per_key_per_s",
        ),
        Prerequisite(
            ("writes_per_key_per_s", "replication_lag_scv", "replication_lag_min_ms"),
            ("replication_lag_ms",),
            lambda part: part.replication_lag_ms > 0.0,
            "replication_lag_ms is 0: no copy lags behind",
            "add replication_lag_ms",
        ),
    )

    kind: Literal["store"]
    read_quorum: Count = 1
    """R: replicas that a read must hear."""
    write_quorum: Count | None = None
    """W: replicas that a write must reach; null = all of them."""
    copy_work: Share = 0.0
    """Work that a call costs each further copy it goes to, as a share of what it costs the first: a write
    goes to all copies, a read to as many as `read_quorum` says. 0 = one copy alone does the work."""
    read_repair: Share = 0.0
    """Share of reads that ask all copies, answer with the first `read_quorum`, and bring up to date what
    lags behind."""
    replication_lag_ms: Milliseconds = 0.0
    """Mean lag of a replica behind a write, ms."""
    replication_lag_scv: Scv = 1.0
    """Squared coefficient of variation of that lag; 1 = exponential where it has no minimum."""
    replication_lag_min_ms: Milliseconds = 0.0
    """Shortest lag, ms: what is above it follows a gamma law."""
    shards: Count = 1
    """Parts over which the load is split; `replicas` counts the copies of one shard."""
    rtt_ms: Milliseconds = 0.0
    """Round trip to another replica that a quorum must hear, ms."""
    rtt_scv: Scv = 1.0
    """Squared coefficient of variation of that round trip."""
    rtt_min_ms: Milliseconds = 0.0
    """Shortest round trip, ms: what is above it follows a gamma law."""
    writes_per_key_per_s: PerSecond = 0.0
    """How often the same item changes, 1/s."""

    def contradictions(self, where: str) -> Iterator[Finding]:
        """A quorum of more replicas than there are, a minimum above its mean."""
        yield from super().contradictions(where)
        for name, least in (("replication_lag", self.replication_lag_min_ms), ("rtt", self.rtt_min_ms)):
            mean, scv = getattr(self, f"{name}_ms"), getattr(self, f"{name}_scv")
            if mean > 0.0 and (least > mean or (least == mean and scv > 0.0)):
                yield Finding(
                    f"{where}.{name}_min_ms",
                    f"a minimum of {least:g} ms of a mean of {mean:g} ms",
                    "less than the mean, or as much with an scv of 0",
                    "lower it",
                    code=Code.CONFLICT,
                    about=(f"{where}.{name}_ms",),
                )
        for key in ("read_quorum", "write_quorum"):
            quorum: int | None = getattr(self, key)
            if quorum is not None and quorum > self.replicas:
                found = (
                    f"a quorum of {quorum} among {self.replicas} replica{'s' if self.replicas > 1 else ''}"
                )
                allowed, hint = f"a whole number from 1 to {self.replicas}", "lower it, or raise replicas"
                yield Finding(f"{where}.{key}", found, allowed, hint, code=Code.OUT_OF_RANGE)
