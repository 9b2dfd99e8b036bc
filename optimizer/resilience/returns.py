"""What came back from an experiment beside what was predicted, and which guess would explain it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.evaluation import Array
from models.faults.injection import Injection, injection_of
from models.faults.metrics import bins_of, read
from models.faults.series import Series
from models.scenario.experiment import Experiment
from models.steps.course import Leg
from models.steps.play import play
from models.system.effects import base_value
from models.system.parameters import apply_decisions
from models.system.system import System
from models.system.uncertainty import Draws, Guess, base_of, guesses_of, stress_of
from optimizer.resilience.model_error import error_of
from optimizer.resilience.prediction import Band

#: Shares of the probability at which a guess is tried, and how much of it each stands for.
_TRIED = (0.01, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99)
_MASS = (0.03, 0.07, 0.125, 0.175, 0.2, 0.175, 0.125, 0.07, 0.03)
#: How many times better a guess must explain it than the numbers as they are written.
_EVIDENCE = 3.0
#: How long a fault lasts at the most where guesses are tried, and what is played after it, s.
_FAULT_S, _AFTER_S = 60.0, 60.0
#: Stretches over which readings are taken, s.
_STRETCH_S = 10.0


class Verdict(StrEnum):
    """What became of a hypothesis."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


class Part(StrEnum):
    """When something was observed."""

    STEADY = "steady"
    PLATEAU = "plateau"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Reading:
    """One number, predicted and observed.

    Attributes:
        metric: Name of the metric.
        of: The flow or component; None = all flows.
        part: When it was observed.
        predicted: The prediction; None = there was none.
        observed: What was observed.
    """

    metric: str
    of: str | None
    part: Part
    predicted: Band | None
    observed: float

    @property
    def is_inside(self) -> bool:
        """Whether it lies inside the prediction."""
        return self.predicted is not None and self.predicted.holds(self.observed)


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back of one experiment.

    Attributes:
        experiment: Its name.
        decisions: The design that was tested; None = it isn't told.
        verdict: What became of the hypothesis.
        why: Why, in a sentence.
        readings: The numbers.
        notes: What else is to be known.
    """

    experiment: str
    decisions: dict[str, object] | None
    verdict: Verdict
    why: str
    readings: tuple[Reading, ...]
    notes: tuple[str, ...] = ()

    @property
    def outside(self) -> tuple[Reading, ...]:
        """The numbers outside of their predictions."""
        return tuple(one for one in self.readings if one.predicted is not None and not one.is_inside)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A guess that, if it were another number, would explain what was observed.

    Attributes:
        path: The guess.
        unit: Its unit.
        written: Its number in the scenario.
        likely: Its mean after the observation, the other guesses as they are written.
        low: Its 10th percentile after the observation.
        high: Its 90th percentile.
        share: Probability that this one alone explains it, of all guesses and "none is off".
    """

    path: str
    unit: str
    written: float
    likely: float
    low: float
    high: float
    share: float


def explanations(
    system: System, design: Array, experiment: Experiment, readings: Sequence[Reading], *, seed: int = 1
) -> tuple[Explanation, ...]:
    """Which guess would explain the readings, the likeliest first: each tried alone, by Bayes' rule.

    A reading is spread around what is played by half of what the model promises to be within. Only guesses
    come back that explain it three times better than the numbers as they are written.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        experiment: The experiment.
        readings: What was observed.
        seed: Of the runs.

    Raises:
        NotInjected: The design can't have the experiment.
        NotPlayed: It can't be played.
    """
    guesses = guesses_of(system)
    injection = injection_of(_shortened(experiment), system, design)
    known = [one for one in readings if error_of(one.metric, 1.0) > 0.0 and math.isfinite(one.observed)]
    if not guesses or not known or not injection.changes:
        return ()
    written = np.array([_written(system, guess) for guess in guesses])
    tried = np.array([guess.quantile(np.array(_TRIED)) for guess in guesses])
    values = np.tile(written, (1 + tried.size, 1))
    for j in range(len(guesses)):
        values[1 + j * len(_TRIED) : 1 + (j + 1) * len(_TRIED), j] = tried[j]
    likelihood = _likelihoods(system, design, injection, Draws(guesses, values), known, seed)
    mass = np.array(_MASS)
    evidence = np.array([likelihood[0], *(likelihood[1:].reshape(len(guesses), -1) @ mass)])
    total = evidence.sum()
    if not total > 0.0:
        return ()
    found = [
        _explanation(guess, written[j], tried[j], likelihood[1:].reshape(len(guesses), -1)[j] * mass, share)
        for j, (guess, share) in enumerate(zip(guesses, evidence[1:] / total, strict=True))
        if evidence[1 + j] > _EVIDENCE * evidence[0]
    ]
    return tuple(sorted(found, key=lambda one: -one.share))


