"""`tradespace returns`: what came back of experiments, beside what was predicted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import AsJson, Changes, ScenarioFile
from optimizer.cli.console import compiled, show
from optimizer.cli.exit_codes import NO

if TYPE_CHECKING:
    from models.system.system import System
    from optimizer.resilience.returns import Explanation, Returned


def returns(
    scenario: ScenarioFile,
    journal: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A journal of Chaos Toolkit.")
    ] = None,
    log: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A run log of a game day, filled in.")
    ] = None,
    design: Annotated[
        str, typer.Option(help="The design that was tested, where the file doesn't say: `today`, or a file.")
    ] = "today",
    changes: Changes = None,
    as_json: AsJson = False,
) -> None:
    """Lay what experiments showed beside the prediction: confirmed or refuted, and which guess is off."""
    from dataclasses import asdict

    from optimizer.cli.answers.gameday import finite
    from optimizer.files.designs import design_from
    from optimizer.files.returned import read_journal, read_log
    from optimizer.resilience.returns import Verdict
    from optimizer.sections.returns import returns as section_of

    if not journal and not log:
        raise typer.BadParameter("nothing came back: give --journal FILE or --log FILE")
    system = compiled(scenario)
    found = [one for path in journal or () for one in read_journal(path, system)]
    found += [one for path in log or () for one in read_log(path, system)]
    x = design_from(system, design, changes or [])
    explained = {one.experiment: _explained(system, one, x) for one in found if one.outside}
    data = {
        "scenario": system.scenario.name,
        "experiments": [
            {
                **{key: value for key, value in asdict(one).items() if key != "readings"},
                "readings": [{**asdict(each), "inside": each.is_inside} for each in one.readings],
                "explained": [asdict(each) for each in explained.get(one.experiment, ())],
            }
            for one in found
        ],
    }
    show(section_of(found, explained), as_json=as_json, data=finite(data))
    if any(one.verdict is Verdict.REFUTED for one in found):
        raise typer.Exit(NO)


def _explained(system: System, one: Returned, x: object) -> tuple[Explanation, ...]:
    import numpy as np

    from models.errors import RefusedError
    from optimizer.resilience.experiments import typed_experiments
    from optimizer.resilience.returns import explanations

    experiment = dict(typed_experiments(system)).get(one.experiment)
    if experiment is None:
        return ()
    row = system.space.encode(one.decisions) if one.decisions is not None else np.asarray(x)
    try:
        return explanations(system, row, experiment, one.readings)
    except RefusedError:
        return ()
