"""`tradespace what-if`: what a change does, what every single change would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import AsJson, Asked, about_a_design
from optimizer.cli.console import show

if TYPE_CHECKING:
    from models.system.system import System


@about_a_design("today")
def what_if(
    asked: Asked,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Pairs of changes that do more together, or less.")
    ] = False,
    shares: Annotated[
        bool, typer.Option("--shares", help="How much each decision matters in the whole space.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """What a change of decisions does; without --set, what every single change would do."""
    from optimizer.cli.answers.what_if import changes_answer
    from optimizer.decide.explain.effects import interactions, single_changes
    from optimizer.model import Labels
    from optimizer.sections.what_if import every_change

    if shares:
        _shares(asked.system, as_json=as_json)
    elif asked.changes:
        _one_change(asked, as_json=as_json)
    else:
        effects = single_changes(asked.model, asked.x)
        found = interactions(asked.model, effects) if pairs else ()
        section = every_change(effects, found if pairs else None, Labels())
        show(section, as_json=as_json, data=changes_answer(asked.system, effects, found))


def _shares(system: System, *, as_json: bool) -> None:
    from optimizer.cli.answers.what_if import shares_answer
    from optimizer.decide.confidence.sobol import decision_shares
    from optimizer.sections.what_if import shares

    found, names = decision_shares(system), [decision.name for decision in system.space.decisions]
    show(shares(found, names), as_json=as_json, data=shares_answer(found, names))


def _one_change(asked: Asked, *, as_json: bool) -> None:
    import numpy as np

    from models.evaluator import evaluate
    from optimizer.changes import changes
    from optimizer.cli.answers.what_if import one_change_answer
    from optimizer.files.designs import changed
    from optimizer.model import Labels
    from optimizer.sections.what_if import one_change

    system, before = asked.system, asked.before
    both = evaluate(system, np.array([before, changed(system, before, asked.changes)]))
    what = changes(system.space, both.X[0], both.X[1])
    show(
        one_change(both, what, Labels(), asked.model.limits),
        as_json=as_json,
        data=one_change_answer(system, both, what),
    )
