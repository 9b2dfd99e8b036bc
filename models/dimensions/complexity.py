"""Step 5, complexity: the complexity budget, its income and its expenses, in points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.dimensions.effort import effort
from models.evaluation import Array
from models.performance.steady_state import behaviour, situations_of
from models.scenario.complexity import ComplexityBudget
from models.scenario.defaults import NEWEST
from models.scenario.paths import parameters_of
from models.system.dependency_graph import (
    coordinated_replicas,
    interacting_components,
    is_called,
    made_calls,
    retry_attempts,
)
from models.system.parameters import Parameters, apply_decisions
from models.system.phases import over_phases, worst_of
from models.system.system import System

#: Share of its income that the structure of the reference system spends: 75 of 160 points.
REFERENCE_STRUCTURE = 75.0 / 160.0
#: Below this share of the budget left, reports warn.
WARNING_SHARE = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Budget:
    """Income and expenses of the complexity budget in points, `(n,)` each, by name.

    `scale` is the factor on the points of the scenario that expenses contain (`scales_of`).

    Source: the ComplexityBudget of the project's seed (Chaos Theory in Production): a budget that features
    earn and that traffic, interactions (growing with the square of their number), coordination, retries and
    background jobs spend; at 0 left the system changes phase.
    """

    income: Mapping[str, Array]
    expenses: Mapping[str, Array]
    scale: float = 1.0

    @property
    def earned(self) -> Array:
        """The budget, `(n,)`."""
        return _total(self.income)

    @property
    def spent(self) -> Array:
        """What is used of it, `(n,)`."""
        return _total(self.expenses)

    @property
    def used_share(self) -> Array:
        """Share of the budget that is used, `(n,)`; infinite where there is no budget to spend."""
        earned, spent = self.earned, self.spent
        with np.errstate(divide="ignore", invalid="ignore"):
            share = spent / earned
        return np.where(earned > 0.0, share, np.where(spent > 0.0, np.inf, 0.0))

    @property
    def remaining(self) -> Array:
        """Points left, `(n,)`; negative beyond the phase transition."""
        return self.earned - self.spent

    @property
    def remaining_share(self) -> Array:
        """Share of the budget that is left, `(n,)`."""
        return 1.0 - self.used_share

    @property
    def warns(self) -> Array:
        """1.0 where less than a quarter is left, `(n,)`."""
        return (self.remaining_share < WARNING_SHARE).astype(np.float64)


def _total(parts: Mapping[str, Array]) -> Array:
    total: Array = np.zeros(1)
    for points in parts.values():
        total = total + points
    return total


def complexity_budget(
    *,
    coefficients: Mapping[str, Array],
    utilisation: Array,
    interacting: Array,
    coordinated_replicas: Array,
    retry_attempts: Array,
    calls_a_cache: Array,
    decisions: Array,
    scales: tuple[float, float] = (1.0, 1.0),
) -> Budget:
    """The complexity budget of n designs.

    Args:
        coefficients: Points by name as in the scenario's `complexity`, `(n,)` or `(1,)` each; NaN for
            `has_caching` = when a cache is called.
        utilisation: Of the bottleneck in the worst phase.
        interacting: Number of components that interact; a pair costs, a component alone does not.
        coordinated_replicas: Replicas that writes must reach.
        retry_attempts: Retries configured.
        calls_a_cache: 1.0 where a cache is called.
        decisions: Points of the decisions themselves; negative = income.
        scales: Factors on the points of user requests, and on those of structure.

    Returns:
        Income and expenses, `(n,)` each.
    """
    k = coefficients
    has_caching = np.where(np.isnan(k["has_caching"]), calls_a_cache, k["has_caching"])
    pairs = interacting * (interacting - 1.0) / 2.0
    income = {
        "base": k["base"],
        "caching": k["caching"] * has_caching,
        "cdn": k["cdn"] * k["has_cdn"],
        "autoscaling": k["autoscaling"] * k["has_autoscaling"],
        "decisions": np.maximum(-decisions, 0.0),
    }
    load, size = scales
    expenses = {
        "user_requests": load * k["user_requests"] * utilisation,
        "service_interactions": size * k["interaction_pair"] * pairs,
        "state_coordination": size * k["coordinated_replica"] * coordinated_replicas,
        "retry_overhead": size * k["retry_attempt"] * retry_attempts,
        "background_jobs": size * k["background_job"] * k["background_jobs"],
        "decisions": np.maximum(decisions, 0.0),
    }
    return Budget(income, expenses, size)


def budget_of(parameters: Parameters, made: Sequence[Array], utilisation: Array, decisions: Array) -> Budget:
    """The complexity budget of n designs.

    Args:
        parameters: Their parameters.
        made: Calls that each of their flows makes (`dependency_graph.made_calls`).
        utilisation: Of the busiest station in its worst phase, `(n,)`.
        decisions: Points of the decisions themselves, `(n,)`; negative = income.
    """
    return _budget(parameters, made, utilisation, decisions, scales_of(parameters.system))


def _budget(
    parameters: Parameters,
    made: Sequence[Array],
    utilisation: Array,
    decisions: Array,
    scales: tuple[float, float],
) -> Budget:
    n = parameters.n
    coefficients = {
        name: over_phases(parameters.of_complexity(name)) for name in parameters_of(ComplexityBudget)
    }
    called = is_called(parameters.system, made)
    caches = [c for c, part in enumerate(parameters.system.parts) if part.traits.passes_on_misses]
    calls_a_cache = worst_of(n, [flow[c] for flow in called for c in caches])
    return complexity_budget(
        coefficients=coefficients,
        utilisation=utilisation,
        interacting=interacting_components(called, n),
        coordinated_replicas=coordinated_replicas(parameters, made),
        retry_attempts=retry_attempts(parameters, made),
        calls_a_cache=calls_a_cache,
        decisions=decisions,
        scales=scales,
    )


@lru_cache(maxsize=32)
def scales_of(system: System) -> tuple[float, float]:
    """Factors on the points of user requests, and on those of structure, in all designs of a scenario.

    Points are those of a reference system of six services that interact; pairs grow with the square, so that
    a system of thirty would have spent its budget seven times before anything is decided. But it runs. Where
    `today_spends` says how much of its budget today's design spends, all points are scaled so. Where nothing
    is said, schema 2 lets today's structure spend as much of its income as that of the reference does.

    Source: own; the reference system is that of the seed (`Budget`).
    """
    wanted = system.scenario.complexity.today_spends
    if wanted is None and system.scenario.schema_ < NEWEST:
        return 1.0, 1.0
    today = apply_decisions(system, system.space.today[None, :])
    made = made_calls(today)
    points = effort(system, system.space.today[None, :]).complexity
    utilisation = np.zeros(1)
    if wanted is not None:
        utilisation = worst_of(1, [behaviour(today, situations_of(today)).utilisation])
    budget = _budget(today, made, utilisation, points, (1.0, 1.0))
    spent = float((budget.spent - budget.expenses["decisions"])[0])
    if not spent > 0.0:
        return 1.0, 1.0
    if wanted is not None:
        scale = max(wanted * float(budget.earned[0]) - float(budget.expenses["decisions"][0]), 0.0) / spent
        return scale, scale
    return 1.0, min(1.0, max(REFERENCE_STRUCTURE * float(budget.earned[0]), 0.0) / spent)
