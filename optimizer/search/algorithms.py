"""pymoo's algorithms by name, on coded variables, with operators in whole matrices.

Operators are made anew for each algorithm: shared ones would carry state from one to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pymoo.core.algorithm import Algorithm
from pymoo.core.crossover import Crossover
from pymoo.core.mutation import Mutation
from pymoo.core.population import Population
from pymoo.core.sampling import Sampling
from pymoo.core.termination import Termination

from models.errors import TradespaceError
from models.evaluation import Array
from optimizer.search.archive import Archive
from optimizer.search.breeding import Breeding, BreedingState, Suggest
from optimizer.search.moves import beginning
from optimizer.search.problem import SpaceProblem, rounded

#: Individuals of a population, and reference directions: at the least, and at the most.
SMALLEST, POPULATION = 20, 200
#: Generations that a budget is to last for at the least, where it allows that.
GENERATIONS = 5
#: Share of the changes of a number that are steps to its neighbour.
STEPS = 0.5


class UnknownAlgorithmError(TradespaceError, ValueError):
    """A name that no algorithm has."""


class SpreadSampling(Sampling):  # type: ignore[misc]
    """Today's design, and Sobol points of the space."""

    def __init__(self, start: Array, seed: int) -> None:
        super().__init__()
        self.start, self.seed = start, seed

    def _do(self, problem: SpaceProblem, n_samples: int, *args: Any, **kwargs: Any) -> Array:
        return problem.coded(beginning(problem.space, self.start, n_samples, seed=self.seed)[:n_samples])


class UniformCrossover(Crossover):  # type: ignore[misc]
    """Each variable from either parent."""

    def __init__(self) -> None:
        super().__init__(2, 2)

    def _do(
        self, problem: SpaceProblem, X: Array, *args: Any, random_state: Any = None, **kwargs: Any
    ) -> Array:
        taken = random_state.random(X.shape[1:]) < 0.5
        return np.stack([np.where(taken, X[0], X[1]), np.where(taken, X[1], X[0])])


class StepOrReset(Mutation):  # type: ignore[misc]
    """Each variable with probability 1/d: a step to its neighbour, or any of its values."""

    def _do(
        self, problem: SpaceProblem, X: Array, *args: Any, random_state: Any = None, **kwargs: Any
    ) -> Array:
        n, d = X.shape
        changes = random_state.random((n, d)) < 1.0 / max(d, 1)
        width = np.where(problem.is_real, 0.1 * random_state.standard_normal((n, d)), 1.0)
        sign = np.where(random_state.random((n, d)) < 0.5, -1.0, 1.0)
        step = X + sign * width
        anywhere = random_state.random((n, d)) * np.where(problem.is_real, 1.0, problem.most + 1.0)
        anywhere = np.where(problem.is_real, anywhere, np.floor(anywhere))
        moved = np.where(random_state.random((n, d)) < STEPS, step, anywhere)
        return rounded(problem, np.where(changes, moved, X))


class Stagnation(Termination):  # type: ignore[misc]
    """Ends a run when so many generations in a row had hardly a design that was not known.

    Args:
        archive: Where the run keeps what it evaluates.
        generations: Generations in a row.
        newcomers: Designs that a generation must evaluate more than, to count as alive.
    """

    def __init__(self, archive: Archive, *, generations: int, newcomers: int) -> None:
        super().__init__()
        self.archive, self.generations, self.newcomers = archive, generations, newcomers
        self._idle, self._evaluated = 0, 0

    def _update(self, algorithm: Algorithm) -> float:
        evaluated = self.archive.tally.evaluated
        is_alive = evaluated - self._evaluated > self.newcomers
        self._idle, self._evaluated = 0 if is_alive else self._idle + 1, evaluated
        return self._idle / self.generations


