"""Optuna's samplers, each decision in Optuna's own kind, a generation asked for at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks._task import Task
from models.evaluation import Array


def optuna_search(name: str) -> Callable[[Task], Array]:
    def search_with(task: Task) -> Array:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        given = {"seed": task.seed, "constraints_func": lambda trial: trial.user_attrs["exceeded"]}
        if name == "TPE":
            sampler, batch = optuna.samplers.TPESampler(**given), 1
        else:
            batch = task.population
            kind = optuna.samplers.NSGAIISampler if name == "NSGA-II" else optuna.samplers.NSGAIIISampler
            more = {} if name == "NSGA-II" else {"dividing_parameter": task.directions}
            sampler = kind(population_size=batch, **given, **more)
        study = optuna.create_study(directions=["minimize"] * task.m, sampler=sampler)
        while task.may(batch):
            trials = [study.ask() for _ in range(batch)]
            losses, exceeded = task.score(np.array([_suggested(task, trial) for trial in trials]))
            for trial, values, over in zip(trials, losses.tolist(), exceeded.tolist(), strict=True):
                trial.set_user_attr("exceeded", over)
                study.tell(trial, values)
        return task.front().losses  # `study.best_trials` is the front of all trials, by its definition

    return search_with


def _suggested(task: Task, trial) -> list[float]:  # type: ignore[no-untyped-def]
    """The design of a trial, each decision in Optuna's own kind."""
    x = []
    for column in task.problem.space.columns:
        if column.kind == "real":
            x.append(trial.suggest_float(column.name, column.lower, column.upper, log=column.is_log))
        elif column.kind == "integer":
            place = trial.suggest_int(column.name, 0, (column.count or 1) - 1)
            x.append(column.lower + column.step * place)
        else:
            x.append(float(trial.suggest_categorical(column.name, range(column.count or 1))))
    return x
