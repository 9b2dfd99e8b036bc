"""When do I switch what: the plan by phase, and the loads at which each switch is needed, with hysteresis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.system.system import System
from optimizer.resilience.escape import Step, escape_plan, rates_of

#: Share of a threshold below which a switch is taken back: a fifth less load, so that it doesn't flap.
HYSTERESIS = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Switch:
    """One row of a runbook.

    Attributes:
        step: What is switched, and what falls without it.
        on_above: Requests/s at which it must be on.
        off_below: Requests/s below which it may be taken back.
        lead_minutes: Time from half the load to this one at the growth that the workload plans; None where
            the phases don't tell it.
        is_in_time: Whether the switch takes no longer than that; None where it isn't known.
    """

    step: Step
    on_above: float
    off_below: float
    lead_minutes: float | None
    is_in_time: bool | None


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """One adaptive decision over the phases.

    Attributes:
        decision: The decision.
        settings: Its setting in each phase, as it is written.
    """

    decision: str
    settings: tuple[object, ...]


def plan_by_phase(system: System, x: Array) -> tuple[PhasePlan, ...]:
    """The settings of adaptive decisions in each phase, in the order of the phases."""
    design = system.space.decode(system.space.canonical(x[None, :])[0])
    return tuple(
        PhasePlan(name, tuple(value.get(phase) for phase in system.phases))
        for name, value in design.items()
        if isinstance(value, dict)
    )


def calm(system: System, x: Array) -> Array:
    """The design with every adaptive decision as in the phase of the lowest load, in all phases, `(d,)`."""
    rates = rates_of(system, x)
    quiet = system.phases[int(np.argmin(rates))]
    x = system.space.canonical(x[None, :])[0].copy()
    for decision in system.space.decisions:
        if len(decision.columns) > 1:
            of_quiet = [j for j in decision.columns if system.space.columns[j].phase == quiet]
            x[list(decision.columns)] = x[of_quiet[0]]
    return np.asarray(system.space.canonical(x[None, :])[0])


def runbook(system: System, x: Array, *, hysteresis: float = HYSTERESIS) -> tuple[Switch, ...]:
    """The loads at which each switch is needed, from the calm design upwards.

    A switch goes on where without it a limit falls, and is taken back only below a share of that load, and
    never above where the switch before it goes on (a Schmitt trigger: two thresholds instead of one).

    Args:
        system: The system.
        x: The design, `(d,)`.
        hysteresis: That share, in (0, 1).

    Raises:
        ValueError: The share is not in (0, 1).
    """
    if not 0.0 < hysteresis < 1.0:
        raise ValueError(f"the hysteresis must be a share in (0, 1), but got {hysteresis}")
    found: list[Switch] = []
    start = calm(system, x)
    rates = rates_of(system, start)
    for step in escape_plan(system, start):
        lead = _lead_minutes(system, rates, step.rate)
        in_time = None if lead is None or step.minutes is None else step.minutes <= lead
        found.append(Switch(step, step.rate, hysteresis * step.rate, lead, in_time))
    return tuple(found)


def _lead_minutes(system: System, rates: Array, rate: float) -> float | None:
    """Minutes from half a load to the load itself, where it grows evenly over each phase towards the next."""
    hours = system.hours[0]
    for p in range(len(rates) - 1):
        if rates[p] < rate <= rates[p + 1]:
            growth = (rates[p + 1] - rates[p]) / (60.0 * hours[p])
            return float((rate - max(rate / 2.0, float(rates[p]))) / growth)
    return None
