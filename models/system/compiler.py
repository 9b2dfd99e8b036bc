"""From a scenario to a system: names to positions, traces to trees, effects to plans."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array
from models.scenario.complexity import ComplexityBudget
from models.scenario.flow import Call, Flow, Parallel, calls
from models.scenario.paths import Slot, parameters_of, parameters_of_call
from models.scenario.region import Link, crossed
from models.scenario.scenario import Scenario
from models.space.space import design_space
from models.system.effects import base_value, plans_of, without_dust
from models.system.supported import refuse_what_is_not_modelled
from models.system.system import CallNode, ParallelNode, StepNode, System


def compile_system(scenario: Scenario) -> System:
    """Compiles a checked scenario.

    Raises:
        NotModelledError: The scenario uses what the format allows and the model doesn't know yet.
    """
    space = design_space(scenario)
    components = tuple(scenario.components)
    traces: list[tuple[StepNode, ...]] = []
    nodes: list[CallNode] = []
    for f, flow in enumerate(scenario.flows.values()):
        builder = _TreeBuilder(f, scenario, flow.region, first=len(nodes))
        traces.append(builder.steps(flow.trace))
        nodes += sorted(builder.nodes, key=lambda node: node.index)
    phases = scenario.workload.phases
    plans = plans_of(scenario, space)
    refuse_what_is_not_modelled(scenario, plans)
    return System(
        scenario=scenario,
        space=space,
        phases=tuple(phase.name for phase in phases),
        hours=_frozen(np.array([[phase.hours for phase in phases]], dtype=np.float64)),
        peak=scenario.workload.peak or 0,
        components=components,
        parts=tuple(scenario.components.values()),
        flows=tuple(scenario.flows),
        traces=tuple(traces),
        nodes=tuple(nodes),
        callers_first=_callers_first(scenario),
        plans=plans,
        static={
            slot: _frozen(without_dust(base_value(scenario, slot)))
            for slot in _slots(scenario)
            if slot not in plans
        },
        digest=scenario.digest(),
    )


class _TreeBuilder:
    """Numbers the calls of one flow as `flow.calls` lists them: callers first."""

    def __init__(self, flow: int, scenario: Scenario, region: str | None, *, first: int) -> None:
        self.flow = flow
        self.scenario = scenario
        self.components = tuple(scenario.components)
        self.region = region
        self.first = first
        self.count = 0
        self.nodes: list[CallNode] = []

    def steps(
        self,
        steps: tuple[Call | Parallel, ...],
        caller: int | None = None,
        after: tuple[int, ...] = (),
        equal: tuple[int, int] = (1, 1),
    ) -> tuple[StepNode, ...]:
        """Nodes for a sequence of steps; each comes after all before it.

        Args:
            steps: The steps.
            caller: The call that makes them.
            after: Calls that come before them.
            equal: Equal branches that the caller begins with these steps, and answers that are enough.
        """
        built: list[StepNode] = []
        for step in steps:
            node: StepNode
            if isinstance(step, Parallel):
                inside = (equal[0] * step.each, equal[1] * step.wanted)
                branches = tuple(self.steps(branch, caller, after, inside) for branch in step.parallel)
                node = ParallelNode(branches, step.each, step.wanted)
            else:
                node = self.call(step, caller, after, equal)
            after = (*after, *_direct(node))
            built.append(node)
        return tuple(built)

    def call(
        self, call: Call, caller: int | None, after: tuple[int, ...], equal: tuple[int, int]
    ) -> CallNode:
        position = self.count
        self.count += 1
        index = self.first + position
        here, self.region = self.region, self.scenario.components[call.call].region or self.region
        link = crossed(self.scenario.links, here, self.region)
        node = CallNode(
            index=index,
            flow=self.flow,
            component=self.components.index(call.call),
            position=position,
            caller=caller,
            after=after,
            writes=call.write,
            has_fallback=call.fallback is not None,
            copies=equal[0],
            needed=equal[1],
            link=link,
            then=self.steps(call.then, index),
        )
        self.region = here
        self.nodes.append(node)
        return node


def _direct(step: StepNode) -> tuple[int, ...]:
    """The calls that a step makes itself, without those under them."""
    if isinstance(step, ParallelNode):
        return tuple(index for branch in step.branches for inner in branch for index in _direct(inner))
    return (step.index,)


def _callers_first(scenario: Scenario) -> tuple[int, ...]:
    """Components in the order of the call graph; ties in the order of the file."""
    names = list(scenario.components)
    callers: dict[str, set[str]] = {name: set() for name in names}
    for flow in scenario.flows.values():
        for call in calls(flow.trace):
            for below in _called_by(call.then):
                callers[below].add(call.call)
    order: list[str] = []
    while len(order) < len(names):
        ready = [n for n in names if n not in order and callers[n] <= set(order)]
        if not ready:
            raise ValueError("components call each other in a circle")
        order += ready
    return tuple(names.index(name) for name in order)


def _called_by(steps: tuple[Call | Parallel, ...]) -> list[str]:
    found: list[str] = []
    for step in steps:
        if isinstance(step, Parallel):
            for branch in step.parallel:
                found += _called_by(branch)
        else:
            found.append(step.call)
    return found


def _slots(scenario: Scenario) -> list[Slot]:
    """Every parameter of the scenario."""
    slots = [Slot("workload", "", "rate")]
    slots += [Slot("driver", name, "value") for name in scenario.drivers]
    for name in scenario.links:
        slots += [Slot("link", name, parameter) for parameter in parameters_of(Link)]
    slots += [Slot("complexity", "", name) for name in parameters_of(ComplexityBudget)]
    for name, component in scenario.components.items():
        slots += [Slot("component", name, parameter) for parameter in parameters_of(type(component))]
    for name, flow in scenario.flows.items():
        slots += [Slot("flow", name, parameter) for parameter in parameters_of(Flow)]
        for index, _ in enumerate(calls(flow.trace)):
            slots += [Slot("call", name, parameter, index) for parameter in parameters_of_call()]
    return slots


def _frozen(array: Array) -> Array:
    array.setflags(write=False)
    return array
