"""What does a design give up: against the best of each dimension, and in exchange with its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array, Dimension
from optimizer.decide.noise import is_equal
from optimizer.model import MODEL_ERROR, ModelError
from optimizer.pareto.front import Front
from optimizer.pareto.scaling import scale_of

#: Gain, as a share of the front's range, below which an exchange is none, where no step says otherwise.
LEAST = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Sacrifice:
    """What a design gives up in one dimension.

    Attributes:
        dimension: Position of the dimension.
        best: Best value that any feasible design reaches.
        reached_by: Position on the front of the design that reaches it and is otherwise closest.
        share: What is given up, as a share of the front's range: 0 = nothing, 1 = as bad as the worst.
        is_noise: Whether the difference lies within the model's error.
        bought: Dimensions in which the design is better than that one, those it gains most in first.
    """

    dimension: int
    best: float
    reached_by: int
    share: float
    is_noise: bool
    bought: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """The cheapest way to be better in one dimension.

    Attributes:
        dimension: Position of the dimension.
        to: Position on the front of the design that is better in it.
        gain: What is gained, as a share of the front's range.
        price: What all other dimensions get worse by, as shares of their ranges, summed.
        worse: Dimensions that get worse, the worst first.
    """

    dimension: int
    to: int
    gain: float
    price: float
    worse: tuple[int, ...]


def sacrifices(front: Front, i: int, error: ModelError = MODEL_ERROR) -> tuple[Sacrifice, ...]:
    """What a design gives up in each dimension, against the best that any feasible design reaches.

    The best of a dimension always stands on the front: what no feasible design beats in it is not dominated.

    Args:
        front: The front.
        i: Position of the design.
        error: The model's error.
    """
    scale = scale_of(front.losses)
    scaled = scale.apply(front.losses)
    same = is_equal(front.evaluation, i, error)
    found = []
    for j in np.flatnonzero(scale.varies):
        gap = scaled[i, j] - scaled[:, j].min()
        reaching = np.flatnonzero(scaled[:, j] == scaled[:, j].min())
        apart = np.abs(scaled[reaching] - scaled[i]).sum(axis=1)
        rival = i if gap == 0.0 else int(reaching[np.argmin(np.round(apart, 12))])
        gained = np.where(same[rival], 0.0, scaled[rival] - scaled[i])
        bought = [int(k) for k in np.argsort(-gained, kind="stable") if gained[k] > 0.0]
        found.append(
            Sacrifice(
                dimension=int(j),
                best=float(front.evaluation.values[rival, j]),
                reached_by=rival,
                share=float(gap),
                is_noise=bool(gap > 0.0 and same[rival, j]),
                bought=tuple(bought),
            )
        )
    return tuple(found)


def exchanges(
    front: Front,
    i: int,
    *,
    steps: Sequence[float | None] | None = None,
    error: ModelError = MODEL_ERROR,
) -> tuple[Exchange, ...]:
    """For each dimension the neighbour that is better in it at the lowest price; none where it is the best.

    The price of a neighbour is what it loses in all other dimensions for each unit that it gains, all scaled
    (the marginal rate of substitution between designs that exist; Miettinen 1999, chapter 2.5).

    Args:
        front: The front.
        i: Position of the design.
        steps: Smallest gain that counts, by dimension: for availability in nines, else in its unit; None = a
            hundredth of the front's range.
        error: The model's error: what is gained must be more.
    """
    scale = scale_of(front.losses)
    scaled = scale.apply(front.losses)
    same = is_equal(front.evaluation, i, error)
    dimensions = front.evaluation.dimensions
    found = []
    for j in map(int, np.flatnonzero(scale.varies)):
        gain = scaled[i, j] - scaled[:, j]
        step = None if steps is None else steps[j]
        enough = (gain > 0.0) & ~same[:, j]
        enough &= gain >= LEAST if step is None else _gained(front, i, j, dimensions[j]) >= step * (1 - 1e-9)
        enough[i] = False
        if not enough.any():
            continue
        lost = np.where(same, 0.0, np.maximum(scaled - scaled[i], 0.0))
        lost[:, j] = 0.0
        rate = np.where(enough, lost.sum(axis=1) / np.where(enough, gain, 1.0), np.inf)
        to = int(np.argmin(np.round(rate, 12)))
        worse = [int(k) for k in np.argsort(-lost[to], kind="stable") if lost[to, k] > 0.0]
        found.append(Exchange(j, to, float(gain[to]), float(lost[to].sum()), tuple(worse)))
    return tuple(found)


def _gained(front: Front, i: int, j: int, dimension: Dimension) -> Array:
    """What designs gain over design i in a dimension, `(n,)`, in the unit of a step."""
    values = dimension.on_scale(front.evaluation.values[:, j])
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nan_to_num((values[i] - values) * dimension.sign, nan=0.0, posinf=np.inf))
