"""`tradespace rules`: what the designs that survive have in common."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from optimizer.cli.commands.options import AsJson, ScenarioFile
from optimizer.cli.console import compiled, show


def rules(
    scenario: ScenarioFile,
    target: Annotated[
        str, typer.Option(help="`feasible`, `front`, or the name of a limit that holds.")
    ] = "feasible",
    as_json: AsJson = False,
) -> None:
    """The shortest combinations of decisions that make a design survive, exact on what was evaluated."""
    from models.units import count
    from optimizer.decide.choose.common_ground import common_ground
    from optimizer.model import Labels
    from optimizer.sections.rules import rules as rules_section

    try:
        found = common_ground(compiled(scenario), target)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    seen = ("all" if found.is_all else "a Sobol sample of") + f" {count(found.seen)} designs"
    data = {"seen": seen, "target": target, "designs": found.meeting, **asdict(found.rules)}
    show(rules_section(found, Labels()), as_json=as_json, data=data)
