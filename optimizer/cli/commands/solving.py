"""How a command solves: through the run store where one is wanted, with a bar, and checked by simulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from models.system.system import System
    from optimizer.decide.recommend.checked import Which
    from optimizer.model import Model
    from optimizer.runs.store import RunStore
    from optimizer.solver.config import SolveConfig
    from optimizer.solver.solution import Solution


@dataclass(frozen=True)
class Solved:
    """A solution, and where it comes from: `worked out`, `from the store` or `joined`; the run's name."""

    solution: Solution
    how: str
    run: str


def store_of(url: str | None, *, is_needed: bool = False) -> RunStore | None:
    """The run store that is asked for, or the user's own; None = none is wanted.

    A store that nobody has asked for is no reason to fail: where it can't be written that is said, and
    nothing is kept.

    Args:
        url: The store that is asked for.
        is_needed: Whether nothing can be done without one.

    Raises:
        StoreError: The store that is asked for can't be used.
    """
    from optimizer.runs.connecting import StoreError, is_own, url_of

    found = url_of(url)
    if found is None:
        return None
    from optimizer.runs.store import RunStore

    if is_needed or not is_own(url):
        return RunStore(found)
    try:
        store = RunStore(found)
        try:
            store.must_be_writable()
        except BaseException:
            store.close()
            raise
        return store
    except StoreError as error:
        typer.echo(f"warning: nothing is kept: {error}", err=True)
        return None


def solved(
    system: System,
    config: SolveConfig,
    *,
    path: Path | None = None,
    store: str | None = None,
    fresh: bool = False,
    checkpoint: Path | None = None,
    scheduler: str | None = None,
    verify: Which = "none",
) -> Solved:
    """Solves a scenario with a progress bar, through the run store where one is wanted."""
    from contextlib import nullcontext

    from optimizer.cli.progress import progress_bar
    from optimizer.engines.choosing import engine_for
    from optimizer.scenario_model import model_of
    from optimizer.solver.solver import solve

    opened = store_of(store)
    split = nullcontext() if scheduler is None else engine_for(pieces=2, scheduler=scheduler)
    if opened is None:
        with split as engine, progress_bar() as progress:
            solution = solve(system, config, progress=progress, checkpoint=checkpoint, engine=engine)
        if not solution.certificate.ended_early:
            solution = check_of(model_of(system), verify)(solution)
        return Solved(solution, "worked out", "")
    from optimizer.runs.recording import NotKeptError
    from optimizer.runs.solving import solve_with_store, text_of

    text, model = text_of(system, path), model_of(system)
    try:
        with opened, split as engine, progress_bar() as progress:
            found = solve_with_store(
                opened,
                model,
                config,
                text=text,
                fresh=fresh,
                progress=progress,
                engine=engine,
                check=None if verify == "none" else check_of(model, verify),
            )
    except NotKeptError as error:
        typer.echo(f"warning: {error}", err=True)
        return Solved(error.solution, "worked out", "")
    return Solved(found.solution, found.how, found.run.id)


def check_of(model: Model, verify: Which) -> Callable[[Solution], Solution]:
    """Checks a solution by simulation, with a bar; Ctrl-C leaves what isn't checked yet as it is."""

    def check(solution: Solution) -> Solution:
        if verify == "none":
            return solution
        from optimizer.cli.progress import share_bar
        from optimizer.runs.checking import checker_of

        with share_bar("checking by simulation") as (progress, stop):
            told = None if progress is None else lambda _, how_far: progress(how_far)
            checker = checker_of(model, verify, progress=told, stop=stop)
            return solution if checker is None else checker(solution)

    return check


def verify_of(asked: str | None, *, without: bool = False, default: Which = "recommended") -> Which:
    """What `--verify` and `--no-verify` ask for; else the environment says it."""
    from optimizer.runs.checking import which_of

    try:
        return "none" if without else which_of(asked, default=default)
    except ValueError as error:
        raise typer.BadParameter(f"--verify: {error}") from None
