"""The model of a scenario: its compiled system, with what the user wrote about goals and names."""

from __future__ import annotations

import re
from functools import partial

import numpy as np

from models.dimensions.effort import effort
from models.dimensions.limits import is_a_default, is_a_least, written_limit
from models.evaluation import DIMENSIONS, LATENCY, Array
from models.evaluator import evaluate, run
from models.explanation.bottleneck_moves import more_where_it_is_tight
from models.operations import operations_of_a_design, operations_of_all
from models.scenario.decision import Choice, Integer, Real
from models.scenario.paths import quantity_of, resolve
from models.scenario.scenario import Scenario
from models.screening import counted_limits, screen
from models.system.system import System
from optimizer.evaluator import Evaluator
from optimizer.model import MODEL_ERROR, Bound, Goal, Hints, Labels, Model, Work

#: An option that is named by a time.
_TIME = re.compile(r"(ms|s|min|h)([0-9]+)")
#: Units of measure; what things are counted in is told by the decision's label.
_BEHIND = {unit: f" {unit}" for unit in ("ms", "s", "min", "h", "USD")} | {"1/s": "/s", "requests/s": "/s"}


def model_of(system: System) -> Model:
    """The model of a compiled scenario."""
    scenario = system.scenario
    return Model(
        name=scenario.name,
        space=system.space,
        evaluator=partial(evaluate, system),
        identity=system.digest,
        title=scenario.title,
        summary=scenario.summary,
        goals=goals_of(scenario),
        limits=limits_of(scenario),
        labels=labels_of(scenario),
        error=MODEL_ERROR,
        hints=Hints(
            threaded=partial(_threaded, system),
            is_built_in=True,
            suggest=partial(more_where_it_is_tight, system),
            work=partial(work_of, system),
            screen=partial(screen, system, threads=1),
            counted=counted_limits(system),
            spent=partial(spent_of, system),
            effort=partial(_effort, system),
        ),
        system=system,
        decide_by=scenario.decide_by,
        confidence=scenario.confidence,
    )


def goals_of(scenario: Scenario) -> dict[str, Goal]:
    """What a scenario wants of each dimension."""
    written = {dimension.name: getattr(scenario.dimensions, dimension.name) for dimension in DIMENSIONS}
    return {
        name: Goal(goal.limit, goal.is_constraint, goal.tolerance, goal.step, goal.breach, goal.target)
        for name, goal in written.items()
    }


def limits_of(scenario: Scenario) -> dict[str, Bound]:
    """Where the limits of a scenario stand, by their names as evaluations have them."""
    names = [name for name, goal in goals_of(scenario).items() if goal.is_constraint]
    names += [f"flows.{name}.latency" for name, flow in scenario.flows.items() if flow.limit_ms is not None]
    names += type(scenario.limits).model_fields
    stand = {name: written_limit(scenario, name) for name in names}
    return {
        name: Bound(at, is_a_least(name), is_a_default(scenario, name))
        for name, at in stand.items()
        if at is not None
    }


def work_of(system: System, seed: int) -> Work:
    """What looking at the designs of a scenario takes."""
    return Work(each=operations_of_a_design(system), all=operations_of_all(system, seed=seed))


def labels_of(scenario: Scenario) -> Labels:
    """The labels that a scenario gives; what has none goes by its name as people write it: `ten minutes`."""
    decisions = {name: decision.label or _spoken(name) for name, decision in scenario.decisions.items()}
    options = {
        name: {key: option.label or _spoken(key) for key, option in decision.options.items()}
        for name, decision in scenario.decisions.items()
        if isinstance(decision, Choice)
    }
    units = {
        name: unit
        for name, decision in scenario.decisions.items()
        if isinstance(decision, (Integer, Real)) and (unit := _unit_of(scenario, decision.sets[0]))
    }
    share = scenario.dimensions.latency.percentile
    return Labels(decisions, options, units, {LATENCY.name: f"{LATENCY.name} (p{100.0 * share:.12g})"})


def _spoken(name: str) -> str:
    """A name as people write it: `ten minutes` for `ten_minutes`, `400 ms` for `ms400`."""
    time = _TIME.fullmatch(name)
    return f"{time[2]} {time[1]}" if time else name.replace("_", " ")


def spent_of(system: System, x: Array) -> dict[str, float]:
    """What a design, `(d,)`, spends its cost on over all phases, USD; parts of one name together."""
    cost = run(system, x[None, :]).cost
    phases = cost.lost_revenue_usd.shape[1]

    def total(*parts: Array) -> float:
        return float(sum(np.broadcast_to(part, (1, phases)).sum() for part in parts))

    named = [
        ("beforehand", float(cost.one_time_usd[0])),
        ("lost revenue", total(cost.lost_revenue_usd)),
        ("machines", total(*cost.replicas_usd)),
        ("calls paid by the piece", total(*cost.calls_usd)),
    ]
    labels = [one.label for one in system.scenario.costs]
    named += [(label, total(part)) for label, part in zip(labels, cost.drivers_usd, strict=True)]
    found: dict[str, float] = {}
    for name, usd in named:
        found[name] = found.get(name, 0.0) + usd
    return found


def _effort(system: System, X: Array) -> tuple[Array, Array]:
    of = effort(system, X)
    return of.days, of.one_time_usd


def _unit_of(scenario: Scenario, path: str) -> str:
    """The unit of a parameter as it stands behind a number; empty for shares, and for what is counted."""
    unit = quantity_of(scenario, resolve(scenario, path)[0]).unit
    return _BEHIND.get(unit, "")


def _threaded(system: System, threads: int) -> Evaluator:
    return partial(evaluate, system, threads=threads)
