"""Goals and limits: what is wanted of the six dimensions, and what a design may not exceed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.scenario.part import Name, Number, Part, Text

Tolerance = Literal["never", "rare", "sometimes", "pay"]
#: A design whose answers aren't back so long after the end of a fault, s, doesn't count as back at all.
BACK_WITHIN_S = 120.0


class Goal(Part):
    """What is wanted of one dimension."""

    limit: Number | None = None
    """Hard limit, in the dimension's unit."""
    target: Number | None = None
    """Wanted value, in the dimension's unit."""
    tolerance: Tolerance | None = None
    """How readily it is given up. `never`, or not said: the limit is a constraint. `rare`, `sometimes` or
    `pay`: the limit is a wish that ranking weighs."""
    step: Annotated[float, Field(gt=0, le=1e15)] | None = None
    """A smaller difference doesn't matter to anyone (availability: in nines)."""
    breach: Text | None = None
    """What users would see when the limit is broken."""

    @property
    def is_constraint(self) -> bool:
        """Whether a design beyond the limit is infeasible."""
        return self.limit is not None and self.tolerance in (None, "never")


class LatencyGoal(Goal):
    """What is wanted of latency; the percentile can be chosen."""

    percentile: Annotated[float, Field(ge=0.5, le=0.9999)] = 0.99
    """Which percentile of the response time is meant, as a share."""


class Goals(Part):
    """The six dimensions, with their limits and tolerances."""

    latency: LatencyGoal = LatencyGoal()
    """Response time over all user requests in the worst phase, ms."""
    throughput: Goal = Goal()
    """Rate that the mix can reach before the first component is saturated, requests/s."""
    consistency: Goal = Goal()
    """Share of reads that return the latest write."""
    availability: Goal = Goal()
    """Share of requests answered successfully."""
    cost: Goal = Goal()
    """Money for the whole scenario, USD."""
    complexity: Goal = Goal()
    """Share of the complexity budget that is used."""


class Limits(Part):
    """What a design may not exceed, beside the limits of the dimensions; null = no limit."""

    saturation: Annotated[float, Field(gt=0, le=1e6)] | None = 0.70
    """Utilisation of the busiest component: the phase boundary."""
    emergence: Annotated[float, Field(ge=0, le=1)] | None = 0.8
    """Emergence score."""
    metastable: bool = True
    """false: designs that stay down after one push are not allowed."""
    effort_days: Annotated[float, Field(ge=0, le=1e9)] | None = None
    """Work until the scenario begins, days."""
    one_time_usd: Annotated[float, Field(ge=0, le=1e15)] | None = None
    """Money that can be spent beforehand, USD."""
    complexity_reserve: Annotated[float, Field(ge=0, le=1)] | None = None
    """Share of the complexity budget that must stay free."""
    failover_s: Annotated[float, Field(ge=0, le=1e9)] | None = None
    """Recovery time: longest time from the loss of a copy until calls go elsewhere, s."""
    lost_writes: Annotated[float, Field(ge=0, le=1e15)] | None = None
    """Recovery point: writes that are gone with the copy of a store that took them."""
    backlog: Annotated[float, Field(ge=0, le=1e15)] | None = None
    """Messages that wait in a queue at the most."""
    drain_s: Annotated[float, Field(ge=0, le=1e9)] | None = None
    """Time from when most messages wait in a queue until none does, s."""
    message_age_s: Annotated[float, Field(ge=0, le=1e9)] | None = None
    """Longest time that a message waits in a queue, s."""
    survives: Annotated[tuple[Name, ...], Field(max_length=20)] = ()
    """Experiments of this file, or patterns of collapse (`retry_storm`, `thundering_herd`, `death_spiral`,
    `cascade`, `synchronisation`, `metastable_state`), that the recommended design must survive."""
    recovery_s: Annotated[float, Field(gt=0, le=BACK_WITHIN_S)] | None = None
    """Longest time from the end of each of these until answers are back, s."""
