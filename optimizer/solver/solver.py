"""From a model to a solution: every design where that is no more work than people wait for, else a search."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol

import numpy as np

from models.errors import Remedy
from models.evaluation import DIMENSIONS
from models.evaluator import evaluate
from models.explanation.bottleneck_moves import more_where_it_is_tight
from models.operations import operations_of_a_design, operations_of_all
from models.screening import counted_limits, screen
from models.system.system import System
from optimizer.decide.choose.knee import knee
from optimizer.engines.engine import Engine
from optimizer.model import Evaluator, Space, checked
from optimizer.pareto.tally import Progress
from optimizer.solver.choice import Work
from optimizer.solver.config import SolveConfig
from optimizer.solver.methods import Hints, Task, all_or_sample, by_search, countable, exact, what_work_allows
from optimizer.solver.solution import Solution


class Solver(Protocol):
    """Solves with some settings: `solve` of a system, or `solve_with` of a model."""

    def __call__(
        self, config: SolveConfig, *, progress: Progress | None, checkpoint: Path | None
    ) -> Solution:
        """Solves."""


def solve(
    system: System,
    config: SolveConfig | None = None,
    *,
    progress: Progress | None = None,
    checkpoint: Path | None = None,
    engine: Engine | None = None,
) -> Solution:
    """Finds the Pareto front of a compiled scenario.

    Args:
        system: The system.
        config: Settings; the default looks at every design where that is a minute of work at most, and
            searches where it is more.
        progress: Told designs done, designs in all and designs on the front after every chunk.
        checkpoint: File to which a search or an enumeration is written every few seconds; where it exists,
            that goes on from it.
        engine: Where an enumeration is split over workers, already entered; None = as `config.workers` says.

    Raises:
        SpaceTooLargeError: All designs were asked for, but they can't be counted out.
        CheckpointError: The checkpoint is of something else.
    """
    provenance = {
        "scenario": system.scenario.name,
        "title": system.scenario.title,
        "digest": system.digest,
        "tradespace": version_here(),
    }
    goals = system.scenario.dimensions
    hints = Hints(
        # A step in nines fits no loss, which is a share: these boxes follow the range.
        steps=[None if d.step_unit != d.unit else getattr(goals, d.name).step for d in DIMENSIONS],
        suggest=partial(more_where_it_is_tight, system),
        identity=system.digest,
        is_built_in=True,
        work=partial(work_of, system),
        screen=partial(screen, system, threads=1),
        counted=counted_limits(system),
        one_thread=partial(evaluate, system, threads=1),
    )
    config = config or SolveConfig()
    return solve_with(
        partial(evaluate, system, threads=config.workers),
        system.space,
        config,
        progress=progress,
        provenance=provenance,
        hints=hints,
        checkpoint=checkpoint,
        engine=engine,
    )


def work_of(system: System, seed: int) -> Work:
    """What looking at the designs of a scenario takes."""
    return Work(each=operations_of_a_design(system), all=operations_of_all(system, seed=seed))


def solve_with(
    evaluator: Evaluator,
    space: Space,
    config: SolveConfig | None = None,
    *,
    progress: Progress | None = None,
    provenance: Mapping[str, str] | None = None,
    hints: Hints | None = None,
    checkpoint: Path | None = None,
    engine: Engine | None = None,
) -> Solution:
    """Finds the Pareto front of any model: a space of designs and a callable X -> Evaluation.

    Args:
        evaluator: Scores a decision matrix `(n, d)`. With several workers it must be possible to send it to
            another process (a function of a module, not one inside another function).
        space: The designs.
        config: Settings.
        progress: Told designs done, designs in all and designs on the front after every chunk.
        provenance: What to say of where the result comes from.
        hints: What is known of the model beyond its answers.
        checkpoint: File to which a search is written every few seconds, and from which it goes on.
        engine: Where an enumeration is split over workers, already entered.

    Raises:
        SpaceTooLargeError: All designs were asked for, but they can't be counted out.
        EvaluationError: The callable raised, or answered with something that is no Evaluation, before
            anything was found.
        CheckpointError: The checkpoint is of something else, or the method keeps none.
    """
    config = config or SolveConfig()
    if checkpoint is not None and config.max_designs is not None:
        from optimizer.search.checkpoints import CheckpointError

        raise CheckpointError(
            "a sample keeps no checkpoint: only a search and an enumeration do; keep none",
            remedy=Remedy.NO_CHECKPOINT,
        )
    hints = hints or Hints()
    scored = checked(evaluator, is_built_in=hints.is_built_in)
    today = scored(np.asarray(space.today)[None, :])
    task = Task(scored, space, config, today, progress, hints, checkpoint, engine)
    if config.max_designs is not None:
        found = all_or_sample(task)
    elif config.method == "exact":
        found = exact(task, countable(space), why="")
    elif config.method == "auto":
        found = what_work_allows(task)
    else:
        found = by_search(task, why="")
    tally, front, certificate, trace = found
    return Solution(
        front=front,
        today=today,
        certificate=certificate,
        broken=dict(tally.broken),
        broken_alone=dict(tally.broken_alone),
        closest=tally.closest if tally.feasible == 0 else None,
        at_least=tuple(name for name in tally.broken if tally.skipped and name not in hints.counted),
        knee=knee(front),
        config=config,
        provenance=dict(provenance or {}),
        trace=trace,
    )


def version_here() -> str:
    """Version of Tradespace that works here."""
    try:
        return version("tradespace")
    except PackageNotFoundError:
        return "not installed"
