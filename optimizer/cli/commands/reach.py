"""`tradespace reach` and `representatives`: what a wish reaches, and the few designs to show of a front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import (
    RECOMMENDED,
    AsJson,
    DesignName,
    FrontFolder,
    ScenarioFile,
    Whole,
    design_of,
    known_of,
    name_and_number,
    subject_of,
)
from optimizer.cli.console import compiled, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.evaluation import Array
    from models.system.system import System
    from optimizer.pareto.front import Front


def reach(
    scenario: ScenarioFile,
    wishes: Annotated[
        list[str] | None,
        typer.Option("--wish", metavar="DIMENSION=NUMBER", help="At least so good, for example latency=80."),
    ] = None,
    design: DesignName = RECOMMENDED,
    better: Annotated[list[str] | None, typer.Option(help="A dimension that must get better.")] = None,
    worse: Annotated[list[str] | None, typer.Option(help="A dimension that may get worse for it.")] = None,
    front: FrontFolder = None,
    as_json: AsJson = False,
) -> None:
    """What a wish reaches, or what must give; or the next designs: better in this, worse in that."""
    import numpy as np

    from optimizer.cli.answers.reach import reach_answer
    from optimizer.decide.choose.aspiration import reach as reached
    from optimizer.decide.choose.aspiration import wish_from
    from optimizer.decide.recommend.candidates import first_of, rule_of
    from optimizer.pareto.boxes import boxed, visible
    from optimizer.scenario_model import model_of
    from optimizer.sections.reach import reach as reach_section

    if bool(wishes) == bool(better or worse):
        raise typer.BadParameter("give either --wish, or --better and --worse")
    system = compiled(scenario)
    known = known_of(system, front)
    found = known.front
    if not len(found):
        raise typer.BadParameter("no design is feasible: nothing can be reached")
    try:
        if wishes:
            given = dict(name_and_number("--wish", text) for text in wishes)
            wish = wish_from(given, found.evaluation.dimensions)
            model = model_of(system)
            rule = rule_of(model)
            told = reached(found, wish, rule.order(found.evaluation).order)
            best = first_of(model, found, told.meeting)
            boxes = boxed(found.evaluation.take(told.meeting), rule.widths)
            seen = told.meeting[visible(boxes, np.arange(len(boxes)))]
            section = reach_section(subject_of(system, found), told, best, seen)
            show(section, as_json=as_json, data=reach_answer(system, found, told, best))
            return
        names = [dimension.name for dimension in found.evaluation.dimensions]
        for name in (*(better or ()), *(worse or ())):
            if name not in names:
                raise ValueError(f"found the dimension {name!r}; allowed: {', '.join(names)}")
        x = design_of(system, design, [], front, known=known)
        _tell_next(system, found, x, better or (), worse or (), as_json=as_json)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _tell_next(
    system: System, front: Front, x: Array, better: Sequence[str], worse: Sequence[str], *, as_json: bool
) -> None:
    import numpy as np

    from optimizer.cli.answers.reach import next_answer
    from optimizer.decide.choose.classification import next_designs
    from optimizer.sections.reach import next_ones

    names = [dimension.name for dimension in front.evaluation.dimensions]
    here = np.flatnonzero(np.all(x == front.X, axis=1))
    if not here.size:
        raise ValueError("the design is not on the front; `tradespace explain` says what is nearest to it")
    i, asked = int(here[0]), [[names.index(n) for n in given] for given in (better, worse)]
    found = [int(k) for k in next_designs(front, i, better=asked[0], worse=asked[1])]
    section = next_ones(subject_of(system, front), i, found, better, worse)
    show(section, as_json=as_json, data=next_answer(system, front, i, found))


def representatives(
    scenario: ScenarioFile,
    number: Annotated[int, typer.Option("--number", min=1, max=50, help="Designs to show.")] = 8,
    front: FrontFolder = None,
    with_rules: Annotated[
        bool, typer.Option("--rules", help="What the designs of each group have in common.")
    ] = False,
    is_whole: Whole = False,
    as_json: AsJson = False,
) -> None:
    """The few designs that stand for the front, named by what sets them apart; and its knees."""
    from optimizer.cli.answers.choosing import representatives_answer
    from optimizer.decide.choose.knee import reason
    from optimizer.decide.choose.representatives import group_rules
    from optimizer.scenario_model import model_of
    from optimizer.sections.representatives import representatives as section_of

    system = compiled(scenario)
    known = known_of(system, front)
    found, shown = known.front, known.shown(is_whole=is_whole)
    told = shown.representatives(model_of(system), number)
    if told is None:
        raise typer.BadParameter("no design is feasible: there is nothing to show")
    bulges = shown.knees()
    rules = group_rules(shown.front, told, system.space.columns) if with_rules else ()
    reasons = [(one.position, reason(found, one.position)) for one in bulges]
    section = section_of(subject_of(system, found), told, shown, reasons, rules)
    show(section, as_json=as_json, data=representatives_answer(system, found, told, shown, bulges, rules))