def _shortened(experiment: Experiment) -> Experiment:
    """The experiment with faults that last no longer than a plateau mostly takes: it is played many times."""
    faults = []
    for fault in experiment.inject:
        length = getattr(fault, "duration_s", None)
        shorter = {} if length is None else {"duration_s": min(length, _FAULT_S)}
        ramp = getattr(fault, "ramp_s", 0.0)
        if shorter and ramp:
            shorter["ramp_s"] = min(ramp, shorter["duration_s"])
        faults.append(fault.model_copy(update=shorter))
    return experiment.model_copy(update={"inject": tuple(faults)})


def _written(system: System, guess: Guess) -> float:
    values = base_value(system.scenario, guess.slots[0])[0]
    return float(values[min(system.peak, values.size - 1)])  # one for all phases, or one for each


def _explanation(guess: Guess, written: float, tried: Array, weights: Array, share: float) -> Explanation:
    weights = weights / weights.sum()
    order = np.argsort(tried)
    summed = np.cumsum(weights[order])
    low, high = (float(tried[order][np.searchsorted(summed, q)]) for q in (0.1, 0.9))
    return Explanation(
        guess.path, guess.unit, float(written), float(tried @ weights), low, high, float(share)
    )


def _likelihoods(
    system: System, design: Array, injection: Injection, draws: Draws, known: Sequence[Reading], seed: int
) -> Array:
    """How likely the readings are in each draw, up to a common factor, `(s,)`."""
    rows = np.arange(len(draws))
    X = np.tile(system.space.canonical(design[None, :]), (len(draws), 1))
    parameters = apply_decisions(
        system, X, base=base_of(system, draws, rows), stress=stress_of(system, draws, rows)
    )
    horizon_s = injection.to_s + _AFTER_S
    legs = [Leg(injection.phase, horizon_s)]
    runs = play(system, X, legs, injection.changes, seeds=(seed,), parameters=parameters)
    found = np.empty(len(draws))
    for s, series in enumerate(runs):
        off = 0.0
        for one in known:
            played = part_of(system, series, injection, one.metric, one.of, one.part)
            spread = 0.5 * error_of(one.metric, one.observed)
            gap = 10.0 if not math.isfinite(played) else min(abs(one.observed - played) / spread, 10.0)
            off += gap**2
        found[s] = -0.5 * off
    return np.asarray(np.exp(found - found.max()))


def part_of(
    system: System, series: Series, injection: Injection, metric: str, of: str | None, part: Part
) -> float:
    """The mean of a metric in a part of the runs; NaN where nothing is to be read."""
    values = read(series, system, metric, of, _STRETCH_S)
    begins = np.arange(values.shape[1]) * series.bin_s
    ends = begins + bins_of(series, _STRETCH_S) * series.bin_s
    horizon = series.bins * series.bin_s
    until = injection.to_s if injection.to_s > injection.from_s else horizon
    counts = {
        Part.STEADY: ends <= injection.from_s,
        Part.PLATEAU: (begins >= 0.5 * (injection.from_s + until)) & (ends <= until),
        Part.AFTER: begins >= injection.to_s + 0.75 * (horizon - injection.to_s),
    }[part]
    chosen = values[:, counts]
    known = chosen[np.isfinite(chosen)]
    return float(known.mean()) if known.size else math.nan
