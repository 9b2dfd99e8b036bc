"""What the format allows and the model doesn't know yet: refused by name, never ignored."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import NotModelledError
from models.scenario.component import Cache, External, Store
from models.scenario.flow import Call, Flow, Parallel, calls
from models.scenario.paths import quantity_of, resolve
from models.scenario.scenario import Scenario

#: Parameters whose effect isn't modelled yet, with the values at which they have none.
_COMPONENT = {
    "blocking": ("components that keep their slot while they call others", (False,)),
    "contention": ("the Universal Scalability Law (contention)", (0.0,)),
    "coherency": ("the Universal Scalability Law (coherency)", (0.0,)),
    "write_quorum": ("quorum stores (write_quorum)", (None, 1)),
    "read_quorum": ("quorum stores (read_quorum)", (1,)),
    "replication_lag_ms": ("replication lag", (0.0,)),
    "shards": ("shards", (1,)),
    "rtt_ms": ("round trips between replicas", (0.0,)),
}
_CALL = {
    "timeout_ms": ("time-outs", (None,)),
    "retries": ("retries", (0,)),
    "backoff_ms": ("retries (backoff_ms)", (0.0,)),
    "jitter": ("retries (jitter)", (0.0,)),
    "breaker": ("circuit breakers", (False,)),
    "bulkhead_slots": ("bulkheads", (None,)),
}


def refuse_what_is_not_modelled(scenario: Scenario) -> None:
    """Does nothing when the model knows all that the scenario uses.

    Raises:
        NotModelledError: It doesn't; names everything at once.
    """
    found = [*_components(scenario), *_flows(scenario), *_changed(scenario)]
    if scenario.costs:
        found.append("costs: costs that follow drivers are not modelled yet")
    if found:
        raise NotModelledError(f"{scenario.name}:\n" + "\n".join(f"  {line}" for line in found))


def _components(scenario: Scenario) -> Iterator[str]:
    for name, component in scenario.components.items():
        if isinstance(component, Cache):
            yield f"components.{name}: caches are not modelled yet"
        if isinstance(component, Store) and component.replicas > 1 and component.write_quorum is None:
            yield f"components.{name}: quorum stores are not modelled yet (a store with one replica is)"
        if isinstance(component, External):
            continue
        for parameter, (what, neutral) in _COMPONENT.items():
            if getattr(component, parameter, neutral[0]) not in neutral:
                yield f"components.{name}.{parameter}: {what}: not modelled yet"


def _flows(scenario: Scenario) -> Iterator[str]:
    for name, flow in scenario.flows.items():
        if any(isinstance(step, Parallel) for step in _steps(flow)):
            yield f"flows.{name}.trace: parallel calls are not modelled yet"
        for call in calls(flow.trace):
            if call.fallback is not None:
                yield f"flows.{name}: call of {call.call}: fallbacks are not modelled yet"
            for parameter, (what, neutral) in _CALL.items():
                if getattr(call, parameter) not in neutral:
                    yield f"flows.{name}: call of {call.call}: {what}: not modelled yet"


def _steps(flow: Flow) -> Iterator[Call | Parallel]:
    waiting = list(flow.trace)
    while waiting:
        step = waiting.pop()
        yield step
        waiting += (
            [inner for branch in step.parallel for inner in branch]
            if isinstance(step, Parallel)
            else step.then
        )


def _changed(scenario: Scenario) -> Iterator[str]:
    """Decisions and phases that change what isn't modelled."""
    paths: dict[str, str] = {}
    for name, decision in scenario.decisions.items():
        effects = [getattr(decision, "on", None), *getattr(decision, "options", {}).values()]
        for effect in effects:
            paths.update({path: f"decisions.{name}" for path in (effect.paths if effect else ())})
        paths.update({path: f"decisions.{name}" for path in getattr(decision, "sets", ())})
    for phase in scenario.workload.phases:
        paths.update({path: f"workload.phases.{phase.name}.effect" for path in phase.effect.paths})
    for path, where in paths.items():
        for slot in resolve(scenario, path):
            known = _COMPONENT if slot.owner == "component" else _CALL if slot.owner == "call" else {}
            if quantity_of(scenario, slot).name in known:
                yield f"{where}: {path}: {known[slot.parameter][0]}: not modelled yet"
                break
