"""The way out: the change that moves the break furthest, and the switches in the order they are needed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.evaluation import COMPLEXITY, COST, Array
from models.evaluator import run
from models.explanation.notices import notices
from models.scenario.paths import Slot
from models.system.system import System
from optimizer.changes import Change, changes
from optimizer.resilience.breaking_points import MOST, first_falls
from optimizer.resilience.last_to_fall import Last, last_to_fall
from optimizer.resilience.one_phase import breaks_at_peak

#: Limits that nobody asks about in an emergency. What a switch takes beforehand, its effort and complexity,
#: is asked when the design is chosen, not when it is switched.
NOT_ASKED = ("effort_days", "one_time_usd", COST.name, COMPLEXITY.name, "complexity_reserve")
#: A change that moves the break by less than this isn't worth a switch.
WORTH_IT = 1.01
#: Designs that stand longest in the peak phase and are asked about all phases, before all designs are.
TRIED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One change, and how far it moves the break.

    Attributes:
        x: The changed design, `(d,)`.
        what: What is changed.
        breaks_at: Multiple of the planned load at which the design before it breaks.
        rate: The same as requests/s at the peak.
        limit: The limit that falls there.
        component: The busiest component there.
        holds_to: Multiple of the planned load that is held with the change, to half a percent of it; infinite
            = all that was tried.
        minutes: Time it takes to switch; None = it can't be switched while the system runs.
        told: What users are told from then on.
    """

    x: Array
    what: tuple[Change, ...]
    breaks_at: float
    rate: float
    limit: str
    component: str
    holds_to: float
    minutes: float | None
    told: tuple[str, ...]


def first_break(
    system: System, X: Array, *, leave_out: Collection[str] = (), about: float | None = None
) -> tuple[Array, Array]:
    """Multiples of the planned load at which any limit falls, `(n,)`; and the last at which all hold.

    Args:
        system: The system.
        X: The designs, `(n, d)`.
        leave_out: Limits that are not asked.
        about: Where it is expected, if that is known (`first_falls`).
    """
    if not len(X):
        return np.zeros(0), np.zeros(0)
    holds, fails = first_falls(partial(_worst_excess, system, tuple(leave_out)), X, about=about)
    return fails[:, 0], holds[:, 0]


def rates_of(system: System, x: Array) -> Array:
    """User requests/s in each phase under a design, `(p,)`: a decision may change them too."""
    rate = run(system, x[None, :]).parameters.rate
    return np.asarray(np.broadcast_to(rate, system.hours.shape)[0])


def _worst_excess(system: System, leave_out: tuple[str, ...], X: Array, multiple: Array) -> Array:
    steps = run(system, X, stress={Slot("workload", "", "rate"): multiple[:, None]})
    over = [np.broadcast_to(e, (len(X),)) for name, e in steps.excess.items() if name not in leave_out]
    return np.asarray(np.max(over, axis=0))[:, None] if over else np.full((len(X), 1), -1.0)


def furthest_change(
    system: System,
    x: Array,
    *,
    only: Collection[str] | None = None,
    leave_out: Collection[str] = (),
    breaks_at: float | None = None,
) -> Step | None:
    """The change of one decision that moves the first break under load furthest; None where none moves it.

    Args:
        system: The system.
        x: The design, `(d,)`.
        only: Decisions that may be changed; None = all.
        leave_out: Limits that are not asked.
        breaks_at: Where the design breaks (`first_break`), if that is known.
    """
    space = system.space
    x = space.canonical(x[None, :])[0]
    before = breaks_at
    if before is None:
        before = float(first_break(system, x[None, :], leave_out=leave_out)[0][0])
    if not np.isfinite(before):
        return None
    around = space.neighbours(x)
    if only is not None:
        fits = [all(c.decision in only for c in changes(space, x, row)) for row in around]
        around = around[np.array(fits, dtype=bool)]
    # From the present break upwards, and roughly: what matters is which goes furthest.
    best, holds_to = _furthest(system, x, around, before * WORTH_IT, tuple(leave_out))
    if best is None:
        return None
    what = changes(space, x, around[best])
    limit, component = _what_falls(system, x, before, leave_out)
    rate = before * float(rates_of(system, x).max())
    already = {notice.text for notice in notices(system, x)}
    told = tuple(n.text for n in notices(system, around[best]) if n.text not in already)
    return Step(
        around[best],
        what,
        before,
        rate,
        limit,
        component,
        holds_to,
        _minutes(system, what),
        told,
    )


