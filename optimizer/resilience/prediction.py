"""What an experiment of a design is predicted to show: the numbers that plans, exports and returns share.

Read from the runs of a trial (`predicted_runs`): each metric in the steady state, on the plateau of the
fault and afterwards,
how
long the plateau and the return take, and in how many seeds an abort would fire. What the model promises to be
within (`verification.PROMISED`) widens every interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.faults.expected import STRETCH_S
from models.scenario.experiment import Experiment
from models.scenario.experiments.metric import METRICS, Metric
from models.scenario.experiments.statement import Statement
from optimizer.resilience.experiments import Trial
from optimizer.resilience.model_error import Wanted, wanted_of
from optimizer.resilience.stress import AFTER_S, Share

#: A plateau must be seen this many times as long as it takes to get there, a return waited for so often.
PLATEAUS, RETURNS = 3.0, 2.0
#: Time that is waited after the end at the least, s.
LEAST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Band:
    """A predicted number with its interval.

    Attributes:
        low: What 19 of 20 stretches are above, lowered by the model's error.
        middle: The middle.
        high: What 19 of 20 stretches are below, raised by the model's error.
    """

    low: float
    middle: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a value lies in it."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Watched:
    """A metric that is watched.

    Attributes:
        metric: Its name.
        of: The flow or component; None = all flows together.
        steady: Before the fault; None = nothing was to be read.
        plateau: In the second half of the fault; None = nothing was to be read.
        after: In the last quarter of the time after it; None = nothing was to be read.
        worst: The middle run's worst stretch from the beginning of the fault on; NaN = none.
        stretch_s: Length of the stretches over which it is read, s.
    """

    metric: str
    of: str | None
    steady: Band | None
    plateau: Band | None
    after: Band | None
    worst: float
    stretch_s: float = STRETCH_S

    @property
    def key(self) -> str:
        """A short name of letters, digits, dots and underscores."""
        return f"{self.of or 'all'}.{self.metric}"

    @property
    def known(self) -> Metric:
        """What it is."""
        return METRICS[self.metric]


@dataclass(frozen=True, slots=True)
class Abort:
    """A level at which an experiment is ended.

    Attributes:
        statement: It.
        fires: Seeds in which the prediction alone would set it off; None where it can't be read.
    """

    statement: Statement
    fires: Share | None

    @property
    def is_inside(self) -> bool:
        """Whether it lies inside what is predicted."""
        return self.fires is not None and self.fires.k > 0


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What an experiment of a design is predicted to show.

    Attributes:
        experiment: The experiment, as long as it is played.
        trial: What its runs show.
        written_s: How long the fault lasts in the scenario, s.
        watched: The metrics, those of the steady state first.
        plateau_s: Time from the beginning of the fault until all are on their plateaus, s; NaN = there is
            none.
        back_s: Time from its end within which nine of ten runs are back, s; infinite = they aren't.
        aborts: The levels at which it is ended.
        holds: Seeds in which all of its hypothesis holds; None where nothing of it can be read.
    """

    experiment: Experiment
    trial: Trial
    written_s: float
    watched: tuple[Watched, ...]
    plateau_s: float
    back_s: float
    aborts: tuple[Abort, ...]
    holds: Share | None

    @property
    def name(self) -> str:
        """Name of the experiment."""
        return self.trial.name

    @property
    def fault_s(self) -> float:
        """How long the fault lasts, s; 0 = it is over at once, or stays."""
        injection = self.trial.injection
        return 0.0 if injection is None else injection.to_s - injection.from_s

    @property
    def wait_s(self) -> float:
        """How long is waited after the fault, s: twice the predicted return, and what the statements need."""
        needed = [
            one.statement.within_s_after + 3.0 * (one.statement.for_s or STRETCH_S)
            for one in self.trial.statements
            if one.statement.within_s_after is not None
        ]
        back = RETURNS * self.back_s if math.isfinite(self.back_s) else AFTER_S
        return max([LEAST_WAIT_S, back, *needed])

    @property
    def is_too_short(self) -> bool:
        """Whether the fault is over before its plateau has been seen three times as long as it takes."""
        return (
            self.fault_s > 0.0 and math.isfinite(self.plateau_s) and self.fault_s < PLATEAUS * self.plateau_s
        )

    def tolerance(self, statement: Statement) -> tuple[float, float]:
        """Between which numbers the metric of a steady state lies: as predicted, and as was written.

        What is better than predicted is no deviation where one direction is wanted.
        """
        metric = METRICS[statement.metric]
        watched = next(
            (w for w in self.watched if (w.metric, w.of) == (statement.metric, statement.of)), None
        )
        low, high = 0.0, 1.0 if metric.is_bounded else math.inf
        if watched is not None and watched.steady is not None:
            wanted = wanted_of(statement.metric)
            low = low if wanted is Wanted.LESS else max(watched.steady.low, low)
            high = high if wanted is Wanted.MORE else min(watched.steady.high, high)
        if statement.above is not None:
            low = max(low, statement.above)
        if statement.below is not None:
            high = min(high, statement.below)
        return low, high
