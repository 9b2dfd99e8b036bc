"""The experiments of a scenario, played with a design: what was expected, and in how many runs it held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.evaluation import Array
from models.faults.expected import Expected, Role, assumed_of
from models.faults.injection import Injection
from models.faults.refused import NotInjected
from models.faults.series import Series
from models.scenario.experiment import Experiment
from models.scenario.experiments.statement import Statement
from models.simulation.refused import NotSimulated
from models.steps.refused import NotPlayed
from models.system.system import System
from optimizer.resilience.early_warning import EarlyWarning, warning_of
from optimizer.resilience.shock import Shock, of_experiment
from optimizer.resilience.stress import RUNS, Share, Stress, judge

#: Simulated seconds of all runs of an experiment together, at the most: long experiments are run less often.
MOST_SECONDS = 400_000.0
#: Runs at the least, whatever they take.
LEAST_RUNS = 10
#: Runs event by event, as many as fit, and their events: some twenty seconds of a slow core.
EVENT_RUNS, EVENTS = (20, 8, 3), 40_000_000


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement of an experiment.

    Attributes:
        role: What it is for.
        statement: What was expected.
        held: Runs in which it held; of an abort those in which it would have been called.
        reading: The middle run's number that is nearest to breaking it; NaN where nothing was seen.
        why_not: Why it can't be read; empty where it can.
    """

    role: Role
    statement: Statement
    held: Share | None
    reading: float
    why_not: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One experiment with one design.

    Attributes:
        name: Its name, or its number.
        title: What it is about.
        phase: Name of the phase in which it was made.
        injection: What was changed, and when; None where it can't be made.
        stress: What became of the design; None where it wasn't played.
        statements: What was expected, the steady state first.
        assumed: What no run shows.
        warning: The emergence score over time; None where it wasn't played.
        series: The runs; None where it wasn't played.
        why_not: Why it wasn't played; empty where it was.
        by_events: The same, event by event; None where nobody asked, or it takes too many events.
        why_no_events: Why it wasn't played event by event; empty where it was, or nobody asked.
    """

    name: str
    title: str
    phase: str
    injection: Injection | None = None
    stress: Stress | None = None
    statements: tuple[Judged, ...] = ()
    assumed: tuple[str, ...] = ()
    warning: EarlyWarning | None = None
    series: Series | None = None
    why_not: str = ""
    by_events: Stress | None = None
    why_no_events: str = ""

    @property
    def is_close(self) -> bool:
        """Whether the runs don't all say the same."""
        if self.stress is None:
            return False
        told = (self.stress.survived, self.stress.degraded, self.stress.lost)
        return max(share.k for share in told) < told[0].n

    @property
    def is_healthy_before(self) -> bool:
        """Whether its steady state holds in most runs before the fault: nobody begins an experiment else."""
        told = [one.held for one in self.statements if one.role == "steady_state" and one.held is not None]
        return all(share.k > 0.5 * share.n for share in told)

    @property
    def fell_first(self) -> int:
        """Position of the component that fell first in most runs; -1 where none did."""
        if self.stress is None:
            return -1
        fallen = self.stress.recovery.fell_first
        return int(np.bincount(fallen[fallen >= 0]).argmax()) if (fallen >= 0).any() else -1

    @property
    def readings(self) -> Mapping[tuple[str, str | None], float]:
        """What follows from the faults themselves, by metric and component."""
        return {} if self.injection is None else self.injection.readings


def typed_experiments(system: System) -> tuple[tuple[str, Experiment], ...]:
    """The experiments of a scenario that can be computed, by their names; one without has its number."""
    return tuple(
        (one.name or f"{i + 1}", one)
        for i, one in enumerate(system.scenario.experiments)
        if isinstance(one, Experiment)
    )


