"""Platypus's algorithms on the unit cube."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks._task import Task
from models.evaluation import Array

#: Width of the boxes of eps-MOEA's archive, as a share of the range of losses in a sample.
EPSILON = 0.02


def platypus_search(name: str) -> Callable[[Task], Array]:
    def search_with(task: Task) -> Array:
        import platypus

        answers: list[tuple[list[float], list[float]]] = []

        class Together(platypus.Evaluator):
            def evaluate_all(self, jobs, **kwargs):  # type: ignore[no-untyped-def]
                if not jobs:  # children that crossover and mutation left as they were
                    return jobs
                U = np.array([job.solution.variables[:] for job in jobs])
                losses, exceeded = task.score(task.from_unit(U))
                answers.extend(zip((losses / scale).tolist(), exceeded.tolist(), strict=True))
                for job in jobs:
                    job.run()
                return jobs

        scale = _range(task)
        problem = platypus.Problem(task.d, task.m, task.k)
        problem.types[:] = platypus.Real(0.0, 1.0)
        problem.constraints[:] = "<=0"
        problem.function = (
            (lambda variables: answers.pop(0)) if task.k else lambda variables: answers.pop(0)[0]
        )
        shared = {
            "variator": platypus.GAOperator(platypus.SBX(0.9, 15.0), platypus.PM(1.0 / task.d, 20.0)),
            "evaluator": Together(),
        }
        if name == "NSGA-III":
            algorithm, batch = platypus.NSGAIII(problem, task.directions, **shared), task.population
        else:
            batch = 2
            algorithm = platypus.EpsMOEA(
                problem, [EPSILON] * task.m, population_size=task.population, **shared
            )
        while task.may(task.population if task.used == 0 else batch):
            algorithm.step()
        rows = [solution.objectives[:] for solution in algorithm.result if solution.feasible]
        return np.array(rows).reshape(-1, task.m) * scale

    return search_with


def _range(task: Task) -> Array:
    """Range of the losses of a sample, which isn't counted: epsilons need a scale."""
    seen = task.problem.evaluator(task.problem.space.sample(512, seed=task.seed))
    losses = seen.losses[seen.feasible] if seen.feasible.any() else seen.losses
    losses = np.where(np.isfinite(losses), losses, np.nan)
    width = np.nanmax(losses, axis=0) - np.nanmin(losses, axis=0)
    return np.where(width > 0.0, width, 1.0)
