"""`tradespace shortlist`: what to take, and the few designs to look at beside it."""

from __future__ import annotations

import typer

from optimizer.cli.commands.options import AsJson, NoVerify, ScenarioFile, StoreUrl, Verify
from optimizer.cli.commands.solving import solved, verify_of
from optimizer.cli.console import compiled, print_json, show
from optimizer.cli.exit_codes import NO


def shortlist(
    scenario: ScenarioFile,
    store: StoreUrl = None,
    verify: Verify = None,
    no_verify: NoVerify = False,
    as_json: AsJson = False,
) -> None:
    """What to take, how sure that is, and the few designs to look at beside it."""
    from optimizer.engines.processes import cores
    from optimizer.files.json import recommendation_answer
    from optimizer.scenario_model import model_of
    from optimizer.sections.shortlist import shortlist as section_of
    from optimizer.solver.config import SolveConfig

    system = compiled(scenario)
    model = model_of(system)
    which = verify_of(verify, without=no_verify)
    solution = solved(system, SolveConfig(workers=cores()), path=scenario, store=store, verify=which).solution
    if as_json:
        print_json(recommendation_answer(solution, system.space))
    elif solution.recommendation is not None:
        from optimizer.sections.solution import nothing_feasible

        if not len(solution.front):
            show(nothing_feasible(model, solution))
        show(section_of(model, solution))
    if not len(solution.front):
        raise typer.Exit(NO)
