"""`--json` of `tradespace break`, `margins` and `runbook`."""

from __future__ import annotations

from collections.abc import Sequence

from models.evaluation import Array
from models.system.system import System
from optimizer.cli.answers.parts import finite, scenario_answer, step_answer
from optimizer.resilience.breaking_points import BreakingPoints
from optimizer.resilience.escape import Step
from optimizer.resilience.hysteresis import WayBack
from optimizer.resilience.margins import Margin
from optimizer.resilience.runbook import PhasePlan, Switch


def break_answer(system: System, points: BreakingPoints) -> dict[str, object]:
    """Where a design breaks."""
    first, busiest = int(points.first[0]), int(points.bottleneck[0])
    return {
        "what": points.what,
        "margin": finite(points.margin[0]),
        "first": None if first < 0 else points.limits[first],
        "bottleneck": None if busiest < 0 else system.components[busiest],
        "limits": {
            name: {"holds": finite(points.holds[0, j]), "fails": finite(points.fails[0, j])}
            for j, name in enumerate(points.limits)
        },
    }


def margins_answer(
    system: System, load: Array, stood: Sequence[Margin], furthest: Step | None
) -> dict[str, object]:
    """How much load and which losses a design stands; `load` is that of today's design and of this one."""
    return {
        "scenario": scenario_answer(system),
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
            for m in stood
        ],
        "furthest_change": None if furthest is None else step_answer(furthest),
    }


def way_back_answer(way: WayBack | None) -> dict[str, object] | None:
    """What brings a design back; None = nothing is needed."""
    if way is None:
        return None
    return {"shed_to_per_s": way.rate, "for_s": finite(way.seconds), "kept_share": way.kept_share}


def runbook_answer(
    system: System, plan: Sequence[PhasePlan], switches: Sequence[Switch], way: WayBack | None
) -> dict[str, object]:
    """When to switch what."""
    return {
        "scenario": scenario_answer(system),
        "phases": list(system.phases),
        "plan": [{"decision": p.decision, "settings": list(p.settings)} for p in plan],
        "switches": [
            {
                **step_answer(s.step),
                "on_above_per_s": s.on_above,
                "off_below_per_s": s.off_below,
                "lead_minutes": s.lead_minutes,
                "in_time": s.is_in_time,
            }
            for s in switches
        ],
        "way_back": way_back_answer(way),
    }
