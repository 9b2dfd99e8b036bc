"""From a model to a solution: every design where that takes no longer than people wait, else a search."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import numpy as np

from models.dimension import DIMENSIONS
from models.errors import SpaceTooLargeError
from models.evaluating import evaluate
from models.evaluation import Array, Evaluation
from models.suggestions import more_where_it_is_tight
from models.system import System
from models.units import count, duration
from optimizer.config import MOST_SAMPLED, SolveConfig
from optimizer.decide.knee import knee
from optimizer.exhaustive import Look, LookAt, Progress, Tally, look_at, ranges
from optimizer.front import Front
from optimizer.protocols import Evaluator, Space, checked
from optimizer.search.hypervolumes import TracePoint
from optimizer.solution import Certificate, Solution
from optimizer.workers import SpreadOut, can_be_sent, in_order

#: What takes less than this in one process isn't worth starting others, s.
WORTH_WORKERS_S = 3.0


def solve(
    system: System,
    config: SolveConfig | None = None,
    *,
    progress: Progress | None = None,
    checkpoint: Path | None = None,
) -> Solution:
    """Finds the Pareto front of a compiled scenario.

    Args:
        system: The system.
        config: Settings; the default looks at every design where that takes no longer than a minute, and
            searches where it does.
        progress: Told designs done, designs in all and designs on the front after every chunk.
        checkpoint: File to which a search is written every few seconds; where it exists, the search goes on
            from it.

    Raises:
        SpaceTooLargeError: All designs were asked for, but they can't be counted out.
        CheckpointError: The checkpoint is of something else.
    """
    provenance = {
        "scenario": system.scenario.name,
        "title": system.scenario.title,
        "digest": system.digest,
        "tradespace": _version(),
    }
    goals = system.scenario.dimensions
    hints = Hints(
        # The step of availability is in nines, the loss a share: its boxes follow the range.
        steps=[None if d.name == "availability" else getattr(goals, d.name).step for d in DIMENSIONS],
        suggest=partial(more_where_it_is_tight, system),
        identity=system.digest,
    )
    return solve_with(
        partial(evaluate, system),
        system.space,
        config,
        progress=progress,
        provenance=provenance,
        hints=hints,
        checkpoint=checkpoint,
    )


def solve_with(
    evaluator: Evaluator,
    space: Space,
    config: SolveConfig | None = None,
    *,
    progress: Progress | None = None,
    provenance: Mapping[str, str] | None = None,
    hints: Hints | None = None,
    checkpoint: Path | None = None,
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

    Raises:
        SpaceTooLargeError: All designs were asked for, but they can't be counted out.
        EvaluationError: The callable raised, or answered with something that is no Evaluation, before
            anything was found.
    """
    config = config or SolveConfig()
    scored = checked(evaluator)
    today = scored(np.asarray(space.today)[None, :])
    task = _Task(scored, space, config, today, progress, hints or Hints(), checkpoint)
    if config.max_designs is not None:
        found = _all_or_sample(task)
    elif config.method == "exact":
        found = _exact(task, _countable(space), why="")
    elif config.method == "auto":
        found = _what_time_allows(task)
    else:
        found = _by_search(task, why="")
    tally, front, certificate, trace = found
    return Solution(
        front=front,
        today=today,
        certificate=certificate,
        broken=dict(tally.broken),
        broken_alone=dict(tally.broken_alone),
        closest=tally.closest if tally.feasible == 0 else None,
        knee=knee(front),
        config=config,
        provenance=dict(provenance or {}),
        trace=trace,
    )


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of a model beyond its answers.

    Attributes:
        steps: Differences in each dimension that people care about; None = unknown.
        suggest: Proposes changes of some designs (`optimizer.search.breeding`); None = nobody does.
        identity: Digest of the model, by which a checkpoint is recognised.
    """

    steps: Sequence[float | None] | None = None
    suggest: Callable[[Evaluation], Array] | None = None
    identity: str = ""


_Outcome = tuple[Tally, Front, Certificate, tuple[TracePoint, ...]]


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be solved."""

    evaluator: Evaluator
    space: Space
    config: SolveConfig
    today: Evaluation
    progress: Progress | None
    hints: Hints
    checkpoint: Path | None

    def empty(self) -> Tally:
        """Nothing seen yet; the limits are known, even when no design is ever seen."""
        tally = Tally()
        tally.add(self.today.take(np.arange(0)))
        return tally


