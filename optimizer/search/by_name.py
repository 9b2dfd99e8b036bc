"""A search with one of pymoo's algorithms, in the same frame as the archive search."""

from __future__ import annotations

from models.evaluation import Evaluation
from optimizer.evaluator import Evaluator
from optimizer.pareto.tally import Progress
from optimizer.search.archive import empty_archive
from optimizer.search.breeding import MOST, Breeding
from optimizer.search.driver import (
    LAST_SWEEPS,
    NOTHING,
    Budget,
    Found,
    Journey,
    gathered,
    over,
    search,
    until_over,
)
from optimizer.space import SearchSpace

#: An algorithm has converged when this many generations in a row have no more than this share of new designs.
TIRED, FEW = 3, 0.02


def search_by_name(
    name: str,
    evaluator: Evaluator,
    space: SearchSpace,
    *,
    today: Evaluation,
    budget: Budget,
    seed: int,
    progress: Progress | None = None,
) -> Found:
    """Searches a space with an algorithm of pymoo, then sweeps what it has found.

    Arguments and errors as in `driver.search`; `name` as in `algorithms.ALGORITHMS`.
    """
    from optimizer.search.algorithms import Stagnation, algorithm, population_for
    from optimizer.search.problem import SpaceProblem

    if not space.columns:  # one design: there is nothing to evolve
        return search(evaluator, space, today=today, budget=budget, seed=seed, progress=progress)
    archive = empty_archive(today)
    evolving = None if budget.evaluations is None else max(int((1.0 - LAST_SWEEPS) * budget.evaluations), 1)
    problem = SpaceProblem(evaluator, space, archive, today, most_evaluated=evolving)
    population = population_for(evolving)
    made = algorithm(name, problem, start=today.X, seed=seed, population=population)
    breeding = Breeding(space, today.X, [None] * len(today.dimensions))
    journey = Journey(breeding.begin(archive, seed=seed))
    stagnation = Stagnation(archive, generations=TIRED, newcomers=int(FEW * population))
    made.setup(problem, termination=stagnation, seed=seed)
    evolution = Budget(evolving, budget.seconds)

    def turn() -> str:
        if made.has_next() and not over(evolution, journey):
            made.next()
            return ""
        left = 2**31 if budget.evaluations is None else budget.evaluations - archive.tally.evaluated
        X = breeding.last_sweep(journey.state, most=min(left, MOST))
        if not len(X):
            return "complete" if archive.tally.evaluated else NOTHING
        breeding.tell(journey.state, evaluator(X))
        return ""

    return gathered(space, journey, until_over(journey, budget, turn, progress=progress))
