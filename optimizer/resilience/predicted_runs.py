"""An experiment of a design played, and what is predicted of it read from its runs."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.faults.expected import STRETCH_S, expected_of
from models.faults.metrics import bins_of, read
from models.faults.refused import NotInjected
from models.scenario.experiment import Experiment
from models.scenario.experiments.metric import METRICS
from models.scenario.experiments.statement import Statement
from models.system.system import System
from optimizer.resilience.experiments import Judged, Trial, try_experiment
from optimizer.resilience.model_error import Wanted, wanted_of, widened
from optimizer.resilience.prediction import PLATEAUS, Abort, Band, Prediction, Watched
from optimizer.resilience.stress import RUNS, Share

#: Metrics that are watched at the most: more than a handful is read by nobody.
MOST_WATCHED = 7
#: How often a fault is made longer that is over before its plateau was seen long enough.
_LENGTHENED = 3
#: Between which percentiles of all stretches of all runs a reading lies.
_BAND = (5.0, 50.0, 95.0)
#: Share of the runs in which a return is within the predicted time.
_MOSTLY = 90.0


def predict(
    system: System,
    design: Array,
    name: str,
    experiment: Experiment,
    *,
    runs: int = RUNS,
    seed: int = 1,
    stop: Callable[[], bool] = lambda: False,
) -> Prediction:
    """Plays an experiment of a design, and reads what is predicted of it.

    A fault that is over before its plateau has been seen long enough is played longer.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        name: What it is called.
        experiment: The experiment.
        runs: Runs at the most.
        seed: The first seed.
        stop: Asked before each run; True leaves the rest out.
    """
    found = _read(
        system, experiment, try_experiment(system, design, name, experiment, runs=runs, seed=seed, stop=stop)
    )
    written_s = found.written_s
    for _ in range(_LENGTHENED):
        if not found.is_too_short or stop():
            break
        longer = _lengthened(found.experiment, math.ceil(PLATEAUS * found.plateau_s) / found.fault_s)
        trial = try_experiment(system, design, name, longer, runs=runs, seed=seed, stop=stop)
        if trial.stress is None:
            break  # the phase is too short for it: it is told that the plateau is hardly seen
        found = replace(_read(system, longer, trial), written_s=written_s)
    return found


def _lengthened(experiment: Experiment, factor: float) -> Experiment:
    """An experiment whose faults last a multiple of what they did."""
    faults = []
    for fault in experiment.inject:
        length = getattr(fault, "duration_s", None)
        faults.append(fault if length is None else fault.model_copy(update={"duration_s": length * factor}))
    return experiment.model_copy(update={"inject": tuple(faults)})


def _read(system: System, experiment: Experiment, trial: Trial) -> Prediction:
    """What the runs of a trial say."""
    injection = trial.injection
    written_s = 0.0 if injection is None else injection.to_s - injection.from_s
    watched = tuple(_watched(system, trial)) if trial.series is not None else ()
    back = np.array([]) if trial.stress is None else trial.stress.recovery.back_s
    return Prediction(
        experiment=experiment,
        trial=trial,
        written_s=written_s,
        watched=watched,
        plateau_s=_plateau_s(system, trial, watched),
        back_s=_back_s(back),
        aborts=tuple(Abort(one.statement, one.held) for one in trial.statements if one.role == "abort"),
        holds=_hypothesis(system, experiment, trial),
    )


def _back_s(back: Array) -> float:
    """Time within which nine of ten runs are back, s."""
    if not back.size:
        return math.nan
    return float(np.sort(back)[math.ceil(_MOSTLY / 100.0 * back.size) - 1])


def _hypothesis(system: System, experiment: Experiment, trial: Trial) -> Share | None:
    """Seeds in which all that is expected holds."""
    if trial.injection is None:
        return None
    series = trial.series
    found: NDArray[np.bool_] | None = None
    for one in expected_of(experiment, system, trial.injection):
        if one.role != "then" or (series is None and not one.is_computed):
            continue
        try:
            held = one.holds(series) if series is not None else _computed(trial, one.statement)
        except NotInjected:
            continue
        found = held if found is None else found & held
    return None if found is None else Share.of(found)


def _computed(trial: Trial, statement: Statement) -> NDArray[np.bool_]:
    told = [one for one in trial.statements if one.statement is statement and one.held is not None]
    return np.array([bool(one.held and one.held.k) for one in told] or [False])


def _of_interest(trial: Trial) -> Iterator[tuple[str, str | None, float]]:
    """Metrics of the statements, those of the steady state first, and what users see of it all."""
    seen: set[tuple[str, str | None]] = set()

    def once(statement: Statement) -> Iterator[tuple[str, str | None, float]]:
        key = (statement.metric, statement.of)
        if key not in seen and not METRICS[statement.metric].is_computed:
            seen.add(key)
            yield (*key, statement.for_s or STRETCH_S)

    def judged(one: Judged) -> bool:
        return not one.why_not

    for one in filter(judged, trial.statements):
        yield from once(one.statement)
    for metric in ("success_share", "offered_per_s"):
        yield from once(Statement(metric=metric, above=0.5))


def _watched(system: System, trial: Trial) -> Iterator[Watched]:
    series, injection = trial.series, trial.injection
    assert series is not None
    assert injection is not None
    for k, (metric, of, stretch_s) in enumerate(_of_interest(trial)):
        if k >= MOST_WATCHED:
            return
        values = read(series, system, metric, of, stretch_s)
        begins = np.arange(values.shape[1]) * series.bin_s
        ends = begins + bins_of(series, stretch_s) * series.bin_s
        horizon = series.bins * series.bin_s
        until = injection.to_s if injection.to_s > injection.from_s else horizon
        after = injection.to_s + 0.75 * (horizon - injection.to_s)
        from_s = injection.from_s
        yield Watched(
            metric,
            of,
            _band(metric, values[:, ends <= from_s]),
            _band(metric, values[:, (begins >= 0.5 * (from_s + until)) & (ends <= until)]),
            _band(metric, values[:, begins >= after]),
            _worst(metric, values[:, begins >= from_s]),
            stretch_s,
        )


def _band(metric: str, values: Array) -> Band | None:
    known = values[np.isfinite(values)]
    if not known.size:
        return None
    low, middle, high = (float(v) for v in np.percentile(known, _BAND))
    return Band(widened(metric, low, up=False), middle, widened(metric, high, up=True))


def _worst(metric: str, values: Array) -> float:
    """The middle run's worst stretch."""
    is_low = wanted_of(metric) is Wanted.MORE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        each = (np.nanmin if is_low else np.nanmax)(values, axis=1) if values.size else np.array([np.nan])
        return float(np.nanmedian(each))


def _plateau_s(system: System, trial: Trial, watched: tuple[Watched, ...]) -> float:
    """Time from the beginning of the fault until the middle run is on all plateaus for good, s."""
    series, injection = trial.series, trial.injection
    if series is None or injection is None or injection.to_s <= injection.from_s:
        return math.nan
    longest = 0.0
    for one in watched:
        if one.plateau is None:
            continue
        values = read(series, system, one.metric, one.of, one.stretch_s)
        begins = np.arange(values.shape[1]) * series.bin_s
        ends = begins + bins_of(series, one.stretch_s) * series.bin_s
        during = (begins >= injection.from_s) & (ends <= injection.to_s)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            middle = np.nanmedian(values[:, during], axis=0)
        off = np.nonzero(~((middle >= one.plateau.low) & (middle <= one.plateau.high)) & np.isfinite(middle))[
            0
        ]
        if off.size:
            longest = max(longest, float(begins[during][off[-1]]) + series.bin_s - injection.from_s)
    # The first stretch on the plateau is told when it is over.
    return longest + max([one.stretch_s for one in watched], default=0.0)
