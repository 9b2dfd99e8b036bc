"""The one pass: from designs to six dimensions and limits, in the order of docs/model.md.

    X -> parameters -> traffic and stations -> answers of the flows -> six dimensions -> limits

`run` keeps every step; `Run.network` those of the kernel too, for the designs that are explained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.dimensions.complexity import Budget, complexity_budget
from models.dimensions.cost import Cost, driver_costs, lost_revenue, running_cost, value_per_request
from models.dimensions.effort import Effort, effort
from models.dimensions.emergence import Emergence, emergence_score
from models.dimensions.latency import Latency, latency
from models.dimensions.limits import limit_excess
from models.dimensions.rounding import rounded_share, significant
from models.evaluation import Array, Evaluation
from models.performance.network_state import Network, network_of
from models.performance.steady_state import Behaviour, Situations, behaviour, situations_of
from models.performance.traffic import at_the_door
from models.scenario.complexity import ComplexityBudget
from models.scenario.paths import Slot, parameters_of
from models.system.dependency_graph import (
    coordinated_replicas,
    coupling,
    interacting_components,
    is_called,
    made_calls,
    retry_attempts,
)
from models.system.parameters import Parameters, apply_decisions
from models.system.phases import in_phase, over_phases, worst_of
from models.system.system import System


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Every step of one evaluation of n designs; arrays broadcast to `(n, p)` unless said otherwise.

    Attributes:
        X: Canonical designs, `(n, d)`.
        parameters: Step 1.
        situations: The situations in which the designs put their components.
        success: Share of the requests of each flow that is answered, hard failures and shedding included.
        latency: Percentiles over all user requests.
        cost: Parts of the cost.
        budget: Complexity budget.
        emergence: Emergence score.
        effort: What the designs take.
        utilisation: Of the busiest station in its worst phase, `(n,)`.
        metastable: 1.0 where the design stays down after one push, `(n,)`.
        retry_margin: Load multiple below which a failed state can't sustain itself, `(n,)`.
        unsettled: 1.0 where the state swings around and comes to no rest, so that numbers are rough, `(n,)`.
        bottleneck: Position of the busiest component in the busiest phase, `(n,)`.
        values: The six dimensions, `(n, 6)`.
        excess: Amount over each limit by name, `(n,)` each.
    """

    X: Array
    parameters: Parameters
    situations: Situations
    success: tuple[Array, ...]
    latency: Latency
    cost: Cost
    budget: Budget
    emergence: Emergence
    effort: Effort
    utilisation: Array
    metastable: Array
    retry_margin: Array
    unsettled: Array
    bottleneck: Array
    values: Array
    excess: Mapping[str, Array]

    @property
    def network(self) -> Network:
        """Stations, calls and flows with all their steps; worked out anew, for a few designs."""
        return network_of(self.parameters.system, self.situations)


def evaluate(system: System, X: Array, *, threads: int | None = None) -> Evaluation:
    """Scores n designs.

    Args:
        system: The compiled scenario.
        X: Decision matrix, `(n, d)`; brought to canonical form first.
        threads: Threads; None = one for each core. They never change a bit.

    Returns:
        Six dimensions and the excess over each limit.

    Raises:
        ValueError: X has the wrong shape or holds NaN.
    """
    if np.shape(X) == (0, system.space.n_columns):
        return evaluate(system, system.space.today[None, :]).take(np.arange(0))
    steps = run(system, X, threads=threads)
    n = steps.X.shape[0]
    return Evaluation(
        X=steps.X,
        values=steps.values,
        excess=np.column_stack([np.broadcast_to(e, (n,)) for e in steps.excess.values()]),
        constraints=tuple(steps.excess),
        indicators={
            "utilisation": steps.utilisation,
            "emergence": np.array(np.broadcast_to(steps.emergence.score, (n,))),
            "effort_days": steps.effort.days,
            "one_time_usd": steps.effort.one_time_usd,
            "metastable": steps.metastable,
            "retry_margin": steps.retry_margin,
            "unsettled": steps.unsettled,
            "bottleneck": steps.bottleneck,
        },
    )


def run(
    system: System,
    X: Array,
    *,
    base: Mapping[Slot, Array] | None = None,
    stress: Mapping[Slot, Array] | None = None,
    threads: int | None = None,
) -> Run:
    """Evaluates n designs and keeps every step.

    Args:
        system: The compiled scenario.
        X: Decision matrix, `(n, d)`.
        base: Values that take the place of what the file says (see `apply_decisions`).
        stress: Factors on what comes out, whatever decided it (see `apply_decisions`).
        threads: Threads; None = one for each core.

    Raises:
        ValueError: X has the wrong shape, holds no design, or NaN.
    """
    X = np.array(X, dtype=np.float64, order="C")
    if X.ndim != 2 or X.shape[1] != system.space.n_columns or not len(X) or np.isnan(X).any():
        raise ValueError(
            f"X must have the shape (n, {system.space.n_columns}) without NaN, but got {X.shape}"
        )
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        # Absurd numbers overflow to infinity, which every step knows; Evaluation refuses NaN.
        X = system.space.canonical(X)
        parameters = apply_decisions(system, X, base=base, stress=stress)
        situations = situations_of(parameters)
        return _steps(X, parameters, situations, behaviour(parameters, situations, threads=threads), base)


