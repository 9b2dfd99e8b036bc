"""`tradespace rules`: what the designs that survive have in common."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from optimizer.cli.commands.options import AsJson, ScenarioFile
from optimizer.cli.console import compiled, print_json


def rules(
    scenario: ScenarioFile,
    target: Annotated[
        str, typer.Option(help="`feasible`, `front`, or the name of a limit that holds.")
    ] = "feasible",
    as_json: AsJson = False,
) -> None:
    """The shortest combinations of decisions that make a design survive, exact on what was evaluated."""
    from models.units import count, percent
    from optimizer.decide.choose.common_ground import common_ground

    try:
        found = common_ground(compiled(scenario), target)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    answer = found.rules
    seen = (
        f"all {count(found.seen)} designs"
        if found.is_all
        else f"a Sobol sample of {count(found.seen)} designs"
    )
    if as_json:
        print_json({"seen": seen, "target": target, "designs": found.meeting, **asdict(answer)})
        return
    typer.echo(f"{count(found.meeting)} of {seen} meet the target `{target}`.")
    for rule in answer.exact:
        typer.echo(f"  {rule}  ({percent(rule.coverage)} of them)")
    if not answer.exact:
        typer.echo("  no rule of up to four conditions is exact")
    typer.echo(f"Together these rules explain {percent(answer.explained)} of them.")
    if answer.nearly is not None:
        typer.echo(
            f"Not exact, but most: {answer.nearly}  ({percent(answer.nearly.precision)} of those meet it)"
        )
    if not answer.is_whole:
        typer.echo("There are too many combinations to look at all of them: more rules may exist.")
