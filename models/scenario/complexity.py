"""Coefficients of the complexity budget; defaults are those of the reference system."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from models.scenario.part import Part
from models.scenario.quantity import CountFromZero, Points


class ComplexityBudget(Part):
    """Income and expenses of the complexity budget, in points."""

    settings: ClassVar[frozenset[str]] = frozenset(["today_spends"])

    today_spends: Annotated[float, Field(ge=0.01, le=1.0)] | None = None
    """Share of its budget that today's design spends: all expenses but those of decisions are scaled so.
    null = as the points below say; in schema 2 structure (all but user requests and decisions) is scaled down
    where today's spends more of its income on it than the reference system does, 75 of 160 points."""
    base: Points = 100.0
    """Income of every design."""
    caching: Points = 20.0
    """Income of a design that has caching."""
    cdn: Points = 15.0
    """Income of a design that has a CDN."""
    autoscaling: Points = 25.0
    """Income of a design that scales by itself."""
    user_requests: Points = 100.0
    """Expense at a bottleneck utilisation of 1."""
    interaction_pair: Points = 2.0
    """Expense for each pair of components that interact."""
    coordinated_replica: Points = 5.0
    """Expense for each replica that a write must reach."""
    retry_attempt: Points = 5.0
    """Expense for each retry configured."""
    background_job: Points = 5.0
    """Expense for each background job."""
    background_jobs: CountFromZero = 0
    """Number of background jobs."""
    has_caching: bool | None = None
    """Earns the caching income; null = when a cache is called."""
    has_cdn: bool = False
    """Earns the CDN income."""
    has_autoscaling: bool = False
    """Earns the autoscaling income."""
