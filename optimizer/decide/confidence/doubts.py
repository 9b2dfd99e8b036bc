"""What the guesses of a scenario do to a choice: bands, limits, what is chosen again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import DIMENSIONS, Array
from models.system.system import System
from models.system.uncertainty import Guess, draws_of, guesses_of
from optimizer.decide.choose.ranking import weights_by_tolerance
from optimizer.decide.confidence.uncertainty import (
    Knowledge,
    bands,
    chosen_share,
    probabilities,
    robust_front,
    under,
    what_to_measure,
)
from optimizer.pareto.front import Front

#: Joint draws of the guesses, and the quantiles that bands tell.
DRAWS, LOW, HIGH = 256, 0.1, 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Doubts:
    """What the guesses do.

    Attributes:
        guesses: The guesses.
        spread: Tenth, half and nine tenths of each guess, `(guesses, 3)`.
        draws: Number of joint draws.
        bands: The same quantiles of each dimension of the design, `(3, m)`; may be infinite.
        limits: Names of the limits, and `all limits`.
        holds: In which share of the draws each holds for the design.
        holds_error: Standard errors of these shares.
        positions: Positions on the front of the designs it was compared with; None = the design itself.
        chosen: In which share of the draws each would be chosen.
        wanted: Share of the draws in which all limits must hold.
        robust: Whether each holds all limits in that share and none of the others is better in bad luck.
        none_feasible: Share of the draws in which none of them is feasible.
        knowledge: What to measure first.
    """

    guesses: tuple[Guess, ...]
    spread: Array
    draws: int
    bands: Array
    limits: tuple[str, ...]
    holds: Array
    holds_error: Array
    positions: tuple[int | None, ...]
    chosen: Array
    wanted: float
    robust: tuple[bool, ...]
    none_feasible: float
    knowledge: Knowledge


def doubts_of(
    system: System,
    front: Front,
    x: Array,
    few: Sequence[int],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Doubts | None:
    """Asks what the guesses do to a design, and to the few that stand for the front; None without guesses.

    Args:
        system: The scenario.
        front: Its front; may be empty.
        x: The design, `(d,)`.
        few: Positions of the designs that stand for it, with which the design is compared.
        draws: Joint draws; a power of two.
        seed: Same seed, same answer.
    """
    guesses = guesses_of(system)
    if not guesses:
        return None
    x = system.space.canonical(x[None, :])[0]
    others = [i for i in few if not np.array_equal(front.X[i], x)]
    X = np.concatenate([x[None, :], front.X[others]]) if others else x[None, :]
    joint = draws_of(system, draws, seed=seed)
    outcomes = under(system, X, joint)
    goals = system.scenario.dimensions
    shares, none = chosen_share(
        outcomes, weights_by_tolerance([getattr(goals, d.name).tolerance for d in DIMENSIONS])
    )
    likely, off = probabilities(outcomes)
    robust = set(robust_front(outcomes, probability=system.scenario.confidence).tolist())
    quantiles = np.array([LOW, 0.5, HIGH])
    return Doubts(
        guesses=guesses,
        spread=np.array([guess.quantile(quantiles) for guess in guesses]),
        draws=draws,
        bands=bands(outcomes, (LOW, 0.5, HIGH))[:, 0],
        limits=(*outcomes.constraints, "all limits"),
        holds=likely[0],
        holds_error=off[0],
        positions=(None, *others),
        chosen=shares,
        wanted=system.scenario.confidence,
        robust=tuple(i in robust for i in range(len(X))),
        none_feasible=none,
        knowledge=what_to_measure(system, X, x, n=draws, seed=seed, drawn=(joint, outcomes)),
    )
