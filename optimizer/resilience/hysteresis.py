"""Hysteresis: at which load a design falls, at which it comes back, and what to do when it doesn't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.faults.timed_change import Change, TimedChange
from models.scenario.paths import Slot
from models.steps.course import Leg
from models.steps.play import play
from models.steps.refused import NotPlayed, Why
from models.steps.rows import rows_of
from models.steps.tables import tables_of
from models.system.parameters import Parameters, apply_decisions
from models.system.system import System

#: Time at each load, s, of which the first third doesn't count; runs; and more of what is asked than this
#: is well.
HOLD_S, RUNS, WELL = 30.0, 5, 0.9
#: A failed state is made by this many times the load at which it fell, for so long, s.
_OVER, _OVER_S = 1.5, 20.0
#: Standard errors by which a queue must shrink to be told from chance.
_CHANCE = 2.0
#: Part of the load that is asked for in steps, from least to most.
LOADS = (*(k / 10.0 for k in range(1, 11)), 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0)


@dataclass(frozen=True, slots=True, eq=False)
class Hysteresis:
    """Goodput against load, up from the healthy state and down from the failed one.

    Attributes:
        rates: Requests/s, `(k,)`.
        up: Share of them that is answered on the way up, `(k,)`.
        down: The same after a collapse, `(k,)`; NaN above where it falls.
        empty_s: Time until the queues of the collapse are gone at each load, s; infinite where they grow,
            `(k,)`.
        falls_at: Least load at which it falls, requests/s; infinite = none that was tried.
        returns_at: Most load at which a failed state goes away, requests/s; as `falls_at` where there is
            none.
    """

    rates: Array
    up: Array
    down: Array
    empty_s: Array
    falls_at: float
    returns_at: float

    @property
    def well_to(self) -> float:
        """Most load below the fall at which it is well on the way up, requests/s; 0 = none."""
        well = (self.up >= WELL) & (self.rates < self.falls_at)
        return float(self.rates[well][-1]) if well.any() else 0.0

    @property
    def is_wide(self) -> bool:
        """Whether a load that it carries keeps it down once it has fallen."""
        with np.errstate(invalid="ignore"):
            return bool(np.any((self.up >= WELL) & (self.down < 0.5)))


def rate_of(system: System, design: Array, phase: int) -> float:
    """Requests/s of all flows in a phase, as they are let in.

    Raises:
        NotPlayed: Nobody asks at a rate: clients that wait for their answers ask as fast as these come.
    """
    found = _rate(system, design, phase)
    if not found > 0.0:
        what = f"nobody asks at a rate in the phase {system.phases[phase]}"
        raise NotPlayed(Why.NO_REQUESTS, what, hint="give it one")
    return found


def _rate(system: System, design: Array, phase: int) -> float:
    return float(tables_of(system, rows_of(system, design, phase)[0], (), now_s=0.0).rate.sum())


def under_load(system: System, design: Array, times: float) -> Parameters:
    """A design under a multiple of the load from the beginning on: it starts in the state that this leads to.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        times: The multiple.
    """
    X = system.space.canonical(np.asarray(design, dtype=np.float64).reshape(1, -1))
    return apply_decisions(system, X, stress={Slot("workload", "", "rate"): np.array([[times]])})


def marked_loads(system: System, design: Array) -> tuple[tuple[str, float], ...]:
    """The load of the first phase and that of the peak, requests/s, by their names."""
    phases = dict.fromkeys((0, system.peak))
    return tuple((system.phases[p], _rate(system, design, p)) for p in phases)


def hysteresis(
    system: System,
    design: Array,
    phase: int,
    *,
    loads: Sequence[float] = LOADS,
    hold_s: float = HOLD_S,
    runs: int = RUNS,
    seed: int = 1,
) -> Hysteresis:
    """Plays a design through loads, up from the least, and each below its fall after a collapse.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase whose mix of requests is asked for.
        loads: Loads as multiples of the phase's, from least to most.
        hold_s: Time at each, s.
        runs: Runs.
        seed: The first seed.

    Raises:
        NotPlayed: It can't be played by steps.
    """
    factors = np.asarray(loads, dtype=np.float64)
    rate = rate_of(system, design, phase)
    seeds = range(seed, seed + runs)
    stairs = [
        TimedChange(Change.LOAD, -1, k * hold_s, (k + 1) * hold_s, float(factor / factors[0]))
        for k, factor in enumerate(factors)
    ]
    legs = [Leg(phase, hold_s * factors.size)]
    least = under_load(system, design, float(factors[0]))
    series = play(system, design, legs, stairs, seeds=seeds, parameters=least)[0]
    bins = round(hold_s / series.bin_s)

    def held(values: Array) -> Array:
        found: Array = values.sum(2).reshape(runs, factors.size, bins)[:, :, bins // 3 :].sum(2)
        return found

    up = np.median(held(series.answered) / np.maximum(held(series.offered), 1.0), axis=0)
    fallen = np.nonzero(up < 0.5)[0]
    down, empty = np.full(factors.size, np.nan), np.zeros(factors.size)
    if not fallen.size:
        return Hysteresis(factors * rate, up, down, empty, float("inf"), float("inf"))
    first = int(fallen[0])
    for k in range(first + 1):
        down[k], empty[k] = _after_a_collapse(
            system, design, phase, (float(factors[first]), float(factors[k])), hold_s=hold_s, seeds=seeds
        )
    back = np.nonzero((down[:first] >= WELL) | np.isfinite(empty[:first]))[0]
    returns = float(factors[back[-1]] * rate) if back.size else 0.0
    return Hysteresis(factors * rate, up, down, empty, float(factors[first] * rate), returns)


def _after_a_collapse(
    system: System,
    design: Array,
    phase: int,
    load: tuple[float, float],
    *,
    hold_s: float,
    seeds: Sequence[int],
) -> tuple[float, float]:
    """Share that is answered at a load after a collapse, and time until what waits is gone, s."""
    over, then = load
    changes = [
        TimedChange(Change.LOAD, -1, 0.0, _OVER_S, over * _OVER),
        TimedChange(Change.LOAD, -1, _OVER_S, _OVER_S + hold_s, then),
    ]
    series = play(system, design, [Leg(phase, _OVER_S + hold_s)], changes, seeds=seeds)[0]
    first, bins = int(_OVER_S / series.bin_s), series.bins
    late = slice(first + (bins - first) // 3, bins)
    share = np.median(
        series.answered[:, late].sum((1, 2)) / np.maximum(series.offered[:, late].sum((1, 2)), 1.0)
    )
    waiting = series.waiting.sum(2)
    # Retries of the collapse still come in at first.
    gone = waiting[:, late.start] - waiting[:, -1]
    begins, ends = float(waiting[:, late.start].mean()), float(waiting[:, -1].mean())
    lasts = (bins - 1 - late.start) * series.bin_s
    by_chance = _CHANCE * float(gone.std()) / max(len(gone), 1) ** 0.5
    if share >= WELL or ends <= 1.0:
        return float(share), _OVER_S if begins > 1.0 else 0.0
    if begins - ends <= by_chance:
        return float(share), float("inf")
    return float(share), lasts * begins / (begins - ends)


@dataclass(frozen=True, slots=True)
class WayBack:
    """What to do when a design doesn't come back by itself.

    Attributes:
        rate: Load to which it is shed, requests/s; 0 = no load that was tried lets it come back.
        seconds: How long, s.
        kept_share: Share of the usual load that is still let in.
    """

    rate: float
    seconds: float
    kept_share: float


def way_back(found: Hysteresis, usual: float) -> WayBack | None:
    """The load to shed to, and for how long, so that few requests are lost; None = no need of it, or no help.

    Args:
        found: The hysteresis of a design.
        usual: The load that it shall carry again, requests/s.
    """
    if not np.isfinite(found.falls_at) or found.returns_at >= usual:
        return None
    if usual >= found.falls_at or found.well_to <= 0.0:
        return None  # it can't carry that load, so that nothing leads back to it
    ways = [
        (max(usual - float(rate), 0.0) * float(empty), float(rate), float(empty))
        for rate, empty, share in zip(found.rates, found.empty_s, found.down, strict=True)
        if np.isfinite(empty) and not np.isnan(share) and rate < usual
    ]
    if not ways:
        return WayBack(0.0, float("inf"), 0.0)
    _, rate, seconds = min(ways)
    return WayBack(rate, seconds, rate / usual)
