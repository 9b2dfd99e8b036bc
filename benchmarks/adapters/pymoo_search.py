"""pymoo's algorithms on positions in lists of values, rounded after every operator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks._task import Task
from models.evaluation import Array


def pymoo_search(name: str) -> Callable[[Task], Array]:
    def search_with(task: Task) -> Array:
        from pymoo.core.problem import Problem as PymooProblem
        from pymoo.core.repair import Repair
        from pymoo.core.termination import NoTermination

        discrete = np.array([count is not None for count in task.counts])

        class Rounded(Repair):
            def _do(self, problem, X, **kwargs):  # type: ignore[no-untyped-def]
                return np.where(discrete, np.rint(X), X)

        class Coded(PymooProblem):
            def __init__(self) -> None:
                upper = [1.0 if count is None else count - 1.0 for count in task.counts]
                super().__init__(n_var=task.d, n_obj=task.m, n_ieq_constr=task.k, xl=0.0, xu=np.array(upper))

            def _evaluate(self, X, out, *args, **kwargs):  # type: ignore[no-untyped-def]
                out["F"], out["G"] = task.score(task.from_places(X))

        algorithm = _algorithm(name, task, Rounded())
        algorithm.setup(Coded(), termination=NoTermination(), seed=task.seed)
        while task.may(task.population) and algorithm.has_next():
            algorithm.next()
        found = algorithm.pop
        return found.get("F")[found.get("CV")[:, 0] <= 0.0] if found is not None else np.empty((0, task.m))

    return search_with


def _algorithm(name: str, task: Task, repair: object):  # type: ignore[no-untyped-def]
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.sampling.rnd import FloatRandomSampling
    from pymoo.util.ref_dirs import get_reference_directions

    shared = {
        "pop_size": task.population,
        "sampling": FloatRandomSampling(),
        "crossover": SBX(prob=0.9, eta=15),
        "mutation": PM(eta=20),
        "repair": repair,
    }
    if name == "NSGA-II":
        from pymoo.algorithms.moo.nsga2 import NSGA2

        return NSGA2(**shared)
    if name == "NSGA-III":
        from pymoo.algorithms.moo.nsga3 import NSGA3

        directions = get_reference_directions("das-dennis", task.m, n_partitions=task.directions)
        return NSGA3(ref_dirs=directions, **shared)
    from pymoo.algorithms.moo.age2 import AGEMOEA2

    return AGEMOEA2(**shared)
