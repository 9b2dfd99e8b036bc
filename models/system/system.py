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
        writes: Whether it changes data.
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
    writes: bool
    has_fallback: bool
    copies: int
    needed: int
    link: str | None
    then: tuple[CallNode | ParallelNode, ...]


@dataclass(frozen=True, slots=True)
class ParallelNode:
    """Branches that run at the same time, each a sequence of steps.

    Attributes:
        branches: The branches; one, where there are equal ones.
        each: Equal branches of it.
        needed: Of these: answers that are enough.
    """

    branches: tuple[tuple[CallNode | ParallelNode, ...], ...]
    each: int
    needed: int


StepNode = CallNode | ParallelNode


def all_calls(steps: Sequence[StepNode]) -> list[CallNode]:
    """All calls in some steps and under them."""
    found: list[CallNode] = []
    for step in steps:
        if isinstance(step, ParallelNode):
            found += [node for branch in step.branches for node in all_calls(branch)]
        else:
            found += [step, *all_calls(step.then)]
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
    nodes: tuple[CallNode, ...]
    callers_first: tuple[int, ...]
    plans: dict[Slot, Plan]
    static: dict[Slot, Array]
    digest: str
