"""`tradespace watch-rules`: alarms for the levels of a design."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.gameday import Metrics
from optimizer.cli.commands.options import AsJson, Asked, Force, about_a_design
from optimizer.cli.console import show

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


def queries_of(metrics: Path | None) -> Queries:
    """How metrics are read: as a mapping file says, or by OpenTelemetry's names."""
    from optimizer.resilience.metric_queries import Queries, read_queries

    return Queries() if metrics is None else read_queries(metrics)
