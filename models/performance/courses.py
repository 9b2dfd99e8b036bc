"""Courses: the ways that a request of a flow may go, by the branches that it takes at each choice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from models.system.system import CallNode, ChoiceNode, StepNode, System


def courses_of(system: System) -> list[tuple[int, tuple[int, ...]]]:
    """The flow of each course, and the branches that it takes.

    A branch is told by its place in `System.branches`; those who go none of a choice come behind all of them,
    by its number. Choices of equal branches, and of calls made several times, count as one for all of them.
    """
    beyond = len(system.branches)
    return [
        (f, course) for f, trace in enumerate(system.traces) for course in dict.fromkeys(_ways(trace, beyond))
    ]


def _ways(steps: Sequence[StepNode], beyond: int) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = [()]
    for step in steps:
        if isinstance(step, ChoiceNode):
            own = [
                (step.first + k, *way)
                for k, branch in enumerate(step.branches)
                for way in _ways(branch, beyond)
            ]
            own.append((beyond + step.number,))
        else:
            own = [()]
            for inner in (step.then,) if isinstance(step, CallNode) else step.branches:
                own = [(*a, *b) for a, b in product(own, _ways(inner, beyond))]
        found = [(*a, *b) for a, b in product(found, own)]
    return found
