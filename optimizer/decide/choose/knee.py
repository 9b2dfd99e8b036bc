"""Which designs are knees: those that bulge furthest towards being best in everything, and why.

Two questions of one kind. *The* knee is the design with the smallest mean regret: against every other design,
what it gives up is worth less than what it saves, summed over the scaled dimensions. Knees are the designs of
which that is true among the designs near them: a front may bulge in several places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from optimizer.decide.noise import is_equal
from optimizer.model import MODEL_ERROR, ModelError
from optimizer.pareto.front import Front
from optimizer.pareto.scaling import Scale, scale_of
from optimizer.phrases import difference

#: Designs that differ by no more than this share of the front's range in every dimension are near.
NEAR = 0.1
#: Knees that are told at the most.
MOST = 5
#: Shifted grids that rule out designs near a better one before each is held against all.
GRIDS = 4
#: A step smaller than this, as a share of the front's range, tells nothing.
TELLING = 0.02


@dataclass(frozen=True, slots=True)
class Knee:
    """A knee of a front.

    Attributes:
        position: Its position on the front.
        regret: Its mean regret; 0 for *the* knee.
        worth: What the best move to a design near by gives up for each unit that it saves, in scaled units
            (trade-off worthiness); above 1, infinite where there is no design near by.
    """

    position: int
    regret: float
    worth: float


def knee(front: Front) -> int | None:
    """Position on the front of its knee; None for an empty front.

    The knee is the design with the smallest mean regret. Dimensions in which all designs are alike don't
    count; among equals the first on the front is taken; a single design is its own knee, and of two it is the
    one that is better in more dimensions.

    Source: the point farthest from the hyperplane through the ends of the front (Das 1999, "On characterizing
    the 'knee' of the Pareto curve based on normal-boundary intersection").
    """
    if len(front) == 0:
        return None
    return int(np.argmin(np.round(mean_regret(front.losses), 12)))


def mean_regret(losses: Array, scale: Scale | None = None) -> Array:
    """How much worse each design is than the best one, on average over all opinions, `(n,)`; 0 for no other.

    An opinion is a weighting of the scaled dimensions. Over all weightings, evenly, the mean weight of each
    of m dimensions is 1/m, so that the mean cost of a design is the plain mean of its scaled losses, and what
    the best design of each opinion costs is the same for all. So regret is told relative to the smallest one.
    It depends on other designs through the range of the front alone: near copies don't hide a design.

    Args:
        losses: Losses of the front, `(n, m)`.
        scale: How they are scaled; None = to their own range.
    """
    cost = mean_cost(losses, scale_of(losses) if scale is None else scale)
    return np.asarray(cost - cost.min()) if cost.size else cost


def mean_cost(losses: Array, scale: Scale) -> Array:
    """Mean of the scaled losses over the dimensions that vary, `(n,)`: what a design costs on average."""
    if not len(losses) or not scale.varies.any():
        return np.zeros(len(losses))
    return np.asarray(scale.apply(losses)[:, scale.varies].mean(axis=1))


def knees(front: Front, *, near: float = NEAR, most: int = MOST) -> tuple[Knee, ...]:
    """The designs that no design near them beats on average; *the* knee first, then by regret.

    Args:
        front: The front.
        near: How far a design near by may be away in each dimension, as a share of the front's range.
        most: Knees that are told at the most.

    Source: trade-off worthiness among neighbours (Rachmawati and Srinivasan 2009, "Multiobjective
    evolutionary algorithm with controllable focus on the knees of the Pareto front"), the neighbours being
    those within a box of the scaled dimensions. A bulge at which one dimension must count more than another
    to make it best is none by this definition, and neither is an end of the front, unless it is *the* knee.
    """
    if len(front) == 0:
        return ()
    scale = scale_of(front.losses)
    scaled = scale.apply(front.losses)[:, scale.varies]
    regret = np.round(mean_regret(front.losses), 12)
    found: list[Knee] = []
    order = np.argsort(regret, kind="stable")
    for i in order[_may_be_best_near(scaled[order], regret[order], near)]:
        if len(found) >= most:
            break
        moves = scaled - scaled[i]
        if found and np.any(np.sum(scaled <= scaled[i], axis=0) == 1):
            continue  # an end of the front, better than all others in a dimension, bulges nowhere
        is_near = np.abs(moves).max(axis=1, initial=0.0) <= near
        if found and np.any(regret[is_near] < regret[i]):
            continue
        if any(np.abs(scaled[i] - scaled[k.position]).max(initial=0.0) <= near for k in found):
            continue  # as good as a knee near by
        found.append(Knee(int(i), float(regret[i]), _worth(moves[is_near])))
    return tuple(found)


def _may_be_best_near(scaled: Array, regret: Array, near: float) -> NDArray[np.bool_]:
    """Which designs no design of less regret in the same cell of a grid rules out, `(n,)`.

    Cells are no wider than `near`, so whoever shares one is near; a few shifted grids leave only few designs
    to be held against all others.
    """
    size = near * (1.0 - 1e-9)
    alive = np.ones(len(regret), dtype=bool)
    if size <= 0.0 or not scaled.shape[1]:
        return alive
    for shift in np.arange(GRIDS) / GRIDS:
        cells = np.floor(scaled / size + shift)
        _, of = np.unique(cells, axis=0, return_inverse=True)
        least = np.full(len(regret), np.inf)
        np.minimum.at(least, of, regret)
        alive &= regret <= least[of]
    return alive


def _worth(moves: Array) -> float:
    """The least that is given up for each unit that is saved, over some moves, `(k, m)`."""
    given_up = np.maximum(moves, 0.0).sum(axis=1)
    saved = np.maximum(-moves, 0.0).sum(axis=1)
    real = saved > 0.0
    return float((given_up[real] / saved[real]).min()) if real.any() else float("inf")


def reason(front: Front, i: int, error: ModelError = MODEL_ERROR) -> str:
    """Why a design is a knee, in words; empty where no two dimensions tell it.

    It tells the best step that leads to it, and how much less the next step in the same two dimensions pays:
    "the best step to it: 3 ms slower, but 41,000 USD cheaper; the next step: 5 ms slower, but 900 USD
    cheaper".

    Args:
        front: The front.
        i: Position of the knee.
        error: The model's error: what differs by less is no step.
    """
    if not len(front):
        return ""
    scaled = scale_of(front.losses).apply(front.losses)
    moves = scaled - scaled[i]
    moves = np.where(is_equal(front.evaluation, i, error), 0.0, moves)
    # The way to the knee gives up what the move away from it would win.
    saved, given_up = np.maximum(moves, 0.0), np.maximum(-moves, 0.0)
    tells = (saved.sum(axis=1) >= TELLING) & (given_up.sum(axis=1) >= TELLING)
    if not tells.any():
        return ""
    worth = np.where(tells, saved.sum(axis=1) / np.where(tells, given_up.sum(axis=1), 1.0), -1.0)
    best = int(np.argmax(np.round(worth, 12)))
    saving, giving = int(np.argmax(saved[best])), int(np.argmax(given_up[best]))
    said = f"the best step to it: {_step(front, best, i, giving, saving)}"
    goes_on = (moves[:, giving] >= TELLING) & (moves[:, saving] <= -TELLING)
    if not goes_on.any():
        return f"{said}; no other design goes further that way"
    rate = np.where(goes_on, -moves[:, saving] / np.where(goes_on, moves[:, giving], 1.0), -1.0)
    following = int(np.argmax(np.round(rate, 12)))
    return f"{said}; the next step: {_step(front, i, following, giving, saving)}"


def _step(front: Front, start: int, end: int, giving: int, saving: int) -> str:
    values, dimensions = front.evaluation.values, front.evaluation.dimensions
    lost = difference(dimensions[giving], float(values[start, giving]), float(values[end, giving]))
    won = difference(dimensions[saving], float(values[start, saving]), float(values[end, saving]))
    return f"{lost}, but {won}"
