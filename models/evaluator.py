"""The one pass: from designs to six dimensions and limits, in the order of docs/model.md.

    X -> parameters -> traffic and stations -> answers of the flows -> six dimensions -> limits

`run` keeps every step; `Run.network` those of the kernel too, for the designs that are explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.dimensions.availability import availability
from models.dimensions.backlog import Backlog, backlog_of
from models.dimensions.complexity import Budget, budget_of
from models.dimensions.consistency import consistency
from models.dimensions.cost import Cost, cost_of
from models.dimensions.effort import Effort, effort
from models.dimensions.emergence import Emergence, emergence_of
from models.dimensions.latency import Latency, latency
from models.dimensions.limits import ends_within, limit_excess
from models.dimensions.rounding import significant
from models.dimensions.throughput import throughput
from models.evaluation import Array, Evaluation
from models.performance.autoscaling import parameters_of
from models.performance.clients import unsure_of_clients
from models.performance.failover import failover_s, lost_writes
from models.performance.network_state import Network, network_of
from models.performance.steady_state import Behaviour, Situations, behaviour, situations_of
from models.scenario.paths import Slot
from models.system.dependency_graph import coupling, made_calls
from models.system.parameters import Parameters
from models.system.phases import over_phases, worst_of
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
        tips_over: Probability that the healthy state ends by itself within a phase, `(n,)`.
        failover_s: Longest time from the loss of a copy until calls go elsewhere, s, `(n,)`.
        lost_writes: Writes that are gone with the copy of a store that took them, in the worst phase, `(n,)`.
        backlog: What waits in queues of messages from phase to phase.
        unsettled: 1.0 where the state swings around and comes to no rest, so that numbers are rough, `(n,)`.
        unsure: Sum of the reasons, over all phases, for which numbers may be further off than promised
            (`models.performance.unsure`), `(n,)`; 0 = none.
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
    tips_over: Array
    failover_s: Array
    lost_writes: Array
    backlog: Backlog
    unsettled: Array
    unsure: Array
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
            "tips_over": steps.tips_over,
            "failover_s": steps.failover_s,
            "lost_writes": steps.lost_writes,
            "unsettled": steps.unsettled,
            "unsure": steps.unsure,
            "bottleneck": steps.bottleneck,
            **_of_queues(steps.backlog),
        },
    )


def _of_queues(backlog: Backlog) -> dict[str, Array]:
    """Indicators that only systems with queues of messages have."""
    return backlog.told if backlog.queues else {}


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
        parameters = parameters_of(system, X, base=base, stress=stress, threads=threads)
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
    cost = cost_of(parameters, found, taken.one_time_usd, base)
    made = made_calls(parameters)
    utilisation = worst_of(n, [found.utilisation])
    metastable = worst_of(n, [found.metastable])
    tips_over = worst_of(n, [ends_within(system.hours, found.lifetime_s)])
    longest, lost = worst_of(n, [failover_s(parameters)]), worst_of(n, [lost_writes(parameters)])
    backlog = backlog_of(parameters, found)
    budget = budget_of(parameters, made, utilisation, taken.complexity)
    emergence = emergence_of(parameters, found, waits, coupling(parameters, made))
    values = np.column_stack(
        [
            significant(np.broadcast_to(waits.worst_ms, (n,))),
            throughput(parameters, found),
            consistency(parameters, found.fresh),
            availability(parameters, success),
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
        tips_over=tips_over,
        failover_s=longest,
        lost_writes=lost,
        backlog=backlog,
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
        tips_over=tips_over,
        failover_s=longest,
        lost_writes=lost,
        backlog=backlog,
        unsettled=worst_of(n, [found.unsettled]),
        unsure=_any_of(n, found.unsure + unsure_of_clients(parameters, found.mean_s, found.utilisation)),
        bottleneck=_bottleneck(found),
        values=values,
        excess=excess,
    )


def _any_of(n: int, reasons: Array) -> Array:
    """Reasons of all phases together, `(n,)`."""
    found = np.bitwise_or.reduce(np.asarray(reasons, dtype=np.int64), axis=1)
    return np.array(np.broadcast_to(found, (n,)), dtype=np.float64)


def _bottleneck(found: Behaviour) -> Array:
    """What limits the busiest component in the phase in which it is busiest, `(n,)`."""
    phase = np.argmax(found.utilisation, axis=1)
    return np.ascontiguousarray(found.bottleneck[np.arange(phase.size), phase])
