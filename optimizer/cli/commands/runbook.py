"""`tradespace runbook` and `tradespace margins`: when to switch what, and how much can be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from optimizer.cli.commands.options import (
    AsJson,
    Changes,
    DesignName,
    FrontFolder,
    ScenarioFile,
    design_of,
    finite,
)
from optimizer.cli.console import compiled, print_json

if TYPE_CHECKING:
    from optimizer.resilience.escape import Step
    from optimizer.resilience.margins import Margin


def runbook(
    scenario: ScenarioFile,
    design: DesignName = "knee",
    changes: Changes = None,
    front: FrontFolder = None,
    as_json: AsJson = False,
) -> None:
    """When to switch what: the plan by phase, and the load at which each switch is needed."""
    from models.units import quantity
    from optimizer.changes import told
    from optimizer.phrases import written
    from optimizer.resilience.runbook import plan_by_phase
    from optimizer.resilience.runbook import runbook as switches

    system = compiled(scenario)
    x = design_of(system, design, changes or [], front)
    plan, found = plan_by_phase(system, x), switches(system, x)
    if as_json:
        print_json(
            {
                "scenario": {"name": system.scenario.name, "digest": system.digest},
                "phases": list(system.phases),
                "plan": [{"decision": p.decision, "settings": list(p.settings)} for p in plan],
                "switches": [
                    {
                        **_step(s.step),
                        "on_above_per_s": s.on_above,
                        "off_below_per_s": s.off_below,
                        "lead_minutes": s.lead_minutes,
                        "in_time": s.is_in_time,
                    }
                    for s in found
                ],
            }
        )
        return
    for p in plan:
        settings = ", ".join(
            f"{phase}: {written(value)}" for phase, value in zip(system.phases, p.settings, strict=True)
        )
        typer.echo(f"{p.decision}: {settings}")
    if not found:
        typer.echo(
            "No switch that takes minutes moves the first break: there is nothing to switch under load."
        )
    for s in found:
        takes = "" if s.step.minutes is None else f", takes {s.step.minutes:g} min"
        late = "" if s.is_in_time is not False else f" (load doubles in {s.lead_minutes:.3g} min)"
        typer.echo(
            f"from {quantity(s.on_above, 'requests/s')}: {told(s.step.what)}{takes}{late}; "
            f"back below {quantity(s.off_below, 'requests/s')}"
        )
        typer.echo(f"    else {s.step.limit} falls at {s.step.component}; {_reaches(s.step)}")
        for text in s.step.told:
            typer.echo(f"    users are told: {text}")


def margins(
    scenario: ScenarioFile,
    design: DesignName = "knee",
    changes: Changes = None,
    front: FrontFolder = None,
    as_json: AsJson = False,
) -> None:
    """How much load, which losses a design stands, and the change that moves its first break furthest."""
    import numpy as np

    from optimizer.changes import told
    from optimizer.resilience.escape import first_break, furthest_change
    from optimizer.resilience.margins import margins as stands

    system = compiled(scenario)
    x = design_of(system, design, changes or [], front)
    rows = np.array([system.space.today, x])
    load = first_break(system, rows)[0]
    found, step = stands(system, rows[1:]), furthest_change(system, x, breaks_at=float(load[1]))
    if as_json:
        print_json(
            {
                "scenario": {"name": system.scenario.name, "digest": system.digest},
                "load": {"today": finite(float(load[0])), "design": finite(float(load[1]))},
                "losses": [
                    {
                        "kind": m.kind,
                        "component": m.component,
                        "stands": finite(float(m.stands[0])),
                        "stands_all": bool(m.is_all[0]),
                        "first": m.first[0],
                        "bottleneck": m.bottleneck[0],
                    }
                    for m in found
                ],
                "furthest_change": None if step is None else _step(step),
            }
        )
        return
    typer.echo(f"Load: breaks at {_times(float(load[1]))} (today's design: {_times(float(load[0]))}).")
    for m in found:
        typer.echo(f"  {_told(m)}")
    if step is not None:
        typer.echo(f"The change that moves the first break furthest: {told(step.what)}; {_reaches(step)}.")


def _step(step: Step) -> dict[str, object]:
    return {
        "changed": [{"decision": c.decision, "before": c.before, "after": c.after} for c in step.what],
        "breaks_at": step.breaks_at,
        "limit": step.limit,
        "component": step.component,
        "moves_break_to": finite(step.holds_to),
        "minutes": step.minutes,
        "told": list(step.told),
    }


def _reaches(step: Step) -> str:
    return f"it moves the break from {_times(step.breaks_at)} to {_times(step.holds_to)}"


def _times(multiple: float) -> str:
    if multiple <= 1.0 / 1000.0:
        return "any load that was tried"
    return f"{multiple:.3g} times the planned load" if multiple < 1e6 else "no load that was tried"


def _replicas(lost: float, has: float) -> str:
    of = f"of its {has:g} replicas" if has > 1.0 else "of its one replica"
    return f"none {of}" if lost < 1.0 else f"{'all' if lost >= has else f'{lost:g}'} {of}"


def _told(m: Margin) -> str:
    import math

    from models.units import percent
    from optimizer.resilience.margins import REFUSED

    stands, first = float(m.stands[0]), m.first[0]
    if math.isnan(stands):
        return f"{m.component or 'a zone'}: limits are broken already"
    falls = f"; then {first} falls at {m.bottleneck[0]}" if first else ""
    if first == REFUSED:
        falls = f"; then too few copies of {m.bottleneck[0]} are left, and its work is refused"
    if m.kind == "replicas":
        return f"{m.component}: may lose {_replicas(stands, float(m.has[0]))}{falls}"
    if m.kind == "time":
        most = "more than " if m.is_all[0] else ""
        return f"{m.component}: may take {most}{stands:.3g} times as long{falls}"
    if m.kind == "hits":
        return f"{m.component}: may lose {percent(stands)} of its hits{falls}"
    return f"a zone may{'' if stands else ' not'} be lost{falls}"
