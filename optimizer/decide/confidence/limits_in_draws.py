"""How likely all limits hold: designs under the same joint draws of the guesses, as many as are needed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.evaluator import run
from models.scenario.paths import Slot
from models.screening import screen
from models.system.system import System
from models.system.uncertainty import Draws, base_of, draws_of, stress_of

#: Draws in which many designs are tried, and in which the few are that are told: powers of two.
FEW, MOST = 64, 4096
#: Draws in which a design that fails more often than it may is found out early.
_SLICES = (8, 8, 16, 32)


def draws_for(confidence: float) -> int:
    """Draws that tell a confidence: at least 256, and four at least that may fail; at most 4,096."""
    wanted = math.ceil(4.0 / max(1.0 - confidence, 1e-9))
    return int(min(MOST, max(256, 2 ** math.ceil(math.log2(wanted)))))


@dataclass(slots=True, eq=False)
class Holding:
    """Which designs keep all limits in which draws.

    Attributes:
        system: The system.
        X: The designs, `(n, d)`.
        draws: The draws.
        tried: In how many draws each was tried, `(n,)`.
        held: In how many of them it kept all limits, `(n,)`.
    """

    system: System
    X: Array
    draws: Draws
    tried: NDArray[np.intp] = field(init=False)
    held: NDArray[np.intp] = field(init=False)
    _order: NDArray[np.intp] = field(init=False)

    def __post_init__(self) -> None:
        self.tried = np.zeros(len(self.X), dtype=np.intp)
        self.held = np.zeros(len(self.X), dtype=np.intp)
        self._order = np.arange(len(self.draws))

    @classmethod
    def of(cls, system: System, X: Array, n: int, *, seed: int = 0) -> Holding:
        """Designs that are to be tried in n draws."""
        return cls(system, X, draws_of(system, n, seed=seed))

    @property
    def is_complete(self) -> NDArray[np.bool_]:
        """Which designs were tried in every draw, `(n,)`."""
        return np.asarray(self.tried == len(self.draws))

    @property
    def share(self) -> Array:
        """In which share of the draws each keeps all limits, `(n,)`; NaN where it wasn't tried in all."""
        return np.where(self.is_complete, self.held / len(self.draws), np.nan)

    @property
    def at_most(self) -> Array:
        """The largest share that each can still reach, `(n,)`."""
        return np.asarray(1.0 - (self.tried - self.held) / len(self.draws))

    def hardest_first(self, x: Array) -> None:
        """Tries the draws that are hard for a design first, so that others like it fail early.

        Args:
            x: The design, `(d,)`; none may have been tried yet.
        """
        fails = ~self._holds(np.tile(x, (len(self.draws), 1)), self._order)
        self._order = np.argsort(~fails, kind="stable")

    def ask(self, rows: NDArray[np.intp], least: float) -> None:
        """Tries designs in all draws, or until they can't reach a share any more.

        Args:
            rows: Which designs.
            least: The share that they must reach for the trouble; 0 = all draws.
        """
        for size in (*_SLICES, *[len(self.draws)]):
            rows = rows[(self.tried[rows] < len(self.draws)) & (self.at_most[rows] >= least - 1e-12)]
            if not rows.size:
                return
            for tried in np.unique(self.tried[rows]).tolist():  # those that stand at the same draw together
                some = rows[self.tried[rows] == tried]
                self._try(some, self._order[tried : tried + size])

    def _try(self, rows: NDArray[np.intp], draws: NDArray[np.intp]) -> None:
        design, draw = np.repeat(rows, len(draws)), np.tile(draws, len(rows))
        holds = self._holds(self.X[design], draw).reshape(len(rows), len(draws))
        self.tried[rows] += len(draws)
        self.held[rows] += holds.sum(axis=1)

    def _holds(self, X: Array, draw: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which rows keep all limits; the load tells of most that don't at a tenth of the price."""
        base = base_of(self.system, self.draws, draw)
        stress = stress_of(self.system, self.draws, draw)
        holds = np.ones(len(X), dtype=bool)
        for least in screen(self.system, X, base=base, stress=stress).values():
            holds &= ~(least > 0.0)
        left = np.flatnonzero(holds)
        if left.size:
            found = run(self.system, X[left], base=_rows(base, left), stress=_rows(stress, left))
            for excess in found.excess.values():
                holds[left] &= np.broadcast_to(excess <= 0.0, left.shape)
        return holds


def _rows(values: Mapping[Slot, Array], rows: NDArray[np.intp]) -> dict[Slot, Array]:
    return {slot: value[rows] for slot, value in values.items()}
