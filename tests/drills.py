"""The experiments of the bundled scenarios, ready to be exported, as predicted of today's design."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from models.scenario.experiments.demand import Driver
from models.scenario.load import load_scenario
from models.system.compiler import compile_system
from optimizer.resilience.experiments import typed_experiments
from optimizer.resilience.exports.drill import Drill
from optimizer.resilience.metric_queries import Queries
from optimizer.resilience.predicted_runs import predict
from reports import ROOT

SCENARIOS = sorted((ROOT / "data" / "scenarios").glob("*.yaml"))


@cache
def drills() -> dict[str, Drill]:
    """By scenario and experiment; also those that may not be run with today's design: tools don't know that.

    An experiment that two scenarios share is there once.
    """
    found = {}
    for path in SCENARIOS:
        system = compile_system(load_scenario(path))
        today = system.space.today
        for name, experiment in typed_experiments(system):
            if path.stem == "black_friday_week":  # the shop's, without its searches
                continue
            # Two minutes are as good as four hours where only its shape matters.
            faults = tuple(one.model_copy(update=_shorter(one)) for one in experiment.inject)
            experiment = experiment.model_copy(update={"inject": faults})
            prediction = predict(system, today, name, experiment, runs=1)
            if not prediction.trial.is_healthy_before:
                # Nobody would run it; what a tool makes of it doesn't hang on the numbers.
                watched = tuple(replace(one, steady=None) for one in prediction.watched)
                prediction = replace(prediction, watched=watched)
            drill = Drill(system, today, prediction, Queries(), ())
            found[f"{path.stem}.{name}"] = drill
    return found


def _shorter(fault):
    length = getattr(fault, "duration_s", None)
    return {} if length is None else {"duration_s": min(length, 120.0)}


def runnable() -> dict[str, Drill]:
    """Those that some tool can make: costs that follow a driver aren't broken by any."""
    return {
        key: drill
        for key, drill in drills().items()
        if not any(isinstance(fault, Driver) for fault in drill.faults)
    }
