"""`tradespace watch-rules` and `tradespace watch`: alarms for a design, and a look at it now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.gameday import Metrics
from optimizer.cli.commands.options import AsJson, Asked, Force, about_a_design
from optimizer.cli.console import show
from optimizer.cli.exit_codes import NO

if TYPE_CHECKING:
    from optimizer.resilience.metric_queries import Queries


@about_a_design("recommended")
def watch_rules(
    asked: Asked,
    format_: Annotated[
        str, typer.Option("--format", help="`prometheus`, `grafana` or `datadog-json`.")
    ] = "prometheus",
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the files here.")] = None,
    metrics: Metrics = None,
    is_forced: Force = False,
    as_json: AsJson = False,
) -> None:
    """Alarms for this design: its breaking point, switches, retries, tails; rules with unit tests of them."""
    from dataclasses import asdict

    from optimizer.atomic_files import refuse_existing_files, write_text
    from optimizer.resilience.watching.alarms import levels_of
    from optimizer.resilience.watching.registry import FORMATS
    from optimizer.sections.alarms import alarms as section_of

    if format_ not in FORMATS:
        raise typer.BadParameter(f"found --format {format_}; allowed: {', '.join(FORMATS)}")
    queries = queries_of(metrics)
    system = asked.system
    levels = levels_of(system, asked.x)
    files = FORMATS[format_](system.scenario.name, levels, queries.of_system(system))
    if out is not None:
        refuse_existing_files(out, list(files), force=is_forced)
        out.mkdir(parents=True, exist_ok=True)
        for name, words in files.items():
            write_text(out / name, words)
    data = {"scenario": system.scenario.name, "alarms": [asdict(one) for one in levels.alarms]}
    show(section_of(levels), as_json=as_json, data=data)
    if not as_json and out is not None:
        typer.echo(f"written: {', '.join(str(out / name) for name in files)}")


@about_a_design("recommended")
def watch(
    asked: Asked,
    prometheus: Annotated[
        str | None, typer.Option(metavar="URL", help="The Prometheus that is asked; no other address is.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Readings as CSV instead: its last line counts.")
    ] = None,
    metrics: Metrics = None,
    as_json: AsJson = False,
) -> None:
    """The running system now: its emergence score and terms, its phase, and what the runbook says to do."""
    from dataclasses import asdict

    from optimizer.cli.answers.gameday import finite
    from optimizer.resilience.watching.alarms import levels_of
    from optimizer.resilience.watching.now import asked_of, now_of, read_from
    from optimizer.sections.watching import watching as section_of

    if (prometheus is None) == (csv is None):
        raise typer.BadParameter("give one of --prometheus URL and --csv FILE")
    queries, system, x = queries_of(metrics), asked.system, asked.x
    values = None if csv is None else read_from(csv)
    levels = levels_of(system, x)
    if values is None:
        values = asked_of(prometheus or "", queries.of_system(system), levels.services)
    now = now_of(system, x, levels, values)
    show(section_of(now), as_json=as_json, data=finite({"scenario": system.scenario.name, **asdict(now)}))
    if now.is_urgent:
        raise typer.Exit(NO)


def queries_of(metrics: Path | None) -> Queries:
    """How metrics are read: as a mapping file says, or by OpenTelemetry's names."""
    from optimizer.resilience.metric_queries import Queries, read_queries

    return Queries() if metrics is None else read_queries(metrics)
