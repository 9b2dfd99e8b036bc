"""`tradespace verify`: is what is predicted of a design true, by a simulation of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import MOST_WHOLE, AsJson, Asked, Force, about_a_design
from optimizer.cli.console import show
from optimizer.cli.exit_codes import INTERRUPTED, NO

if TYPE_CHECKING:
    from models.evaluation import Array
    from models.simulation.settings import Settings
    from models.system.system import System


@about_a_design("recommended")
def verify(
    asked: Asked,
    phase: Annotated[
        list[str] | None, typer.Option(help="A phase by name, or `all`; the peak when not given.")
    ] = None,
    precision: Annotated[
        float | None,
        typer.Option(help="Half of the interval over the mean at which it ends; 0.02 when not given."),
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="Most simulated seconds of a run.")] = None,
    events: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_WHOLE, help="Most events of a run; ten million when not given."),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help="Independent runs: 2, or 8 where calls are repeated."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=MOST_WHOLE, help="Seed of the first of them.")] = 1,
    states: Annotated[
        int,
        typer.Option(
            min=0,
            max=1000,
            help="Also the likeliest states of lost replicas and zones, so many, weighted by probability.",
        ),
    ] = 0,
    spans: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write spans of simulated requests here, as OTLP JSON lines."),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Simulate a design event by event: predicted beside simulated, and whether the prediction holds."""
    from optimizer.cli.answers.verify import verify_answer
    from optimizer.cli.progress import share_bar
    from optimizer.resilience.lost_replicas import lost_replicas
    from optimizer.resilience.verification import REFUTED
    from optimizer.resilience.verify import verify as verified
    from optimizer.sections.lost_replicas import lost_replicas as lost_section
    from optimizer.sections.verify import verify as section_of

    system = asked.system
    phases = _phases(system.phases, phase or [], peak=system.peak)
    settings = _settings(precision=precision, seconds=seconds, events=events, seeds=seeds, seed=seed)
    if spans is not None:
        _refuse_spans(spans, phases, force=force)
    x = asked.x
    found, lost, is_stopped = [], [], False
    with share_bar("simulating") as (progress, stop):
        for p in phases:
            has_runs = seeds is not None
            found.append(verified(system, x, p, settings, has_runs=has_runs, progress=progress, stop=stop))
            is_stopped = is_stopped or stop()
            if is_stopped:
                break
        for one in found if states and not is_stopped else ():
            if one.simulated is not None:
                p = system.phases.index(one.phase)
                lost.append(
                    lost_replicas(system, x, p, settings, most_states=states, progress=progress, stop=stop)
                )
        is_stopped = is_stopped or stop()
    show(section_of(found), as_json=as_json, data=verify_answer(system, x, found, lost))
    for state in lost if not as_json else ():
        show(lost_section(state), has_title=True)
    if spans is not None and not is_stopped:
        told = _write_spans(spans, system, x, phases[0], seed=seed)
        typer.echo(told, err=as_json)
    if is_stopped:
        raise typer.Exit(INTERRUPTED)
    if any(one.verdict in REFUTED for one in found):
        raise typer.Exit(NO)


def _refuse_spans(path: Path, phases: list[int], *, force: bool) -> None:
    """Refuses a file for spans before anything runs."""
    from optimizer.atomic_files import refuse_existing_files

    if path.is_dir():
        raise typer.BadParameter(f"--spans {path} is a folder; allowed: a file")
    if len(phases) > 1:
        raise typer.BadParameter("--spans goes with one phase: name one with --phase")
    refuse_existing_files(path.parent, [path.name], force=force)


def _write_spans(path: Path, system: System, x: Array, phase: int, *, seed: int) -> str:
    """Writes spans of a hundred simulated requests, which begin now; says what became of it."""
    from models.simulation.refused import NotSimulated
    from models.simulation.spans import spans_of
    from optimizer.atomic_files import write_text

    try:
        lines = list(spans_of(system, x, phase, seed=seed, start_unix_s=time.time()))
    except NotSimulated as error:
        return f"\nNo spans were written: {error}"
    write_text(path, "".join(f"{line}\n" for line in lines))
    return f"\nWritten: {path}"


def _phases(names: tuple[str, ...], wanted: list[str], *, peak: int) -> list[int]:
    """Positions of the phases that are asked for."""
    if not wanted:
        return [peak]
    if "all" in wanted and "all" not in names:
        return list(range(len(names)))
    for name in wanted:
        if name not in names:
            raise typer.BadParameter(f"found --phase {name}; allowed: {', '.join(names)}, or all")
    return [names.index(name) for name in dict.fromkeys(wanted)]


def _settings(
    *, precision: float | None, seconds: float | None, events: int | None, seeds: int | None, seed: int
) -> Settings:
    """Settings of the simulation; what is wrong with them is bad input."""
    from dataclasses import replace

    from optimizer.resilience.verify import DEFAULTS

    given: dict[str, object] = {"seed": seed}
    if seeds is not None:
        given["runs"] = seeds
    if precision is not None:
        given |= {"mean_precision": precision, "p99_precision": min(2.5 * precision, 1.0)}
    given |= {name: value for name, value in (("seconds", seconds), ("events", events)) if value is not None}
    try:
        return replace(DEFAULTS, **given)  # type: ignore[arg-type]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
