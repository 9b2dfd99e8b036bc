"""The network between components: calls that don't come through, and calls that take longer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from models.errors import Code, Finding
from models.scenario.experiments.fault import Duration, Fault, one_of
from models.scenario.part import Name
from models.scenario.quantity import Count, PerSecond, ShareAboveZero


class _OnTheWay(Fault):
    target: Name | None = None
    """The component whose calls it hits; or give `link`."""
    link: Name | None = None
    """The link between regions whose traffic it hits."""
    duration_s: Duration
    """How long it lasts, s."""
    share: ShareAboveZero = 1.0
    """Share of the calls that it hits."""

    def contradictions(self, where: str) -> Iterator[Finding]:
        """One place."""
        yield from one_of(self, where, ("target", "link"), "where calls are hit")


class Partition(_OnTheWay):
    """Calls don't come through; of a store with copies, some of the copies can't be heard."""

    kind: Literal["partition"]
    seen_as: Literal["timeout", "loss"] = "timeout"
    """`timeout`: packets vanish, callers wait for their time-out; `loss`: callers are told at once."""
    copies: Count | None = None
    """Copies of a store (of each shard) that are cut off from the others; null = calls are cut off."""
    accepts: Literal["quorum", "both"] | None = None
    """With `copies`: `quorum`: a side without one refuses; `both`: both sides write, and diverge."""
    reconciled_per_s: Annotated[PerSecond, Field(gt=0)] | None = None
    """Diverged writes that can be brought together afterwards, 1/s: says how long reconciling takes."""

    @property
    def touches(self) -> tuple[tuple[str, str | None], ...]:
        """Calls, or copies."""
        return (("servers" if self.copies is not None else "answers", self.target or self.link),)

    def contradictions(self, where: str) -> Iterator[Finding]:
        """What only copies have."""
        yield from super().contradictions(where)
        for key in ("accepts", "reconciled_per_s"):
            if getattr(self, key) is not None and self.copies is None:
                found = f"{key} without copies"
                hint = "add copies: how many of them are cut off"
                yield Finding(f"{where}.{key}", found, "only with copies", hint, code=Code.CONFLICT)
        if self.reconciled_per_s is not None and self.copies is not None and self.accepts != "both":
            found = "reconciled_per_s where no writes diverge"
            hint = "add accepts: both, or remove it"
            yield Finding(f"{where}.reconciled_per_s", found, "", hint, code=Code.CONFLICT)


class Latency(_OnTheWay):
    """Calls take longer."""

    kind: Literal["latency"]
    added_ms: (
        Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False, json_schema_extra={"unit": "ms"})] | None
    ) = None
    """By how much, ms; over a link: added to the round trip of every attempt. Or give `factor`."""
    factor: Annotated[float, Field(gt=1, le=1e4, allow_inf_nan=False)] | None = None
    """How many times as long all of it takes: short answers stay short, long ones become very long."""

    @property
    def touches(self) -> tuple[tuple[str, str | None], ...]:
        """Time on the way."""
        return (("time", self.target or self.link),)

    def contradictions(self, where: str) -> Iterator[Finding]:
        """A link is slow for all, and so is what takes several times as long."""
        yield from super().contradictions(where)
        yield from one_of(self, where, ("added_ms", "factor"), "how much longer it takes")
        if self.factor is not None and self.share < 1.0:
            found = f"share {self.share:g} beside factor"
            hint = "remove it, or give added_ms"
            yield Finding(f"{where}.share", found, "1: all calls are slow", hint, code=Code.CONFLICT)
        if self.link is not None and self.share < 1.0:
            found = f"share {self.share:g} of a link"
            hint = "remove it, or name a target"
            yield Finding(f"{where}.share", found, "1: a link is slow for all", hint, code=Code.CONFLICT)
