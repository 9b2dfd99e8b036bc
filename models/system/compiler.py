"""From a scenario to a system: names to positions, traces to trees, effects to plans."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.evaluation import Array
from models.scenario.complexity import ComplexityBudget
from models.scenario.flow import AnyStep, Branch, Call, Exclusive, Flow, Parallel, branches, calls, within
from models.scenario.kinds.queue import Queue
from models.scenario.paths import Slot, parameters_of, parameters_of_call
from models.scenario.region import Link, crossed
from models.scenario.scenario import Scenario
from models.space.space import design_space
from models.system.effects import base_value, plans_of, without_dust
from models.system.supported import refuse_what_is_not_modelled
from models.system.system import CallNode, ChoiceNode, ParallelNode, StepNode, System


def compile_system(scenario: Scenario) -> System:
    """Compiles a checked scenario.

    Raises:
        NotModelledError: The scenario uses what the format allows and the model doesn't know yet.
    """
    space = design_space(scenario)
    components = tuple(scenario.components)
    traces: list[tuple[StepNode, ...]] = []
    nodes: list[CallNode] = []
    ways: list[Slot] = []
    choices = 0
    for f, (name, flow) in enumerate(scenario.flows.items()):
        builder = _TreeBuilder(f, scenario, flow.region, first=(len(nodes), len(ways), choices))
        traces.append(builder.steps(flow.trace))
        nodes += sorted(builder.nodes, key=lambda node: node.index)
        ways += [Slot("branch", name, "share", k) for k, _ in enumerate(branches(flow.trace))]
        choices = builder.choices
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
        branches=tuple(ways),
        nodes=tuple(nodes),
        callers_first=_callers_first(scenario),
        plans=plans,
        static={
            slot: _frozen(without_dust(base_value(scenario, slot)))
            for slot in _slots(scenario)
            if slot not in plans
        }
        | _in_the_background(scenario, nodes),
        digest=scenario.digest(),
    )


def _in_the_background(scenario: Scenario, nodes: Sequence[CallNode]) -> dict[Slot, Array]:
    """What calls are that nobody waits for: their failure is no request's; a queue tells how often they are
    tried, and how long a consumer may take.
    """
    found: dict[Slot, float] = {}
    flows, parts = tuple(scenario.flows), tuple(scenario.components.values())
    for node in nodes:
        if not node.is_async:
            continue
        slot = Slot("call", flows[node.flow], "optional", node.position)
        found[slot] = 1.0
        part = parts[node.component]
        if isinstance(part, Queue):
            seconds = math.inf if part.visibility_s is None else part.visibility_s
            found[slot._replace(parameter="timeout_ms")] = 1000.0 * seconds
            found[slot._replace(parameter="retries")] = part.max_receives - 1.0
    return {slot: _frozen(np.array([[value]])) for slot, value in found.items()}


class _Place(NamedTuple):
    """Where steps stand in a tree: caller, calls and choices before them, branches around them, and equal
    branches that the caller begins with them, with the answers that are enough.
    """

    caller: int | None = None
    after: tuple[int, ...] = ()
    after_choices: tuple[int, ...] = ()
    within: tuple[int, ...] = ()
    equal: tuple[int, int] = (1, 1)


_AT_THE_TOP = _Place()


class _TreeBuilder:
    """Numbers the calls of one flow as `flow.calls` lists them: callers first."""

    def __init__(
        self, flow: int, scenario: Scenario, region: str | None, *, first: tuple[int, int, int]
    ) -> None:
        self.flow = flow
        self.scenario = scenario
        self.components = tuple(scenario.components)
        self.region = region
        self.first, self.ways, self.choices = first
        self.count = 0
        self.nodes: list[CallNode] = []

    def steps(
        self,
        steps: tuple[AnyStep, ...],
        place: _Place = _AT_THE_TOP,
    ) -> tuple[StepNode, ...]:
        """Nodes for a sequence of steps; each comes after all before it.

        Args:
            steps: The steps.
            place: Where they stand.
        """
        built: list[StepNode] = []
        for step in steps:
            node: StepNode
            if isinstance(step, Parallel):
                inside = place._replace(equal=(place.equal[0] * step.each, place.equal[1] * step.wanted))
                ways = tuple(self.steps(branch, inside) for branch in step.parallel)
                node = ParallelNode(ways, step.each, step.wanted)
            elif isinstance(step, Exclusive):
                node = self.choice(step, place)
            else:
                node = self.call(step, place)
            direct, chosen = _direct(node)
            place = place._replace(
                after=(*place.after, *direct), after_choices=(*place.after_choices, *chosen)
            )
            built.append(node)
        return tuple(built)

    def choice(self, step: Exclusive, place: _Place) -> ChoiceNode:
        """The node of a choice."""
        number, first = self.choices, self.ways
        self.choices += 1
        self.ways += len(step.choice)
        ways = tuple(
            self.steps(branch.calls, place._replace(within=(*place.within, first + k)))
            for k, branch in enumerate(step.choice)
        )
        return ChoiceNode(ways, number, first)

    def call(self, call: Call, place: _Place) -> CallNode:
        """The node of a call, with what is under it."""
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
            caller=place.caller,
            after=place.after,
            after_choices=place.after_choices,
            within=place.within,
            writes=call.write,
            is_async=call.is_async,
            has_fallback=call.fallback is not None,
            copies=place.equal[0],
            needed=place.equal[1],
            link=link,
            then=self.steps(call.then, _Place(caller=index)),
        )
        self.region = here
        self.nodes.append(node)
        return node


def _direct(step: StepNode) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The calls and the choices that a step makes itself, without those under or in them."""
    if isinstance(step, CallNode):
        return (step.index,), ()
    if isinstance(step, ChoiceNode):
        return (), (step.number,)
    inside = [_direct(inner) for branch in step.branches for inner in branch]
    return tuple(i for own, _ in inside for i in own), tuple(k for _, own in inside for k in own)


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


def _called_by(steps: tuple[AnyStep, ...]) -> list[str]:
    found: list[str] = []
    for step in steps:
        if isinstance(step, Call):
            found.append(step.call)
            continue
        for _, inner in within(step):
            found += _called_by(inner)
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
        for index, _ in enumerate(branches(flow.trace)):
            slots += [Slot("branch", name, parameter, index) for parameter in parameters_of(Branch)]
    return slots


def _frozen(array: Array) -> Array:
    array.setflags(write=False)
    return array
