"""Which experiment to run first: the one of which nobody can say how it ends, and that may cost most.

A hypothesis that holds in all draws of the guesses, or in none, teaches nothing: what a result tells is the
entropy of its probability (Shannon 1948), most where that is one half.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.faults.expected import expected_of
from models.faults.injection import injection_of
from models.faults.refused import NotInjected
from models.faults.series import Series
from models.performance.autoscaling import parameters_of
from models.scenario.experiment import Experiment
from models.steps.course import Leg
from models.steps.play import play
from models.steps.refused import NotPlayed
from models.system.parameters import Parameters
from models.system.system import System
from models.system.uncertainty import Draws, base_of, draws_of, stress_of
from optimizer.resilience.stress import AFTER_S, Share

#: Draws of the guesses: enough to tell one half from all and none.
DRAWS = 32
#: Entropies that differ by less are alike: money at risk decides then.
_ALIKE = 0.1


@dataclass(frozen=True, slots=True)
class Surprise:
    """How much an experiment would teach.

    Attributes:
        name: The experiment.
        title: What it is about.
        held: Draws of the guesses in which its hypothesis held; None where it can't be played.
        bits: What its result tells, 0 (known before) to 1 (nobody knows).
        at_risk_usd: What the requests would bring that aren't answered, mean over the draws.
        guess: The guess on which the end depends most; empty where it depends on none.
        difference: By how much the probability differs between low and high values of it, 0 to 1.
        why_not: Why it can't be played; empty where it can.
    """

    name: str
    title: str
    held: Share | None = None
    bits: float = 0.0
    at_risk_usd: float = 0.0
    guess: str = ""
    difference: float = 0.0
    why_not: str = ""


def first_experiments(
    system: System,
    design: Array,
    experiments: tuple[tuple[str, Experiment], ...],
    *,
    draws: int = DRAWS,
    seed: int = 0,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Surprise, ...]:
    """Plays each experiment in draws of the guesses, and puts first what would teach most.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        experiments: The experiments by name.
        draws: Draws of the guesses.
        seed: Of the draws and of the runs.
        stop: Asked before each experiment; True leaves the rest out.
    """
    drawn = draws_of(system, draws, seed=seed)
    found = []
    for name, one in experiments:
        if stop():
            break
        found.append(surprise_of(system, design, name, one, drawn, seed=seed))
    return tuple(sorted(found, key=_order))


def surprise_of(
    system: System, design: Array, name: str, experiment: Experiment, draws: Draws, *, seed: int = 0
) -> Surprise:
    """How much one experiment would teach, from one run in each draw."""
    title = experiment.title or name
    try:
        injection = injection_of(experiment, system, design)
    except NotInjected as error:
        return Surprise(name, title, why_not=str(error))
    expected = [one for one in expected_of(experiment, system, injection) if one.role == "then"]
    if not injection.changes or not any(not one.is_computed for one in expected):
        return Surprise(name, title, why_not="its end follows from the fault itself")
    horizon_s = max([injection.to_s + AFTER_S, *(one.least_horizon_s + 1.0 for one in expected)])
    parameters = _parameters(system, design, draws)
    X = np.tile(design, (len(draws), 1))
    try:
        legs = [Leg(injection.phase, horizon_s)]
        runs = play(system, X, legs, injection.changes, seeds=(seed + 1,), parameters=parameters)
        held = np.array(
            [all(bool(one.holds(series)[0]) for one in expected if not one.is_computed) for series in runs]
        )
    except (NotPlayed, NotInjected) as error:
        return Surprise(name, title, why_not=str(error))
    share = Share.of(held)
    at_risk = float(
        np.mean([_lost_usd(parameters, series, k, injection.phase) for k, series in enumerate(runs)])
    )
    guess, difference = _decisive(draws, held.astype(float))
    return Surprise(name, title, share, entropy(share.k / share.n), at_risk, guess, difference)


def entropy(probability: float) -> float:
    """Entropy of a result that is one of two, bits. Source: Shannon 1948, section 6."""
    return sum(p * math.log2(1.0 / p) for p in (probability, 1.0 - probability) if p > 0.0)


def _parameters(system: System, design: Array, draws: Draws) -> Parameters:
    rows = np.arange(len(draws))
    X = np.tile(system.space.canonical(design[None, :]), (len(draws), 1))
    base, stress = base_of(system, draws, rows), stress_of(system, draws, rows)
    return parameters_of(system, X, base=base, stress=stress)


def _lost_usd(parameters: Parameters, series: Series, k: int, phase: int) -> float:
    """What the requests of a run would bring that weren't answered in it, USD."""
    lost = 0.0
    for f in range(series.offered.shape[2]):
        table = parameters.of_flow(f, "value_usd")
        value = float(table[min(k, table.shape[0] - 1), min(phase, table.shape[1] - 1)])
        missing = float((series.offered[0, :, f] - series.answered[0, :, f]).sum())
        lost += max(missing, 0.0) * value
    return lost


def _decisive(draws: Draws, held: Array) -> tuple[str, float]:
    """The guess between whose lower and upper half the probability differs most; chance alone is none."""
    best, most = "", 0.0
    for j, guess in enumerate(draws.guesses):
        is_high = draws.values[:, j] > np.median(draws.values[:, j])
        if not is_high.any() or is_high.all():
            continue
        difference = abs(float(held[is_high].mean() - held[~is_high].mean()))
        if difference > most:
            best, most = guess.path, difference
    # Two halves of n/2 draws of a coin differ by up to two standard errors by chance.
    p = float(held.mean())
    chance = 2.0 * math.sqrt(max(p * (1.0 - p), 0.0) * 4.0 / max(len(held), 1))
    return (best, most) if most > chance else ("", 0.0)


def _order(one: Surprise) -> tuple[float, float, float]:
    return (-round(one.bits / _ALIKE), -one.at_risk_usd, -one.difference)
