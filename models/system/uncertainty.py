"""The scenario's guesses: which numbers may be off, and what they are in any draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.formulas.distributions import lognormal_quantile, normal_quantile, triangular_quantile
from models.scenario.paths import Slot, quantity_of, resolve
from models.scenario.uncertainty import Certain, Lognormal, Normal, Spread, Triangular
from models.space.sampling import unit_points
from models.system.effects import base_value
from models.system.system import System

#: The path of the rate, and how far it is assumed to be off where nobody said: the standard deviation of
#: its logarithm.
RATE, ASSUMED_SIGMA = "workload.rate", 0.1


@dataclass(frozen=True, slots=True)
class Guess:
    """One uncertain number.

    Attributes:
        path: Its path in the scenario.
        slots: The parameters it stands for.
        distribution: How it is spread.
        lower: Smallest value the parameter may have.
        upper: Largest value.
        is_whole: Whether it is a whole number.
        unit: Its unit; empty for plain numbers.
        source: Where the guess comes from.
        is_assumed: Whether nobody wrote it: nobody knows a rate exactly.
    """

    path: str
    slots: tuple[Slot, ...]
    distribution: Spread
    lower: float
    upper: float
    is_whole: bool
    unit: str
    source: str
    is_assumed: bool = False

    def quantile(self, u: Array) -> Array:
        """Its value at shares of the probability in (0, 1), held to the bounds of the parameter."""
        spread = self.distribution
        if isinstance(spread, Normal):
            found = normal_quantile(u, spread.mean, spread.sd, self.lower, self.upper)
        elif isinstance(spread, Lognormal):
            found = lognormal_quantile(u, spread.median, spread.sigma)
        elif isinstance(spread, Triangular):
            found = triangular_quantile(u, spread.low, spread.mode, spread.high)
        else:
            found = spread.low + u * (spread.high - spread.low)
        found = np.clip(found, self.lower, self.upper)
        return np.asarray(np.rint(found) if self.is_whole else found)


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Joint draws of all guesses, independent of each other.

    Attributes:
        guesses: The guesses.
        values: Their values, `(s, k)`.
    """

    guesses: tuple[Guess, ...]
    values: Array

    def __len__(self) -> int:
        return int(self.values.shape[0])


def guesses_of(system: System) -> tuple[Guess, ...]:
    """All guesses of a scenario; one about the rate is assumed where the file says nothing about it."""
    written = system.scenario.uncertainty
    found = [
        _guess(system, path, spread) for path, spread in written.items() if not isinstance(spread, Certain)
    ]
    rates = {slot for path in written for slot in resolve(system.scenario, path)}
    slot = resolve(system.scenario, RATE)[0]
    peak = float(base_value(system.scenario, slot)[0, system.peak])
    if slot not in rates and peak > 0.0:
        spread = Lognormal(distribution="lognormal", median=peak, sigma=ASSUMED_SIGMA)
        found.append(_guess(system, RATE, spread, is_assumed=True))
    return tuple(found)


def _guess(system: System, path: str, spread: Spread, *, is_assumed: bool = False) -> Guess:
    slots = resolve(system.scenario, path)
    quantity = quantity_of(system.scenario, slots[0])
    return Guess(
        path=path,
        slots=slots,
        distribution=spread,
        lower=quantity.lower,
        upper=quantity.upper,
        is_whole=quantity.is_whole,
        unit=quantity.unit,
        source=spread.source or "",
        is_assumed=is_assumed,
    )


def draws_of(system: System, n: int, *, seed: int = 0) -> Draws:
    """Joint draws of all guesses, spread evenly by a scrambled Sobol sequence.

    Args:
        system: The system.
        n: Number of draws; a power of two is spread best.
        seed: Same seed, same draws.
    """
    guesses = guesses_of(system)
    return draws_at(guesses, unit_points(n, len(guesses), seed=seed))


def draws_at(guesses: tuple[Guess, ...], points: Array) -> Draws:
    """The draws at points of the unit cube, `(s, k)`."""
    columns = [guess.quantile(points[:, j]) for j, guess in enumerate(guesses)]
    return Draws(guesses, np.column_stack(columns) if columns else np.empty((len(points), 0)))


def base_of(system: System, draws: Draws, rows: NDArray[np.intp]) -> Mapping[Slot, Array]:
    """What takes the place of the file's numbers, for `run(..., base=)`; `(len(rows), 1 | p)` each.

    A guess about the arrival rate or a driver is one about its peak: the other phases scale with it (a driver
    that is 0 at the peak gets the guess in every phase).

    Args:
        system: The system.
        draws: The draws.
        rows: For each design that is evaluated the draw it is evaluated in, `(n,)`.
    """
    base: dict[Slot, Array] = {}
    for j, guess in enumerate(draws.guesses):
        value = draws.values[rows, j][:, None]
        for slot in guess.slots:
            if _is_a_factor(system, slot):
                continue
            if slot.owner in ("workload", "driver"):
                written = base_value(system.scenario, slot)
                peak = written[:, system.peak : system.peak + 1]
                base[slot] = value * np.where(peak != 0.0, written / np.where(peak != 0.0, peak, 1.0), 1.0)
            else:
                base[slot] = value
    return base


def stress_of(system: System, draws: Draws, rows: NDArray[np.intp]) -> Mapping[Slot, Array]:
    """What the numbers that decisions set are multiplied by, for `run(..., stress=)`; `(len(rows), 1)` each.

    A rate or a driver that an option sets is as uncertain as the one in the file: the guess is a factor on
    either.

    Args:
        system: The system.
        draws: The draws.
        rows: For each design that is evaluated the draw it is evaluated in, `(n,)`.
    """
    found: dict[Slot, Array] = {}
    for j, guess in enumerate(draws.guesses):
        for slot in guess.slots:
            if _is_a_factor(system, slot):
                written = float(base_value(system.scenario, slot)[0, system.peak])
                found[slot] = draws.values[rows, j][:, None] / written
    return found


def _is_a_factor(system: System, slot: Slot) -> bool:
    """Whether a guess about a rate or a driver has to be a factor on it: decisions change it."""
    return (
        slot.owner in ("workload", "driver")
        and slot in system.plans
        and float(base_value(system.scenario, slot)[0, system.peak]) > 0.0
    )
