"""Sequences of steps by number, as the flat arrays of a program have them."""

from __future__ import annotations

from collections.abc import Sequence

from models.system.system import ParallelNode, StepNode


class Sequences:
    """Sequences of steps by number: a call by its index, a parallel group g as -1 - g."""

    def __init__(self) -> None:
        self.steps: list[list[int]] = []
        self.groups: list[list[int]] = []
        self.inner: list[list[int]] = []
        self.equal: list[tuple[int, int]] = []

    def sequence(self, steps: Sequence[StepNode]) -> int:
        """Its number; `inner` lists the sequences to work out for it, inner ones first, itself last."""
        items, inner = [], []
        for step in steps:
            if isinstance(step, ParallelNode):
                branches = [self.sequence(branch) for branch in step.branches]
                for branch in branches:
                    inner += self.inner[branch]
                self.groups.append(branches)
                self.equal.append((step.each, step.needed))
                items.append(-len(self.groups))
            else:
                items.append(step.index)
        number = len(self.steps)
        self.steps.append(items)
        self.inner.append([*inner, number])
        return number
