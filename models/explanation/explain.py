"""One design with everything in between, so that a person can follow how each number comes about."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from models.dimensions.complexity import Budget
from models.dimensions.emergence import Emergence
from models.evaluation import COMPLEXITY, COST, DIMENSIONS, Array
from models.evaluator import Run, run
from models.explanation.sojourn import sojourn
from models.performance.mixture import Cumulants
from models.performance.network_state import CumulantGrid, FlowState, Network, Station
from models.performance.percentile import LAW_WIDTH, percentile
from models.system.effects import DUST
from models.system.system import System

MS_PER_S = 1000.0
#: JSON has no infinity: null stands for it.
Json = dict[str, "Json"] | list["Json"] | str | float | int | bool | None


def explain(system: System, x: Array) -> dict[str, Json]:
    """Everything that is known of one design, ready for JSON.

    Args:
        system: The compiled scenario.
        x: One row of the decision matrix, `(d,)`.

    Returns:
        Scenario, design, dimensions, limits, phases with components and flows, parts of the cost, complexity
        budget and emergence terms, as docs/scenario.md describes; times in ms; null for what is unbounded.
    """
    steps = run(system, np.asarray(x, dtype=np.float64)[None, :])
    network = steps.network
    design = system.space.decode(steps.X[0])
    return {
        "scenario": {
            "name": system.scenario.name,
            "title": system.scenario.title,
            "digest": system.digest,
        },
        "design": _plain(design),
        "dimensions": {
            dimension.name: {"value": _number(steps.values[0, j]), "unit": dimension.unit}
            for j, dimension in enumerate(DIMENSIONS)
        },
        "limits": limits_of(steps.excess),
        "phases": [_phase(system, steps, network, p) for p in range(len(system.phases))],
        COST.name: _cost(system, steps),
        COMPLEXITY.name: _complexity(steps.budget),
        "emergence": _emergence(steps.emergence),
        "effort": {
            "days": _number(steps.effort.days[0]),
            "one_time_usd": _number(steps.effort.one_time_usd[0]),
            "changed_decisions": int(steps.effort.changed[0]),
        },
        "utilisation": _number(steps.utilisation[0]),
        "metastable": bool(steps.metastable[0] > 0.0),
        "retry_margin": _number(steps.retry_margin[0]),
        "tips_over": _number(steps.tips_over[0]),
        "failover_s": _number(steps.failover_s[0]),
        "lost_writes": _number(steps.lost_writes[0]),
        **{name: _number(value[0]) for name, value in _queues(steps).items()},
        "unsettled": bool(steps.unsettled[0] > 0.0),
        "unsure": int(steps.unsure[0]),
    }


def limits_of(excess: Mapping[str, Array], row: int = 0) -> list[Json]:
    """The limits with the amount over each, and whether it holds."""
    return [
        {
            "name": name,
            "excess": _number(_at(e[:, None], row, 0)),
            "holds": bool(_at(e[:, None], row, 0) <= 0.0),
        }
        for name, e in excess.items()
    ]


def _phase(system: System, steps: Run, network: Network, p: int) -> Json:
    rate = steps.parameters.rate
    return {
        "name": system.phases[p],
        "hours": _number(system.hours[0, p]),
        "rate": _number(_at(rate, 0, p)),
        **({"clients": clients} if (clients := system.scenario.workload.phases[p].clients) else {}),
        "latency_ms": _number(steps.latency.by_phase_ms[0, p]),
        "components": {
            name: _component(system, network.stations[c], p, _timeout_share(network, system, c, p))
            | _of_kind(steps, c, p)
            for c, name in enumerate(system.components)
        },
        "flows": {name: _flow(steps, network, f, p) for f, name in enumerate(system.flows)},
    }


def _queues(steps: Run) -> dict[str, Array]:
    """What systems with queues of messages are told beside."""
    return steps.backlog.told if steps.backlog.queues else {}


def _of_kind(steps: Run, c: int, p: int) -> dict[str, Json]:
    """Copies that an autoscaler lets run; messages that wait at the end of a phase."""
    found: dict[str, Json] = {}
    if _at(steps.parameters.of_component_or(c, "autoscaling", 0.0), 0, p) > 0.0:
        found["replicas"] = _number(_at(steps.parameters.of_component(c, "replicas"), 0, p))
    if c in steps.backlog.queues:
        found["backlog"] = _number(steps.backlog.queues[c].at_end[0, p])
    return found


def _component(system: System, station: Station, p: int, timeout_share: float) -> dict[str, Json]:
    wait, work, response = (_of_phase(x, p) for x in (station.wait, station.work, station.response))
    law = sojourn(wait, work)
    return {
        "arrivals_per_s": _number(_at(station.arrivals_per_s, 0, p)),
        "servers": _number(_at(station.servers, 0, p)),
        "service_ms": _number(_at(station.service_s, 0, p) * MS_PER_S),
        "utilisation": _number(_at(station.utilisation, 0, p)),
        "capacity_per_s": _number(_at(station.capacity_per_s, 0, p)),
        "limited_by": system.components[int(_at(station.limited_by, 0, p))],
        "wait_ms": _number(wait[0] * MS_PER_S),
        "response_ms": _number(response[0] * MS_PER_S),
        "response_variance_ms2": _number(response[1] * MS_PER_S**2),
        "p50_ms": _number(_percentile_ms(law, 0.50)),
        "p99_ms": _number(_percentile_ms(law, 0.99)),
        "blocked_share": _number(_at(station.blocked_share, 0, p)),
        "timeout_share": _number(timeout_share),
    }


def _of_phase(parts: CumulantGrid, p: int) -> Cumulants:
    return _at(parts.mean, 0, p), _at(parts.variance, 0, p), _at(parts.third, 0, p)


def _percentile_ms(law: Array, probability: float) -> float:
    """A percentile of a response, ms; a fitted law may begin below 0, a response does not."""
    there = law[law[:, 0] > 0.0]
    found = percentile(there, len(there), probability, np.zeros((len(there), LAW_WIDTH)))
    return found * MS_PER_S if found > DUST else 0.0


def _timeout_share(network: Network, system: System, component: int, p: int) -> float:
    """Share of the attempts at a component that their callers give up as late."""
    tried = late = 0.0
    for node in system.nodes:
        if node.component == component:
            call = network.calls[node.index]
            attempts = _at(call.attempts_per_s, 0, p)
            tried += attempts
            late += attempts * _at(call.late_share, 0, p)
    return late / tried if tried > 0.0 else 0.0


def _flow(steps: Run, network: Network, f: int, p: int) -> Json:
    flow = network.flows[f]
    fidelity = steps.parameters.of_flow(f, "fidelity")
    return {
        "rate": _number(_at(flow.users_per_s, 0, p)),
        "response_ms": _number(_at(flow.mean_s, 0, p) * MS_PER_S),
        "p50_ms": _number(flow_percentile_ms(flow, 0.50, p)),
        "p99_ms": _number(flow_percentile_ms(flow, 0.99, p)),
        "success_share": _number(_at(steps.success[f], 0, p)),
        "fresh_share": _number(_at(flow.fresh * fidelity, 0, p)),
    }


def flow_percentile_ms(flow: FlowState, probability: float, p: int) -> float:
    """A percentile of one flow's response time in a phase, ms; 0 where it has no requests."""
    users, success = _at(flow.users_per_s, 0, p), _at(flow.success, 0, p)
    law = flow.response[0, p]
    is_answered = bool(np.any(law[:, 0] > 0.0))
    if users <= 0.0:
        return 0.0
    if not is_answered or not (math.isinf(law[0, 1]) or success > 0.0):
        return math.inf
    return _percentile_ms(law, probability)


