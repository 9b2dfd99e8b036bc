"""`tradespace batch`: many cases of one or several scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import MOST_WHOLE, StoreUrl
from optimizer.cli.commands.solving import store_of
from optimizer.cli.console import load
from optimizer.cli.exit_codes import INTERRUPTED, NO

if TYPE_CHECKING:
    from optimizer.batch.cases import Case
    from optimizer.batch.running import Batch

#: Exit codes: a case failed; interrupted, with what was finished until then.
#: The files of a summary.
FORMATS = ("html", "md", "json", "csv", "parquet", "xlsx")
#: The table of its cases.
TABLE = "cases.csv"


def batch(
    scenarios: Annotated[
        list[Path],
        typer.Argument(metavar="SCENARIO...", help="Scenario files (YAML), or names of the gallery."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Write the batch here.")],
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", metavar="PATH=VALUES", help="`path=lowest:highest:number`, or `path=a,b,c`."),
    ] = None,
    fixed: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change this in every case."),
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A CSV file with a case a row, instead of a grid.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=100_000, help="Solve every case with so many seeds.")] = 1,
    seed: Annotated[int, typer.Option(min=0, max=MOST_WHOLE, help="The first seed.")] = 0,
    evaluations: Annotated[
        int | None, typer.Option(min=1, max=MOST_WHOLE, help="Designs that a search evaluates at the most.")
    ] = None,
    reports: Annotated[bool, typer.Option("--reports", help="Write each case's own report too.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Do only what is missing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Begin anew where a batch is there.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Cases at the same time; all cores when not given.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler (tcp://host:8786), or `local`.")
    ] = None,
    store: StoreUrl = None,
) -> None:
    """Solve many cases of scenarios and tell them together: a grid, or a list from a file."""
    from optimizer.batch.overridden import overridden
    from optimizer.batch.running import MANIFEST, begin, run_batch
    from optimizer.cli.progress import progress_bar
    from optimizer.engines.choosing import engine_for

    if cases is not None and vary:
        raise typer.BadParameter("--cases and --vary can't be given together: list all cases in the file")
    found = _cases(scenarios, vary or [], fixed or [], cases, seeds, seed, evaluations, reports)
    opened = store_of(store)
    for one in overridden(found):
        typer.echo(f"warning: {one}", err=True)
    refuse_foreign(out, has_batch=(out / MANIFEST).exists(), force=force)
    done = begin(found, out, resume=resume, force=force)
    engine = engine_for(pieces=len(done.missing), workers=workers, scheduler=scheduler)
    with progress_bar("cases", "failed") as bar:
        if opened is None:
            run_batch(done, engine, out, progress=bar)
        else:
            from optimizer.batch.recording import run_recorded

            with opened:
                unkept = run_recorded(opened, done, engine, out, progress=bar)
            if unkept:
                typer.echo(f"warning: {unkept}", err=True)
    _tell(done, out)
    if done.is_interrupted:
        raise typer.Exit(INTERRUPTED)
    if done.failed:
        raise typer.Exit(NO)


def _cases(
    paths: list[Path],
    vary: list[str],
    fixed: list[str],
    listed_in: Path | None,
    seeds: int,
    seed: int,
    evaluations: int | None,
    reports: bool,
) -> list[Case]:
    from dataclasses import asdict

    from models.scenario.reading.document import decoded, read_file
    from optimizer.batch.cases import grid, listed, values_of
    from optimizer.batch.varied import VariedError
    from optimizer.solver.config import SolveConfig

    scenarios = [load(path) for path in paths]
    names = [scenario.name for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise VariedError(f"two files hold a scenario named {', '.join(twice)}; give each its own name")
    config = asdict(SolveConfig(evaluations=evaluations))
    del config["seed"], config["workers"]
    changes = []
    for told in fixed:
        path, values = values_of(told)
        if len(values) != 1:
            raise VariedError(f"--set {told}: one value; --vary takes several")
        changes.append((path, values[0]))
    if listed_in is None:
        ranges = [values_of(told) for told in vary]
        many = [seed + k for k in range(seeds)]
        return grid(scenarios, ranges, changes, many, config, wants_report=reports)
    if seeds != 1:
        raise typer.BadParameter("--seeds goes with a grid; write a column `seed` into the file")
    text = decoded(read_file(listed_in), str(listed_in))
    return listed(text, scenarios, changes, seed, config, source=str(listed_in), wants_report=reports)


def refuse_foreign(out: Path, *, has_batch: bool, force: bool) -> None:
    """Refuses a folder with files of the same names that no batch has written."""
    from optimizer.atomic_files import refuse_existing_files
    from optimizer.report.writing import FORMATS as FILES

    names = [*(FILES[name][0] for name in FORMATS), TABLE]
    refuse_existing_files(out, names, force=force or has_batch)


def _tell(done: Batch, out: Path) -> None:
    """Writes the summary of what is finished, and says what it is."""
    from datetime import datetime

    from models.units import count
    from optimizer.atomic_files import write_together
    from optimizer.batch.running import remember
    from optimizer.batch.summary import batch_report, summary_rows
    from optimizer.files.solution import table_csv
    from optimizer.files.tables import plain_table
    from optimizer.report.writing import write_report

    made = batch_report(done, made=datetime.now().astimezone().date())
    written = write_report(made, out, FORMATS, force=True)
    written += write_together(out, {TABLE: lambda path: table_csv(plain_table(summary_rows(done)), path)})
    remember(done, out, written)
    finished = len(done.results)
    typer.echo(f"{count(finished)} of {count(len(done.cases))} cases finished, {len(done.failed)} failed")
    for number in done.failed[:10]:
        typer.echo(f"  case {number}: {done.results[number]['error']}", err=True)
    if done.is_interrupted:
        typer.echo("interrupted: --resume does what is missing")
    typer.echo("Written:\n" + "\n".join(f"  {path}" for path in written))
