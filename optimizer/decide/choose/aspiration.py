"""What can I reach: the designs closest to a wish, and what must give where no design meets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Dimension
from optimizer.decide.choose.ranking import AUGMENTATION
from optimizer.pareto.front import Front
from optimizer.pareto.scaling import scale_of
from optimizer.validation import LARGEST

#: Relaxations that are told of one set of dimensions at the most.
MOST_OF_A_SET = 3


@dataclass(frozen=True, slots=True, eq=False)
class Relaxation:
    """One way to make a wish reachable.

    Attributes:
        dimensions: Positions of the dimensions in which the wish must be given up partly; no fewer do.
        to: What is to be wished for there instead, in the unit of the dimension.
        design: Position on the front of the design that then meets the wish.
    """

    dimensions: tuple[int, ...]
    to: tuple[float, ...]
    design: int


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What a wish reaches.

    Attributes:
        wish: The wish by position of the dimension, in its unit.
        meeting: Positions on the front of the designs that meet it, the one to prefer first.
        order: All designs, the closest to the wish first.
        relaxations: Where none meets it: the smallest relaxations, those of fewest dimensions first.
    """

    wish: Mapping[int, float]
    meeting: NDArray[np.intp]
    order: NDArray[np.intp]
    relaxations: tuple[Relaxation, ...]


def wish_from(given: Mapping[str, float], dimensions: Sequence[Dimension]) -> dict[int, float]:
    """A wish by position from one by name.

    Raises:
        ValueError: There is no such dimension, or a value can't be of it.
    """
    names = [dimension.name for dimension in dimensions]
    wish: dict[int, float] = {}
    for name, value in given.items():
        if name not in names:
            raise ValueError(f"found a wish for {name!r}; allowed: {', '.join(names)}")
        dimension = dimensions[names.index(name)]
        most = 1.0 if dimension.unit == "fraction" and dimension.better == "higher" else np.inf
        if not (0.0 <= value <= most) or value > LARGEST:
            to = f"a number from 0 to {LARGEST:g}"
            allowed = "a share from 0 to 1 (99.9 % is 0.999)" if most == 1.0 else to
            raise ValueError(f"found the wish {name} = {value:g}; allowed: {allowed}, in {dimension.unit}")
        wish[names.index(name)] = float(value)
    return wish


def reach(front: Front, wish: Mapping[int, float], prefer: NDArray[np.intp] | None = None) -> Reach:
    """What a wish reaches on a front.

    The closest design is the one furthest beyond the wish in the dimension in which it is least beyond, or
    least short of it where none meets it (achievement scalarizing function with the wish as reference point,
    Wierzbicki 1980, augmented); dimensions that aren't wished for enter by the augmentation alone.

    Args:
        front: The front.
        wish: Aspirations by position of the dimension, in its unit.
        prefer: All positions in the order in which designs that meet the wish are preferred, as the rule of
            recommendation has it, `(n,)`; None = those furthest beyond the wish first.

    Raises:
        ValueError: The front is empty, the wish is, or it speaks of a dimension that isn't there.
    """
    m = front.losses.shape[1]
    if not len(front):
        raise ValueError("the front is empty: no design is feasible, so nothing can be reached")
    if not wish or any(not 0 <= j < m for j in wish):
        raise ValueError(
            f"a wish for at least one of the dimensions 0 to {m - 1} must be given, but got {wish}"
        )
    signs = np.array([dimension.sign for dimension in front.evaluation.dimensions])
    asked = np.array(sorted(wish))
    target = np.array([wish[j] for j in asked]) * signs[asked]
    scale = scale_of(front.losses)
    scaled = scale.apply(front.losses)
    short = front.losses[:, asked] - target  # > 0: the wish isn't met
    span = np.where(scale.nadir > scale.ideal, scale.nadir - scale.ideal, 1.0)[asked]
    behind = short / span
    score = behind.max(axis=1) + AUGMENTATION * scaled.sum(axis=1)
    order = np.argsort(np.round(np.where(np.isnan(score), np.inf, score), 12), kind="stable")
    missed = short > 0.0
    among = order if prefer is None else prefer
    meeting = among[~missed.any(axis=1)[among]]
    relaxed = () if meeting.size else _relaxations(missed, short / span, asked, front, order)
    return Reach(dict(wish), meeting, order, relaxed)


def _relaxations(
    missed: NDArray[np.bool_], short: Array, asked: NDArray[np.intp], front: Front, order: NDArray[np.intp]
) -> tuple[Relaxation, ...]:
    """Minimal sets of wishes that one design misses; of each set the designs that miss least."""
    sets = np.unique(missed, axis=0)
    minimal = [a for a in sets if not any(not np.array_equal(a, b) and np.all(b <= a) for b in sets)]
    found: list[Relaxation] = []
    for one in sorted(minimal, key=lambda a: (int(a.sum()), a.tolist())):
        places = np.flatnonzero(one)
        designs = order[np.all(missed[order] == one, axis=1)]
        amounts = short[np.ix_(designs, places)]
        kept: list[int] = []
        # The least missed first, and none that misses at least as much of everything as another.
        for d in np.argsort(np.round(amounts.max(axis=1), 12), kind="stable"):
            if len(kept) < MOST_OF_A_SET and not any(np.all(amounts[e] <= amounts[d]) for e in kept):
                kept.append(int(d))
        for d in kept:
            design = int(designs[d])
            to = tuple(float(front.evaluation.values[design, asked[p]]) for p in places)
            found.append(Relaxation(tuple(int(asked[p]) for p in places), to, design))
    return tuple(found)
