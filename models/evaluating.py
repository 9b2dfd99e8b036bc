"""The one pass: from designs to six dimensions and limits, in the order of docs/model.md.

    X -> parameters -> traffic and stations -> answers of the flows -> six dimensions -> limits

`run` keeps every step, so that explaining one design is the same pass as evaluating a million.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.availability import hard_availability, required_parts
from models.complexity import Budget, complexity_budget
from models.cost import Cost, driver_costs, lost_revenue, running_cost, value_per_request
from models.coupling import (
    coordinated_replicas,
    coupling,
    interacting_components,
    is_called,
    retry_attempts,
)
from models.effort import Effort, effort
from models.emergence import Emergence, emergence_score
from models.evaluation import Array, Evaluation
from models.latency import Latency, latency
from models.limits import limit_excess
from models.network import Network, carry
from models.parameters import Parameters, apply_decisions
from models.phases import in_phase, over_phases, worst_of
from models.rounding import rounded_share, significant
from models.scenario.complexity import ComplexityBudget
from models.scenario.paths import Slot, parameters_of
from models.system import System
from models.traffic import at_the_door, visits_per_request


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Every step of one evaluation of n designs; arrays broadcast to `(n, p)` unless said otherwise.

    Attributes:
        X: Canonical designs, `(n, d)`.
        parameters: Step 1.
        network: Steps 2 to 4: traffic, stations, answers of the flows.
        success: Share of the requests of each flow that is answered, hard failures and shedding included.
        latency: Percentiles over all user requests.
        cost: Parts of the cost.
        budget: Complexity budget.
        emergence: Emergence score.
        effort: What the designs take.
        utilisation: Of the busiest station in its worst phase, `(n,)`.
        values: The six dimensions, `(n, 6)`.
        excess: Amount over each limit by name, `(n,)` each.
    """

    X: Array
    parameters: Parameters
    network: Network
    success: tuple[Array, ...]
    latency: Latency
    cost: Cost
    budget: Budget
    emergence: Emergence
    effort: Effort
    utilisation: Array
    values: Array
    excess: Mapping[str, Array]


def evaluate(system: System, X: Array) -> Evaluation:
    """Scores n designs.

    Args:
        system: The compiled scenario.
        X: Decision matrix, `(n, d)`; brought to canonical form first.

    Returns:
        Six dimensions and the excess over each limit.

    Raises:
        ValueError: X has the wrong shape or holds NaN.
    """
    steps = run(system, X)
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
            "metastable": over_phases(steps.network.metastable),
            "retry_margin": -over_phases(-steps.network.retry_margin),
        },
    )


def run(system: System, X: Array, *, base: Mapping[Slot, Array] | None = None) -> Run:
    """Evaluates n designs and keeps every step.

    Args:
        system: The compiled scenario.
        X: Decision matrix, `(n, d)`.
        base: Values that take the place of what the file says (see `apply_decisions`).

    Raises:
        ValueError: X has the wrong shape or holds NaN.
    """
    X = np.array(X, dtype=np.float64, order="C")
    if X.ndim != 2 or X.shape[1] != system.space.n_columns or np.isnan(X).any():
        raise ValueError(
            f"X must have the shape (n, {system.space.n_columns}) without NaN, but got {X.shape}"
        )
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        # Absurd numbers overflow to infinity, which every step knows; Evaluation refuses NaN.
        return _steps(system, system.space.canonical(X), base)


def _steps(system: System, X: Array, base: Mapping[Slot, Array] | None) -> Run:
    n = X.shape[0]
    parameters = apply_decisions(system, X, base=base)
    network = carry(parameters, X)
    success = _success(parameters, network)
    found = latency(parameters, network)
    cost = _cost(parameters, network, success, X)
    taken = effort(system, X)
    utilisation = worst_of(n, [s.utilisation for s in network.stations if s.has_queue])
    collapse = worst_of(
        n,
        [
            np.where(~s.can_refuse & (s.utilisation >= 1.0), np.maximum(s.utilisation - 1.0, 1e-6), 0.0)
            for s in network.stations
        ],
    )
    budget = _budget(parameters, X, utilisation, taken)
    emergence = emergence_score(
        utilisation=utilisation,
        coupling=coupling(parameters),
        retry_rate=_retry_rate(parameters, network),
        p99_over_p50=found.tail_ratio,
        gc_share=worst_of(
            n, [parameters.of_component_or(c, "gc_share", 0.0) for c in range(len(system.parts))]
        ),
    )
    values = np.column_stack(
        [
            significant(np.broadcast_to(found.worst_ms, (n,))),
            significant(_throughput(parameters, network)),
            rounded_share(_freshness(parameters, network)),
            rounded_share(_availability(parameters, success)),
            significant(cost.total()),
            significant(np.broadcast_to(budget.used_share, (n,))),
        ]
    )
    excess = limit_excess(
        system,
        values=values,
        utilisation=utilisation,
        collapse=collapse,
        emergence=emergence.score,
        effort_days=taken.days,
        one_time_usd=taken.one_time_usd,
        metastable=over_phases(network.metastable),
        beyond_bounds=parameters.beyond,
        flow_latency_ms=found.flow_worst_ms,
    )
    return Run(
        X, parameters, network, success, found, cost, budget, emergence, taken, utilisation, values, excess
    )


