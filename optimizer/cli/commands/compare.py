"""`tradespace compare`: two to four designs and today's, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import (
    AsJson,
    FrontFolder,
    ScenarioFile,
    design_of,
    finite,
    front_of_system,
    is_on_front,
)
from optimizer.cli.console import compiled, console, print_json, print_table

if TYPE_CHECKING:
    from models.system.system import System
    from optimizer.decide.explain.comparison import Comparison
    from optimizer.resilience.breaking_points import BreakingPoints

#: Designs beside today's.
MOST = 4


def compare(
    scenario: ScenarioFile,
    designs: Annotated[
        list[str],
        typer.Option(
            "--design",
            help="`knee`, the number of a design on the front, or a file; give it two to four times.",
        ),
    ],
    front: FrontFolder = None,
    as_json: AsJson = False,
) -> None:
    """Put designs and today's side by side: decisions that differ, what each does, margins."""
    import numpy as np

    from optimizer.changes import marked
    from optimizer.decide.explain.comparison import compare as side_by_side
    from optimizer.resilience.breaking_points import breaking_points
    from optimizer.scenario_model import model_of

    if not 1 <= len(designs) <= MOST:
        raise typer.BadParameter(f"found {len(designs)} designs; allowed: one to {MOST} beside today's")
    system = compiled(scenario)
    asks_front = any(map(is_on_front, designs))
    found = front_of_system(system, front) if asks_front else None
    rows = [system.space.today]
    rows += [design_of(system, name, [], front, front=found) for name in designs]
    told = side_by_side(model_of(system), np.array(rows))
    points = breaking_points(system, told.evaluation.X)
    names = ["today"]
    names += [
        name if name == "today" else marked(system.space, x, name)
        for name, x in zip(designs, rows[1:], strict=True)
    ]
    if as_json:
        print_json(_answer(system, told, points, names))
    else:
        _print(system, told, points, names)


def _print(system: System, told: Comparison, points: BreakingPoints, names: list[str]) -> None:
    from optimizer.phrases import differences, joined, value_of, written

    evaluation = told.evaluation
    rows = []
    for j, dimension in enumerate(evaluation.dimensions):
        texts = [value_of(dimension, v) for v in evaluation.values[:, j]]
        same = [
            " =" if i and told.equal[i, j] and evaluation.values[i, j] != evaluation.values[0, j] else ""
            for i in range(len(texts))
        ]
        rows.append([dimension.name, *(f"{t}{s}" for t, s in zip(texts, same, strict=True))])
    rows.append(["limits broken", *(_broken(told, i) or "none" for i in range(len(names)))])
    rows.append(["breaks at", *(_margin(points, i) for i in range(len(names)))])
    decoded = [system.space.decode(x) for x in evaluation.X]
    rows.append(["", *("" for _ in names)])
    rows += [[name, *(written(design.get(name)) for design in decoded)] for name in told.differing]
    print_table(console(), ["", *names], rows)
    typer.echo("= can't be told apart from today's: within the model's error\n")
    for name, consequences, values in zip(names[1:], told.consequences, evaluation.values[1:], strict=True):
        typer.echo(f"{name}: what each decision does there, against today's value of it")
        for one in consequences:
            if one.without is None:
                effect = "can't be taken back alone"
            else:
                effect = joined(differences(evaluation.dimensions, one.without, values)) or "no difference"
            keeps = f"; without it these limits break: {joined(one.breaks)}" if one.breaks else ""
            typer.echo(f"  {one.decision} {written(one.before)} -> {written(one.after)}: {effect}{keeps}")
        typer.echo("")


def _broken(told: Comparison, i: int) -> str:
    over = told.evaluation.excess[i] > 0.0
    return ", ".join(name for name, is_over in zip(told.evaluation.constraints, over, strict=True) if is_over)


def _margin(points: BreakingPoints, i: int) -> str:
    first = int(points.first[i])
    if first < 0:
        return "no load tried"
    if points.holds[i, first] == 0.0:
        return "any load"
    return f"{float(points.margin[i]):.3g} x: {points.limits[first]}"


def _answer(system: System, told: Comparison, points: BreakingPoints, names: list[str]) -> dict[str, object]:
    from optimizer.files.json import design_answer

    dimensions = [dimension.name for dimension in told.evaluation.dimensions]
    designs = []
    for i, name in enumerate(names):
        first = int(points.first[i])
        designs.append(
            {
                "name": name,
                **design_answer(told.evaluation, i, system.space),
                "margin": finite(float(points.margin[i])),
                "first_to_fall": None if first < 0 else points.limits[first],
                "like_the_first": [d for j, d in enumerate(dimensions) if told.equal[i, j]],
                "consequences": []
                if i == 0
                else [
                    {
                        "decision": one.decision,
                        "before": one.before,
                        "after": one.after,
                        "without": None
                        if one.without is None
                        else {d: finite(float(v)) for d, v in zip(dimensions, one.without, strict=True)},
                        "breaks_without": list(one.breaks),
                    }
                    for one in told.consequences[i - 1]
                ],
            }
        )
    return {
        "scenario": {"name": system.scenario.name, "digest": system.digest},
        "differing": list(told.differing),
        "designs": designs,
    }
