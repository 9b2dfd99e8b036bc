"""What several commands take: a scenario, a front that was solved before, a design by name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from models.evaluation import Array
    from models.system import System
    from optimizer.front import Front

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario file (YAML).")]
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


def front_of_system(system: System, folder: Path | None) -> Front:
    """A front that was solved before, or solved now."""
    if folder is not None:
        from optimizer.fronts import read_front

        return read_front(system, folder)
    from optimizer.config import SolveConfig
    from optimizer.solving import solve
    from optimizer.workers import cores

    return solve(system, SolveConfig(workers=cores())).front


def design_of(
    system: System, name: str, changes: Sequence[str], folder: Path | None, *, front: Front | None = None
) -> Array:
    """A design by name: today's, the knee, a number on the front, or a file; with changes."""
    from optimizer.decide.knee import knee
    from optimizer.designs import changed, design_from

    if name != "knee" and not name.isdigit():
        return design_from(system, name, changes)
    found = front if front is not None else front_of_system(system, folder)
    place = knee(found) if name == "knee" else int(name) - 1
    if place is None or not 0 <= place < len(found):
        raise typer.BadParameter(f"found design {name}, but the front has {len(found)} designs")
    return changed(system, found.X[place], changes)


def name_and_number(option: str, text: str) -> tuple[str, float]:
    """A dimension and a number, written `latency=80`."""
    name, equals, number = text.partition("=")
    try:
        if not equals:
            raise ValueError
        return name, float(number)
    except ValueError:
        raise typer.BadParameter(f"{option} {text}: write dimension=number, for example latency=2") from None


def finite(value: float) -> float | None:
    """A number as JSON can hold it: None where it isn't finite."""
    return float(value) if math.isfinite(value) else None
