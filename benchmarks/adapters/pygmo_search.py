"""pygmo's algorithms on the unit cube, limits as penalties."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks._task import LARGE, Task
from models.evaluation import Array


class _Penalised:
    """Limits for NSGA-II and NSGA-III that know none: what breaks one is worse than all else."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def get_nobj(self) -> int:
        return self.task.m

    def get_bounds(self) -> tuple[list[float], list[float]]:
        return [0.0] * self.task.d, [1.0] * self.task.d

    def fitness(self, u: Array) -> Array:
        return self.batch_fitness(np.asarray(u))

    def batch_fitness(self, flat: Array) -> Array:
        losses, exceeded = self.task.score(self.task.from_unit(flat.reshape(-1, self.task.d)))
        over = exceeded.sum(axis=1, keepdims=True)
        return np.where(over > 0.0, LARGE * (1.0 + over), losses).ravel()


def pygmo_search(name: str) -> Callable[[Task], Array]:
    def search_with(task: Task) -> Array:
        import pygmo

        shared = {"gen": 1, "cr": 0.9, "eta_c": 15.0, "seed": task.seed}
        if name == "NSGA-II":
            method = pygmo.nsga2(m=1.0 / task.d, eta_m=20.0, **shared)
        else:
            method = pygmo.nsga3(
                mut=1.0 / task.d, eta_mut=20.0, divisions=task.directions, use_memory=True, **shared
            )
        method.set_bfe(pygmo.bfe(pygmo.member_bfe()))
        algorithm = pygmo.algorithm(method)
        size = max(task.population, 8)
        if not task.may(size):
            return np.empty((0, task.m))
        together = pygmo.bfe(pygmo.member_bfe())
        found = pygmo.population(pygmo.problem(_Penalised(task)), size, b=together, seed=task.seed)
        while task.may(size):
            found = algorithm.evolve(found)
        losses = found.get_f()
        return losses[losses[:, 0] < LARGE]

    return search_with
