"""`tradespace runbook` and `tradespace margins`: when to switch what, and how much can be lost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import RECOMMENDED, AsJson, Asked, Force, about_a_design
from optimizer.cli.console import show

if TYPE_CHECKING:
    from optimizer.resilience.hysteresis import WayBack

#: What `--out` writes.
WRITTEN = ("scaling.yaml", "runbook.md")


@about_a_design(RECOMMENDED)
def runbook(
    asked: Asked,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write it: replicas as manifests of Kubernetes, the rest as text."),
    ] = None,
    begins: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When the first phase begins, as 2026-11-27T06:00: by the clock."),
    ] = None,
    is_forced: Force = False,
    as_json: AsJson = False,
) -> None:
    """When to switch what: the plan by phase, the load at which each switch is needed, and the way back."""
    from optimizer.atomic_files import refuse_existing_files, write_text
    from optimizer.cli.answers.resilience import runbook_answer
    from optimizer.model import Labels
    from optimizer.report.content import Page
    from optimizer.report.markdown import markdown
    from optimizer.resilience.escape import rates_of
    from optimizer.resilience.runbook import plan_by_phase
    from optimizer.resilience.runbook import runbook as switches_of
    from optimizer.resilience.scaling import manifests
    from optimizer.sections.runbook import phases_table
    from optimizer.sections.runbook import runbook as runbook_section

    moment = _moment(begins)
    if out is not None:
        refuse_existing_files(out, WRITTEN, force=is_forced)
    elif begins is not None:
        raise typer.BadParameter("--begins is written into manifests: give --out DIR")
    system, x = asked.system, asked.x
    plan, switches = plan_by_phase(system, x), switches_of(system, x)
    phases = phases_table(system, rates_of(system, x), plan, Labels())
    way = _way_back(asked)
    section = runbook_section(phases, switches, Labels(), way)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        page = Page(f"Runbook: {system.scenario.title or system.scenario.name}", "", (section,), ())
        for name, words in zip(WRITTEN, (manifests(system, x, moment), markdown(page)), strict=True):
            write_text(out / name, words)
    show(section, as_json=as_json, data=runbook_answer(system, plan, switches, way))


def _moment(begins: str | None) -> datetime | None:
    """When the first phase begins; a time without a zone is one of UTC."""
    if begins is None:
        return None
    try:
        found = datetime.fromisoformat(begins)
    except ValueError:
        raise typer.BadParameter(f"found --begins {begins}; allowed: a time as 2026-11-27T06:00") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _way_back(asked: Asked) -> WayBack | None:
    """What brings the design back to the peak's load; None where nothing is needed, or can be told."""
    from models.errors import RefusedError
    from optimizer.cli.progress import share_bar
    from optimizer.resilience.hysteresis import hysteresis, rate_of, way_back

    system, x = asked.system, asked.x
    try:
        with share_bar("playing"):
            found = hysteresis(system, x, system.peak)
    except RefusedError:
        return None
    return way_back(found, rate_of(system, x, system.peak))


@about_a_design(RECOMMENDED)
def margins(asked: Asked, as_json: AsJson = False) -> None:
    """How much load, which losses a design stands, and the change that moves its first break furthest."""
    import numpy as np

    from optimizer.cli.answers.resilience import margins_answer
    from optimizer.model import Labels
    from optimizer.resilience.escape import first_break, furthest_change
    from optimizer.resilience.margins import margins as margins_of
    from optimizer.sections.margins import margins as margins_section

    system, x = asked.system, asked.x
    load = first_break(system, np.array([system.space.today, x]))[0]
    stood, furthest = margins_of(system, x[None, :]), furthest_change(system, x, breaks_at=float(load[1]))
    section = margins_section(load, stood, furthest, Labels())
    show(section, as_json=as_json, data=margins_answer(system, load, stood, furthest))
