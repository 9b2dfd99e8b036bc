"""`tradespace doubt`: what if my numbers are wrong, and which of them to measure first."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.commands.options import MOST_WHOLE, RECOMMENDED, AsJson, Asked, about_a_design
from optimizer.cli.console import show


@about_a_design(RECOMMENDED)
def doubt(
    asked: Asked,
    draws: Annotated[int, typer.Option(min=16, max=65_536, help="Draws of the guesses.")] = 256,
    seed: Annotated[int, typer.Option(min=0, max=MOST_WHOLE, help="Seed of the draws.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Bands of every dimension, how likely each limit holds, the robust designs, what to measure first."""
    from models.evaluator import evaluate
    from optimizer.cli.answers.doubt import doubt_answer
    from optimizer.decide.confidence.doubts import doubts_of
    from optimizer.sections.doubt import doubt as doubt_section

    system = asked.system
    if not system.scenario.uncertainty:
        raise typer.BadParameter("the scenario names no guesses: write them under `uncertainty`")
    few = asked.known.shown().representatives(asked.model)
    positions = () if few is None else few.positions
    told = doubts_of(system, asked.front, asked.x, positions, draws=draws, seed=seed)
    assert told is not None
    section = doubt_section(asked.subject, told, evaluate(system, asked.x[None, :]))
    show(section, as_json=as_json, data=doubt_answer(system, told, seed))
