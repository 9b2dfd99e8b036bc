"""`tradespace rank`: which design is best for whom."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.commands.options import AsJson, FrontFolder, ScenarioFile, front_of_system, name_and_number
from optimizer.cli.console import compiled, print_json

#: Ranks that are shown.
SHOWN = 10


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
    from models.evaluation import DIMENSIONS
    from models.units import count, percent, quantity
    from optimizer.changes import TODAYS, place_of_today
    from optimizer.decide.choose.acceptability import acceptability
    from optimizer.decide.choose.ranking import checked_weights, weights_by_name, weights_by_tolerance
    from optimizer.decide.choose.ranking import rank as ranked
    from optimizer.decide.noise import contenders
    from optimizer.model import MODEL_ERROR
    from optimizer.pareto.scaling import scale_of

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
    found = front_of_system(system, front)
    order = ranked(found.losses, asked) if len(found) else None
    opinions = acceptability(found.losses) if len(found) else None
    if order is None or opinions is None:
        raise typer.BadParameter("no design is feasible: there is nothing to rank")
    scale = scale_of(found.losses)
    could = contenders(found.evaluation, lambda losses: ranked(losses, asked, scale=scale).score)
    today = place_of_today(system.space, found.X)
    if as_json:
        print_json(
            {
                "today": None if today is None else today + 1,
                "weights": dict(zip([d.name for d in DIMENSIONS], order.weights.tolist(), strict=True)),
                "model_error": MODEL_ERROR.version,
                "ranking": [
                    {
                        "design": int(i) + 1,
                        "score": float(order.score[i]),
                        "could_be_first": bool(could[i]),
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
    typer.echo("rank   design  best for             furthest behind in")
    for place, i in enumerate(order.order[:SHOWN], start=1):
        share = f"{percent(float(opinions.share[i, 0]))} of opinions"
        values = ", ".join(
            f"{d.name} {quantity(float(v), d.unit)}"
            for d, v in zip(DIMENSIONS, found.evaluation.values[i], strict=True)
        )
        mark = "=" if could[i] else " "
        behind = DIMENSIONS[int(order.furthest[i])].name
        whose = f" ({TODAYS})" if i == today else ""
        typer.echo(f"{place:4}{mark}  {int(i) + 1:6}  {share:<21}{behind:<14}{values}{whose}")
    same = int(could.sum()) - 1
    if same:
        typer.echo(
            f"\n= {count(same)} of the other designs can't be told apart from the first: within the "
            "model's error their order could be another."
        )
