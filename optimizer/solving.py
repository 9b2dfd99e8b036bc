"""From a model to a solution: every design where that takes no longer than people wait, else a search."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import numpy as np

from models.errors import SpaceTooLargeError
from models.evaluating import evaluate
from models.evaluation import Evaluation
from models.system import System
from models.units import count, duration
from optimizer.config import MOST_SAMPLED, SolveConfig
from optimizer.decide.knee import knee
from optimizer.exhaustive import Look, LookAt, Progress, Tally, look_at, ranges
from optimizer.protocols import Evaluator, Space, checked
from optimizer.solution import Certificate, Solution
from optimizer.workers import can_be_sent, in_order

#: What takes less than this in one process isn't worth starting others, s.
WORTH_WORKERS_S = 3.0


def solve(system: System, config: SolveConfig | None = None, *, progress: Progress | None = None) -> Solution:
    """Finds the Pareto front of a compiled scenario.

    Args:
        system: The system.
        config: Settings; the default looks at every design where that takes no longer than a minute, and
            searches where it does.
        progress: Told designs done, designs in all and designs on the front after every chunk.

    Raises:
        SpaceTooLargeError: All designs were asked for, but they can't be counted out.
    """
    provenance = {
        "scenario": system.scenario.name,
        "title": system.scenario.title,
        "digest": system.digest,
        "tradespace": _version(),
    }
    return solve_with(
        partial(evaluate, system), system.space, config, progress=progress, provenance=provenance
    )


def solve_with(
    evaluator: Evaluator,
    space: Space,
    config: SolveConfig | None = None,
    *,
    progress: Progress | None = None,
    provenance: Mapping[str, str] | None = None,
) -> Solution:
    """Finds the Pareto front of any model: a space of designs and a callable X -> Evaluation.

    Args:
        evaluator: Scores a decision matrix `(n, d)`. With several workers it must be possible to send it to
            another process (a function of a module, not one inside another function).
        space: The designs.
        config: Settings.
        progress: Told designs done, designs in all and designs on the front after every chunk.
        provenance: What to say of where the result comes from.

    Raises:
        SpaceTooLargeError: All designs were asked for, but they can't be counted out.
        EvaluationError: The callable raised, or answered with something that is no Evaluation, before
            anything was found.
    """
    config = config or SolveConfig()
    scored = checked(evaluator)
    today = scored(np.asarray(space.today)[None, :])
    task = _Task(scored, space, config, today, progress)
    if config.max_designs is not None:
        found = _all_or_sample(task)
    elif config.method == "exact":
        found = _exact(task, _countable(space), why="")
    elif config.method == "auto":
        found = _what_time_allows(task)
    else:
        found = searched(task, why="")
    tally, certificate = found
    front = tally.front()
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
    )


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be solved."""

    evaluator: Evaluator
    space: Space
    config: SolveConfig
    today: Evaluation
    progress: Progress | None

    def empty(self) -> Tally:
        """Nothing seen yet; the limits are known, even when no design is ever seen."""
        tally = Tally()
        tally.add(self.today.take(np.arange(0)))
        return tally


def _all_or_sample(task: _Task) -> tuple[Tally, Certificate]:
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
    return tally, _certificate(tally, "sample", size, ended)


def _exact(task: _Task, size: int, *, why: str, tally: Tally | None = None) -> tuple[Tally, Certificate]:
    """Every design, or those after the ones that were seen already."""
    tally = tally or task.empty()
    pieces = ranges(size, chunk=task.config.chunk, begin=tally.evaluated)
    workers = _workers(task) if size - tally.evaluated > task.config.chunk else 1
    seen: Iterable[Tally] = in_order(Look(task.evaluator, task.space), pieces, workers=workers)
    ended = look_at(tally, seen, total=size, progress=task.progress)
    return tally, _certificate(tally, "exact", size, ended, why)


def _what_time_allows(task: _Task) -> tuple[Tally, Certificate]:
    """Every design where that takes no longer than people wait, at the rate of the first ones."""
    config, size = task.config, _size(task.space)
    if size is None:
        return searched(task, why="the designs can't be counted out")
    tally = task.empty()
    look = Look(task.evaluator, task.space)
    first = min(config.chunk, size)
    began = time.perf_counter()
    ended = look_at(tally, [look((0, first))], total=size, progress=task.progress)
    seconds = (time.perf_counter() - began) / first * (size - first)
    if ended or first == size:
        return tally, _certificate(tally, "exact", size, ended)
    alone = seconds < WORTH_WORKERS_S
    seconds /= 1 if alone else _workers(task)
    if seconds > config.exact_seconds:
        rate = f"at {count(round(size / max(seconds, 1e-9)))} designs/s"
        return searched(task, why=f"all {count(size)} designs would take {duration(seconds)} {rate}")
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


def _certificate(
    tally: Tally, method: Literal["exact", "sample"], size: int | None, ended: str, why: str = ""
) -> Certificate:
    return Certificate(
        method=method,
        evaluated=tally.evaluated,
        feasible=tally.feasible,
        on_front=len(tally.front()),
        size=size,
        ended_early=ended,
        why=why,
    )


def _version() -> str:
    try:
        return version("tradespace")
    except PackageNotFoundError:
        return "not installed"
