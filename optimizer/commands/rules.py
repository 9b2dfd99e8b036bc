"""`tradespace rules`: what the designs that survive have in common."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from optimizer.commands.options import AsJson, ScenarioFile
from optimizer.console import compiled, print_json

#: Designs that are looked at for rules where there are too many to look at all.
SAMPLE = 8192


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