def _cost(system: System, steps: Run) -> Json:
    phases = range(len(system.phases))
    cost = steps.cost

    def by_component(parts: tuple[Array, ...]) -> Json:
        sums = {
            name: math.fsum(_at(parts[c], 0, p) for p in phases) for c, name in enumerate(system.components)
        }
        return {name: _number(usd) for name, usd in sums.items()}

    return {
        "replicas_usd": by_component(cost.replicas_usd),
        "calls_usd": by_component(cost.calls_usd),
        "drivers_usd": {
            written.label: _number(math.fsum(_at(cost.drivers_usd[i], 0, p) for p in phases))
            for i, written in enumerate(system.scenario.costs)
        },
        "lost_revenue_usd": _number(math.fsum(_at(cost.lost_revenue_usd, 0, p) for p in phases)),
        "one_time_usd": _number(cost.one_time_usd[0]),
    }


def _complexity(budget: Budget) -> Json:
    return {
        "income": {name: _number(_at(points[:, None], 0, 0)) for name, points in budget.income.items()},
        "expenses": {name: _number(_at(points[:, None], 0, 0)) for name, points in budget.expenses.items()},
        "scale": _number(budget.scale),
        "remaining": _number(budget.remaining[0]),
        "remaining_share": _number(budget.remaining_share[0]),
        "warns": bool(budget.warns[0] > 0.0),
    }


def _emergence(emergence: Emergence) -> Json:
    return {
        "score": _number(emergence.score[0]),
        "base": _number(emergence.base[0]),
        "terms": {name: _number(_at(term[:, None], 0, 0)) for name, term in emergence.terms.items()},
    }


def _at(value: Array, row: int, phase: int) -> float:
    """One element of an array that broadcasts to `(n, p)`."""
    return float(value[min(row, value.shape[0] - 1), min(phase, value.shape[1] - 1)])


def _number(value: float | np.floating) -> Json:
    number = float(value)
    return number if math.isfinite(number) else None


def _plain(design: Mapping[str, object]) -> Json:
    """A design as JSON values; an adaptive decision is a mapping from phase to value."""
    plain: dict[str, Json] = {}
    for name, value in design.items():
        if isinstance(value, Mapping):
            plain[name] = _plain(value)
        else:
            assert value is None or isinstance(value, (bool, int, float, str))
            plain[name] = value
    return plain
