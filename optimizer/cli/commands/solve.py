"""`tradespace solve`: the Pareto front of a scenario, from the run store where it was solved before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.migrate import REWRITES, is_old
from optimizer.cli.commands.options import (
    MOST_WHOLE,
    AsJson,
    Force,
    Fresh,
    NoVerify,
    ScenarioFile,
    StoreUrl,
    Verify,
)
from optimizer.cli.commands.solving import solved, store_of, verify_of
from optimizer.cli.console import console, load, print_json, show
from optimizer.cli.exit_codes import INTERRUPTED, NO

if TYPE_CHECKING:
    from optimizer.solver.config import SolveConfig


def solve(
    scenario: ScenarioFile,
    out: Annotated[Path | None, typer.Option(help="Write the front here: Parquet, CSV, JSON.")] = None,
    force: Force = False,
    as_json: AsJson = False,
    method: Annotated[
        str, typer.Option("--algorithm", help="auto, exact, or a search: archive, nsga2, nsga3.")
    ] = "auto",
    evaluations: Annotated[
        int | None, typer.Option(min=1, max=MOST_WHOLE, help="Designs that a search evaluates at the most.")
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="Longest time of a search, s.")] = None,
    restarts: Annotated[
        int, typer.Option(min=1, max=1000, help="Independent searches, compared and united.")
    ] = 1,
    seed: Annotated[int, typer.Option(min=0, max=MOST_WHOLE, help="Seed of a search or a sample.")] = 0,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=1024, help="Cores that evaluate designs; all when not given."),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="Keep what was found here while it runs, and go on from it; no store is used."),
    ] = None,
    max_designs: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_WHOLE,
            help="Designs to look at: all where there are no more, else a Sobol sample.",
        ),
    ] = None,
    all_values: Annotated[
        bool,
        typer.Option("--all-values", help="Evaluate also what is over a limit for certain: exact counts."),
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Split an enumeration over Dask: an address, or `local`."),
    ] = None,
    store: StoreUrl = None,
    fresh: Fresh = False,
    background: Annotated[
        bool, typer.Option("--background", help="Start it in a process of its own and print its run.")
    ] = False,
    show_all: Annotated[bool, typer.Option("--all", help="Show every design of a long front.")] = False,
    verify: Verify = None,
    no_verify: NoVerify = False,
) -> None:
    """Find the Pareto front: which designs survive, and what each gives up."""
    which = verify_of(verify, without=no_verify)
    loaded = load(scenario)
    if not as_json and not background:  # at once: what comes next takes its time
        console().print(loaded.title or loaded.name, style="bold", soft_wrap=True)
        if is_old(loaded):
            old = f"note: schema {loaded.schema_} keeps its meaning"
            console().print(f"{old}; {REWRITES.format(scenario)}")
    if out is not None:
        from optimizer.files.solution import refuse_existing, write_solution

        refuse_existing(out, force=force)

    from models.system.compiler import compile_system
    from optimizer.engines.processes import cores

    system = compile_system(loaded)
    config = _config(
        method=method,
        evaluations=evaluations,
        seconds=seconds,
        restarts=restarts,
        seed=seed,
        workers=workers or cores(),
        max_designs=max_designs,
        all_values=all_values,
    )
    if background:
        _start(scenario, store, config, fresh=fresh, as_json=as_json)
        return
    asked = "none" if checkpoint is not None else store
    answered = solved(
        system,
        config,
        path=scenario,
        store=asked,
        fresh=fresh,
        checkpoint=checkpoint,
        scheduler=scheduler,
        verify=which,
    )
    solution = answered.solution
    if out is not None:
        written = write_solution(solution, system.space, out, force=force)
    if as_json:
        from optimizer.files.json import solution_answer

        print_json(solution_answer(solution, system.space))
    else:
        from optimizer.scenario_model import model_of
        from optimizer.sections.solution import solution_section

        more = "--all shows them, --out DIR writes them"
        show(solution_section(model_of(system), solution, show_all=show_all, more=more))
        if answered.how == "from the store":
            typer.echo(f"\nFrom the run store: run {answered.run}; --fresh works it out anew.")
        if out is not None:
            typer.echo("\nWritten:\n" + "\n".join(f"  {path}" for path in written))
    if solution.certificate.ended_early:
        raise typer.Exit(INTERRUPTED)
    if not len(solution.front):
        raise typer.Exit(NO)


def _start(scenario: Path, url: str | None, config: SolveConfig, *, fresh: bool, as_json: bool) -> None:
    """Starts a run that goes on by itself, or joins the one that is under way."""
    from optimizer.cli.console import compiled
    from optimizer.runs.solving import text_of, wanted_solve
    from optimizer.runs.worker import start_worker
    from optimizer.scenario_model import model_of

    opened = store_of(url, is_needed=True)
    if opened is None:
        raise typer.BadParameter("--background needs a run store; leave `--store none` out")
    with opened as store:
        system = compiled(scenario)
        run = store.request(
            wanted_solve(model_of(system), config, text=text_of(system, scenario)), fresh=fresh
        )
        if run.state == "queued":
            start_worker(store, run)
    if as_json:
        print_json({"run": run.id, "state": run.state})
    else:
        typer.echo(f"run {run.id} is {run.state}; `tradespace runs watch {run.id}` follows it")


def _config(**settings: object) -> SolveConfig:
    """Settings of a solve; what is wrong with them is bad input."""
    from optimizer.solver.config import SolveConfig

    try:
        return SolveConfig(**settings)  # type: ignore[arg-type]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
