"""How sure are a few designs: bands of every dimension, and how likely each limit holds, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import DIMENSIONS, Array, Dimension
from models.system.system import System
from models.system.uncertainty import Guess, draws_of, guesses_of
from optimizer.decide.confidence.doubts import DRAWS, HIGH, LOW
from optimizer.decide.confidence.uncertainty import bands, probabilities, under


@dataclass(frozen=True, slots=True, eq=False)
class Robustness:
    """What the guesses of a scenario do to a few designs: all under the same draws.

    Attributes:
        guesses: The guesses.
        draws: Number of joint draws.
        bands: A tenth, half and nine tenths of each dimension, `(3, n, m)`; may be infinite.
        limits: Names of the limits, and `all limits`.
        holds: In which share of the draws each holds, `(n, k + 1)`.
        holds_error: Standard errors of these shares.
        wanted: Share of the draws in which all limits must hold.
        dimensions: What the dimensions are.
    """

    guesses: tuple[Guess, ...]
    draws: int
    bands: Array
    limits: tuple[str, ...]
    holds: Array
    holds_error: Array
    wanted: float
    dimensions: tuple[Dimension, ...] = DIMENSIONS

    @property
    def moves(self) -> NDArray[np.bool_]:
        """Dimensions that the guesses move in any of the designs, `(m,)`."""
        return np.asarray((self.bands[0] != self.bands[2]).any(axis=0))


def robustness_of(system: System, X: Array, *, draws: int = DRAWS, seed: int = 0) -> Robustness | None:
    """Asks what the guesses do to a few designs; None = the scenario names none.

    Args:
        system: The scenario.
        X: The designs, `(n, d)`.
        draws: Joint draws; a power of two.
        seed: Same seed, same answer.
    """
    guesses = guesses_of(system)
    if not guesses:
        return None
    outcomes = under(system, X, draws_of(system, draws, seed=seed))
    holds, off = probabilities(outcomes)
    return Robustness(
        guesses=guesses,
        draws=draws,
        bands=bands(outcomes, (LOW, 0.5, HIGH)),
        limits=(*outcomes.constraints, "all limits"),
        holds=holds,
        holds_error=off,
        wanted=system.scenario.confidence,
        dimensions=outcomes.dimensions,
    )
