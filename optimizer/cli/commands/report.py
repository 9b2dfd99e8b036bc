"""`tradespace report`: the answer as a document, in every format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import (
    KNEE,
    RECOMMENDED,
    Changes,
    Force,
    FrontFolder,
    Known,
    NoVerify,
    ScenarioFile,
    StoreUrl,
    Verify,
    Whole,
    design_of,
    is_on_front,
)
from optimizer.cli.commands.solving import check_of, solved, store_of, verify_of
from optimizer.cli.console import compiled
from optimizer.cli.exit_codes import NO

if TYPE_CHECKING:
    from models.evaluation import Array
    from models.system.system import System
    from optimizer.solver.checked import Which
    from optimizer.solver.solution import Solution

#: Designs that may be put beside the chosen one.
MOST_PICKS = 6


def report(
    scenario: ScenarioFile,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Write the report here.")],
    formats: Annotated[
        str, typer.Option("--format", help="Formats, with commas between them.")
    ] = "html,md,csv,parquet,xlsx,json,adr",
    design: Annotated[
        str,
        typer.Option(
            help="The chosen design: `recommended`, `knee`, `today`, a number on the front, or a file."
        ),
    ] = RECOMMENDED,
    changes: Changes = None,
    pick: Annotated[
        list[str] | None,
        typer.Option("--pick", metavar="DESIGN", help="Put this design beside it: a number, or a file."),
    ] = None,
    front: FrontFolder = None,
    is_whole: Whole = False,
    store: StoreUrl = None,
    verify: Verify = None,
    no_verify: NoVerify = False,
    force: Force = False,
) -> None:
    """Write the Pareto report of a scenario: a page, text, tables, data and a decision record."""
    from datetime import datetime

    from optimizer.cli.progress import step_told
    from optimizer.report.building import build_report
    from optimizer.report.findings import findings_of
    from optimizer.report.writing import formats_of, refuse_existing_report, write_report
    from optimizer.resilience.stress import FEWEST_RUNS
    from optimizer.scenario_model import model_of

    picks = pick or []
    which = verify_of(verify, without=no_verify, default="all")
    try:
        names = formats_of(formats)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if len(picks) > MOST_PICKS:
        raise typer.BadParameter(f"found {len(picks)} picks; allowed: up to {MOST_PICKS}")
    refuse_existing_report(out, names, force=force)
    system = compiled(scenario)
    for name in (design, *picks):  # a file that can't be read is no reason to solve first
        if name != "today" and not is_on_front(name):
            design_of(system, name, [], None)
    solution = _solution(system, scenario, front, store, which)
    is_recommended = design == RECOMMENDED and not changes
    known = Known(system, solution.front, solution.recommendation)
    x = None if is_recommended else design_of(system, design, changes or [], front, known=known)
    beside = [(_name(one), design_of(system, one, [], front, known=known)) for one in picks]
    runs = 0 if which == "none" else FEWEST_RUNS
    with step_told() as tell:
        found = findings_of(
            model_of(system), solution, x=x, picks=beside, is_whole=is_whole, runs=runs, tell=tell
        )
        tell("the report")
        made = build_report(found, made=datetime.now().astimezone().date())
        text = None if found.chosen is None else _design_text(system, found.chosen.X[0])
        written = write_report(made, out, names, design=text, force=force)
    choices = {"design": design, "changes": changes or [], "picks": picks, "formats": list(names)}
    _record(system, scenario, store, solution, {**choices, "folder": str(out.absolute())})
    typer.echo("Written:\n" + "\n".join(f"  {path}" for path in written))
    if not len(solution.front):
        raise typer.Exit(NO)


def _solution(
    system: System, scenario: Path, folder: Path | None, store: str | None, verify: Which
) -> Solution:
    """What was solved before, or is solved now; checked by simulation."""
    from optimizer.engines.processes import cores
    from optimizer.files.front import read_solution
    from optimizer.scenario_model import model_of
    from optimizer.solver.config import SolveConfig

    if folder is not None:
        return check_of(model_of(system), verify)(read_solution(system, folder))
    return solved(system, SolveConfig(workers=cores()), path=scenario, store=store, verify=verify).solution


def _record(
    system: System, scenario: Path, store: str | None, solution: Solution, choices: dict[str, object]
) -> None:
    """Keeps in the run store that a report was made, of what, and with which choices."""
    opened = store_of(store)
    if opened is None:
        return
    from optimizer.runs.solving import record_report, text_of
    from optimizer.scenario_model import model_of

    with opened:
        record_report(opened, model_of(system), solution, choices, text=text_of(system, scenario))


def _name(pick: str) -> str:
    if is_on_front(pick):
        return f"the {pick}" if pick == KNEE else f"design {pick}" if pick != RECOMMENDED else "recommended"
    return Path(pick).name


def _design_text(system: System, x: Array) -> str:
    from optimizer.files.designs import design_text

    return design_text(system, x)
