"""The system: a scenario compiled once, with names turned into positions and trees into nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.evaluation import Array
from models.scenario.component import Component
from models.scenario.paths import Slot
from models.scenario.scenario import Scenario
from models.space.space import DesignSpace
from models.system.effects import Plan


@dataclass(frozen=True, slots=True)
class CallNode:
    """One call in a flow's tree.

    Attributes:
        index: Position among all calls of the system, callers before the calls under them.
        flow: Position of the flow.
        component: Position of the component that is called.
        position: Position among the calls of its flow.
        caller: The call that makes it; None = the user.
        after: Calls of the same caller that must have been made before it.
        after_choices: Choices of the same caller that come before it, by their number.
        within: Branches in which its caller makes it, by their place in `System.branches`.
        writes: Whether it changes data.
        is_async: Whether its caller goes on at once.
        has_fallback: Whether another answer can be given when it fails.
        copies: How often its caller makes it at the same time: the equal branches of the groups around it.
        needed: Of these: answers that are enough.
        link: The link that it goes across; None = it stays in its region.
        then: The steps made one after the other while it is served.
    """

    index: int
    flow: int
    component: int
    position: int
    caller: int | None
    after: tuple[int, ...]
    after_choices: tuple[int, ...]
    within: tuple[int, ...]
    writes: bool
    is_async: bool
    has_fallback: bool
    copies: int
    needed: int
    link: str | None
    then: tuple[StepNode, ...]


@dataclass(frozen=True, slots=True)
class ParallelNode:
    """Branches that run at the same time, each a sequence of steps.

    Attributes:
        branches: The branches; one, where there are equal ones.
        each: Equal branches of it.
        needed: Of these: answers that are enough.
    """

    branches: tuple[tuple[StepNode, ...], ...]
    each: int
    needed: int


@dataclass(frozen=True, slots=True)
class ChoiceNode:
    """Branches of which each request goes one, or none.

    Attributes:
        branches: The branches, each a sequence of steps.
        number: Number of the choice, in the order in which they are met.
        first: Place of its first branch in `System.branches`; the others follow.
    """

    branches: tuple[tuple[StepNode, ...], ...]
    number: int
    first: int


StepNode = CallNode | ParallelNode | ChoiceNode


def all_calls(steps: Sequence[StepNode]) -> list[CallNode]:
    """All calls in some steps and under them."""
    found: list[CallNode] = []
    for step in steps:
        if isinstance(step, CallNode):
            found += [step, *all_calls(step.then)]
        else:
            found += [node for branch in step.branches for node in all_calls(branch)]
    return found


def all_choices(steps: Sequence[StepNode]) -> list[ChoiceNode]:
    """All choices in some steps and under them."""
    found: list[ChoiceNode] = []
    for step in steps:
        found += [step] if isinstance(step, ChoiceNode) else []
        for inner in (step.then,) if isinstance(step, CallNode) else step.branches:
            found += all_choices(inner)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """A compiled scenario.

    Attributes:
        scenario: What the user wrote.
        space: The designs.
        phases: Names of the phases.
        hours: Length of each phase, h, `(1, p)`.
        peak: Position of the peak phase.
        components: Names of the components.
        parts: The components as written.
        flows: Names of the flows.
        traces: The steps of each flow.
        branches: The share of each branch of a choice, flow by flow as `flow.branches` lists them.
        nodes: All calls, callers before the calls under them, flow by flow.
        callers_first: Positions of the components, callers before those they call.
        plans: What changes each parameter that is changed at all.
        static: What the file says of every other parameter.
        digest: Digest of the scenario.
    """

    scenario: Scenario
    space: DesignSpace
    phases: tuple[str, ...]
    hours: Array
    peak: int
    components: tuple[str, ...]
    parts: tuple[Component, ...]
    flows: tuple[str, ...]
    traces: tuple[tuple[StepNode, ...], ...]
    branches: tuple[Slot, ...]
    nodes: tuple[CallNode, ...]
    callers_first: tuple[int, ...]
    plans: dict[Slot, Plan]
    static: dict[Slot, Array]
    digest: str
