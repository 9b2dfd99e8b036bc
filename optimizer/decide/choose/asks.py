"""What was asked of a design: wishes and targets, and which of them each design keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Dimension, Evaluation

#: A value that is over its bound by no more than this, relative to the bound, keeps it: 150 USD keep 150 USD.
ROUNDING = 1e-9
#: Wishes by how readily they are given up, the least readily first.
WISHES = ("rare", "sometimes", "pay")
#: The same of targets; where nothing is said a limit is never given up, and so is the target before it.
TARGETS = ("never", *WISHES)


class Wanted(Protocol):
    """What is wanted of a dimension (`models.scenario.goals.Goal` is one)."""

    @property
    def limit(self) -> float | None:
        """Its limit, in its unit."""

    @property
    def target(self) -> float | None:
        """The wanted value, in its unit."""

    @property
    def tolerance(self) -> str | None:
        """How readily it is given up: `never`, `rare`, `sometimes`, `pay`; None = not said."""

    @property
    def is_constraint(self) -> bool:
        """Whether a design beyond the limit is infeasible."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that was asked.

    Attributes:
        dimension: Position of the dimension.
        kind: `wish` = a limit that may be given up; `target` = a value that is hoped for.
        value: The bound, in the unit of the dimension.
        tolerance: How readily it is given up.
    """

    dimension: int
    kind: Literal["wish", "target"]
    value: float
    tolerance: str


def asks_of(goals: Sequence[Wanted]) -> tuple[Ask, ...]:
    """All wishes and targets, the least readily given up first.

    Args:
        goals: What is wanted of each dimension, by position.
    """
    found = []
    for tolerance in WISHES:
        for j, goal in enumerate(goals):
            if goal.limit is not None and not goal.is_constraint and goal.tolerance == tolerance:
                found.append(Ask(j, "wish", goal.limit, tolerance))
    for tolerance in TARGETS:
        for j, goal in enumerate(goals):
            if goal.target is not None and (goal.tolerance or TARGETS[0]) == tolerance:
                found.append(Ask(j, "target", goal.target, tolerance))
    return tuple(found)


def kept(evaluation: Evaluation, asks: Sequence[Ask]) -> NDArray[np.bool_]:
    """Which design keeps which ask, `(n, asks)`."""
    found = np.ones((len(evaluation), len(asks)), dtype=bool)
    for k, ask in enumerate(asks):
        found[:, k] = keeps(
            evaluation.dimensions[ask.dimension], evaluation.values[:, ask.dimension], ask.value
        )
    return found


def keeps(dimension: Dimension, values: Array, bound: float) -> NDArray[np.bool_]:
    """Whether values are at least as good as a bound, but for rounding, `(n,)`."""
    over = (values - bound) * dimension.sign
    return np.asarray(over <= ROUNDING * abs(bound))


def missed_keys(kept: NDArray[np.bool_], asks: Sequence[Ask]) -> NDArray[np.intp]:
    """What designs miss, as keys that sort the better ones first, `(n, keys)`, the first key counting most.

    Wishes come first, those that are given up rarely before the others; then the number of targets, and
    of as many the targets that are given up least readily.
    """
    missed = ~kept
    keys = [_count(missed, asks, "wish", (tolerance,)) for tolerance in WISHES]
    keys.append(_count(missed, asks, "target", TARGETS))
    keys += [_count(missed, asks, "target", (tolerance,)) for tolerance in TARGETS]
    return np.column_stack(keys)


def _count(
    missed: NDArray[np.bool_], asks: Sequence[Ask], kind: str, tolerances: Sequence[str]
) -> NDArray[np.intp]:
    places = [k for k, ask in enumerate(asks) if ask.kind == kind and ask.tolerance in tolerances]
    return np.asarray(missed[:, places].sum(axis=1), dtype=np.intp)
