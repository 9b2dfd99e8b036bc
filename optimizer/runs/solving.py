"""Solving with a store: what was solved before answers at once, what is under way is joined."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.errors import DesignError, Remedy, TradespaceError
from models.scenario.load import scenario_from_text
from models.system.compiler import compile_system
from models.system.system import System
from optimizer.engines.engine import Engine
from optimizer.files.json import solution_from_json, solution_json
from optimizer.files.parquet import front_parquet
from optimizer.memory import give_back
from optimizer.model import Model
from optimizer.pareto.tally import Progress
from optimizer.runs.checking import Checker
from optimizer.runs.connecting import StoreError
from optimizer.runs.recording import NotKeptError, Recorder, ended_with_its_work
from optimizer.runs.run import Run, config_of, key_of
from optimizer.runs.store import RunStore, Wanted
from optimizer.solver.config import SolveConfig
from optimizer.solver.solution import Solution
from optimizer.solver.solver import solve
from optimizer.space import SearchSpace
from optimizer.validation import UnreadableError

#: Between two looks at a run that somebody else works on, s.
LOOK_S = 0.5
#: Methods that keep a checkpoint.
KEEPS = ("auto", "exact", "archive")


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """A solution, and where it comes from.

    Attributes:
        solution: The solution.
        run: Its run.
        how: `worked out`, `from the store`, or `joined`.
    """

    solution: Solution
    run: Run
    how: str


def wanted_solve(model: Model, config: SolveConfig, *, text: str | None = None) -> Wanted:
    """What is asked for when a model is to be solved.

    Args:
        model: The model.
        config: Settings.
        text: The scenario as its user wrote it; None = as its model says it.

    Raises:
        ValueError: The model has no identity, by which it could be found again.
    """
    settings = config_of(config)
    return _wanted("solve", model, key_of("solve", _identity(model), settings), config, text, model.origin)


def _wanted(
    kind: str,
    model: Model,
    key: str,
    config: SolveConfig,
    text: str | None,
    choices: Mapping[str, object],
    tags: tuple[str, ...] = (),
) -> Wanted:
    if text is None:
        text = "" if model.system is None else text_of(model.system, None)
    return Wanted(
        kind=kind,
        key=key,
        name=model.name,
        title=model.title,
        digest=model.identity,
        scenario=text,
        config=config_of(config),
        seed=config.seed % 2**62,
        choices=choices,
        tags=tags,
    )


def _identity(model: Model) -> str:
    if not model.identity:
        raise ValueError(
            f"the model {model.name!r} has no identity: give it one that changes with its "
            "answers, so that the store never takes an answer of another for its own"
        )
    return model.identity


def text_of(system: System, path: Path | None) -> str:
    """A scenario's text, complete in itself: the file, or all of it where the file names others."""
    scenario = system.scenario
    with contextlib.suppress(OSError, UnicodeError, TradespaceError):
        written = "" if path is None else path.read_text(encoding="utf-8")
        if written and scenario_from_text(written).digest() == system.digest:
            return written
    return json.dumps(scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True), indent=1)


def solve_with_store(
    store: RunStore,
    model: Model,
    config: SolveConfig,
    *,
    text: str | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    engine: Engine | None = None,
    check: Checker | None = None,
) -> Answered:
    """Solves a model, or takes the answer of somebody who has.

    Whoever waits for a run whose process dies goes on with it.

    Args:
        store: The store.
        model: The model.
        config: Settings.
        text: The scenario as its user wrote it; None = as its model says it.
        fresh: Whether it is worked out even when it was before.
        progress: Told how far it is.
        engine: Where an enumeration is split over workers.
        check: Checks the recommendation by simulation, where nobody has.

    Raises:
        StoreError: The store can't be used, or the run that was joined failed.
        NotKeptError: It was solved, but the store could not take the solution, which is in the error.
        ValueError: The model has no identity.
    """
    wanted = wanted_solve(model, config, text=text)
    while True:
        run = store.request(wanted, fresh=fresh)
        if run.state == "done":
            return Answered(_checked(store, run, model, check), run, "from the store")
        if run.state == "queued" and store.begin(run.id):
            with ended_with_its_work(store, run.id):
                solution = perform(store, run, model, config, progress=progress, engine=engine, check=check)
            with contextlib.suppress(StoreError):  # it is kept; what is told of it is as it was
                run = store.get(run.id)
            return Answered(solution, run, "worked out")
        ended = follow(store, run.id, progress=progress)
        if ended.state == "failed":
            raise StoreError(f"run {ended.id}, which somebody else worked on, failed: {ended.error}")
        if ended.state != "interrupted":
            return Answered(_checked(store, ended, model, check), ended, "joined")
        fresh = False


