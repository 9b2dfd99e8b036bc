"""The three ways to a front: every design, a sample of them, or a search; and which of them is chosen."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

import numpy as np

from models.errors import Remedy, SpaceTooLargeError
from models.evaluation import Evaluation
from models.units import count, duration
from optimizer.engines.engine import Engine
from optimizer.model import Model, Screen
from optimizer.pareto.front import Front
from optimizer.pareto.tally import Progress, Tally
from optimizer.search.checkpoints import CheckpointError
from optimizer.search.driver import ENDS
from optimizer.search.hypervolumes import TracePoint
from optimizer.solver.choice import choice_of
from optimizer.solver.config import MOST_SAMPLED, SolveConfig
from optimizer.solver.cores import Cores
from optimizer.solver.enumerate import Look, LookAt, look_at, ranges
from optimizer.solver.enumeration_checkpoint import ENUMERATION, EnumerationCheckpoint
from optimizer.solver.solution import Certificate
from optimizer.space import SearchSpace, Space, can_be_searched, size_of
from optimizer.versions import versions

#: What takes less than this in one process isn't worth starting others, s.
WORTH_WORKERS_S = 3.0
#: Of a space up to so many designs every one is evaluated, so that counts by limit are exact.
COUNTED_OUT = 20_000


Outcome = tuple[Tally, Front, Certificate, tuple[TracePoint, ...]]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be solved."""

    model: Model
    config: SolveConfig
    today: Evaluation
    progress: Progress | None
    checkpoint: Path | None
    engine: Engine | None = None

    @property
    def space(self) -> Space:
        """The designs."""
        return self.model.space

    @property
    def cores(self) -> Cores:
        """What it is solved on."""
        return Cores(self.model, self.config.workers)

    @property
    def screen(self) -> Screen | None:
        """The screen, where not every design is evaluated."""
        size = size_of(self.space)
        is_small = size is not None and size <= COUNTED_OUT
        return None if is_small or self.config.all_values else self.model.hints.screen

    @property
    def box_steps(self) -> list[float | None]:
        """Differences in each dimension that people care about, in its unit; None = unknown."""
        dimensions = zip(self.model.dimensions, self.model.steps, strict=True)
        # A step in nines fits no loss, which is a share: these boxes follow the range.
        return [None if dimension.step_unit != dimension.unit else step for dimension, step in dimensions]

    def empty(self) -> Tally:
        """Nothing seen yet; the limits are known, even when no design is ever seen."""
        tally = Tally()
        tally.add(self.today.take(np.arange(0)))
        return tally


def all_or_sample(task: Task) -> Outcome:
    """All designs where there are no more than asked for, else a sample."""
    most = task.config.max_designs
    assert most is not None
    size = size_of(task.space)
    if size is not None and size <= most:
        return exact(task, size, why="")
    if most > MOST_SAMPLED:
        raise SpaceTooLargeError(
            f"the space has {count(size)} designs, and a sample at most {count(MOST_SAMPLED)}, "
            f"but {count(most)} are asked for"
        )
    X = task.space.sample(most, seed=task.config.seed)
    pieces = (X[start:stop] for start, stop in ranges(len(X), chunk=task.config.chunk))
    tally = task.empty()
    seen = task.cores.over(LookAt(task.cores.piecewise, task.screen), pieces)
    ended = look_at(tally, seen, total=len(X), progress=task.progress)
    return _outcome(task, tally, "sample", ended)


def exact(task: Task, size: int, *, why: str, tally: Tally | None = None) -> Outcome:
    """Every design, or those after the ones that were seen already."""
    keep = None
    if task.checkpoint is not None:
        keep = _checkpoint(task, task.checkpoint, size)
        if tally is None and task.checkpoint.exists():
            space = cast(SearchSpace, task.space)
            tally = ENUMERATION.read(task.checkpoint, keep.identity, like=task.today, space=space)
    tally = tally or task.empty()
    pieces = ranges(size, chunk=task.config.chunk, begin=tally.evaluated)
    look = Look(task.cores.piecewise, task.space, task.screen)
    seen: Iterable[Tally]
    if task.engine is not None:
        seen = task.engine.in_order(look, pieces)
    elif size - tally.evaluated > task.config.chunk:
        seen = task.cores.over(look, pieces)
    else:
        seen = map(Look(task.cores.at_once, task.space, task.screen), pieces)
    ended = look_at(tally, seen, total=size, progress=task.progress, keep=keep)
    if keep is not None:
        keep.write(tally)
    return _outcome(task, tally, "exact", ended, why)


