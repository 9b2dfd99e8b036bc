"""`tradespace gameday`: what experiments are predicted to show, and the folder that goes into the room."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import MOST_WHOLE, AsJson, Asked, Force, about_a_design
from optimizer.cli.console import show
from optimizer.cli.exit_codes import INTERRUPTED, NO

if TYPE_CHECKING:
    from optimizer.resilience.exports.drill import Drill

Metrics = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="How your metrics are called (JSON); OpenTelemetry's names when not given."
    ),
]


@about_a_design("recommended")
def gameday(
    asked: Asked,
    experiment: Annotated[
        list[str] | None, typer.Option(help="An experiment of the scenario; all when not given.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the plan, the log, the exports, and all as a zip."),
    ] = None,
    export: Annotated[
        list[str] | None,
        typer.Option(metavar="TOOL", help="Write the experiments for a tool too, or for `all`."),
    ] = None,
    metrics: Metrics = None,
    runs: Annotated[int, typer.Option(min=1, max=1000, help="Runs of each experiment.")] = 50,
    seed: Annotated[int, typer.Option(min=0, max=MOST_WHOLE, help="Seed of the first run.")] = 1,
    is_forced: Force = False,
    as_json: AsJson = False,
) -> None:
    """Predict what experiments will show; write the plan of a game day, and experiments for real tools."""
    from optimizer.atomic_files import refuse_existing_files
    from optimizer.cli.answers.gameday import gameday_answer
    from optimizer.cli.commands.stress import chosen_experiments
    from optimizer.cli.progress import share_bar
    from optimizer.report.gameday.folder import NAMES, files_of, write_folder
    from optimizer.resilience.exports.drill import drill_of
    from optimizer.resilience.exports.refused import NotExported
    from optimizer.resilience.metric_queries import Queries, read_queries
    from optimizer.resilience.predicted_runs import predict
    from optimizer.sections.gameday import gameday as section_of

    tools = chosen_tools(export or [])
    if tools and out is None:
        raise typer.BadParameter("--export writes files: give --out DIR")
    named = Queries() if metrics is None else read_queries(metrics)
    if out is not None:
        refuse_existing_files(out, NAMES, force=is_forced)
    system = asked.system
    queries = named.of_system(system)
    chosen = chosen_experiments(system, experiment or [])
    x, found = asked.x, []
    drills: list[Drill] = []
    refused: dict[str, str] = {}
    with share_bar("playing") as (_, stop):
        for name, one in chosen:
            prediction = predict(system, x, name, one, runs=runs, seed=seed, stop=stop)
            if stop():
                raise typer.Exit(INTERRUPTED)
            found.append(prediction)
            try:
                drills.append(drill_of(system, x, prediction, queries))
            except NotExported as error:
                refused[name] = str(error)
    if out is not None:
        files, left_out = files_of(system, drills, found, refused, tools, date.today())
        write_folder(out, system.scenario.name, files)
        refused |= left_out
    show(section_of(found, refused), as_json=as_json, data=gameday_answer(system, x, found, refused))
    if out is not None and not as_json:
        typer.echo(f"written: {out}")
    if not drills:
        raise typer.Exit(NO)


def chosen_tools(names: list[str]) -> list[str]:
    """The tools that are asked for."""
    from optimizer.resilience.exports.registry import EXPORTS

    for name in names:
        if name not in (*EXPORTS, "all"):
            raise typer.BadParameter(f"found --export {name}; allowed: {', '.join(EXPORTS)}, or all")
    return list(EXPORTS) if "all" in names else list(dict.fromkeys(names))
