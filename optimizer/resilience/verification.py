"""Is what is predicted of a design true: each number beside what a simulation of it finds, and a verdict.

The simulation shares no formula with the prediction. Where the two are further apart than the model promises
to be (docs/model.md), a person should know, and where a limit that was said to hold doesn't, nobody should be
told to build the design.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from models.simulation.readings import Interval, Simulated

#: What comes of it: nobody has looked; the two agree; a number is further off than promised, and all limits
#: still hold; a limit that was said to hold doesn't; the healthy state ends by itself; too little was seen to
#: tell; it can't be simulated.
Verdict = Literal["not_checked", "agrees", "off", "fails", "falls_over", "unsettled", "not_simulated"]
#: Verdicts after which a design is not recommended.
REFUTED: tuple[Verdict, ...] = ("fails", "falls_over")
#: What a number is of.
Metric = Literal["mean_ms", "p99_ms", "limited_ms", "success", "utilisation", "arrivals_per_s"]
#: How far a prediction may be from what is simulated, beyond the interval of that: relative, and the least
#: amount that counts (shares are compared by the amount).
PROMISED: dict[Metric, tuple[float, float]] = {
    "mean_ms": (0.10, 0.05),
    "p99_ms": (0.20, 0.10),
    "limited_ms": (0.20, 0.10),
    "success": (0.0, 0.02),
    "utilisation": (0.0, 0.03),
    "arrivals_per_s": (0.05, 0.5),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One number, predicted and simulated.

    Attributes:
        of: The flow or the component; empty = all flows together.
        is_flow: Whether it is of a flow (or of all), else of a component.
        metric: What it is; times in ms, shares in [0, 1].
        predicted: What the model says; infinite after a collapse.
        simulated: What was simulated, with its interval; None = too little was seen.
    """

    of: str
    is_flow: bool
    metric: Metric
    predicted: float
    simulated: Interval | None

    @property
    def off(self) -> float:
        """How far the prediction is from the simulation: relative, for shares the amount; 0 = unknown."""
        found = self.simulated
        if found is None:
            return 0.0
        if not math.isfinite(self.predicted):
            return math.inf
        relative, _ = PROMISED[self.metric]
        if relative == 0.0:
            return self.predicted - found.value
        return self.predicted / found.value - 1.0 if found.value else (math.inf if self.predicted else 0.0)

    @property
    def is_off(self) -> bool:
        """Whether it is further off than promised, the width of the interval apart."""
        found = self.simulated
        if found is None:
            return False
        relative, least = PROMISED[self.metric]
        apart = max(found.low - self.predicted, self.predicted - found.high, 0.0)
        return apart > max(relative * abs(found.value), least)

    @property
    def is_settled(self) -> bool:
        """Whether so much was seen of it that it could be told to be off."""
        if self.simulated is None:
            return False
        relative, least = PROMISED[self.metric]
        return self.simulated.half <= max(relative * abs(self.simulated.value), least)


@dataclass(frozen=True, slots=True)
class BrokenLimit:
    """A limit that was said to hold and doesn't.

    Attributes:
        name: The limit.
        at: Where it stands.
        simulated: What was simulated.
    """

    name: str
    at: float
    simulated: Interval


@dataclass(frozen=True, slots=True)
class Check:
    """What came of a verification, in short: what is kept with a design.

    Attributes:
        verdict: What comes of it.
        phase: The phase that was simulated.
        worst: The number that is furthest off; None = none was seen.
        broken: Limits that were said to hold and don't.
        collapsed: Runs whose healthy state ended by itself, or never was.
        runs: Runs that were made.
        lived_s: How long the healthy states lived that ended, s.
        seconds: Simulated time of a run, s.
        events: Events of all runs.
        seed: Seed of the simulation.
        why_not: Why it can't be simulated.
    """

    verdict: Verdict = "not_checked"
    phase: str = ""
    worst: Compared | None = None
    broken: tuple[BrokenLimit, ...] = ()
    collapsed: int = 0
    runs: int = 0
    lived_s: tuple[float, ...] = ()
    seconds: float = 0.0
    events: int = 0
    seed: int = 0
    why_not: str = ""

    @property
    def is_refuted(self) -> bool:
        """Whether a design is not to be recommended after it."""
        return self.verdict in REFUTED


NOT_CHECKED = Check()
"""Nobody has looked."""


@dataclass(frozen=True, slots=True)
class Verification:
    """A design in a phase, predicted and simulated.

    Attributes:
        phase: Name of the phase.
        verdict: What comes of it.
        compared: The numbers side by side.
        broken: Limits that were said to hold and don't.
        simulated: The simulation; None where there is none.
        why_not: Why it can't be simulated; empty = it could.
        seed: Seed of the simulation.
        unsure: For which reasons the model isn't sure of the design (`Run.unsure`); 0 = it is.
        tips_over: Probability it gives that the healthy state ends by itself within a phase.
    """

    phase: str
    verdict: Verdict
    compared: tuple[Compared, ...] = ()
    broken: tuple[BrokenLimit, ...] = ()
    simulated: Simulated | None = None
    why_not: str = ""
    seed: int = 1
    unsure: float = 0.0
    tips_over: float = 0.0

    @property
    def worst(self) -> Compared | None:
        """The number that is furthest off, measured by what is promised of it.

        Where all lie in their intervals it is the first one, the latency of all requests.
        """
        seen = [one for one in self.compared if one.simulated is not None]
        return max(seen, key=_in_promises, default=None)

    @property
    def check(self) -> Check:
        """The same in short."""
        done = self.simulated
        told = Check(self.verdict, self.phase, self.worst, self.broken, seed=self.seed, why_not=self.why_not)
        if done is None:
            return told
        return replace(
            told,
            collapsed=done.runs_collapsed,
            runs=done.runs,
            lived_s=done.lived_s,
            seconds=done.seconds,
            events=done.events,
        )


def _in_promises(one: Compared) -> float:
    """How far it is off beyond the interval, in multiples of what is promised."""
    assert one.simulated is not None
    relative, least = PROMISED[one.metric]
    apart = max(one.simulated.low - one.predicted, one.predicted - one.simulated.high, 0.0)
    return apart / max(relative * abs(one.simulated.value), least)
