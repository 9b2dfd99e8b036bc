"""`tradespace explain`: everything that is to be said about one design."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import (
    AsJson,
    Changes,
    DesignName,
    FrontFolder,
    ScenarioFile,
    design_of,
    finite,
    front_of_system,
)
from optimizer.cli.console import compiled, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.evaluation import Array
    from models.system.system import System
    from optimizer.decide.explain.account import Account
    from optimizer.pareto.front import Front


def explain(
    scenario: ScenarioFile,
    design: DesignName = "knee",
    changes: Changes = None,
    front: FrontFolder = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the design to a file, for other commands.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Why a design: what it gives up and for what, where it breaks, why it is not on the front."""
    from optimizer.decide.explain.account import account
    from optimizer.files.designs import refuse_existing_design, write_design

    system = compiled(scenario)
    if save is not None:
        refuse_existing_design(save, force=force)
    found = front_of_system(system, front)
    x = design_of(system, design, changes or [], front, front=found)
    told = account(system, found, x)
    if save is not None:
        write_design(system, told.design.X[0], save, force=force)
    if as_json:
        print_json(_answer(system, found, told))
        return
    for line in lines(system, found, told):
        typer.echo(line)
    if save is not None:
        typer.echo(f"\nWritten: {save}")


def lines(system: System, front: Front, told: Account) -> list[str]:
    """An account in sentences."""
    from models.units import count
    from optimizer import changes as decided
    from optimizer.phrases import joined, value_of

    dimensions = told.design.dimensions
    values = told.design.values[0]
    where = f"design {told.position + 1} of {len(front)} on the front" if told.position is not None else None
    out = [f"{where or 'A design that is not on the front'}: {decided.told(told.changed)}.", ""]
    out += [
        f"  {dimension.name:<13} {value_of(dimension, value)}"
        for dimension, value in zip(dimensions, values, strict=True)
    ]
    if told.is_knee:
        out += ["", f"It is the knee{': ' + told.reason if told.reason else ''}."]
        if told.rivals.size:
            many = int(told.rivals.size)
            others = "1 other design" if many == 1 else f"{count(many)} other designs"
            out.append(f"Within the model's error {others} could be it.")
    if told.alike:
        names = joined([dimensions[j].name for j in told.alike])
        out.append(f"In {names} all designs of the front are alike within the model's error.")
    out += _given_up(system, front, told) + _why_not(system, front, told) + _breaking(system, told)
    if told.notices:
        out += ["", "Users are told:"]
        for notice in told.notices:
            when = f" ({joined(notice.phases)})" if notice.phases else ""
            out.append(f"  {notice.label}{when}: {notice.text}")
    return out


def _given_up(system: System, front: Front, told: Account) -> list[str]:
    from models.units import percent
    from optimizer.changes import numbered
    from optimizer.phrases import differences, joined, value_of

    dimensions, i = told.design.dimensions, told.position
    if i is None:
        return []
    out = ["", "It gives up:"]
    for one in told.gives_up:
        name = dimensions[one.dimension].name
        if one.share == 0.0:
            out.append(f"  {name}: nothing, none is better")
            continue
        best = value_of(dimensions[one.dimension], one.best)
        who = numbered(system.space, front.X, one.reached_by)
        if one.is_noise:
            out.append(f"  {name}: nothing that the model can tell; {who} has {best}")
            continue
        values = front.evaluation.values
        bought = differences(dimensions, values[one.reached_by], values[i], only=one.bought)
        for_that = f"; for that it is {joined(bought)}" if bought else ""
        out.append(f"  {name}: {who} has {best}, {percent(one.share)} of the range{for_that}")
    if told.exchanges:
        out += ["", "The cheapest way to more:"]
    for exchange in told.exchanges:
        out.append(f"  {dimensions[exchange.dimension].name}: {_exchange(system, front, i, exchange.to)}")
    return out


def _exchange(system: System, front: Front, i: int, to: int) -> str:
    from optimizer.changes import numbered
    from optimizer.phrases import differences, joined

    values = front.evaluation.values
    effect = joined(differences(front.evaluation.dimensions, values[i], values[to]))
    return f"{numbered(system.space, front.X, to)}: {effect}"


