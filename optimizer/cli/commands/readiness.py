"""`tradespace readiness`: how ready a team and its design are for experiments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.commands.options import AsJson, Asked, about_a_design
from optimizer.cli.console import show


@about_a_design("recommended")
def readiness(
    asked: Asked,
    answers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What a person answered (JSON): yes, partly or no by question."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How ready this is for experiments: detection, defense, culture of 100 points, and what comes next."""
    from optimizer.files.readiness_answers import read_answers
    from optimizer.resilience.readiness import LEVELS, readiness_of
    from optimizer.sections.readiness import readiness as section_of

    told = {} if answers is None else read_answers(answers)
    found = readiness_of(asked.system, asked.x, told)
    data = {
        "scenario": asked.system.scenario.name,
        "share": found.share,
        "is": found.word,
        "points": {str(area): points for area, points in found.points.items()},
        "level": found.level,
        "level_is": LEVELS[found.level - 1][0] if found.level else None,
        "items": [
            {
                "area": one.area,
                "name": one.name,
                "share": one.share,
                "answer": one.answer,
                "open": one.is_open,
                "lacking": list(one.lacking),
            }
            for one in found.items
        ],
        "stages": [list(names) for names in found.stages],
    }
    show(section_of(found), as_json=as_json, data=data)
