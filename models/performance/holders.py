"""Which pool's thread waits for each call: known from the tree of calls alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from models.system.system import ParallelNode, StepNode, System


class Holders(NamedTuple):
    """Who keeps a slot meanwhile.

    Attributes:
        holder: By call: the component whose slot is kept during it, the nearest above it; -1 = none.
        pools: By component: the holders of its calls.
        is_parallel: By component: called in a parallel branch of what its holder does.
        is_pooled: By component: called during kept slots only.
    """

    holder: list[int]
    pools: list[list[int]]
    is_parallel: list[bool]
    is_pooled: list[bool]


def holders(system: System, blocks: Sequence[bool]) -> Holders:
    """Finds them.

    Args:
        system: The system.
        blocks: By component: whether it may keep its slot while the calls under it run.
    """
    holder = [-1 for _ in system.nodes]
    parallel = [False for _ in system.nodes]

    def walk(steps: Sequence[StepNode], above: int, *, inside: bool) -> None:
        for step in steps:
            if isinstance(step, ParallelNode):
                for branch in step.branches:
                    walk(branch, above, inside=True)
                continue
            holder[step.index], parallel[step.index] = above, inside
            if blocks[step.component]:
                walk(step.then, step.component, inside=False)
            else:
                walk(step.then, above, inside=inside)

    for trace in system.traces:
        walk(trace, -1, inside=False)
    calls = [[n.index for n in system.nodes if n.component == c] for c in range(len(system.components))]
    is_parallel = [any(parallel[i] and holder[i] >= 0 for i in own) for own in calls]
    return Holders(
        holder=holder,
        pools=[sorted({holder[i] for i in own if holder[i] >= 0}) for own in calls],
        is_parallel=is_parallel,
        is_pooled=[bool(own) and all(holder[i] >= 0 for i in own) for own in calls],
    )