def _why_not(system: System, front: Front, told: Account) -> list[str]:
    from optimizer import changes as decided
    from optimizer.phrases import differences, excess_text, joined

    why = told.why_not
    if why is None:
        return []
    dimensions, values = told.design.dimensions, told.design.values[0]
    out = ["", "Why it is not on the front:"]
    out += [f"  it breaks {name}: {excess_text(name, over)} over" for name, over in why.broken.items()]
    for i in why.dominators[:3]:
        better = joined(differences(dimensions, values, front.evaluation.values[i]))
        out.append(
            f"  {decided.numbered(system.space, front.X, int(i))} is as good in everything, and {better}"
        )
    if why.mending is not None:
        what = decided.told(why.mending.what)
        effect = joined(differences(dimensions, values, why.mending.design.values[0]))
        out.append(f"  the smallest change that mends it: {what}; then it is {effect}")
    if why.nearest is not None:
        what = decided.told(decided.changes(system.space, told.design.X[0], front.X[why.nearest]))
        number = f"{why.fewest} decision{'' if why.fewest == 1 else 's'}"
        who = decided.called(system.space, front.X, why.nearest)
        out.append(f"  nearest on the front: {who}, {number} away: {what}")
    return out


def _breaking(system: System, told: Account) -> list[str]:
    points = told.breaking
    first, busiest = int(points.first[0]), int(points.bottleneck[0])
    if first < 0:
        return ["", "No limit falls as the load grows."]
    where = f" at {system.components[busiest]}" if busiest >= 0 else ""
    margin = float(points.margin[0])
    if points.holds[0, first] == 0.0:
        return ["", f"{points.limits[first]} is broken whatever the load."]
    if margin <= 1.0:
        return [
            "",
            f"It breaks at {margin:.3g} times this load already: first {points.limits[first]}{where}.",
        ]
    return ["", f"It breaks at {margin:.3g} times this load: first {points.limits[first]}{where}."]


def _answer(system: System, front: Front, told: Account) -> dict[str, object]:
    from optimizer.files.json import design_answer

    dimensions = told.design.dimensions
    names = [dimension.name for dimension in dimensions]
    points, why = told.breaking, told.why_not
    first, busiest = int(points.first[0]), int(points.bottleneck[0])
    return {
        "scenario": {"name": system.scenario.name, "digest": system.digest},
        "position": None if told.position is None else told.position + 1,
        **design_answer(told.design, 0, system.space),
        "changed": [_change(change) for change in told.changed],
        "notices": [{"decision": n.decision, "text": n.text, "phases": list(n.phases)} for n in told.notices],
        "knee": {"is": told.is_knee, "reason": told.reason, "rivals": [int(i) + 1 for i in told.rivals]},
        "alike": [names[j] for j in told.alike],
        "gives_up": [
            {
                "dimension": names[one.dimension],
                "best": finite(one.best),
                "reached_by": one.reached_by + 1,
                "share": one.share,
                "within_model_error": one.is_noise,
                "bought": [names[j] for j in one.bought],
            }
            for one in told.gives_up
        ],
        "exchanges": [
            {
                "dimension": names[one.dimension],
                "to": one.to + 1,
                "changes": _moved(names, front.evaluation.values[told.position], front, one.to),
            }
            for one in told.exchanges
            if told.position is not None
        ],
        "why_not": None
        if why is None
        else {
            "broken": {name: finite(over) for name, over in why.broken.items()},
            "dominated_by": [int(i) + 1 for i in why.dominators],
            "fewest_changes": why.fewest if why.nearest is not None else None,
            "nearest": None if why.nearest is None else why.nearest + 1,
            "mending": None if why.mending is None else [_change(change) for change in why.mending.what],
        },
        "breaks": {
            "margin": finite(float(points.margin[0])),
            "first": None if first < 0 else points.limits[first],
            "bottleneck": None if busiest < 0 else system.components[busiest],
        },
    }


def _moved(names: Sequence[str], start: Array, front: Front, to: int) -> dict[str, float | None]:
    move = front.evaluation.values[to] - start
    return {name: finite(float(by)) for name, by in zip(names, move, strict=True)}


def _change(change: object) -> dict[str, object]:
    from optimizer.changes import Change

    assert isinstance(change, Change)
    return {"decision": change.decision, "before": change.before, "after": change.after}
