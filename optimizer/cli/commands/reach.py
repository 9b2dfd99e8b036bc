"""`tradespace reach` and `tradespace few`: what a wish reaches, and the few designs to show of a front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import (
    AsJson,
    DesignName,
    FrontFolder,
    ScenarioFile,
    design_of,
    front_of_system,
    name_and_number,
)
from optimizer.cli.console import compiled, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy import intp
    from numpy.typing import NDArray

    from models.system.system import System
    from optimizer.decide.choose.aspiration import Reach
    from optimizer.pareto.front import Front

#: Designs that are shown of those that meet a wish.
SHOWN = 5


def reach(
    scenario: ScenarioFile,
    wishes: Annotated[
        list[str] | None,
        typer.Option("--wish", metavar="DIMENSION=NUMBER", help="At least so good, for example latency=80."),
    ] = None,
    design: DesignName = "knee",
    better: Annotated[list[str] | None, typer.Option(help="A dimension that must get better.")] = None,
    worse: Annotated[list[str] | None, typer.Option(help="A dimension that may get worse for it.")] = None,
    front: FrontFolder = None,
    as_json: AsJson = False,
) -> None:
    """What a wish reaches, or what must give; or the next designs: better in this, worse in that."""
    from optimizer.decide.choose.aspiration import reach as reached
    from optimizer.decide.choose.aspiration import wish_from

    if bool(wishes) == bool(better or worse):
        raise typer.BadParameter("give either --wish, or --better and --worse")
    system = compiled(scenario)
    found = front_of_system(system, front)
    if not len(found):
        raise typer.BadParameter("no design is feasible: nothing can be reached")
    try:
        if wishes:
            given = dict(name_and_number("--wish", text) for text in wishes)
            told = reached(found, wish_from(given, found.evaluation.dimensions))
            _tell_reach(system, found, told, as_json=as_json)
            return
        _tell_next(system, found, design, better or [], worse or [], front_folder=front, as_json=as_json)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _tell_reach(system: System, front: Front, told: Reach, *, as_json: bool) -> None:
    from optimizer.changes import numbered
    from optimizer.files.json import design_answer
    from optimizer.phrases import joined, value_of

    dimensions = front.evaluation.dimensions
    if as_json:
        print_json(
            {
                "today": _todays_number(system, front),
                "meeting": [int(i) + 1 for i in told.meeting],
                "closest": int(told.order[0]) + 1,
                "closest_design": design_answer(front.evaluation, int(told.order[0]), system.space),
                "relaxations": [
                    {
                        "to": {
                            dimensions[j].name: value for j, value in zip(one.dimensions, one.to, strict=True)
                        },
                        "design": one.design + 1,
                    }
                    for one in told.relaxations
                ],
            }
        )
        return
    if told.meeting.size:
        typer.echo(f"{told.meeting.size} of {len(front)} designs meet it, the closest first:")
        for i in told.meeting[:SHOWN]:
            typer.echo(f"  {_values(system, front, int(i))}")
        return
    typer.echo(f"No design meets it. The closest: {_values(system, front, int(told.order[0]))}")
    typer.echo("What must give, one of these:")
    for one in told.relaxations:
        parts = [
            f"{dimensions[j].name} {value_of(dimensions[j], value)} instead of "
            f"{value_of(dimensions[j], told.wish[j])}"
            for j, value in zip(one.dimensions, one.to, strict=True)
        ]
        typer.echo(f"  {joined(parts)}: {numbered(system.space, front.X, one.design)}")


def _tell_next(
    system: System,
    front: Front,
    name: str,
    better: Sequence[str],
    worse: Sequence[str],
    *,
    front_folder: FrontFolder,
    as_json: bool,
) -> None:
    import numpy as np

    from optimizer.changes import numbered
    from optimizer.decide.choose.classification import next_designs
    from optimizer.phrases import differences, joined

    names = [dimension.name for dimension in front.evaluation.dimensions]
    for given in (*better, *worse):
        if given not in names:
            raise ValueError(f"found the dimension {given!r}; allowed: {', '.join(names)}")
    x = design_of(system, name, [], front_folder, front=front)
    here = np.flatnonzero(np.all(x == front.X, axis=1))
    if not here.size:
        raise ValueError("the design is not on the front; `tradespace explain` says what is nearest to it")
    i = int(here[0])
    found: NDArray[intp] = next_designs(
        front, i, better=[names.index(n) for n in better], worse=[names.index(n) for n in worse]
    )
    if as_json:
        print_json(
            {"today": _todays_number(system, front), "from": i + 1, "next": [int(k) + 1 for k in found]}
        )
        return
    if not found.size:
        typer.echo(f"No design is better in {joined(better)} at the cost of {joined(worse)} alone.")
    values = front.evaluation.values
    for k in found:
        said = joined(differences(front.evaluation.dimensions, values[i], values[k]))
        typer.echo(f"  {numbered(system.space, front.X, int(k))}: {said}")


def few(
    scenario: ScenarioFile,
    number: Annotated[int, typer.Option("--number", min=1, max=50, help="Designs to show.")] = 8,
    front: FrontFolder = None,
    with_rules: Annotated[
        bool, typer.Option("--rules", help="What the designs of each group have in common.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The few designs that stand for the front, named by what sets them apart; and its knees."""
    import numpy as np

    from models.units import count, percent
    from optimizer.changes import numbered
    from optimizer.decide.choose.knee import knees, reason
    from optimizer.decide.choose.representatives import group_rules, representatives
    from optimizer.scenario_model import model_of

    system = compiled(scenario)
    found = front_of_system(system, front)
    if not len(found):
        raise typer.BadParameter("no design is feasible: there is nothing to show")
    told = representatives(found, number, steps=model_of(system).steps)
    sizes = np.bincount(told.group, minlength=len(told.positions))
    bulges = knees(found)
    rules = group_rules(found, told, system.space.columns) if with_rules else ()
    if as_json:
        print_json(
            {
                "today": _todays_number(system, found),
                "representatives": [
                    {"design": p + 1, "name": name, "stands_for": int(n)}
                    for p, name, n in zip(told.positions, told.names, sizes, strict=True)
                ],
                "radius": told.radius,
                "rules": [
                    {"exact": [str(rule) for rule in one.exact], "explained": one.explained} for one in rules
                ],
                "knees": [
                    {"design": k.position + 1, "regret": k.regret, "reason": reason(found, k.position)}
                    for k in bulges
                ],
            }
        )
        return
    for place, (position, name) in enumerate(zip(told.positions, told.names, strict=True)):
        typer.echo(f"{name} (stands for {count(int(sizes[place]))})\n  {_values(system, found, position)}")
        for rule in rules[place].exact[:3] if rules else ():
            typer.echo(f"  only here: {rule}  ({percent(rule.coverage)} of them)")
    typer.echo(f"\nNo design is further than {percent(told.radius)} of the range from one of these.")
    typer.echo("\nKnees:")
    for k in bulges:
        why = reason(found, k.position)
        typer.echo(f"  {numbered(system.space, found.X, k.position)}{': ' + why if why else ''}")


def _todays_number(system: System, front: Front) -> int | None:
    """The number of the design of a front that decides as today's does; None = it isn't on it."""
    from optimizer.changes import place_of_today

    place = place_of_today(system.space, front.X)
    return None if place is None else place + 1


def _values(system: System, front: Front, i: int) -> str:
    from optimizer.changes import numbered
    from optimizer.phrases import value_of

    values = front.evaluation.values[i]
    told = [
        f"{d.name} {value_of(d, float(v))}" for d, v in zip(front.evaluation.dimensions, values, strict=True)
    ]
    return f"{numbered(system.space, front.X, i)}: {', '.join(told)}"
