"""Where does it break: how much more load, how slow a component, how high a driver, until each limit falls.

Every limit is followed up from calm to storm; where it first falls is narrowed down by parts, for all designs
and limits together. What is beyond the last fall, and what several limits ask, isn't evaluated again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.evaluator import run
from models.scenario.paths import Slot
from models.system.system import System

#: Smallest and largest multiple that is tried, and multiples in between on the first look.
LEAST, MOST, FIRST_LOOK = 1.0 / 1024.0, 64.0, 33
#: Multiples of the first look that are evaluated together: what is beyond the last fall isn't asked.
TOGETHER = 11
#: Parts of an interval in each round, and rounds: they narrow a breaking point down to 1e-4 of itself. A
#: design costs its arithmetic, and a call about as much as six of them: so few of both.
PARTS, ROUNDS = 4, 6

#: Excess over each limit, `(rows, k)`, of designs under a multiple of something; rows of both go together.
Stressed = Callable[[Array, Array], Array]


@dataclass(frozen=True, slots=True, eq=False)
class BreakingPoints:
    """Where designs break.

    Attributes:
        what: What was multiplied: `load`, or the name of a component whose time it was, or of a driver.
        limits: Names of the k limits.
        holds: Largest multiple tried at which a limit still holds, with all below; `(n, k)`; 0 where it
            fails from the smallest multiple on.
        fails: Smallest multiple tried above that at which it fails; infinite where it holds to the largest.
        bottleneck: Busiest component where the first limit falls, by position, `(n,)`; -1 where none falls.
    """

    what: str
    limits: tuple[str, ...]
    holds: Array
    fails: Array
    bottleneck: NDArray[np.intp]

    @property
    def margin(self) -> Array:
        """Multiple at which the first limit falls, `(n,)`; 1 = today's numbers."""
        return np.asarray(self.fails.min(axis=1, initial=np.inf))

    @property
    def first(self) -> NDArray[np.intp]:
        """The limit that falls first, by position, `(n,)`; -1 where none does."""
        if not self.limits:
            return np.full(self.fails.shape[0], -1, dtype=np.intp)
        return np.where(np.isfinite(self.margin), np.argmin(self.fails, axis=1), -1)


def breaking_points(
    system: System, X: Array, *, component: str | None = None, driver: str | None = None
) -> BreakingPoints:
    """Where designs break as the load grows, as one component gets slower, or as a driver grows.

    Args:
        system: The system.
        X: The designs, `(n, d)`.
        component: The component that gets slower.
        driver: The driver that grows in all phases; with neither of the two the load of all phases grows.

    Raises:
        ValueError: There is no such component or driver, or both are given.
    """
    slots = _slots(system, component, driver)
    names: list[str] = []

    def excess(designs: Array, multiple: Array) -> Array:
        steps = run(system, designs, stress={slot: multiple[:, None] for slot in slots})
        names[:] = list(steps.excess)
        rows = designs.shape[0]
        return np.column_stack([np.broadcast_to(over, (rows,)) for over in steps.excess.values()])

    holds, fails = first_falls(excess, X)
    found = fails.min(axis=1, initial=np.inf)
    there = np.where(np.isfinite(found), found, 1.0)
    busiest = run(system, X, stress={slot: there[:, None] for slot in slots}).bottleneck
    return BreakingPoints(
        what=component or driver or "load",
        limits=tuple(names),
        holds=holds,
        fails=fails,
        bottleneck=np.where(np.isfinite(found), busiest, -1.0).astype(np.intp),
    )


