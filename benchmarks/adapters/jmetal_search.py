"""jMetalPy's algorithms on the unit cube."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks._task import Task
from models.evaluation import Array


def jmetal_search(name: str) -> Callable[[Task], Array]:
    def search_with(task: Task) -> Array:
        algorithm = _algorithm(name, task)
        if task.may(task.population):
            algorithm.solutions = algorithm.evaluate(algorithm.create_initial_solutions())
            algorithm.init_progress()
        while task.may(task.population):
            algorithm.step()
            algorithm.update_progress()
        rows = [one.objectives for one in algorithm.solutions if not any(c < 0.0 for c in one.constraints)]
        return np.array(rows).reshape(-1, task.m)

    return search_with


def _algorithm(name: str, task: Task):  # type: ignore[no-untyped-def]
    from jmetal.algorithm.multiobjective.nsgaii import NSGAII
    from jmetal.algorithm.multiobjective.nsgaiii import NSGAIII, UniformReferenceDirectionFactory
    from jmetal.core.problem import FloatProblem
    from jmetal.operator.crossover import SBXCrossover
    from jmetal.operator.mutation import PolynomialMutation
    from jmetal.util.comparator import DominanceWithConstraintsComparator
    from jmetal.util.evaluator import Evaluator

    class Coded(FloatProblem):
        def __init__(self) -> None:
            super().__init__()
            self.lower_bound, self.upper_bound = [0.0] * task.d, [1.0] * task.d
            self.obj_directions = [self.MINIMIZE] * task.m

        def number_of_objectives(self) -> int:
            return task.m

        def number_of_constraints(self) -> int:
            return task.k

        def name(self) -> str:
            return task.problem.name

        def evaluate(self, solution):  # type: ignore[no-untyped-def]
            return Together().evaluate([solution], self)[0]

    class Together(Evaluator):
        def evaluate(self, solutions, problem):  # type: ignore[no-untyped-def]
            losses, exceeded = task.score(task.from_unit(np.array([one.variables for one in solutions])))
            for one, values, over in zip(solutions, losses.tolist(), exceeded.tolist(), strict=True):
                one.objectives, one.constraints = values, [-amount for amount in over]
            return solutions

    shared = {
        "problem": Coded(),
        "population_size": task.population,
        "mutation": PolynomialMutation(1.0 / task.d, 20.0),
        "crossover": SBXCrossover(0.9, 15.0),
        "population_evaluator": Together(),
        "dominance_comparator": DominanceWithConstraintsComparator(),
    }
    if name == "NSGA-II":
        return NSGAII(offspring_population_size=task.population, **shared)
    directions = UniformReferenceDirectionFactory(task.m, n_partitions=task.directions)
    return NSGAIII(reference_directions=directions, **shared)
