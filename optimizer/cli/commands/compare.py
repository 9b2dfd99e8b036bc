"""`tradespace compare`: two to four designs and today's, side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.commands.options import (
    AsJson,
    FrontFolder,
    ScenarioFile,
    design_of,
    is_on_front,
    known_of,
)
from optimizer.cli.console import compiled, show

#: Designs beside today's.
MOST = 4


def compare(
    scenario: ScenarioFile,
    designs: Annotated[
        list[str],
        typer.Option(
            "--design",
            help="`recommended`, `knee`, the number of a design on the front, or a file; give it two to "
            "four times.",
        ),
    ],
    front: FrontFolder = None,
    as_json: AsJson = False,
) -> None:
    """Put designs and today's side by side: decisions that differ, what each does, margins."""
    import numpy as np

    from optimizer.changes import marked
    from optimizer.cli.answers.compare import compare_answer
    from optimizer.decide.explain.comparison import compare as side_by_side
    from optimizer.model import Labels
    from optimizer.resilience.breaking_points import breaking_points
    from optimizer.scenario_model import model_of
    from optimizer.sections.compare import SideBySide
    from optimizer.sections.compare import compare as compare_section

    if not 1 <= len(designs) <= MOST:
        raise typer.BadParameter(f"found {len(designs)} designs; allowed: one to {MOST} beside today's")
    system = compiled(scenario)
    asks_front = any(map(is_on_front, designs))
    known = known_of(system, front) if asks_front else None
    rows = [system.space.today]
    rows += [design_of(system, name, [], front, known=known) for name in designs]
    model = model_of(system)
    told = side_by_side(model, np.array(rows))
    points = breaking_points(system, told.evaluation.X)
    names = ["today"]
    names += [
        name if name == "today" else marked(system.space, x, name)
        for name, x in zip(designs, rows[1:], strict=True)
    ]
    beside = SideBySide(told, tuple(names), system.space, Labels(), model.hints.effort)
    section = compare_section(beside, points)
    show(section, as_json=as_json, data=compare_answer(system, told, points, names))