def first_falls(
    excess: Stressed, X: Array, *, least: float = LEAST, about: float | None = None
) -> tuple[Array, Array]:
    """Where each limit first falls as a multiple grows to 64.

    Args:
        excess: Excess over each limit of designs under multiples.
        X: The designs, `(n, d)`.
        least: Smallest multiple that is tried.
        about: A multiple that they hold and beyond which they soon fail, if one is known: it saves
            evaluations and changes no answer.

    Returns:
        The last multiple at which it holds and the first at which it fails, `(n, k)` each; between two
        multiples of the first look (a factor of 1.4) a limit that falls and recovers again isn't seen.
    """
    grid = first_look(least)
    n = X.shape[0]
    first = np.zeros((n, 0), dtype=np.intp)  # place of the first fall; as many as there are = none yet
    together = TOGETHER if about is None else int(np.searchsorted(grid, about, side="right")) + 1
    for start, end in pairwise([0, *range(together, grid.size, TOGETHER), grid.size]):
        some = grid[start:end]
        rows = np.flatnonzero((first == start).any(axis=1)) if start else np.arange(n)
        if not rows.size:
            break
        over = _at(excess, X[rows], np.tile(some, (rows.size, 1))) > 0.0  # (rows, m, k)
        if not start:
            first = np.zeros((n, over.shape[2]), dtype=np.intp)
        falls = start + np.where(over.any(axis=1), np.argmax(over, axis=1), some.size)
        first[rows] = np.where(first[rows] == start, falls, first[rows])
    falls = first < grid.size
    fails = np.where(falls, grid[np.minimum(first, grid.size - 1)], np.inf)
    holds = np.where(first > 0, grid[np.maximum(first - 1, 0)], 0.0)
    return narrowed(excess, X, holds, fails)


def narrowed(
    excess: Stressed, X: Array, holds: Array, fails: Array, *, parts: int = PARTS, rounds: int = ROUNDS
) -> tuple[Array, Array]:
    """Narrows down where limits fall, between multiples at which they hold and at which they fail.

    Args:
        excess: Excess over each limit of designs under multiples.
        X: The designs, `(n, d)`.
        holds: Multiples at which each limit holds, `(n, k)`; 0 = at none.
        fails: Multiples at which it fails; infinite = at none.
        parts: Parts of each interval in a round; limits with the same interval share what is evaluated.
        rounds: Rounds.
    """
    holds, fails = holds.copy(), fails.copy()
    rows, limits = np.nonzero((holds > 0.0) & np.isfinite(fails) & (fails > holds * (1.0 + 1e-9)))
    for _ in range(rounds if rows.size else 0):
        low, high = holds[rows, limits], fails[rows, limits]
        asked, of = np.unique(np.column_stack([rows, low, high]), axis=0, return_inverse=True)
        edges = np.geomspace(asked[:, 1], asked[:, 2], parts + 1, axis=1)
        found = _at(excess, X[asked[:, 0].astype(np.intp)], edges[:, 1:-1])
        of = of.reshape(-1)
        over = np.column_stack([found[of, :, limits] > 0.0, np.ones(rows.size, dtype=bool)])
        place = np.argmax(over, axis=1)
        holds[rows, limits], fails[rows, limits] = edges[of, place], edges[of, place + 1]
    return holds, fails


def first_look(least: float = LEAST) -> Array:
    """The multiples of the first look, from the least to 64; 1 is among them where they begin below it."""
    octaves = np.log2(MOST / least)
    parts = octaves * (FIRST_LOOK - 1) / np.log2(MOST / LEAST)
    grid = np.geomspace(least, MOST, max(int(np.ceil(parts)), 1) + 1)
    if least <= 1.0:
        # What holds as things are must not hang on rounding.
        grid[np.argmin(np.abs(grid - 1.0))] = 1.0
    return grid


def _at(excess: Stressed, X: Array, multiples: Array) -> Array:
    """Excess of every design under each of its multiples, `(n, m, k)`."""
    n, m = multiples.shape
    found = excess(np.repeat(X, m, axis=0), multiples.ravel())
    return found.reshape(n, m, -1)


def _slots(system: System, component: str | None, driver: str | None) -> Sequence[Slot]:
    if component is not None and driver is not None:
        raise ValueError(f"found the component {component!r} and the driver {driver!r}; name one of them")
    if driver is not None:
        if driver not in system.scenario.drivers:
            allowed = ", ".join(system.scenario.drivers) or "none, the scenario has no drivers"
            raise ValueError(f"found the driver {driver!r}; allowed: {allowed}")
        return [Slot("driver", driver, "value")]
    if component is None:
        return [Slot("workload", "", "rate")]
    if component not in system.components:
        allowed = ", ".join(system.components)
        raise ValueError(f"found the component {component!r}; allowed: {allowed}")
    part = system.parts[system.components.index(component)]
    return [Slot("component", component, part.traits.slowed_by)]
