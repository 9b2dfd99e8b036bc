"""What several commands take: a scenario, a front that was solved before, a design by name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.console import located

if TYPE_CHECKING:
    from models.evaluation import Array
    from models.system.system import System
    from optimizer.pareto.front import Front
    from optimizer.runs.store import RunStore
    from optimizer.solver.config import SolveConfig
    from optimizer.solver.solution import Solution

#: Largest whole number that an option takes.
MOST_WHOLE = 10**15

ScenarioFile = Annotated[
    Path,
    typer.Argument(
        metavar="SCENARIO", help="A scenario file (YAML), or a name of the gallery.", callback=located
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
FrontFolder = Annotated[
    Path | None, typer.Option("--front", metavar="DIR", help="A front that `solve --out` wrote.")
]
DesignName = Annotated[
    str, typer.Option(help="`today`, `knee`, the number of a design on the front, or a file with a design.")
]
Changes = Annotated[
    list[str] | None, typer.Option("--set", metavar="DECISION=VALUE", help="Change one decision.")
]


StoreUrl = Annotated[
    str | None,
    typer.Option("--store", metavar="URL", help="The run store: a file, a PostgreSQL URL, or `none`."),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Work it out anew, even if the store knows it.")]


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
) -> Solved:
    """Solves a scenario with a progress bar, through the run store where one is wanted."""
    from contextlib import nullcontext

    from optimizer.cli.progress import progress_bar
    from optimizer.engines.choosing import engine_for
    from optimizer.solver.solver import solve

    opened = store_of(store)
    split = nullcontext() if scheduler is None else engine_for(pieces=2, scheduler=scheduler)
    if opened is None:
        with split as engine, progress_bar() as progress:
            solution = solve(system, config, progress=progress, checkpoint=checkpoint, engine=engine)
            return Solved(solution, "worked out", "")
    from optimizer.runs.recording import NotKeptError
    from optimizer.runs.solving import solve_with_store, text_of
    from optimizer.scenario_model import model_of

    text = text_of(system, path)
    try:
        with opened, split as engine, progress_bar() as progress:
            found = solve_with_store(
                opened, model_of(system), config, text=text, fresh=fresh, progress=progress, engine=engine
            )
    except NotKeptError as error:
        typer.echo(f"warning: {error}", err=True)
        return Solved(error.solution, "worked out", "")
    return Solved(found.solution, found.how, found.run.id)


def front_of_system(system: System, folder: Path | None) -> Front:
    """A front that was solved before (into a folder, or in the run store), or solved now."""
    if folder is not None:
        from optimizer.files.front import read_front

        return read_front(system, folder)
    from optimizer.engines.processes import cores
    from optimizer.solver.config import SolveConfig

    return solved(system, SolveConfig(workers=cores())).solution.front


def design_of(
    system: System, name: str, changes: Sequence[str], folder: Path | None, *, front: Front | None = None
) -> Array:
    """A design by name: today's, the knee, a number on the front, or a file; with changes."""
    from optimizer.decide.choose.knee import knee
    from optimizer.files.designs import changed, design_from
    from optimizer.validation import whole_number

    place = whole_number(name)
    if name != "knee" and place is None:
        return design_from(system, name, changes)
    found = front if front is not None else front_of_system(system, folder)
    place = knee(found) if place is None else place - 1
    if place is None or not 0 <= place < len(found):
        raise typer.BadParameter(f"found design {name}, but the front has {len(found)} designs")
    return changed(system, found.X[place], changes)


def is_on_front(name: str) -> bool:
    """Whether a design is named by its place on the front."""
    from optimizer.validation import whole_number

    return name == "knee" or whole_number(name) is not None


def name_and_number(option: str, text: str) -> tuple[str, float]:
    """A dimension and a number, written `latency=80`."""
    from optimizer.validation import LARGEST, SMALLEST, number

    name, equals, told = text.partition("=")
    value = number(told) if equals else None
    if value is None:
        raise typer.BadParameter(
            f"{option} {text}: write dimension=number, for example latency=2; allowed: 0, and numbers of a "
            f"size from {SMALLEST:g} to {LARGEST:g} in the digits 0 to 9"
        )
    return name, value


def finite(value: float) -> float | None:
    """A number as JSON can hold it: None where it isn't finite."""
    return float(value) if math.isfinite(value) else None
