"""`tradespace doubt`: what if my numbers are wrong, and which of them to measure first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.commands.options import (
    AsJson,
    Changes,
    DesignName,
    FrontFolder,
    ScenarioFile,
    design_of,
    finite,
    front_of_system,
)
from optimizer.console import compiled, console, print_json

if TYPE_CHECKING:
    from models.evaluation import Array
    from models.system import System
    from optimizer.decide.uncertainty import Knowledge, Outcomes


def doubt(
    scenario: ScenarioFile,
    design: DesignName = "knee",
    changes: Changes = None,
    front: FrontFolder = None,
    draws: Annotated[int, typer.Option(min=16, max=65_536, help="Draws of the guesses.")] = 256,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Bands of every dimension, how likely each limit holds, the robust designs, what to measure first."""
    import numpy as np

    from models.dimension import DIMENSIONS
    from models.guesses import draws_of
    from optimizer.decide.account import steps_of
    from optimizer.decide.ranking import weights_by_tolerance
    from optimizer.decide.representatives import representatives
    from optimizer.decide.uncertainty import chosen_share, robust_front, under, what_to_measure

    system = compiled(scenario)
    if not system.scenario.uncertainty:
        raise typer.BadParameter("the scenario names no guesses: write them under `uncertainty`")
    found = front_of_system(system, front)
    x = system.space.canonical(design_of(system, design, changes or [], front, front=found)[None, :])[0]
    few = list(representatives(found, steps=steps_of(system)).positions) if len(found) else []
    others = [i for i in few if not np.array_equal(found.X[i], x)]
    X = np.concatenate([x[None, :], found.X[others]]) if others else x[None, :]
    outcomes = under(system, X, draws_of(system, draws, seed=seed))
    goals = system.scenario.dimensions
    weights = weights_by_tolerance([getattr(goals, d.name).tolerance for d in DIMENSIONS])
    shares, none = chosen_share(outcomes, weights)
    told = {
        "names": ["this design", *(f"design {i + 1}" for i in others)],
        "chosen_share": shares,
        "none": none,
        "robust": robust_front(outcomes),
    }
    knowledge = what_to_measure(system, X, x, n=draws, seed=seed)
    if as_json:
        print_json(_answer(system, outcomes, told, knowledge, draws, seed))
    else:
        _print(outcomes, told, knowledge)


def _print(outcomes: Outcomes, told: dict[str, object], knowledge: Knowledge) -> None:
    import numpy as np

    from models.units import percent, usd
    from optimizer.decide.uncertainty import bands, probabilities
    from optimizer.phrases import value_of
    from optimizer.terminal import print_table

    low, middle, high = bands(outcomes)[:, 0]
    rows = [
        [d.name, *(value_of(d, float(v)) for v in (low[j], middle[j], high[j]))]
        for j, d in enumerate(outcomes.dimensions)
    ]
    print_table(console(), ["", "p10", "p50", "p90"], rows)
    share, error = probabilities(outcomes)
    for name, likely, off in zip((*outcomes.constraints, "all limits"), share[0], error[0], strict=True):
        typer.echo(f"  {name} holds in {percent(float(likely))} of the draws (± {percent(float(off))})")
    names, shares = told["names"], told["chosen_share"]
    assert isinstance(names, list)
    assert isinstance(shares, np.ndarray)
    robust = np.asarray(told["robust"]).tolist()
    typer.echo("\nChosen again, of the few that stand for the front, as the draws fall:")
    for i in np.argsort(-shares, kind="stable"):
        mark = "  robust: all limits hold in nine draws of ten" if int(i) in robust else ""
        typer.echo(f"  {names[int(i)]}: {percent(float(shares[i]))}{mark}")
    typer.echo(f"  none is feasible: {percent(float(str(told['none'])))}")
    typer.echo("\nMeasure first (share of the variance of this design's dimensions; what knowing it saves):")
    order = np.lexsort((-knowledge.total.max(axis=1), -knowledge.value_usd))
    for k in order:
        parts = [
            f"{d.name} {percent(min(float(t), 1.0))}"
            for d, t in zip(outcomes.dimensions, knowledge.total[k], strict=True)
            if t >= 0.05
        ]
        worth = (
            usd(float(knowledge.value_usd[k]))
            if knowledge.value_usd[k] > 0.0
            else "nothing to tell from chance"
        )
        typer.echo(f"  {knowledge.paths[k]}: {', '.join(parts) or 'hardly anything'}; saves {worth}")
    typer.echo(f"Knowing all of it would save {usd(knowledge.all_usd)} on average.")


def _answer(
    system: System,
    outcomes: Outcomes,
    told: dict[str, object],
    knowledge: Knowledge,
    draws: int,
    seed: int,
) -> dict[str, object]:
    import numpy as np

    from optimizer.decide.uncertainty import bands, probabilities

    share, error = probabilities(outcomes)
    names = [d.name for d in outcomes.dimensions]
    found = bands(outcomes)[:, 0]
    designs, shares = told["names"], np.asarray(told["chosen_share"])
    assert isinstance(designs, list)
    return {
        "scenario": {"name": system.scenario.name, "digest": system.digest},
        "draws": draws,
        "seed": seed,
        "bands": {
            name: {q: finite(float(found[i, j])) for i, q in enumerate(("p10", "p50", "p90"))}
            for j, name in enumerate(names)
        },
        "limits": {
            name: {"holds": float(share[0, j]), "error": float(error[0, j])}
            for j, name in enumerate((*outcomes.constraints, "all"))
        },
        "chosen_share": {name: float(v) for name, v in zip(designs, shares, strict=True)},
        "none_feasible": told["none"],
        "robust": [designs[int(i)] for i in np.asarray(told["robust"])],
        "measure": [
            {
                "guess": path,
                "total": _by_name(names, knowledge.total[k]),
                "total_error": _by_name(names, knowledge.total_error[k]),
                "saves_usd": float(knowledge.value_usd[k]),
                "error_usd": float(knowledge.error_usd[k]),
            }
            for k, path in enumerate(knowledge.paths)
        ],
        "knowing_all_saves_usd": knowledge.all_usd,
    }


def _by_name(names: list[str], values: Array) -> dict[str, float]:
    return {name: float(v) for name, v in zip(names, values, strict=True)}
