"""`tradespace rank`: which design is best for whom."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.commands.options import (
    AsJson,
    FrontFolder,
    ScenarioFile,
    Whole,
    known_of,
    name_and_number,
    subject_of,
)
from optimizer.cli.console import compiled, show


def rank(
    scenario: ScenarioFile,
    front: FrontFolder = None,
    weights: Annotated[
        list[str] | None,
        typer.Option("--weight", metavar="DIMENSION=NUMBER", help="How much a dimension counts."),
    ] = None,
    is_whole: Whole = False,
    as_json: AsJson = False,
) -> None:
    """Order the front: by what the scenario gives up readily, by your weights, and by all opinions.

    The order of the recommendation is another one: `shortlist` tells it.
    """
    from models.evaluation import DIMENSIONS
    from optimizer.cli.answers.choosing import rank_answer
    from optimizer.decide.choose.acceptability import acceptability
    from optimizer.decide.choose.asks import kept
    from optimizer.decide.choose.ranking import checked_weights, weights_by_name, weights_by_tolerance
    from optimizer.decide.choose.ranking import rank as ranked
    from optimizer.decide.noise import contenders
    from optimizer.decide.recommend.candidates import rule_of
    from optimizer.pareto.scaling import scale_of
    from optimizer.scenario_model import model_of
    from optimizer.sections.rank import Ranked
    from optimizer.sections.rank import rank as rank_section

    system = compiled(scenario)
    goals = system.scenario.dimensions
    asked = weights_by_tolerance([getattr(goals, d.name).tolerance for d in DIMENSIONS])
    if weights:
        try:
            asked = checked_weights(
                weights_by_name(dict(name_and_number("--weight", text) for text in weights), DIMENSIONS)
            )
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    known = known_of(system, front)
    shown = known.shown(is_whole=is_whole)
    found = shown.front
    order = ranked(found.losses, asked) if len(found) else None
    opinions = acceptability(found.losses) if len(found) else None
    if order is None or opinions is None:
        raise typer.BadParameter("no design is feasible: there is nothing to rank")
    scale = scale_of(found.losses)
    could = contenders(found.evaluation, lambda losses: ranked(losses, asked, scale=scale).score)
    rule = rule_of(model_of(system))
    asks = rule.asks
    told = Ranked(order, opinions, could, known.recommendation, shown, asks, kept(found.evaluation, asks))
    show(
        rank_section(subject_of(system, known.front), told),
        as_json=as_json,
        data=rank_answer(system, known.front, told),
    )
