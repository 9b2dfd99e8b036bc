"""A search with one of pymoo's algorithms, in the same frame as the archive search."""

from __future__ import annotations

import time

import numpy as np

from models.errors import EvaluationError
from models.evaluation import Evaluation
from optimizer.exhaustive import Progress
from optimizer.protocols import Evaluator
from optimizer.search.archive import empty_archive
from optimizer.search.breeding import Breeding
from optimizer.search.driver import (
    LAST_SWEEPS,
    NOTHING,
    STAGNATION,
    Budget,
    Found,
    Journey,
    gathered,
    over,
    remember,
    search,
)
from optimizer.search.moves import SearchSpace

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
    began = time.monotonic()
    ended = ""
    try:
        # The number that pymoo counts holds repeated designs too: what was evaluated counts.
        made.setup(problem, termination=Stagnation(archive, generations=STAGNATION), seed=seed)
        while made.has_next() and not over(Budget(evolving, budget.seconds), archive, journey):
            before = archive.tally.evaluated
            made.next()
            journey.spent_s = time.monotonic() - began
            new = archive.tally.evaluated - before
            journey.idle = 0 if new > FEW * population else journey.idle + 1
            remember(journey)
            _tell(progress, journey, budget)
            if journey.idle >= TIRED:
                break
        while not ended:
            ended = over(budget, archive, journey)
            left = 2**31 if budget.evaluations is None else budget.evaluations - archive.tally.evaluated
            X = breeding.last_sweep(journey.state, most=min(left, 2048)) if not ended else np.empty((0, 0))
            if not ended and not len(X):
                ended = "complete" if archive.tally.evaluated else NOTHING
            if ended:
                break
            breeding.tell(journey.state, evaluator(X))
            journey.spent_s = time.monotonic() - began
            remember(journey)
            _tell(progress, journey, budget)
    except KeyboardInterrupt:
        ended = "interrupted"
    except EvaluationError as error:
        if not archive.tally.evaluated:
            raise
        ended = f"the model failed ({error})"
    return gathered(space, journey, ended)


def _tell(progress: Progress | None, journey: Journey, budget: Budget) -> None:
    if progress is not None:
        done = journey.state.archive.tally.evaluated
        progress(done, max(budget.evaluations or done, done), len(journey.state.archive.members))
