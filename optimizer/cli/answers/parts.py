"""What several answers hold: a change, a step of the way out, a number as JSON can hold it."""

from __future__ import annotations

import math

from models.evaluation import Array
from models.system.system import System
from optimizer.changes import Change, place_of_today
from optimizer.pareto.front import Front
from optimizer.resilience.escape import Step


def finite(value: float) -> float | None:
    """A number as JSON can hold it: None where it isn't finite."""
    return float(value) if math.isfinite(value) else None


def scenario_answer(system: System) -> dict[str, str]:
    """Which scenario it is."""
    return {"name": system.scenario.name, "digest": system.digest}


def change_answer(change: Change) -> dict[str, object]:
    """One decision that differs."""
    return {"decision": change.decision, "before": change.before, "after": change.after}


def step_answer(step: Step) -> dict[str, object]:
    """One step of the way out."""
    return {
        "changed": [change_answer(change) for change in step.what],
        "breaks_at": step.breaks_at,
        "limit": step.limit,
        "component": step.component,
        "moves_break_to": finite(step.holds_to),
        "minutes": step.minutes,
        "told": list(step.told),
    }


def todays_number(system: System, front: Front) -> int | None:
    """The number of the design of a front that decides as today's does; None = it isn't on it."""
    place = place_of_today(system.space, front.X)
    return None if place is None else place + 1


def by_name(names: list[str], values: Array) -> dict[str, float]:
    """Values by what they are of."""
    return {name: float(v) for name, v in zip(names, values, strict=True)}