def _checkpoint(task: Task, path: Path, size: int) -> EnumerationCheckpoint:
    if not can_be_searched(task.space):
        raise CheckpointError(
            "a space that only lists its designs keeps no checkpoint; keep none", remedy=Remedy.NO_CHECKPOINT
        )
    identity = {
        "digest": task.model.identity,
        "size": size,
        "all_values": task.config.all_values,
        "source": versions()["source"],  # numbers of two versions of the model must not meet on one front
    }
    return EnumerationCheckpoint(path, identity)


def what_work_allows(task: Task) -> Outcome:
    """Every design where that is no more work than people wait for: counted, or timed where nobody counts."""
    config, size = task.config, size_of(task.space)
    if size is None:
        return by_search(task, why="the designs can't be counted out")
    if task.model.hints.work is None:
        return _what_time_allows(task, size)
    choice = choice_of(task.model.hints.work(config.seed), size, config)
    return exact(task, size, why=choice.why) if choice.is_exact else by_search(task, why=choice.why)


def _what_time_allows(task: Task, size: int) -> Outcome:
    """Every design where that takes no longer than people wait, at the rate of the first ones."""
    config = task.config
    if task.checkpoint is not None and task.checkpoint.exists():  # it was a search: time must not decide anew
        limit = duration(config.exact_seconds)
        return by_search(task, why=f"all {count(size)} designs would take longer than {limit}")
    tally = task.empty()
    look = Look(task.cores.at_once, task.space)
    first = min(config.chunk, size)
    began = time.perf_counter()
    ended = look_at(tally, map(look, [(0, first)]), total=size, progress=task.progress)
    seconds = (time.perf_counter() - began) / first * (size - first)
    if ended or first == size:
        return _outcome(task, tally, "exact", ended)
    alone = seconds < WORTH_WORKERS_S
    seconds /= 1 if alone else task.cores.processes
    if seconds > config.exact_seconds:
        rate = f"at {count(round(size / max(seconds, 1e-9)))} designs/s"
        return by_search(task, why=f"all {count(size)} designs would take {duration(seconds)} {rate}")
    if alone:
        task = replace(task, config=replace(config, workers=1))
    return exact(replace(task, checkpoint=None), size, why="", tally=tally)


def countable(space: Space) -> int:
    """Designs there are.

    Raises:
        SpaceTooLargeError: They can't be counted out.
    """
    size = space.size
    if size is None:
        raise SpaceTooLargeError(
            "a real decision makes the designs uncountable: they can't all be evaluated; search them, "
            "or take a Sobol sample",
            remedy=Remedy.SEARCH_OR_SAMPLE,
        )
    return size


def _outcome(
    task: Task, tally: Tally, method: Literal["exact", "sample"], ended: str, why: str = ""
) -> Outcome:
    tally.settle_closest(task.cores.at_once)
    front = tally.front()
    certificate = Certificate(
        method=method,
        evaluated=tally.evaluated,
        feasible=tally.feasible,
        on_front=len(front),
        size=size_of(task.space),
        ended_early=ended,
        why=why,
        skipped=tally.skipped,
    )
    return tally, front, certificate, ()


def by_search(task: Task, *, why: str) -> Outcome:
    """Searches the space; every feasible design met stays in the archive the front is read from."""
    from optimizer.solver.restarts import searched  # loads pymoo only where it is needed

    config = task.config
    with task.cores.for_search() as evaluator:
        found = searched(
            evaluator,
            task.space,
            config,
            today=task.today,
            steps=task.box_steps,
            suggest=task.model.hints.suggest,
            progress=task.progress,
            checkpoint=task.checkpoint,
            identity=task.model.identity,
        )
    is_whole = found.ended in ENDS
    certificate = Certificate(
        method="search",
        evaluated=found.tally.evaluated,
        feasible=found.tally.feasible,
        on_front=len(found.front),
        size=size_of(task.space),
        ended_early="" if is_whole else found.ended,
        why=why,
        algorithm="archive" if config.method == "auto" else config.method,
        swept=found.swept,
        ended_by=found.ended if is_whole else "",
        searches=config.restarts,
        missed=None if found.missed is None else found.missed.missed,
    )
    return found.tally, found.front, certificate, found.trace