def _success(parameters: Parameters, network: Network) -> tuple[Array, ...]:
    """Share of each flow's requests that is answered: let in, no hard failure, nothing lost on the way."""
    parts, needs = required_parts(parameters, network.stations)
    hard = hard_availability(parts, needs)
    return tuple(
        share * answer.success * (1.0 - parameters.of_flow(f, "shed_share"))
        for f, (share, answer) in enumerate(zip(hard, network.answers, strict=True))
    )


def _cost(parameters: Parameters, network: Network, success: tuple[Array, ...], X: Array) -> Cost:
    system = parameters.system
    today = apply_decisions(system, system.space.today[None, :])
    replicas_usd, calls_usd = running_cost(parameters, network.stations)
    lost = lost_revenue(
        parameters,
        requests=at_the_door(parameters),
        answered_share=success,
        worth_today=value_per_request(today),
        worth=value_per_request(parameters, [answer.success for answer in network.calls]),
    )
    return Cost(
        replicas_usd=tuple(replicas_usd),
        calls_usd=tuple(calls_usd),
        drivers_usd=tuple(driver_costs(parameters)),
        lost_revenue_usd=lost,
        one_time_usd=effort(system, X).one_time_usd,
    )


def _budget(parameters: Parameters, X: Array, utilisation: Array, taken: Effort) -> Budget:
    n = X.shape[0]
    coefficients = {
        name: over_phases(parameters.of_complexity(name)) for name in parameters_of(ComplexityBudget)
    }
    called = is_called(parameters)
    caches = [c for c, part in enumerate(parameters.system.parts) if part.kind == "cache"]
    calls_a_cache = worst_of(n, [flow[c] for flow in called for c in caches])
    return complexity_budget(
        coefficients=coefficients,
        utilisation=utilisation,
        interacting=interacting_components(called, n),
        coordinated_replicas=coordinated_replicas(parameters),
        retry_attempts=retry_attempts(parameters),
        calls_a_cache=calls_a_cache,
        decisions=taken.complexity,
    )


def _throughput(parameters: Parameters, network: Network) -> Array:
    """Rate that the mix reaches at the peak before the first component is saturated, requests/s, `(n,)`.

    The smallest capacity / visits per request over the components; infinite when nothing limits it.
    """
    reached: Array = np.full(parameters.n, np.inf)
    load_share = [None if station.cache is None else station.cache.load_share for station in network.stations]
    for station, visits in zip(network.stations, visits_per_request(parameters, load_share), strict=True):
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = station.capacity_per_s / visits
        rate = np.where(visits > 0.0, rate, np.inf)
        reached = np.minimum(reached, in_phase(rate, parameters.system.peak))
    return reached


def _retry_rate(parameters: Parameters, network: Network) -> Array:
    """Share of all attempts that are retries, in the worst phase, `(n,)`."""
    calls: Array = np.zeros((1, 1))
    attempts: Array = np.zeros((1, 1))
    for made, tried in zip(network.calls_per_s, network.attempts_per_s, strict=True):
        calls = calls + made
        attempts = attempts + tried
    share = np.where(attempts > 0.0, 1.0 - calls / np.where(attempts > 0.0, attempts, 1.0), 0.0)
    return worst_of(parameters.n, [share])


def _freshness(parameters: Parameters, network: Network) -> Array:
    """Share of fresh answers times their fidelity, weighted by requests and flow weights, `(n,)`."""
    return _weighted(
        parameters,
        [answer.fresh * parameters.of_flow(f, "fidelity") for f, answer in enumerate(network.answers)],
    )


def _availability(parameters: Parameters, success: tuple[Array, ...]) -> Array:
    """Share of requests that is answered, weighted by traffic over all phases, `(n,)`."""
    return _weighted(parameters, list(success))


def _weighted(parameters: Parameters, shares: list[Array]) -> Array:
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
