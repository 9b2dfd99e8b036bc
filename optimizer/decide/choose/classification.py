"""Better in this, may get worse in that, these stay: the next designs to look at from one design."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.decide.choose.ranking import AUGMENTATION
from optimizer.decide.noise import is_equal
from optimizer.model import MODEL_ERROR, ModelError
from optimizer.pareto.front import Front
from optimizer.pareto.scaling import scale_of


def next_designs(
    front: Front,
    i: int,
    *,
    better: Sequence[int],
    worse: Sequence[int],
    most: int = 5,
    error: ModelError = MODEL_ERROR,
) -> NDArray[np.intp]:
    """Designs that are better in some dimensions, at the cost of others; the rest stays as good as it is.

    Args:
        front: The front.
        i: Position of the present design.
        better: Positions of the dimensions that must get better.
        worse: Positions of those that may get worse.
        most: Designs at the most.
        error: The model's error: better must be more than that, and what stays may differ by it.

    Returns:
        Positions on the front, the one first that gains most where it gains least; empty where none is there.

    Raises:
        ValueError: No dimension is to get better, none may get worse, or one is both: on a front nothing gets
            better unless something else gets worse.

    Source: classification of objectives, the synchronous NIMBUS method (Miettinen and Makela 2006, European
    Journal of Operational Research 170, achievement problem of its eq. 1), over designs that were evaluated.
    """
    m = front.losses.shape[1]
    if not better or not worse or set(better) & set(worse) or not all(0 <= j < m for j in [*better, *worse]):
        raise ValueError(
            "at least one dimension must get better, and another one must be free to get worse: on a front "
            f"nothing is had for nothing; got better {list(better)}, worse {list(worse)}"
        )
    scaled = scale_of(front.losses).apply(front.losses)
    same = is_equal(front.evaluation, i, error)
    stays = [j for j in range(m) if j not in better and j not in worse]
    fits = np.all((scaled < scaled[i])[:, list(better)] & ~same[:, list(better)], axis=1)
    fits &= np.all((scaled <= scaled[i])[:, stays] | same[:, stays], axis=1)
    score = (scaled[:, list(better)] - scaled[i, list(better)]).max(axis=1, initial=-np.inf)
    score = score + AUGMENTATION * scaled.sum(axis=1)
    order = np.argsort(np.round(score, 12), kind="stable")
    return np.asarray(order[fits[order]][:most])
