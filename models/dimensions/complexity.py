"""Step 5, complexity: the complexity budget, its income and its expenses, in points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.scenario.complexity import ComplexityBudget
from models.scenario.paths import parameters_of
from models.system.dependency_graph import (
    coordinated_replicas,
    interacting_components,
    is_called,
    retry_attempts,
)
from models.system.parameters import Parameters
from models.system.phases import over_phases, worst_of

#: Below this share of the budget left, reports warn.
WARNING_SHARE = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Budget:
    """Income and expenses of the complexity budget in points, `(n,)` each, by name.

    Source: the ComplexityBudget of the project's seed (Chaos Theory in Production): a budget that features
    earn and that traffic, interactions (growing with the square of their number), coordination, retries and
    background jobs spend; at 0 left the system changes phase.
    """

    income: Mapping[str, Array]
    expenses: Mapping[str, Array]

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
    expenses = {
        "user_requests": k["user_requests"] * utilisation,
        "service_interactions": k["interaction_pair"] * pairs,
        "state_coordination": k["coordinated_replica"] * coordinated_replicas,
        "retry_overhead": k["retry_attempt"] * retry_attempts,
        "background_jobs": k["background_job"] * k["background_jobs"],
        "decisions": np.maximum(decisions, 0.0),
    }
    return Budget(income, expenses)


def budget_of(parameters: Parameters, made: Sequence[Array], utilisation: Array, decisions: Array) -> Budget:
    """The complexity budget of n designs.

    Args:
        parameters: Their parameters.
        made: Calls that each of their flows makes (`dependency_graph.made_calls`).
        utilisation: Of the busiest station in its worst phase, `(n,)`.
        decisions: Points of the decisions themselves, `(n,)`; negative = income.
    """
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
    )
