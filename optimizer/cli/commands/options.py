"""What several commands take: a scenario, a front that was solved before, a design by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.solving import solved
from optimizer.cli.console import compiled, located

if TYPE_CHECKING:
    from models.evaluation import Array
    from models.system.system import System
    from optimizer.decide.recommend.recommendation import Recommendation
    from optimizer.decide.recommend.visible_front import ShownFront
    from optimizer.model import Model
    from optimizer.pareto.front import Front
    from optimizer.sections.subject import Subject

#: Names of two designs of a front: what to take, and what gives up least on average.
RECOMMENDED, KNEE = "recommended", "knee"
#: Whether designs count too that differ from others by nothing visible.
Whole = Annotated[
    bool, typer.Option("--all", help="The whole front, also designs that nobody could tell apart.")
]
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
    str,
    typer.Option(
        help="`recommended`, `today`, `knee`, the number of a design on the front, or a file with a design."
    ),
]
Changes = Annotated[
    list[str] | None, typer.Option("--set", metavar="DECISION=VALUE", help="Change one decision.")
]

Verify = Annotated[
    str | None,
    typer.Option(
        metavar="WHICH",
        help="What to check by simulation: `recommended`, `all` of the shortlist, or `none`.",
    ),
]
NoVerify = Annotated[bool, typer.Option("--no-verify", help="Check nothing by simulation.")]
StoreUrl = Annotated[
    str | None,
    typer.Option("--store", metavar="URL", help="The run store: a file, a PostgreSQL URL, or `none`."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Work it out anew, even if the store knows it.")]


@dataclass(frozen=True, eq=False)
class Known:
    """A front, and what is recommended of it.

    Attributes:
        system: The system.
        front: Its front.
        record: What was recommended when it was solved; None = nothing is known of that.
    """

    system: System
    front: Front
    record: Recommendation | None

    @cached_property
    def recommendation(self) -> Recommendation:
        """What is recommended: as the record says, worked out only where there is none."""
        if self.record is not None:
            return self.record
        from optimizer.decide.recommend.shortlist import recommendation_of
        from optimizer.scenario_model import model_of

        return recommendation_of(model_of(self.system), self.front)

    def shown(self, *, is_whole: bool = False) -> ShownFront:
        """The designs of the front that differ visibly, or all of them."""
        from optimizer.decide.recommend.visible_front import shown_front
        from optimizer.scenario_model import model_of

        picks = self.recommendation.picks if len(self.front) else ()
        keep = tuple(pick.position for pick in picks)
        return shown_front(model_of(self.system), self.front, keep=keep, is_whole=is_whole)

    def place(self, name: str) -> int | None:
        """Position on the front of a design that is named by it; None = there is none of that name."""
        from optimizer.validation import whole_number

        number = whole_number(name)
        if number is not None:
            return number - 1
        return self.recommendation.position if name == RECOMMENDED else self.shown().knee


def known_of(system: System, folder: Path | None) -> Known:
    """What was solved before (into a folder, or in the run store), or is solved now."""
    if folder is not None:
        from optimizer.files.front import read_front_and_record

        return Known(system, *read_front_and_record(system, folder))
    from optimizer.engines.processes import cores
    from optimizer.solver.config import SolveConfig

    solution = solved(system, SolveConfig(workers=cores())).solution
    return Known(system, solution.front, solution.recommendation)


def design_of(
    system: System, name: str, changes: Sequence[str], folder: Path | None, *, known: Known | None = None
) -> Array:
    """A design by name: the recommended one, today's, the knee, a number on the front, or a file; changed."""
    from optimizer.files.designs import changed, design_from

    if not is_on_front(name):
        return design_from(system, name, changes)
    found = known if known is not None else known_of(system, folder)
    place = found.place(name)
    if place is None or not 0 <= place < len(found.front):
        raise typer.BadParameter(f"found design {name}, but the front has {len(found.front)} designs")
    return changed(system, found.front.X[place], changes)


def is_on_front(name: str) -> bool:
    """Whether a design is named by its place on the front."""
    from optimizer.validation import whole_number

    return name in (RECOMMENDED, KNEE) or whole_number(name) is not None


@dataclass(frozen=True)
class Asked:
    """The design that a command is asked about; what isn't needed is neither read nor solved.

    Attributes:
        scenario: The scenario file.
        design: The design, by name.
        changes: Decisions that are changed in it, as `decision=value`.
        folder: The folder of a front that was solved before; None = solve now.
    """

    scenario: Path
    design: str
    changes: tuple[str, ...]
    folder: Path | None

    @cached_property
    def system(self) -> System:
        """The scenario, compiled."""
        return compiled(self.scenario)

    @cached_property
    def model(self) -> Model:
        """Its model."""
        from optimizer.scenario_model import model_of

        return model_of(self.system)

    @cached_property
    def known(self) -> Known:
        """Its front, and what is recommended of it."""
        return known_of(self.system, self.folder)

    @property
    def front(self) -> Front:
        """Its front."""
        return self.known.front

    @cached_property
    def before(self) -> Array:
        """The design without the changes, `(d,)`."""
        return self._with(())

    @cached_property
    def x(self) -> Array:
        """The design, `(d,)`."""
        return self._with(self.changes)

    @property
    def subject(self) -> Subject:
        """What is told of it speaks of these designs, by the names that are typed here."""
        return subject_of(self.system, self.front)

    def _with(self, changes: Sequence[str]) -> Array:
        known = self.known if is_on_front(self.design) else None
        return design_of(self.system, self.design, changes, self.folder, known=known)


def about_a_design(default: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the options that name a design: it takes them as its first argument, an `Asked`.

    Args:
        default: The design that is meant where none is named.
    """

    def options(
        scenario: ScenarioFile,
        design: DesignName = default,
        changes: Changes = None,
        front: FrontFolder = None,
    ) -> None:
        pass

    def with_options(command: Callable[..., None]) -> Callable[..., None]:
        def run(
            scenario: Path, design: str, changes: list[str] | None, front: Path | None, **own: object
        ) -> None:
            command(Asked(scenario, design, tuple(changes or ()), front), **own)

        given = inspect.signature(options, eval_str=True).parameters.values()
        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
        signature = inspect.Signature([*given, *own])
        run.__signature__ = signature  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in signature.parameters.values()}
        run.__name__, run.__doc__, run.__module__ = command.__name__, command.__doc__, command.__module__
        return run

    return with_options


def subject_of(system: System, front: Front) -> Subject:
    """What sections speak of where decisions go by the names that are typed on the command line."""
    from optimizer.scenario_model import limits_of
    from optimizer.sections.subject import Plainly

    return Plainly(system.space, front, limits_of(system.scenario))


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
