"""`tradespace across`: one decision for many scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.commands.options import MOST_WHOLE, AsJson, Force, StoreUrl, name_and_number
from optimizer.cli.commands.solving import store_of
from optimizer.cli.console import compiled, print_json, show
from optimizer.cli.exit_codes import NO


def across(
    scenarios: Annotated[
        list[Path],
        typer.Argument(metavar="SCENARIO...", help="Two scenarios or more that share decisions."),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the answer here, in all formats.")
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option("--weight", metavar="NAME=NUMBER", help="How likely or important a scenario is."),
    ] = None,
    evaluations: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_WHOLE, help="Designs to look at; more there are, searches choose them."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=MOST_WHOLE, help="Seed of the searches.")] = 0,
    force: Force = False,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Decide once for several scenarios: worst case, expected value, regret, and what safety costs."""
    from datetime import datetime

    from optimizer.batch.across import solve_across
    from optimizer.batch.across_recording import solve_across_recorded
    from optimizer.batch.across_report import across_report
    from optimizer.batch.together import TogetherError, together
    from optimizer.cli.progress import progress_bar
    from optimizer.engines.processes import cores
    from optimizer.report.data import report_data
    from optimizer.report.writing import refuse_existing_report, write_report
    from optimizer.runs.solving import text_of
    from optimizer.solver.config import SolveConfig

    formats = ("html", "md", "json", "csv", "parquet", "xlsx")
    if len(scenarios) < 2:
        raise typer.BadParameter("give two scenarios or more")
    if out is not None:
        refuse_existing_report(out, formats, force=force)
    systems = [compiled(path) for path in scenarios]
    names = [system.scenario.name for system in systems]
    if len(set(names)) < len(names):
        raise TogetherError("two files hold a scenario of the same name; give each its own name")
    given = dict(name_and_number("--weight", told) for told in weight or [])
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise typer.BadParameter(f"found a weight for {', '.join(unknown)}; allowed: {', '.join(names)}")
    found = together(systems, [given.get(name, 1.0) for name in names])
    config = SolveConfig(evaluations=evaluations, seed=seed, workers=cores())
    opened = store_of(store)
    with progress_bar() as progress:
        if opened is None:
            answer = solve_across(found, config, progress=progress)
        else:
            texts = {
                name: text_of(system, path)
                for name, system, path in zip(names, systems, scenarios, strict=True)
            }
            with opened:
                answer, unkept = solve_across_recorded(opened, found, config, texts, progress=progress)
            if unkept:
                typer.echo(f"warning: {unkept}", err=True)
    report = across_report(found, answer, made=datetime.now().astimezone().date())
    if as_json:
        print_json(report_data(report))
    else:
        for name in ("answer", "safety"):
            show(report.section(name))
    if out is not None:
        written = write_report(report, out, formats, force=force)
        typer.echo("\nWritten:\n" + "\n".join(f"  {path}" for path in written), err=as_json)
    if not answer.survivors.size:
        raise typer.Exit(NO)
