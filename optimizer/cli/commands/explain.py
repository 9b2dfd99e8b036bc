"""`tradespace explain`: everything that is to be said about one design."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.commands.options import RECOMMENDED, AsJson, Asked, Force, about_a_design
from optimizer.cli.console import show


@about_a_design(RECOMMENDED)
def explain(
    asked: Asked,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the design to a file, for other commands.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Why a design: what it gives up and for what, where it breaks, why it is not on the front."""
    from optimizer.cli.answers.explain import explain_answer
    from optimizer.decide.explain.account import account
    from optimizer.files.designs import refuse_existing_design, write_design
    from optimizer.sections.explain import explain as explain_section

    system = asked.system
    if save is not None:
        refuse_existing_design(save, force=force)
    told = account(asked.model, asked.front, asked.x, asked.known.shown())
    if save is not None:
        write_design(system, told.design.X[0], save, force=force)
    section = explain_section(asked.subject, told, system.components, asked.known.recommendation)
    data = explain_answer(system, asked.front, told, asked.known.recommendation)
    show(section, as_json=as_json, data=data)
    if save is not None and not as_json:
        typer.echo(f"\nWritten: {save}")
