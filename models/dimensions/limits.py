"""Step 5, limits: by how much each design is over each limit of the scenario."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.dimensions.backlog import Backlog
from models.dimensions.cost import may_be_infinite
from models.evaluation import COMPLEXITY, COST, DIMENSIONS, Array
from models.scenario.goals import Limits
from models.scenario.scenario import Scenario
from models.system.dependency_graph import may_call_nothing
from models.system.system import System

#: A design this close to a limit, relative to the limit (at least 1), counts as within it: two ways to write
#: the same number (50,000 / 71,428.57 and 0.70) must not decide about a design.
LIMIT_TOLERANCE = 1e-9
#: Limits of what is recommended: they are asked of few designs, and of none while a front is looked for.
NOT_SEARCHED = ("survives", "recovery_s")
#: Limits that hold in any scenario, whoever wrote it.
ALWAYS = ("collapse", "nothing_called", "parameter_bounds", "endless_cost", "retention_s")
#: A design tips over by itself where that happens within a phase with more than this probability.
TIPS_OVER_FROM = 0.01
#: The load ratio at which a queue grows without end; used where the scenario sets no limit on saturation.
_FULL = 1.0


def limit_excess(
    system: System,
    *,
    values: Array,
    utilisation: Array,
    collapse: Array,
    emergence: Array,
    effort_days: Array,
    one_time_usd: Array,
    metastable: Array,
    tips_over: Array,
    failover_s: Array,
    lost_writes: Array,
    backlog: Backlog,
    calls_per_s: Array,
    beyond_bounds: Array,
    flow_latency_ms: Mapping[str, Array],
) -> dict[str, Array]:
    """Amount over each limit that the scenario sets, `(n,)` each, by the limit's name; <= 0 is within it.

    Args:
        system: The system.
        values: The six dimensions, `(n, 6)`.
        utilisation: Of the busiest station in its worst phase, `(n,)`.
        collapse: By how much the load of a station that turns nothing away is above its capacity, relative to
            it; above 0 from the capacity on, `(n,)`.
        emergence: Emergence score, `(n,)`.
        effort_days: Work to get from today's design to this one, `(n,)`.
        one_time_usd: Money for it, `(n,)`.
        metastable: 1.0 where the design stays down after one push, `(n,)`.
        tips_over: Probability that its healthy state ends by itself within a phase, `(n,)`.
        failover_s: Longest time from the loss of a copy until calls go elsewhere, s, `(n,)`.
        lost_writes: Writes that are gone with a copy, `(n,)`.
        backlog: What waits in queues of messages.
        calls_per_s: Calls of any component in any phase, `(n,)`.
        beyond_bounds: By how much (relative) effects push a parameter out of its bounds, `(n,)`.
        flow_latency_ms: For each flow with a latency limit its percentile in the worst phase, `(n,)`.
    """
    limits = system.scenario.limits
    excess: dict[str, Array] = load_excess(system, utilisation=utilisation, collapse=collapse)
    if may_call_nothing(system):
        excess["nothing_called"] = np.where(calls_per_s > 0.0, -1.0, 1.0)
    if limits.emergence is not None:
        excess["emergence"] = _snap(emergence - limits.emergence, limits.emergence)
    excess |= effort_excess(system, effort_days=effort_days, one_time_usd=one_time_usd)
    if not limits.metastable:
        excess["metastable"] = metastable - 0.5
        excess["tips_over"] = tips_over - TIPS_OVER_FROM
    excess |= _over(limits, {"failover_s": failover_s, "lost_writes": lost_writes, **backlog.told})
    if backlog.may_lose:
        excess["retention_s"] = _snap(backlog.kept, 1.0)
    if limits.complexity_reserve is not None:
        used = values[:, DIMENSIONS.index(COMPLEXITY)]
        excess["complexity_reserve"] = _snap(used - (1.0 - limits.complexity_reserve), 1.0)
    for j, dimension in enumerate(DIMENSIONS):
        goal = getattr(system.scenario.dimensions, dimension.name)
        if goal.is_constraint:
            excess[dimension.name] = _snap((values[:, j] - goal.limit) * dimension.sign, goal.limit)
    for name, latency in flow_latency_ms.items():
        limit = system.scenario.flows[name].limit_ms
        assert limit is not None
        excess[f"flows.{name}.latency"] = _snap(latency - limit, limit)
    if any(plan.can_leave_bounds for plan in system.plans.values()):
        excess["parameter_bounds"] = beyond_bounds
    if may_be_infinite(system):
        excess["endless_cost"] = np.where(np.isfinite(values[:, DIMENSIONS.index(COST)]), -1.0, 1.0)
    return excess


def _over(limits: Limits, measured: Mapping[str, Array]) -> dict[str, Array]:
    """Amount over each of the plain limits that the scenario sets, `(n,)` each."""
    found = {name: (value, getattr(limits, name)) for name, value in measured.items()}
    return {name: _snap(value - limit, limit) for name, (value, limit) in found.items() if limit is not None}


def written_limit(scenario: Scenario, name: str) -> float | None:
    """The number that a limit stands at; None for limits without one.

    Args:
        scenario: The scenario.
        name: The limit's name, as in `limit_excess`.
    """
    if name.startswith("flows."):
        return scenario.flows[name.removeprefix("flows.").removesuffix(".latency")].limit_ms
    if name in (dimension.name for dimension in DIMENSIONS):
        limit: float | None = getattr(scenario.dimensions, name).limit
        return limit
    found = None if name in NOT_SEARCHED else getattr(scenario.limits, name, None)
    return None if isinstance(found, bool) or found is None else float(found)


def needed_limit(scenario: Scenario, name: str, excess: float) -> float | None:
    """Where a limit would have to be for a design to be within it; None for limits without a number.

    Args:
        scenario: The scenario.
        name: The limit's name.
        excess: Amount over it, > 0.
    """
    limit = written_limit(scenario, name)
    if limit is None or not np.isfinite(excess):
        return None
    return limit - excess if is_a_least(name) else limit + excess


def is_a_default(scenario: Scenario, name: str) -> bool:
    """Whether a limit holds at a number that nobody wrote."""
    limits = scenario.limits
    return name in type(limits).model_fields and name not in limits.model_fields_set


def is_a_least(name: str) -> bool:
    """Whether a limit says how much must be there at least, not what may be there at the most."""
    higher = {dimension.name for dimension in DIMENSIONS if dimension.better == "higher"}
    return name in higher or name == "complexity_reserve"


def load_excess(system: System, *, utilisation: Array, collapse: Array) -> dict[str, Array]:
    """Amount over the limit on the load, `(n,)`: `saturation`, or `collapse` where none is set."""
    limit = system.scenario.limits.saturation
    if limit is None:
        return {"collapse": _snap(collapse, _FULL)}
    over = utilisation - limit
    over = np.where(collapse > 0.0, np.maximum(over, collapse), over)
    return {"saturation": _snap(over, limit)}


def effort_excess(system: System, *, effort_days: Array, one_time_usd: Array) -> dict[str, Array]:
    """Amount over the limits on what a change takes, `(n,)` each."""
    limits = system.scenario.limits
    measured = {
        "effort_days": (effort_days, limits.effort_days),
        "one_time_usd": (one_time_usd, limits.one_time_usd),
    }
    return {
        name: _snap(value - limit, limit) for name, (value, limit) in measured.items() if limit is not None
    }


def _snap(excess: Array, limit: float) -> Array:
    """Excess, with what is too small to mean anything as exactly 0."""
    return np.where(np.abs(excess) <= LIMIT_TOLERANCE * max(1.0, abs(limit)), 0.0, excess)


def ends_within(hours: Array, lifetime_s: Array) -> Array:
    """Probability that a state with a mean lifetime ends within a phase, `(n, p)`: it ends at any time alike.

    Args:
        hours: Length of each phase, h.
        lifetime_s: Mean time until it ends by itself, s, `(n, p)`; infinite where it lasts.
    """
    return np.asarray(-np.expm1(-hours * 3600.0 / np.maximum(lifetime_s, 1e-9)))
