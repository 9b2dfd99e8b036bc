"""`tradespace runs`: what was computed before, and what is under way."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import AsJson, Force, StoreUrl
from optimizer.cli.commands.solving import store_of
from optimizer.cli.console import print_json
from optimizer.cli.console import show as show_section
from optimizer.cli.exit_codes import NO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.runs.run import Run
    from optimizer.runs.store import RunStore
    from optimizer.sections.content import Section

runs = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What was computed before, and what is under way."
)

RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run, or the beginning of its name.")]
RunNames = Annotated[list[str], typer.Argument(metavar="RUN...", help="Runs, or how their names begin.")]


def opened(url: str | None) -> RunStore:
    """The store; `none` is no store to look into."""
    store = store_of(url, is_needed=True)
    if store is None:
        raise typer.BadParameter("no run store is wanted (`none`); name one with --store or TRADESPACE_STORE")
    return store


@runs.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="Runs to show, the newest first.")] = 20,
    state: Annotated[str | None, typer.Option(help="Only runs in this state.")] = None,
    name: Annotated[str | None, typer.Option(help="Only runs of the scenario of this name.")] = None,
    kind: Annotated[str | None, typer.Option(help="solve, batch, across or report.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only runs with this tag.")] = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """The runs, the newest first."""
    from optimizer.runs.run import ENDED, KINDS, LIVE

    for word, found_in in ((state, (*LIVE, *ENDED)), (kind, KINDS)):
        if word is not None and word not in found_in:
            raise typer.BadParameter(f"found {word!r}; allowed: {', '.join(found_in)}")
    with opened(store) as found:
        found.bury()
        rows = found.runs(limit=limit, state=state, name=name, kind=kind, tag=tag)
    show_section(_list(rows), as_json=as_json, data=[_answer(run) for run in rows])


def _list(rows: Sequence[Run]) -> Section:
    from optimizer.sections.content import Paragraph, Section, Table, text

    if not rows:
        return Section("runs", "The runs", (Paragraph(text("There are no such runs.")),))
    head = ("run", "kind", "scenario", "state", "on the front", "asked for", "tags")
    cells = tuple(
        (r.id, r.kind, r.name, _state(r), _on_front(r), _when(r.created), ", ".join(r.tags)) for r in rows
    )
    return Section("runs", "The runs", (Table("runs", "", head, cells),))


@runs.command()
def show(run: RunName, store: StoreUrl = None, as_json: AsJson = False) -> None:
    """Everything about a run but its front."""
    with opened(store) as found:
        one = found.get(run)
        text, choices = found.inputs(one.id)
    if as_json:
        print_json({**_answer(one), "scenario_text": text, "choices": choices})
        return
    print_run(one)
    for key, value in choices.items():
        typer.echo(f"  {key}: {value}")


@runs.command()
def watch(run: RunName, store: StoreUrl = None) -> None:
    """Follow a run until it has ended; exit code 1 when it failed or its process died."""
    from optimizer.cli.progress import progress_bar
    from optimizer.runs.solving import follow

    with opened(store) as found, progress_bar() as progress:
        ended = follow(found, found.get(run).id, progress=progress)
    print_run(ended)
    if ended.state in ("failed", "interrupted"):
        raise typer.Exit(NO)


@runs.command()
def cancel(run: RunName, store: StoreUrl = None) -> None:
    """Stop a run; what it has found is kept."""
    with opened(store) as found:
        one = found.cancel(found.get(run).id)
    if one.state == "cancelled":
        typer.echo(f"run {one.id} is cancelled")
    elif one.is_live:
        typer.echo(f"run {one.id} is asked to stop; it keeps what it has found")
    else:
        typer.echo(f"run {one.id} has ended already: {one.state}")


@runs.command()
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A run.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another run.")],
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """How two runs differ: settings, scenario, fronts."""
    from optimizer.runs.comparing import compare_runs

    with opened(store) as found:
        told = compare_runs(found, found.get(first), found.get(second))
    if as_json:
        print_json(told.answer())
        return
    for line in told.lines():
        typer.echo(line)


@runs.command()
def note(
    run: RunName,
    words: Annotated[str, typer.Argument(metavar="TEXT", help="What to remember.")],
    store: StoreUrl = None,
) -> None:
    """Add a note to a run."""
    with opened(store) as found:
        print_run(found.note(run, words))


@runs.command()
def tag(
    run: RunName,
    tags: Annotated[list[str], typer.Argument(metavar="TAG...", help="Tags.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take them away.")] = False,
    store: StoreUrl = None,
) -> None:
    """Tag a run; tagged runs are never pruned."""
    with opened(store) as found:
        print_run(found.tag(run, tags, remove=remove))


@runs.command("export")
def export_(
    names: RunNames,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Write them here.")],
    force: Force = False,
    store: StoreUrl = None,
) -> None:
    """Write runs to a file, whole, for another store."""
    from optimizer.runs.moving import write_runs

    with opened(store) as found:
        many = write_runs(found, names, out, force=force)
    typer.echo(f"{many} run{'' if many == 1 else 's'} written to {out}")


@runs.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `runs export` wrote.")],
    store: StoreUrl = None,
) -> None:
    """Add the runs of a file; those that are here already stay as they are."""
    from optimizer.runs.moving import read_runs

    with opened(store) as found:
        many, here = read_runs(found, file)
    typer.echo(f"{many} run{'' if many == 1 else 's'} added, {here} were here already")


@runs.command()
def delete(names: RunNames, store: StoreUrl = None) -> None:
    """Delete runs with their fronts, notes and tags."""
    with opened(store) as found:
        many = found.delete(names)
    typer.echo(f"{many} run{'' if many == 1 else 's'} deleted")


@runs.command()
def prune(
    keep: Annotated[int, typer.Option(min=0, max=1_000_000_000, help="Keep the newest so many.")] = 100,
    days: Annotated[float, typer.Option(min=0.0, max=1e6, help="Keep what is younger than this.")] = 0.0,
    really: Annotated[bool, typer.Option("--yes", help="Delete; else only say what would be.")] = False,
    store: StoreUrl = None,
) -> None:
    """Delete old runs; live ones and those with tags or notes stay."""
    with opened(store) as found:
        names = found.prunable(keep=keep, older_s=86_400.0 * days)
        if really:
            found.delete(names)
    told = "deleted" if really else "would be deleted; --yes does it"
    typer.echo(f"{len(names)} run{'' if len(names) == 1 else 's'} {told}")


def print_run(run: Run) -> None:
    """A run in lines."""
    typer.echo(f"run {run.id}: {run.kind} of {run.name}, {_state(run)}")
    if run.title:
        typer.echo(f"  {run.title}")
    for label, told in (
        ("asked for", _when(run.created)),
        ("took", None if run.seconds is None else f"{run.seconds:.1f} s"),
        ("found", run.summary),
        ("error", run.error),
        ("seed", str(run.seed)),
        ("digest", run.digest),
        ("version", run.versions.get("tradespace", "")),
        ("worker", run.worker),
        ("tags", ", ".join(run.tags)),
    ):
        if told:
            typer.echo(f"  {label}: {told}")
    for words in run.notes:
        typer.echo(f"  note: {words}")


def _state(run: Run) -> str:
    if run.state == "running" and run.total:
        return f"running, {run.done:,} of {run.total:,}{', asked to stop' if run.cancel else ''}"
    return run.state


def _on_front(run: Run) -> str:
    """Designs on its front; a batch has a front for each case."""
    return "" if run.kind == "batch" else f"{run.on_front:,}"


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _answer(run: Run) -> dict[str, object]:
    from dataclasses import fields

    told = {field.name: getattr(run, field.name) for field in fields(run)}
    told |= {"tags": list(run.tags), "notes": list(run.notes), "config": dict(run.config)}
    from optimizer.cli.answers.parts import finite

    return {
        **told,
        "versions": dict(run.versions),
        "seconds": None if run.seconds is None else finite(run.seconds),
    }
