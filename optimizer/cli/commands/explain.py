"""`tradespace explain`: everything that is to be said about one design."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import MOST_WHOLE, RECOMMENDED, AsJson, Asked, Force, about_a_design
from optimizer.cli.console import show

if TYPE_CHECKING:
    from models.evaluation import Array
    from models.simulation.trace import Event
    from models.system.system import System


@about_a_design(RECOMMENDED)
def explain(
    asked: Asked,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the design to a file, for other commands.")
    ] = None,
    simulate: Annotated[
        bool,
        typer.Option("--simulate", help="Follow one request of each flow through a simulation of the peak."),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, max=MOST_WHOLE, help="Seed of that simulation.")] = 1,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Why a design: what it gives up and for what, where it breaks, why it is not on the front."""
    from optimizer.cli.answers.explain import explain_answer
    from optimizer.decide.explain.account import account
    from optimizer.files.designs import refuse_existing_design, write_design
    from optimizer.sections.explain import explain as explain_section
    from optimizer.sections.simulated_request import simulated_requests

    system = asked.system
    if save is not None:
        refuse_existing_design(save, force=force)
    told = account(asked.model, asked.front, asked.x, asked.known.shown())
    if save is not None:
        write_design(system, told.design.X[0], save, force=force)
    section = explain_section(asked.subject, told, system.components, asked.known.recommendation)
    data = explain_answer(system, asked.front, told, asked.known.recommendation)
    if simulate:
        followed = _followed(system, told.design.X[0], seed=seed)
        more = simulated_requests(followed, phase=system.phases[system.peak])
        section = replace(section, blocks=(*section.blocks, *more))
        data |= {"requests": {flow: [asdict(event) for event in events] for flow, events in followed}}
    show(section, as_json=as_json, data=data)
    if save is not None and not as_json:
        typer.echo(f"\nWritten: {save}")


def _followed(system: System, x: Array, *, seed: int) -> list[tuple[str, tuple[Event, ...]]]:
    """A request of each flow that has any at the peak, followed through a simulation."""
    from models.simulation.refused import NotSimulated, Reason
    from models.simulation.trace import trace_request

    found = []
    for f, name in enumerate(system.flows):
        try:
            found.append((name, trace_request(system, x, system.peak, f, seed)))
        except NotSimulated as error:
            if error.code != Reason.NO_REQUESTS:
                raise
    return found