def _all_or_sample(task: _Task) -> _Outcome:
    """All designs where there are no more than asked for, else a sample."""
    most = task.config.max_designs
    assert most is not None
    size = _size(task.space)
    if size is not None and size <= most:
        return _exact(task, size, why="")
    if most > MOST_SAMPLED:
        raise SpaceTooLargeError(
            f"the space has {count(size)} designs, and a sample at most {count(MOST_SAMPLED)}, "
            f"but --max-designs is {count(most)}"
        )
    X = task.space.sample(most, seed=task.config.seed)
    pieces = (X[start:stop] for start, stop in ranges(len(X), chunk=task.config.chunk))
    tally = task.empty()
    seen = in_order(LookAt(task.evaluator), pieces, workers=_workers(task))
    ended = look_at(tally, seen, total=len(X), progress=task.progress)
    return _outcome(tally, "sample", size, ended)


def _exact(task: _Task, size: int, *, why: str, tally: Tally | None = None) -> _Outcome:
    """Every design, or those after the ones that were seen already."""
    tally = tally or task.empty()
    pieces = ranges(size, chunk=task.config.chunk, begin=tally.evaluated)
    workers = _workers(task) if size - tally.evaluated > task.config.chunk else 1
    seen: Iterable[Tally] = in_order(Look(task.evaluator, task.space), pieces, workers=workers)
    ended = look_at(tally, seen, total=size, progress=task.progress)
    return _outcome(tally, "exact", size, ended, why)


def _what_time_allows(task: _Task) -> _Outcome:
    """Every design where that takes no longer than people wait, at the rate of the first ones."""
    config, size = task.config, _size(task.space)
    if size is None:
        return _by_search(task, why="the designs can't be counted out")
    tally = task.empty()
    look = Look(task.evaluator, task.space)
    first = min(config.chunk, size)
    began = time.perf_counter()
    ended = look_at(tally, map(look, [(0, first)]), total=size, progress=task.progress)
    seconds = (time.perf_counter() - began) / first * (size - first)
    if ended or first == size:
        return _outcome(tally, "exact", size, ended)
    alone = seconds < WORTH_WORKERS_S
    seconds /= 1 if alone else _workers(task)
    if seconds > config.exact_seconds:
        rate = f"at {count(round(size / max(seconds, 1e-9)))} designs/s"
        return _by_search(task, why=f"all {count(size)} designs would take {duration(seconds)} {rate}")
    if alone:
        task = replace(task, config=replace(config, workers=1))
    return _exact(task, size, why="", tally=tally)


def _countable(space: Space) -> int:
    """Designs there are.

    Raises:
        SpaceTooLargeError: They can't be counted out.
    """
    size = space.size
    if size is None:
        raise SpaceTooLargeError(
            "a real decision makes the designs uncountable: they can't all be evaluated; search them "
            "(--method archive), or take a Sobol sample (--max-designs N)"
        )
    return size


def _size(space: Space) -> int | None:
    """Designs there are; None where they can't be counted."""
    try:
        return space.size
    except SpaceTooLargeError:
        return None


def _workers(task: _Task) -> int:
    """Processes that are used: one where the model can't be sent to others."""
    workers = task.config.workers
    return workers if workers > 1 and can_be_sent((task.evaluator, task.space)) else 1


def _outcome(
    tally: Tally, method: Literal["exact", "sample"], size: int | None, ended: str, why: str = ""
) -> _Outcome:
    front = tally.front()
    certificate = Certificate(
        method=method,
        evaluated=tally.evaluated,
        feasible=tally.feasible,
        on_front=len(front),
        size=size,
        ended_early=ended,
        why=why,
    )
    return tally, front, certificate, ()


def _by_search(task: _Task, *, why: str) -> _Outcome:
    from optimizer.searching import searched  # loads pymoo only where it is needed

    config = task.config
    workers = _workers(task)
    spread = SpreadOut(task.evaluator, workers=workers) if workers > 1 else nullcontext(task.evaluator)
    with spread as evaluator:
        found = searched(
            evaluator,
            task.space,
            config,
            today=task.today,
            steps=task.hints.steps,
            suggest=task.hints.suggest,
            progress=task.progress,
            checkpoint=task.checkpoint,
            identity=task.hints.identity,
        )
    is_whole = found.ended in ("complete", "evaluations", "seconds")
    certificate = Certificate(
        method="search",
        evaluated=found.tally.evaluated,
        feasible=found.tally.feasible,
        on_front=len(found.front),
        size=_size(task.space),
        ended_early="" if is_whole else found.ended,
        why=why,
        algorithm="archive" if config.method == "auto" else config.method,
        swept=found.swept,
        ended_by=found.ended if is_whole else "",
        searches=config.restarts,
        missed=None if found.missed is None else found.missed.missed,
    )
    return found.tally, found.front, certificate, found.trace


def _version() -> str:
    try:
        return version("tradespace")
    except PackageNotFoundError:
        return "not installed"
