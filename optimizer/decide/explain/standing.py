"""Where one design stands among a front: on it, forbidden, beyond limits, dominated, or unseen so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Evaluation
from models.space.space import DesignSpace
from optimizer.decide.explain.why_not import dominators
from optimizer.model import MODEL_ERROR, ModelError
from optimizer.pareto.front import Front

#: `forbidden` = by a rule; `dominated` = beaten by more than the model's error, `alike` = beaten by
#: no more than that or equal; `unseen` = feasible and beaten by nothing on the front: it belongs there.
Standing = Literal["front", "forbidden", "infeasible", "dominated", "alike", "unseen"]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a design stands.

    Attributes:
        standing: In a word.
        position: Its position on the front; None = it isn't on it.
        rules: The rules that it breaks, in words.
        broken: Limits that it breaks, with the amount over each.
        beaten_by: Positions of the front's designs that beat it, the greatest gain first: by more than the
            model's error, or, where it is `alike`, by no more.
    """

    standing: Standing
    position: int | None
    rules: tuple[str, ...]
    broken: Mapping[str, float]
    beaten_by: NDArray[np.intp]


def place_of(
    design: Evaluation, space: DesignSpace, front: Front, *, error: ModelError = MODEL_ERROR
) -> Place:
    """Where a design stands among a front.

    Args:
        design: The design, evaluated; one row.
        space: The designs.
        front: The front.
        error: The model's error.
    """
    x = design.X[0]
    here = np.flatnonzero(np.all(x == front.X, axis=1)) if len(front) else np.zeros(0, dtype=np.intp)
    rules = space.broken_rules(x)
    broken = {
        name: float(over)
        for name, over in zip(design.constraints, design.excess[0], strict=True)
        if over > 0.0
    }
    position = int(here[0]) if here.size else None
    beaten = np.zeros(0, dtype=np.intp)
    standing: Standing = "front"
    if position is None:
        beaten = dominators(front, design, error)
        standing = "dominated" if beaten.size else "unseen"
        if not beaten.size and len(front):
            with np.errstate(invalid="ignore"):  # unbounded minus unbounded
                moves = np.where(front.losses == design.losses[0], 0.0, front.losses - design.losses[0])
            beaten = np.flatnonzero(np.all(moves <= 0.0, axis=1) & np.any(moves < 0.0, axis=1))
            equal = np.flatnonzero(np.all(moves == 0.0, axis=1))
            beaten = beaten if beaten.size else equal
            standing = "alike" if beaten.size else "unseen"
        if broken:
            standing = "infeasible"
        if rules:
            standing = "forbidden"
    return Place(standing, position, rules, broken, beaten)
