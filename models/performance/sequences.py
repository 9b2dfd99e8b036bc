"""Sequences of steps by number, as the flat arrays of a program have them."""

from __future__ import annotations

from collections.abc import Sequence

from models.system.system import CallNode, ChoiceNode, StepNode


class Sequences:
    """Sequences of steps by number: a call by its index, a group of branches g as -1 - g.

    Of a group `places` tells the branches of a choice that its members are (-1 = parallel ones), and
    `numbers` which choice it is (-1 = none).
    """

    def __init__(self) -> None:
        self.steps: list[list[int]] = []
        self.groups: list[list[int]] = []
        self.inner: list[list[int]] = []
        self.equal: list[tuple[int, int]] = []
        self.places: list[list[int]] = []
        self.numbers: list[int] = []

    def sequence(self, steps: Sequence[StepNode]) -> int:
        """Its number; `inner` lists the sequences to work out for it, inner ones first, itself last."""
        items, inner = [], []
        for step in steps:
            if isinstance(step, CallNode):
                items.append(step.index)
                continue
            branches = [self.sequence(branch) for branch in step.branches]
            for branch in branches:
                inner += self.inner[branch]
            self.groups.append(branches)
            is_choice = isinstance(step, ChoiceNode)
            self.equal.append((1, 1) if isinstance(step, ChoiceNode) else (step.each, step.needed))
            self.numbers.append(step.number if isinstance(step, ChoiceNode) else -1)
            first = step.first if isinstance(step, ChoiceNode) else -1
            self.places.append([first + k if is_choice else -1 for k in range(len(branches))])
            items.append(-len(self.groups))
        number = len(self.steps)
        self.steps.append(items)
        self.inner.append([*inner, number])
        return number

    def together(self, component: Sequence[int]) -> list[tuple[int, int]]:
        """By parallel group: where all its branches begin at once, or -1, and how many they are there.

        Args:
            component: The component of each call.
        """
        found = []
        for group, (each, _), number in zip(self.groups, self.equal, self.numbers, strict=True):
            if number >= 0:
                found.append((-1, 1))
                continue
            first = [self.steps[q][0] if self.steps[q] else -1 for q in group]
            places = {component[i] if i >= 0 else -1 for i in first}
            place = places.pop() if len(places) == 1 and each * len(group) > 1 else -1
            found.append((place, each * len(group) if place >= 0 else 1))
        return found

    def batches(self, together: Sequence[tuple[int, int]], calls: int) -> list[int]:
        """By call: how many calls come together with it, itself included."""
        batch = [1] * calls
        for group, (_, many) in zip(self.groups, together, strict=True):
            for q in group if many > 1 else ():
                batch[self.steps[q][0]] = many
        return batch
