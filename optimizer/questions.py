"""Commands that ask something of a front or of one design: `rank`, `rules`, `break`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.console import compiled, print_json

if TYPE_CHECKING:
    from models.evaluation import Array
    from models.system import System
    from optimizer.front import Front

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario file (YAML).")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
FrontFolder = Annotated[
    Path | None, typer.Option("--front", metavar="DIR", help="A front that `solve --out` wrote.")
]
DesignName = Annotated[
    str, typer.Option(help="`today`, `knee`, the number of a design on the front, or a file with a design.")
]
#: Designs that are looked at for rules where there are too many to look at all.
SAMPLE = 8192


def rank(
    scenario: ScenarioFile,
    front: FrontFolder = None,
    weights: Annotated[
        list[str] | None,
        typer.Option("--weight", metavar="DIMENSION=NUMBER", help="How much a dimension counts."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Order the front: by what the scenario gives up readily, by your weights, and by all opinions."""
    from models.dimension import DIMENSIONS
    from models.units import percent, quantity
    from optimizer.decide.acceptability import acceptability
    from optimizer.decide.ranking import checked_weights, weights_by_name, weights_by_tolerance
    from optimizer.decide.ranking import rank as ranked

    system = compiled(scenario)
    goals = system.scenario.dimensions
    asked = weights_by_tolerance([getattr(goals, d.name).tolerance for d in DIMENSIONS])
    if weights:
        try:
            asked = checked_weights(weights_by_name(dict(_weight(text) for text in weights), DIMENSIONS))
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    found = _front(system, front)
    order = ranked(found.losses, asked) if len(found) else None
    opinions = acceptability(found.losses) if len(found) else None
    if order is None or opinions is None:
        raise typer.BadParameter("no design is feasible: there is nothing to rank")
    if as_json:
        print_json(
            {
                "weights": dict(zip([d.name for d in DIMENSIONS], order.weights.tolist(), strict=True)),
                "ranking": [
                    {
                        "design": int(i) + 1,
                        "score": float(order.score[i]),
                        "furthest_behind": DIMENSIONS[int(order.furthest[i])].name,
                        "first_for_share": float(opinions.share[i, 0]),
                        "error": float(opinions.error[i, 0]),
                    }
                    for i in order.order
                ],
            }
        )
        return
    told = ", ".join(f"{d.name} {w:.3g}" for d, w in zip(DIMENSIONS, order.weights, strict=True))
    typer.echo(f"weights: {told}\n")
    typer.echo("rank  design  best for              furthest behind in")
    for place, i in enumerate(order.order[:10], start=1):
        share = f"{percent(float(opinions.share[i, 0]))} of opinions"
        values = ", ".join(
            f"{d.name} {quantity(float(v), d.unit)}"
            for d, v in zip(DIMENSIONS, found.evaluation.values[i], strict=True)
        )
        typer.echo(
            f"{place:4}  {int(i) + 1:6}  {share:<22}{DIMENSIONS[int(order.furthest[i])].name:<13}{values}"
        )


def rules(
    scenario: ScenarioFile,
    target: Annotated[
        str, typer.Option(help="`feasible`, `front`, or the name of a limit that holds.")
    ] = "feasible",
    as_json: AsJson = False,
) -> None:
    """The shortest combinations of decisions that make a design survive, exact on what was evaluated."""
    import numpy as np

    from models.evaluating import evaluate
    from models.units import count, percent
    from optimizer.decide.survival_rules import rules_for
    from optimizer.pareto import non_dominated

    system = compiled(scenario)
    size = system.space.size
    is_all = size is not None and size <= SAMPLE
    X = system.space.designs(0, size) if is_all and size is not None else system.space.sample(SAMPLE, seed=0)
    found = evaluate(system, X)
    if target == "feasible":
        mask = found.feasible
    elif target == "front":
        mask = np.zeros(len(found), dtype=bool)
        feasible = np.flatnonzero(found.feasible)
        mask[feasible[non_dominated(found.losses[feasible])]] = True
    elif target in found.constraints:
        mask = found.excess[:, found.constraints.index(target)] <= 0.0
    else:
        allowed = ", ".join(("feasible", "front", *found.constraints))
        raise typer.BadParameter(f"found the target {target!r}; allowed: {allowed}")
    answer = rules_for(found.X, mask, system.space.columns)
    seen = f"all {count(len(X))} designs" if is_all else f"a Sobol sample of {count(len(X))} designs"
    if as_json:
        print_json({"seen": seen, "target": target, "designs": int(mask.sum()), **asdict(answer)})
        return
    typer.echo(f"{count(int(mask.sum()))} of {seen} meet the target `{target}`.")
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


def break_(
    scenario: ScenarioFile,
    design: DesignName = "today",
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="DECISION=VALUE", help="Change one decision.")
    ] = None,
    front: FrontFolder = None,
    component: Annotated[
        str | None, typer.Option(help="Make this component slower instead of raising the load.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How much more load, or how slow a component, until each limit falls."""
    from optimizer.decide.breaking import MOST, breaking_points

    system = compiled(scenario)
    x = _design(system, design, changes or [], front)
    try:
        points = breaking_points(system, x[None, :], component=component)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    busiest = int(points.bottleneck[0])
    first = int(points.first[0])
    if as_json:
        print_json(
            {
                "what": points.what,
                "margin": _finite(points.margin[0]),
                "first": None if first < 0 else points.limits[first],
                "bottleneck": None if busiest < 0 else system.components[busiest],
                "limits": {
                    name: {"holds": _finite(points.holds[0, j]), "fails": _finite(points.fails[0, j])}
                    for j, name in enumerate(points.limits)
                },
            }
        )
        return
    what = "the load" if component is None else f"the time of {component}"
    for j, name in enumerate(points.limits):
        fails, holds = float(points.fails[0, j]), float(points.holds[0, j])
        if holds == 0.0:
            told = f"fails even at a sixteenth of {what}"
        elif fails > MOST:
            told = f"holds up to {MOST:g} times {what}"
        else:
            told = f"falls at {fails:.3g} times {what}"
        typer.echo(f"  {name:<20} {told}")
    if first >= 0:
        where = f", at {system.components[busiest]}" if busiest >= 0 else ""
        typer.echo(f"First to fall: {points.limits[first]}{where}.")


def _weight(text: str) -> tuple[str, float]:
    name, equals, number = text.partition("=")
    try:
        if not equals:
            raise ValueError
        return name, float(number)
    except ValueError:
        raise typer.BadParameter(f"--weight {text}: write dimension=number, for example latency=2") from None


def _front(system: System, folder: Path | None) -> Front:
    """A front that was solved before, or solved now."""
    if folder is not None:
        from optimizer.fronts import read_front

        return read_front(system, folder)
    from optimizer.config import SolveConfig
    from optimizer.solving import solve
    from optimizer.workers import cores

    return solve(system, SolveConfig(workers=cores())).front


def _design(system: System, name: str, changes: Sequence[str], folder: Path | None) -> Array:
    """A design by name: today's, the knee, a number on the front, or a file; with changes."""
    from optimizer.decide.knee import knee
    from optimizer.designs import changed, design_from

    if name != "knee" and not name.isdigit():
        return design_from(system, name, changes)
    found = _front(system, folder)
    place = knee(found) if name == "knee" else int(name) - 1
    if place is None or not 0 <= place < len(found):
        raise typer.BadParameter(f"found design {name}, but the front has {len(found)} designs")
    return changed(system, found.X[place], changes)


def _finite(value: float) -> float | None:
    import math

    return float(value) if math.isfinite(value) else None
