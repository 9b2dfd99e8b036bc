"""`tradespace doubt`: what if my numbers are wrong, and which of them to measure first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import (
    MOST_WHOLE,
    AsJson,
    Changes,
    DesignName,
    FrontFolder,
    ScenarioFile,
    design_of,
    finite,
    front_of_system,
)
from optimizer.cli.console import compiled, console, print_json, print_table

if TYPE_CHECKING:
    from models.evaluation import Array
    from models.system.system import System
    from optimizer.decide.confidence.doubts import Doubts


def doubt(
    scenario: ScenarioFile,
    design: DesignName = "knee",
    changes: Changes = None,
    front: FrontFolder = None,
    draws: Annotated[int, typer.Option(min=16, max=65_536, help="Draws of the guesses.")] = 256,
    seed: Annotated[int, typer.Option(min=0, max=MOST_WHOLE, help="Seed of the draws.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Bands of every dimension, how likely each limit holds, the robust designs, what to measure first."""
    from optimizer.changes import place_of_today
    from optimizer.decide.confidence.doubts import doubts_of
    from optimizer.scenario_model import model_of

    system = compiled(scenario)
    if not system.scenario.uncertainty:
        raise typer.BadParameter("the scenario names no guesses: write them under `uncertainty`")
    found = front_of_system(system, front)
    x = design_of(system, design, changes or [], front, front=found)
    told = doubts_of(system, found, x, model_of(system).steps, draws=draws, seed=seed)
    assert told is not None
    if as_json:
        print_json(_answer(system, told, seed))
    else:
        _print(told, place_of_today(system.space, found.X))


def _name(position: int | None) -> str:
    return "this design" if position is None else f"design {position + 1}"


def _print(told: Doubts, today: int | None) -> None:
    import numpy as np

    from models.evaluation import DIMENSIONS
    from models.units import percent, usd
    from optimizer.changes import TODAYS
    from optimizer.phrases import value_of

    rows = [[d.name, *(value_of(d, float(v)) for v in told.bands[:, j])] for j, d in enumerate(DIMENSIONS)]
    print_table(console(), ["", "p10", "p50", "p90"], rows)
    for name, likely, off in zip(told.limits, told.holds, told.holds_error, strict=True):
        typer.echo(f"  {name} holds in {percent(float(likely))} of the draws (± {percent(float(off))})")
    typer.echo("\nChosen again, of the few that stand for the front, as the draws fall:")
    for i in np.argsort(-told.chosen, kind="stable"):
        mark = "  robust: all limits hold in nine draws of ten" if told.robust[int(i)] else ""
        position = told.positions[int(i)]
        who = (
            f"{_name(position)} ({TODAYS})" if position is not None and position == today else _name(position)
        )
        typer.echo(f"  {who}: {percent(float(told.chosen[i]))}{mark}")
    typer.echo(f"  none is feasible: {percent(told.none_feasible)}")
    typer.echo("\nMeasure first (share of the variance of this design's dimensions; what knowing it saves):")
    knowledge = told.knowledge
    for k in np.lexsort((-knowledge.total.max(axis=1), -knowledge.value_usd)):
        parts = [
            f"{d.name} {percent(min(float(t), 1.0))}"
            for d, t in zip(DIMENSIONS, knowledge.total[k], strict=True)
            if t >= 0.05
        ]
        worth = (
            usd(float(knowledge.value_usd[k]))
            if knowledge.value_usd[k] > 0.0
            else "nothing to tell from chance"
        )
        typer.echo(f"  {knowledge.paths[k]}: {', '.join(parts) or 'hardly anything'}; saves {worth}")
    typer.echo(f"Knowing all of it would save {usd(knowledge.all_usd)} on average.")


def _answer(system: System, told: Doubts, seed: int) -> dict[str, object]:
    from models.evaluation import DIMENSIONS

    names = [d.name for d in DIMENSIONS]
    knowledge = told.knowledge
    designs = [_name(position) for position in told.positions]
    limits = [name if name != "all limits" else "all" for name in told.limits]
    return {
        "scenario": {"name": system.scenario.name, "digest": system.digest},
        "draws": told.draws,
        "seed": seed,
        "bands": {
            name: {q: finite(float(told.bands[i, j])) for i, q in enumerate(("p10", "p50", "p90"))}
            for j, name in enumerate(names)
        },
        "limits": {
            name: {"holds": float(share), "error": float(off)}
            for name, share, off in zip(limits, told.holds, told.holds_error, strict=True)
        },
        "chosen_share": {name: float(v) for name, v in zip(designs, told.chosen, strict=True)},
        "none_feasible": told.none_feasible,
        "robust": [name for name, is_robust in zip(designs, told.robust, strict=True) if is_robust],
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
