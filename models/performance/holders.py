"""Which pool's thread waits for each call: known from the tree of calls alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from models.system.system import CallNode, ParallelNode, StepNode, System, all_calls


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
            if not isinstance(step, CallNode):
                for branch in step.branches:
                    walk(branch, above, inside=inside or isinstance(step, ParallelNode))
                continue
            above_it, inside_it = (-1, False) if step.is_async else (above, inside)
            holder[step.index], parallel[step.index] = above_it, inside_it
            if blocks[step.component]:
                walk(step.then, step.component, inside=False)
            else:
                walk(step.then, above_it, inside=inside_it)

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


def where_branches_meet(system: System) -> list[bool]:
    """By component: whether several branches that run at the same time call it."""
    found = [False for _ in system.components]

    def walk(steps: Sequence[StepNode]) -> None:
        for step in steps:
            inside = (step.then,) if isinstance(step, CallNode) else step.branches
            if isinstance(step, ParallelNode):
                called = [{node.component for node in all_calls(branch)} for branch in step.branches]
                for c in set().union(*called):
                    found[c] |= sum(c in own for own in called) > 1
            for inner in inside:
                walk(inner)

    for trace in system.traces:
        walk(trace)
    return found


def feeds(system: System) -> list[int]:
    """By call: the call after whose own work at its component it is made; -1 = the user makes it."""
    feed = [-1 for _ in system.nodes]

    def walk(steps: Sequence[StepNode], source: int) -> int:
        for step in steps:
            if isinstance(step, CallNode):
                feed[step.index] = source
                below = walk(step.then, step.index)
                # Hits leave a cache at once: what follows is its stream, of which misses go a longer way.
                is_cache = system.parts[step.component].traits.passes_on_misses
                if not step.is_async:
                    source = step.index if is_cache else below
            else:
                source, *_ = [walk(branch, source) for branch in step.branches]
        return source

    for trace in system.traces:
        walk(trace, -1)
    return feed


def in_order_of_calls(system: System, feed: Sequence[int]) -> list[int]:
    """Components, callers first, and as far as that allows in the order in which they are called."""
    above: list[set[int]] = [set() for _ in system.components]
    before: list[set[int]] = [set() for _ in system.components]
    for node in system.nodes:
        if node.caller is not None:
            above[node.component].add(system.nodes[node.caller].component)
        if feed[node.index] >= 0:
            before[node.component].add(system.nodes[feed[node.index]].component)
    left = list(system.callers_first)
    found: list[int] = []
    while left:
        placed = set(found)
        ready = [c for c in left if above[c] - {c} <= placed]
        found.append(next((c for c in ready if before[c] - {c} <= placed), ready[0]))
        left.remove(found[-1])
    return found