def _steps(
    X: Array,
    parameters: Parameters,
    situations: Situations,
    found: Behaviour,
    base: Mapping[Slot, Array] | None,
) -> Run:
    n, system = X.shape[0], parameters.system
    success = found.success
    waits = latency(system, found)
    taken = effort(system, X)
    cost = _cost(parameters, found, success, taken, base)
    made = made_calls(parameters)
    utilisation = worst_of(n, [found.utilisation])
    metastable = worst_of(n, [found.metastable])
    budget = _budget(parameters, made, utilisation, taken)
    emergence = emergence_score(
        utilisation=utilisation,
        coupling=coupling(parameters, made),
        retry_rate=worst_of(n, [found.retry_share]),
        p99_over_p50=waits.tail_ratio,
        gc_share=worst_of(
            n, [parameters.of_component_or(c, "gc_share", 0.0) for c in range(len(system.parts))]
        ),
    )
    reachable = in_phase(found.reachable_per_s, system.peak)
    fresh = [share * parameters.of_flow(f, "fidelity") for f, share in enumerate(found.fresh)]
    values = np.column_stack(
        [
            significant(np.broadcast_to(waits.worst_ms, (n,))),
            significant(np.broadcast_to(reachable, (n,))),
            rounded_share(_weighted(parameters, fresh)),
            rounded_share(_weighted(parameters, success)),
            significant(cost.total()),
            significant(np.broadcast_to(budget.used_share, (n,))),
        ]
    )
    excess = limit_excess(
        system,
        values=values,
        utilisation=utilisation,
        collapse=over_phases(found.collapse),
        emergence=emergence.score,
        effort_days=taken.days,
        one_time_usd=taken.one_time_usd,
        metastable=metastable,
        calls_per_s=worst_of(n, list(found.arrivals_per_s)),
        beyond_bounds=parameters.beyond,
        flow_latency_ms=waits.flow_worst_ms,
    )
    return Run(
        X=X,
        parameters=parameters,
        situations=situations,
        success=success,
        latency=waits,
        cost=cost,
        budget=budget,
        emergence=emergence,
        effort=taken,
        utilisation=utilisation,
        metastable=metastable,
        retry_margin=-over_phases(-found.retry_margin),
        unsettled=worst_of(n, [found.unsettled]),
        bottleneck=_bottleneck(found),
        values=values,
        excess=excess,
    )


def _bottleneck(found: Behaviour) -> Array:
    """What limits the busiest component in the phase in which it is busiest, `(n,)`."""
    phase = np.argmax(found.utilisation, axis=1)
    return np.ascontiguousarray(found.bottleneck[np.arange(phase.size), phase])


def _cost(
    parameters: Parameters,
    found: Behaviour,
    success: tuple[Array, ...],
    taken: Effort,
    base: Mapping[Slot, Array] | None,
) -> Cost:
    system = parameters.system
    # Under uncertain numbers today's design is worth what they say, or their change would count as a loss.
    worth_today = _worth_today(system)
    if base:
        X = np.tile(system.space.today, (parameters.n, 1))
        worth_today = value_per_request(apply_decisions(system, X, base=base))
    replicas_usd, calls_usd = running_cost(parameters, found.arrivals_per_s)
    lost = lost_revenue(
        parameters,
        requests=at_the_door(parameters),
        answered_share=success,
        worth_today=worth_today,
        worth=value_per_request(parameters, found.call_success),
    )
    return Cost(
        replicas_usd=tuple(replicas_usd),
        calls_usd=tuple(calls_usd),
        drivers_usd=tuple(driver_costs(parameters)),
        lost_revenue_usd=lost,
        one_time_usd=taken.one_time_usd,
    )


@lru_cache(maxsize=32)
def _worth_today(system: System) -> list[Array]:
    """What one answered request of each flow is worth in today's design, USD."""
    return value_per_request(apply_decisions(system, system.space.today[None, :]))


def _budget(parameters: Parameters, made: Sequence[Array], utilisation: Array, taken: Effort) -> Budget:
    n = parameters.n
    coefficients = {
        name: over_phases(parameters.of_complexity(name)) for name in parameters_of(ComplexityBudget)
    }
    called = is_called(parameters.system, made)
    caches = [c for c, part in enumerate(parameters.system.parts) if part.kind == "cache"]
    calls_a_cache = worst_of(n, [flow[c] for flow in called for c in caches])
    return complexity_budget(
        coefficients=coefficients,
        utilisation=utilisation,
        interacting=interacting_components(called, n),
        coordinated_replicas=coordinated_replicas(parameters, made),
        retry_attempts=retry_attempts(parameters, made),
        calls_a_cache=calls_a_cache,
        decisions=taken.complexity,
    )


def _weighted(parameters: Parameters, shares: Sequence[Array]) -> Array:
    """Mean of shares by flow over all requests of all phases, times the weights of the flows, `(n,)`."""
    hours = parameters.system.hours
    above: Array = np.zeros(parameters.n)
    below: Array = np.zeros(parameters.n)
    for f, (rate, share) in enumerate(zip(at_the_door(parameters), shares, strict=True)):
        weight = np.broadcast_to(
            rate * hours * parameters.of_flow(f, "weight"), (parameters.n, hours.shape[1])
        )
        full = np.broadcast_to(share, weight.shape)
        for p in range(hours.shape[1]):
            above = above + weight[:, p] * full[:, p]
            below = below + weight[:, p]
    return np.where(below > 0.0, above / np.where(below > 0.0, below, 1.0), 1.0)
