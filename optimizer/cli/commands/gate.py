"""`tradespace gate`: does the chosen design still hold; for a build server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import (
    AsJson,
    DesignName,
    FrontFolder,
    ScenarioFile,
    design_of,
    is_on_front,
    known_of,
)
from optimizer.cli.console import compiled, show
from optimizer.cli.exit_codes import NO

if TYPE_CHECKING:
    from models.evaluation import Array
    from models.system.system import System
    from optimizer.decide.explain.gate import Check


def gate(
    scenario: ScenarioFile,
    design: DesignName,
    front: FrontFolder = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the checks as JUnit XML, for a build server.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Also simulate it: a limit that is said to hold must hold there.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Exit code 1 when the chosen design breaks a limit, likely may, or another one is better in earnest."""
    from models.errors import OutputError
    from optimizer.atomic_files import write_text
    from optimizer.cli.answers.parts import scenario_answer
    from optimizer.decide.explain.gate import gate as checked
    from optimizer.files.designs import design_from
    from optimizer.files.junit import junit_xml
    from optimizer.scenario_model import model_of
    from optimizer.sections.gate import gate as gate_section

    if junit is not None and not junit.absolute().parent.is_dir():  # no reason to solve first
        raise OutputError(
            f"{junit} can't be written: there is no folder {junit.parent}; make it, or see --junit"
        )
    system = compiled(scenario)
    notes: list[str] = []
    is_named = is_on_front(design)
    x = None if is_named else design_from(system, design, [], older=notes.append)
    known = known_of(system, front)
    chosen = design_of(system, design, [], front, known=known) if x is None else x
    checks = checked(model_of(system), known.front, chosen, known.recommendation)
    if verify:
        checks = (*checks, _simulated(system, chosen))
    if junit is not None:
        write_text(junit, junit_xml(f"tradespace gate {system.scenario.name}", checks, notes=notes))
    holds = all(check.holds for check in checks)
    data = {
        "scenario": scenario_answer(system),
        "open": holds,
        "notes": notes,
        "recommended": None if known.recommendation.position is None else known.recommendation.position + 1,
        "checks": [{"name": c.name, "holds": c.holds, "told": c.told} for c in checks],
    }
    show(gate_section(checks, notes), as_json=as_json, data=data)
    if not holds:
        raise typer.Exit(NO)


def _simulated(system: System, x: Array) -> Check:
    """Whether a simulation of the design at the peak refutes what is predicted of it."""
    from optimizer.cli.progress import share_bar
    from optimizer.decide.explain.gate import Check
    from optimizer.resilience.verify import verify
    from optimizer.sections.content import plain
    from optimizer.sections.verify import verdict_text

    with share_bar("checking by simulation") as (progress, stop):
        found = verify(
            system, system.space.canonical(x[None, :])[0], system.peak, progress=progress, stop=stop
        )
        is_stopped = stop()
    if is_stopped:
        return Check("simulation", False, "it was interrupted: not checked")
    told = plain(verdict_text(found.check))
    return Check("simulation", not found.check.is_refuted, f"{found.phase}: {told.removesuffix('.')}")
