"""Stress: whether a design survives a trigger, as a share of the runs with its interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.faults.series import Series
from models.faults.timed_change import TimedChange
from models.formulas.binomial import clopper_pearson
from models.scenario.goals import BACK_WITHIN_S
from models.steps.course import Leg
from models.steps.play import play
from models.system.system import System
from optimizer.resilience.recovery import Recovery, Trigger, recovery_of

#: Runs by which a verdict is reached, and lower bound of the share that must agree on it.
RUNS, SURE = 50, 0.9
#: Fewest runs that can reach a verdict: 0.025^(1/36) is above 0.9 (Clopper and Pearson 1934, all of n).
FEWEST_RUNS = 36
#: Time before a trigger that shows how well it was, and after it within which it must be back, s.
BEFORE_S, AFTER_S = 30.0, BACK_WITHIN_S

Broken = Callable[[Series], NDArray[np.bool_]]
"""Whether a statement of success is broken in each run, `(r,)`."""


class Verdict(StrEnum):
    """What becomes of a design."""

    SURVIVED = "survived"
    """It is back within the horizon, and no statement of success is broken."""
    DEGRADED = "degraded"
    """It is back, and a statement of success was broken."""
    LOST = "lost"
    """It isn't back within the horizon."""
    UNCERTAIN = "uncertain"
    """The runs don't agree well enough to say."""


@dataclass(frozen=True, slots=True)
class Share:
    """k of n runs, and the exact 95 % interval of the probability (Clopper and Pearson 1934).

    Attributes:
        k: Runs in which it was so.
        n: Runs.
        low: Lower bound.
        high: Upper bound.
    """

    k: int
    n: int
    low: float
    high: float

    @classmethod
    def of(cls, which: NDArray[np.bool_]) -> Share:
        """The share of runs that are true, `(r,)`."""
        k, n = int(which.sum()), int(which.size)
        return cls(k, n, *clopper_pearson(k, n))


@dataclass(frozen=True, slots=True, eq=False)
class Stress:
    """What a trigger did to a design.

    Attributes:
        verdict: What becomes of it.
        survived: Runs that survived.
        degraded: Runs that came back with a statement of success broken.
        lost: Runs that didn't come back.
        amplification: Most attempts for each request over what it was before, median of the runs.
        back_s: Time from the end of the trigger until answers are back, s, median of the runs that are; NaN
            where none is.
        fell_first: The component that fell first in most runs; empty where none fell.
        fell_s: Time from the beginning of the trigger to the fall, s, median of the runs that fell; NaN if
            none.
        recovery: The runs by themselves.
    """

    verdict: Verdict
    survived: Share
    degraded: Share
    lost: Share
    amplification: float
    back_s: float
    fell_first: str
    fell_s: float
    recovery: Recovery


def judge(system: System, series: Series, trigger: Trigger, broken: Broken | None = None) -> Stress:
    """The verdict on a series.

    Args:
        system: The compiled scenario.
        series: Runs of one design.
        trigger: When it was pushed.
        broken: Whether a statement of success is broken in each run; None = there is none.
    """
    found = recovery_of(system, series, trigger)
    is_broken = np.zeros(series.runs, dtype=bool) if broken is None else broken(series)
    lost = Share.of(found.is_lost)
    degraded = Share.of(~found.is_lost & is_broken)
    survived = Share.of(~found.is_lost & ~is_broken)
    verdict = Verdict.UNCERTAIN
    for name, share in (
        (Verdict.SURVIVED, survived),
        (Verdict.DEGRADED, degraded),
        (Verdict.LOST, lost),
    ):
        if share.low >= SURE:
            verdict = name
    fallen = found.fell_first[found.fell_first >= 0]
    first = int(np.bincount(fallen).argmax()) if fallen.size else -1
    return Stress(
        verdict=verdict,
        survived=survived,
        degraded=degraded,
        lost=lost,
        amplification=float(np.median(found.amplification)),
        back_s=_median(found.back_s),
        fell_first=system.components[first] if first >= 0 else "",
        fell_s=_median(found.fell_s),
        recovery=found,
    )


def stress(
    system: System,
    design: Array,
    phase: int,
    changes: Sequence[TimedChange],
    trigger: Trigger,
    *,
    after_s: float = AFTER_S,
    runs: int = RUNS,
    seed: int = 1,
    broken: Broken | None = None,
    threads: int | None = None,
) -> tuple[Stress, Series]:
    """Plays a trigger by steps and judges what comes of it.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase in which it is pushed.
        changes: What is changed meanwhile.
        trigger: From when until when.
        after_s: Time within which it must be back, s.
        runs: Runs.
        seed: The first seed; the same seeds give the same numbers.
        broken: Whether a statement of success is broken.
        threads: Threads; None = one for each core.

    Raises:
        NotPlayed: It can't be played by steps.
    """
    end = trigger.from_s if np.isinf(trigger.to_s) else trigger.to_s
    seeds = range(seed, seed + runs)
    series = play(system, design, [Leg(phase, end + after_s)], changes, seeds=seeds, threads=threads)[0]
    return judge(system, series, trigger, broken), series


def _median(values: Array) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else float("nan")