def _furthest(
    system: System, x: Array, around: Array, least: float, leave_out: tuple[str, ...]
) -> tuple[int | None, float]:
    """The one of several changes that stands longest from a multiple on, and the last multiple it holds.

    A design stands no longer than its peak phase does (`one_phase`). So that is asked of all, and all phases
    of the first of those that stand longest there: where it stands as long, no other stands longer.
    """
    at_peak = last_to_fall(partial(breaks_at_peak, system, leave_out=leave_out), around, least=least)
    if not at_peak.places.size:
        return None, 0.0
    for k in _by_minutes(system, x, around, at_peak)[:TRIED]:
        stood = at_peak.stood
        if not _falls(system, leave_out, np.tile(around[k], (stood.size, 1)), stood).any():
            return k, at_peak.holds_to
    found = last_to_fall(partial(_falls, system, leave_out), around, least=least)
    return next(iter(_by_minutes(system, x, around, found)), None), found.holds_to


def _by_minutes(system: System, x: Array, around: Array, found: Last) -> list[int]:
    """Of several that reach as far, the one that takes the least time, then the first."""
    takes = {int(k): _minutes(system, changes(system.space, x, around[k])) or 0.0 for k in found.places}
    return sorted(takes, key=lambda k: (takes[k], k))


def _falls(system: System, leave_out: tuple[str, ...], X: Array, multiple: Array) -> NDArray[np.bool_]:
    return np.asarray(_worst_excess(system, leave_out, X, multiple)[:, 0] > 0.0)


def escape_plan(system: System, x: Array, *, up_to: float = MOST) -> tuple[Step, ...]:
    """The switches in the order in which growing load will need them.

    At each break that decision is switched, of those that can be while the system runs (`switch_minutes`),
    which moves the break furthest; until none does. Each decision is switched once.

    Args:
        system: The system.
        x: The design, `(d,)`.
        up_to: Multiple of the planned load up to which the plan is wanted.
    """
    switches = {name for name, d in system.scenario.decisions.items() if d.switch_minutes is not None}
    plan: list[Step] = []
    while switches:
        if plan:
            x = plan[-1].x
        about = plan[-1].holds_to if plan else None
        breaks_at = float(first_break(system, x[None, :], leave_out=NOT_ASKED, about=about)[0][0])
        step = furthest_change(system, x, only=switches, leave_out=NOT_ASKED, breaks_at=breaks_at)
        if step is None or step.breaks_at > up_to:
            break
        plan.append(step)
        switches -= {change.decision for change in step.what}
    return tuple(plan)


def _minutes(system: System, what: tuple[Change, ...]) -> float | None:
    times = [system.scenario.decisions[change.decision].switch_minutes for change in what]
    known = [float(time) for time in times if time is not None]
    return max(known) if len(known) == len(times) and known else None


def _what_falls(system: System, x: Array, multiple: float, leave_out: Collection[str]) -> tuple[str, str]:
    stress = {Slot("workload", "", "rate"): np.array([[multiple]])}
    steps = run(system, x[None, :], stress=stress)
    over = {name: float(np.ravel(e)[0]) for name, e in steps.excess.items() if name not in leave_out}
    fallen = [name for name, e in over.items() if e > 0.0]
    return (fallen[0] if fallen else ""), system.components[int(steps.bottleneck[0])]