def _checked(store: RunStore, run: Run, model: Model, check: Checker | None) -> Solution:
    """The solution of a run that has ended; what nobody has checked is, and that is kept too."""
    return _with_check(store, run.id, model, solution_of(store, run, model.space), check)


def _with_check(store: RunStore, run: str, model: Model, found: Solution, check: Checker | None) -> Solution:
    """A solution that is kept, checked; what becomes of the check, the solution is safe."""
    if check is None or found.certificate.ended_early:
        return found
    told = check(found)
    if told.recommendation != found.recommendation:
        with contextlib.suppress(StoreError):  # a store that is only read says the same without it
            store.keep_check(run, solution_json(told, model.space))
    return told


def follow(
    store: RunStore,
    run: str,
    *,
    progress: Progress | None = None,
    look: Callable[[Run], object] | None = None,
) -> Run:
    """Waits until a run has ended; one that isn't heard of any more counts as interrupted."""
    while True:
        found = store.get(run)
        if look is not None:
            look(found)
        if not found.is_live:
            return found
        if progress is not None:
            progress(found.done, found.total, found.on_front)
        if found.is_silent(store.clock()):
            store.bury()
        time.sleep(LOOK_S)


def perform(
    store: RunStore,
    run: Run,
    model: Model,
    config: SolveConfig,
    *,
    progress: Progress | None = None,
    engine: Engine | None = None,
    check: Checker | None = None,
) -> Solution:
    """Works on a run that has begun, and ends it: done, or cancelled with what was found.

    What it raises is for the caller to end the run with (`recording.ended_with_its_work`).

    Raises:
        NotKeptError: The store was lost while it was worked on; the solution is in the error.
    """
    keeps = config.method in KEEPS and config.max_designs is None
    with tempfile.TemporaryDirectory(prefix="tradespace-") as folder:
        path = Path(folder) / "checkpoint.npz" if keeps else None
        before = store.checkpoint(run.id) if keeps and config.restarts == 1 else None
        if before is not None and path is not None:
            path.write_bytes(before)
        with Recorder(store, run.id, model.space, checkpoint=path, progress=progress) as recorder:
            solution = solve(model, config, progress=recorder, checkpoint=path, engine=engine)
        try:
            if path is not None and path.exists() and solution.certificate.ended_early:
                store.keep_checkpoint(run.id, path.read_bytes())
            finish(store, run.id, model.space, solution)
        except StoreError as error:  # hours of work may stand in it
            raise NotKeptError(str(error), solution) from None
    return _with_check(store, run.id, model, solution, check)


def finish(store: RunStore, run: str, space: SearchSpace, solution: Solution) -> None:
    """Ends a run with its solution."""
    certificate = solution.certificate
    front = front_parquet(solution.front.evaluation, space)
    answer = solution_json(solution, space)
    give_back()
    total = certificate.size if certificate.method == "exact" and certificate.size else certificate.evaluated
    store.end(
        run,
        "cancelled" if certificate.ended_early else "done",
        summary=str(certificate),
        front=(front, answer),
        counts=(certificate.evaluated, total, certificate.on_front),
    )


def record_report(
    store: RunStore,
    model: Model,
    solution: Solution,
    choices: Mapping[str, object],
    *,
    text: str | None = None,
    tags: tuple[str, ...] = (),
    fresh: bool = True,
) -> Run:
    """Keeps that a report was made: of which solution, with which choices, under which tags.

    Args:
        store: The store.
        model: The model.
        solution: The solution.
        choices: What the report was made with.
        text: The scenario as its user wrote it; None = as its model says it.
        tags: Tags of its run, where it is a new one.
        fresh: Whether the same report is kept again.
    """
    key = key_of("report", _identity(model), {**config_of(solution.config), **choices})
    choices = {**model.origin, **choices}
    run = store.request(_wanted("report", model, key, solution.config, text, choices, tags), fresh=fresh)
    if run.state == "queued" and store.begin(run.id):
        finish(store, run.id, model.space, solution)
    return store.get(run.id)


def solution_of(store: RunStore, run: Run, space: SearchSpace) -> Solution:
    """The solution of a run that has ended.

    Raises:
        StoreError: Nothing was kept of it.
    """
    found = store.front(run.id)
    if found is None or found[1] is None:
        raise StoreError(
            f"run {run.id} ({run.state}) holds no solution; solve it anew", remedy=Remedy.SOLVE_ANEW
        )
    try:
        return solution_from_json(found[1], space, where=f"run {run.id}")
    except (UnreadableError, DesignError) as error:
        raise StoreError(f"run {run.id} can't be read: {error}", remedy=Remedy.SOLVE_ANEW) from None


def system_of(store: RunStore, run: Run) -> System:
    """The scenario of a run, compiled."""
    text, _ = store.inputs(run.id)
    return compile_system(scenario_from_text(text, source=f"run {run.id}"))