class ArchiveSearch(Algorithm):  # type: ignore[misc]
    """The archive search (see `optimizer.search.breeding`) as an algorithm of pymoo.

    Its optimum is the archive: pymoo's `res.opt` holds every non-dominated design ever evaluated.
    """

    def __init__(self, start: Array, *, suggest: Suggest | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start, self.suggest = start, suggest
        self.breeding: Breeding | None = None
        self.state: BreedingState | None = None

    def _setup(self, problem: SpaceProblem, **kwargs: Any) -> None:
        steps: Sequence[float | None] = [None] * problem.n_obj
        self.breeding = Breeding(problem.space, self.start, steps, self.suggest)
        self.state = self.breeding.begin(problem.archive, seed=self.seed or 0)

    def _initialize_infill(self) -> Any:
        return self._infill()

    def _infill(self) -> Any:
        assert self.breeding is not None
        assert self.state is not None
        X = self.breeding.ask(self.state, most=2**31)
        if not len(X):
            self.termination.force_termination = True
            return None
        return Population.new("X", self.problem.coded(X))

    def _initialize_advance(self, infills: Any = None, **kwargs: Any) -> None:
        self._advance(infills)

    def _advance(self, infills: Any = None, **kwargs: Any) -> None:
        assert self.breeding is not None
        assert self.state is not None
        self.breeding.learn(self.state, entered=self.problem.entered, evaluated=self.problem.asked)
        members = self.state.archive.members
        self.pop = Population.new(
            X=self.problem.coded(members.X),
            F=members.losses,
            G=np.zeros((len(members), self.problem.n_ieq_constr)),
        )

    def _set_optimum(self) -> None:
        self.opt = self.pop


def _nsga2(problem: SpaceProblem, start: Array, seed: int, population: int) -> Algorithm:
    from pymoo.algorithms.moo.nsga2 import NSGA2

    return NSGA2(pop_size=population, **_operators(start, seed))


def _nsga3(problem: SpaceProblem, start: Array, seed: int, population: int) -> Algorithm:
    from pymoo.algorithms.moo.nsga3 import NSGA3
    from pymoo.operators.selection.tournament import TournamentSelection
    from pymoo.util.ref_dirs import get_reference_directions

    directions = get_reference_directions("energy", problem.n_obj, population, seed=1)
    selection = TournamentSelection(func_comp=_less_violation)
    return NSGA3(ref_dirs=directions, selection=selection, **_operators(start, seed))


def _operators(start: Array, seed: int) -> dict[str, Any]:
    return {
        "sampling": SpreadSampling(start, seed),
        "crossover": UniformCrossover(),
        "mutation": StepOrReset(),
        "eliminate_duplicates": True,
    }


def _less_violation(pop: Any, pairs: Any, random_state: Any = None, **kwargs: Any) -> Any:
    """The one with the smaller violation, else either: pymoo's own draws from a source without a seed."""
    violation = pop.get("CV").ravel()
    a, b = pairs[:, 0], pairs[:, 1]
    either = np.where(random_state.random(len(pairs)) < 0.5, a, b)
    better = np.where(violation[a] < violation[b], a, b)
    return np.where(violation[a] == violation[b], either, better)[:, None].astype(int)


#: Other algorithms than the archive search, by name.
ALGORITHMS: dict[str, Callable[[SpaceProblem, Array, int, int], Algorithm]] = {
    "nsga2": _nsga2,
    "nsga3": _nsga3,
}


def population_for(evaluations: int | None) -> int:
    """Individuals of a population: fewer where a population would be most of the budget."""
    return (
        POPULATION if evaluations is None else int(np.clip(evaluations // GENERATIONS, SMALLEST, POPULATION))
    )


def algorithm(
    name: str, problem: SpaceProblem, *, start: Array, seed: int, population: int = POPULATION
) -> Algorithm:
    """An algorithm of pymoo, new.

    Args:
        name: Its name.
        problem: What it will work on.
        start: Designs to begin with, `(n, d)`.
        seed: Its seed.
        population: Individuals of its population.

    Raises:
        UnknownAlgorithmError: No algorithm has this name.
    """
    if name not in ALGORITHMS:
        allowed = ", ".join(("archive", *ALGORITHMS))
        raise UnknownAlgorithmError(f"found the algorithm {name!r}; allowed: {allowed}")
    made = ALGORITHMS[name](problem, start, seed, population)
    made.seed = seed
    return made