def try_experiment(
    system: System,
    design: Array,
    name: str,
    experiment: Experiment,
    *,
    runs: int = RUNS,
    seed: int = 1,
    stop: Callable[[], bool] = lambda: False,
) -> Trial:
    """Plays an experiment by steps and judges it.

    What can't be made or played with this design is told in the answer, not raised.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        name: What it is called.
        experiment: The experiment.
        runs: Runs at the most; a long one is run less often (`MOST_SECONDS`).
        seed: The first seed.
        stop: Asked before each run; True leaves the rest out.
    """
    title = experiment.title or name
    phase = experiment.phase or system.phases[system.peak]
    try:
        shock, injection = of_experiment(system, design, experiment)
    except NotInjected as error:
        return Trial(name, title, phase, why_not=str(error))
    assumed = assumed_of(experiment, injection)
    if not injection.changes:
        judged = tuple(_judged(one, None) for one in shock.expected)
        return Trial(name, title, phase, injection, statements=judged, assumed=assumed)
    seeds = range(seed, seed + runs_of(shock.horizon_s, runs))
    try:
        series = shock.by_steps(system, design, seeds, stop=stop)
    except NotPlayed as error:
        return Trial(name, title, phase, injection, assumed=assumed, why_not=str(error))
    return judged_trial(system, design, Trial(name, title, phase, injection, assumed=assumed), shock, series)


def judged_trial(system: System, design: Array, trial: Trial, shock: Shock, series: Series) -> Trial:
    """A trial with what its runs show, whoever made them.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        trial: The trial as far as it is known before.
        shock: What was done.
        series: Its runs.
    """
    return Trial(
        trial.name,
        trial.title,
        trial.phase,
        trial.injection,
        judge(system, series, shock.trigger, shock.broken),
        tuple(_judged(one, series) for one in shock.expected),
        trial.assumed,
        warning_of(system, design, series, shock.trigger),
        series,
    )


def beside_events(
    system: System,
    design: Array,
    trial: Trial,
    experiment: Experiment,
    *,
    seed: int = 1,
    most_events: int = EVENTS,
    stop: Callable[[], bool] = lambda: False,
) -> Trial:
    """A trial with the same played event by event, as often as fits; as it is where nothing does.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        trial: The trial, played by steps.
        experiment: The experiment.
        seed: The first seed.
        most_events: Events of all runs together at the most.
        stop: Asked before each run and now and then in it; True leaves the rest out.
    """
    if trial.stress is None:
        return trial
    shock, _ = of_experiment(system, design, experiment)
    why = ""
    for runs in EVENT_RUNS:
        try:
            seeds = range(seed, seed + runs)
            series = shock.by_events(system, design, seeds, most_events=most_events, stop=stop)
        except NotSimulated as error:
            why = str(error)
            continue
        if series.runs < runs:
            return trial  # stopped on the way
        return replace(trial, by_events=judge(system, series, shock.trigger, shock.broken))
    return replace(trial, why_no_events=why)


def runs_of(horizon_s: float, runs: int) -> int:
    """How often an experiment of a length is run."""
    return max(min(runs, int(MOST_SECONDS / horizon_s)), min(runs, LEAST_RUNS))


def _judged(expected: Expected, series: Series | None) -> Judged:
    """A statement and the runs; one that needs none is judged without."""
    if series is None and not expected.is_computed:
        return Judged(
            expected.role, expected.statement, None, float("nan"), "nothing that queues feel is changed"
        )
    if expected.is_computed:
        value = expected.reading
        if not np.isfinite(value):
            return Judged(
                expected.role, expected.statement, None, value, "nobody says how fast it is put right"
            )
        statement = expected.statement
        is_so = value > statement.above if statement.above is not None else value < (statement.below or 0.0)
        return Judged(expected.role, statement, Share.of(np.array([is_so])), value)
    assert series is not None
    try:
        held, values = expected.holds(series), expected.values(series)
    except NotInjected as error:
        return Judged(expected.role, expected.statement, None, float("nan"), str(error))
    known = np.isfinite(values)
    if not known.any():
        return Judged(expected.role, expected.statement, Share.of(held), float("nan"))
    # The number of each run that is nearest to breaking the statement, or to calling an abort.
    is_low = (expected.statement.above is not None) != (expected.role == "abort")
    nearest = np.where(known, values, np.inf if is_low else -np.inf)
    worst = nearest.min(axis=1) if is_low else nearest.max(axis=1)
    worst = worst[np.isfinite(worst)]
    return Judged(expected.role, expected.statement, Share.of(held), float(np.median(worst)))
