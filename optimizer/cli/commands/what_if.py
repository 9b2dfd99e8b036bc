"""`tradespace what-if`: what a change does, what every single change would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import AsJson, Changes, DesignName, FrontFolder, ScenarioFile, design_of
from optimizer.cli.console import compiled, print_json

if TYPE_CHECKING:
    from models.evaluation import Evaluation
    from models.system.system import System
    from optimizer.decide.explain.effects import Effects, Interaction

#: Interactions that are shown.
SHOWN = 12


def what_if(
    scenario: ScenarioFile,
    design: DesignName = "today",
    changes: Changes = None,
    front: FrontFolder = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Pairs of changes that do more together, or less.")
    ] = False,
    shares: Annotated[
        bool, typer.Option("--shares", help="How much each decision matters in the whole space.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """What a change of decisions does; without --set, what every single change would do."""
    import numpy as np

    from optimizer.decide.explain.effects import interactions, single_changes
    from optimizer.files.designs import changed
    from optimizer.scenario_model import model_of

    system = compiled(scenario)
    if shares:
        _tell_shares(system, as_json=as_json)
        return
    x = design_of(system, design, [], front)
    model = model_of(system)
    if changes:
        both = model.evaluate(np.array([x, changed(system, x, changes)]))
        _tell_change(system, both, as_json=as_json)
        return
    effects = single_changes(model, x)
    found = interactions(model, effects) if pairs else ()
    if as_json:
        print_json(_answer(system, effects, found))
    else:
        _print(effects, found, pairs=pairs)


def _tell_shares(system: System, *, as_json: bool) -> None:
    from models.evaluation import DIMENSIONS
    from models.units import percent
    from optimizer.decide.confidence.sobol import decision_shares

    found = decision_shares(system)
    names = [d.name for d in system.space.decisions]
    if as_json:
        print_json(
            {
                "points": found.evaluations,
                "ranked": [d.name for d, ranks in zip(DIMENSIONS, found.ranked, strict=True) if ranks],
                "total": {
                    name: {d.name: float(v) for d, v in zip(DIMENSIONS, row, strict=True)}
                    for name, row in zip(names, found.total, strict=True)
                },
                "error": {
                    name: {d.name: float(v) for d, v in zip(DIMENSIONS, row, strict=True)}
                    for name, row in zip(names, found.error, strict=True)
                },
            }
        )
        return
    if not names:
        typer.echo("There are no decisions: nothing varies.")
        return
    typer.echo("Share of each dimension's variance that goes with a decision, alone and with others:")
    for name, row in zip(names, found.total, strict=True):
        parts = [
            f"{d.name} {percent(min(float(v), 1.0))}"
            for d, v in zip(DIMENSIONS, row, strict=True)
            if v >= 0.01
        ]
        typer.echo(f"  {name}: {', '.join(parts) or 'hardly anything'}")


def _tell_change(system: System, both: Evaluation, *, as_json: bool) -> None:
    from optimizer import changes as decided
    from optimizer.files.json import design_answer
    from optimizer.phrases import differences, excess_text, joined

    what = decided.changes(system.space, both.X[0], both.X[1])
    if as_json:
        print_json(
            {
                "changed": [{"decision": c.decision, "before": c.before, "after": c.after} for c in what],
                "before": design_answer(both, 0, system.space),
                "after": design_answer(both, 1, system.space),
            }
        )
        return
    told = joined(differences(both.dimensions, both.values[0], both.values[1])) or "the same in everything"
    typer.echo(f"{decided.told(what)}: {told}.")
    for j, name in enumerate(both.constraints):
        before, after = float(both.excess[0, j]), float(both.excess[1, j])
        if before <= 0.0 < after:
            typer.echo(f"  it breaks {name}: {excess_text(name, after)} over")
        elif after <= 0.0 < before:
            typer.echo(f"  it mends {name}, which was {excess_text(name, before)} over")
        elif after > 0.0:
            typer.echo(f"  {name} stays broken: {excess_text(name, after)} over")


def _print(effects: Effects, found: tuple[Interaction, ...], *, pairs: bool) -> None:
    from models.units import count
    from optimizer.changes import told
    from optimizer.phrases import differences, joined

    start = effects.start
    for k, what in enumerate(effects.what):
        said = joined(differences(start.dimensions, start.values[0], effects.changed.values[k]))
        limits = _limits(start, effects.changed, k)
        typer.echo(f"{told(what)}: {said or 'no difference'}{limits}")
    if not pairs:
        return
    typer.echo(f"\n{count(len(found))} pairs do something else together than each alone:")
    for one in found[:SHOWN]:
        names = joined([start.dimensions[j].name for j in one.beyond])
        needed = f"; only together they mend {joined(one.is_needed)}" if one.is_needed else ""
        typer.echo(f"  {told(one.a)} with {told(one.b)}: in {names or 'no dimension'}{needed}")


def _limits(start: Evaluation, changed: Evaluation, k: int) -> str:
    before, after = start.excess[0] > 0.0, changed.excess[k] > 0.0
    breaks = [n for n, a, b in zip(start.constraints, before, after, strict=True) if b and not a]
    mends = [n for n, a, b in zip(start.constraints, before, after, strict=True) if a and not b]
    said = f"; BREAKS {', '.join(breaks)}" if breaks else ""
    return said + (f"; mends {', '.join(mends)}" if mends else "")


def _answer(system: System, effects: Effects, found: tuple[Interaction, ...]) -> dict[str, object]:
    from optimizer.files.json import design_answer

    names = [dimension.name for dimension in effects.start.dimensions]
    return {
        "scenario": {"name": system.scenario.name, "digest": system.digest},
        "start": design_answer(effects.start, 0, system.space),
        "changes": [
            {
                "changed": [{"decision": c.decision, "before": c.before, "after": c.after} for c in what],
                **design_answer(effects.changed, k, system.space),
            }
            for k, what in enumerate(effects.what)
        ],
        "pairs": [
            {
                "a": [str(change) for change in one.a],
                "b": [str(change) for change in one.b],
                "beyond": [names[j] for j in one.beyond],
                "mend_only_together": list(one.is_needed),
            }
            for one in found
        ],
    }
