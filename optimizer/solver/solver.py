"""From a model to a solution: every design where that is no more work than people wait for, else a search."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from models.errors import Remedy
from models.system.system import System
from optimizer.decide.choose.knee import knee
from optimizer.decide.recommend.candidates import rule_of
from optimizer.decide.recommend.recommendation import Recommendation
from optimizer.decide.recommend.shortlist import recommend, recommendation_of
from optimizer.engines.engine import Engine
from optimizer.model import Model
from optimizer.pareto.front import Front
from optimizer.pareto.tally import Progress
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig
from optimizer.solver.methods import Task, all_or_sample, by_search, countable, exact, what_work_allows
from optimizer.solver.solution import Solution


def solve(
    asked: Model | System,
    config: SolveConfig | None = None,
    *,
    progress: Progress | None = None,
    checkpoint: Path | None = None,
    engine: Engine | None = None,
) -> Solution:
    """Finds the Pareto front of a model.

    Args:
        asked: The model, or a compiled scenario, whose model is taken. With several workers it must be
            possible to send a model's callable to another process (a function of a module, not one inside
            another function).
        config: Settings; the default looks at every design where that is a minute of work at most, and
            searches where it is more.
        progress: Told designs done, designs in all and designs on the front after every chunk.
        checkpoint: File to which a search or an enumeration is written every few seconds; where it exists,
            that goes on from it.
        engine: Where an enumeration is split over workers, already entered; None = as `config.workers` says.

    Raises:
        SpaceTooLargeError: All designs were asked for, but they can't be counted out.
        EvaluationError: The model raised, or answered with something that is no Evaluation, before anything
            was found.
        CheckpointError: The checkpoint is of something else, or the method keeps none.
    """
    model = model_of(asked) if isinstance(asked, System) else asked
    config = config or SolveConfig()
    if checkpoint is not None and config.max_designs is not None:
        from optimizer.search.checkpoints import CheckpointError

        raise CheckpointError(
            "a sample keeps no checkpoint: only a search and an enumeration do; keep none",
            remedy=Remedy.NO_CHECKPOINT,
        )
    task = Task(model, config, model.today, progress, checkpoint, engine)
    if config.max_designs is not None:
        found = all_or_sample(task)
    elif config.method == "exact":
        found = exact(task, countable(model.space), why="")
    elif config.method == "auto":
        found = what_work_allows(task)
    else:
        found = by_search(task, why="")
    tally, front, certificate, trace = found
    return Solution(
        front=front,
        today=model.today,
        certificate=certificate,
        broken=dict(tally.broken),
        broken_alone=dict(tally.broken_alone),
        closest=tally.closest if tally.feasible == 0 else None,
        at_least=tuple(name for name in tally.broken if tally.skipped and name not in model.hints.counted),
        knee=knee(front),
        config=config,
        provenance={
            "scenario": model.name,
            "title": model.title,
            "digest": model.identity,
            "tradespace": version_here(),
        },
        trace=trace,
        recommendation=_recommended(model, front),
    )


def _recommended(model: Model, front: Front) -> Recommendation:
    """What to take of a front; who interrupts the draws of the guesses gets an answer without them."""
    try:
        return recommendation_of(model, front)
    except KeyboardInterrupt:
        return recommend(front, rule_of(model), None)


def version_here() -> str:
    """Version of Tradespace that works here."""
    try:
        return version("tradespace")
    except PackageNotFoundError:
        return "not installed"
