"""What it takes to get from today's design to another: work, money, and the complexity it adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.scenario.decision import Choice, Toggle
from models.system.system import System

#: A relative difference up to this is rounding.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Effort:
    """What designs take, `(n,)` each.

    Attributes:
        days: Work, days; for decisions that differ from today's.
        one_time_usd: Money spent beforehand, USD; for decisions that differ from today's.
        complexity: Points of the complexity budget, for as long as the decision stands.
        changed: Number of decisions that differ from today's.
    """

    days: Array
    one_time_usd: Array
    complexity: Array
    changed: Array


def effort(system: System, X: Array) -> Effort:
    """What each design takes, compared with today's.

    A decision that differs from today's in any phase takes its effort and money once. Complexity counts
    while a toggle is on, while an option is chosen, and for other numbers while they differ from today's.

    Args:
        system: The system.
        X: Canonical designs, `(n, d)`.
    """
    days, usd, points, changes = (np.zeros(X.shape[0]) for _ in range(4))
    today = system.space.today
    with np.errstate(invalid="ignore"):
        differs = (today != X) & ~(np.abs(X - today) <= _ROUNDING * np.abs(today))
    for entry in system.space.decisions:
        decision = system.scenario.decisions[entry.name]
        held = X[:, list(entry.columns)]
        changed = differs[:, entry.columns[0]]
        for j in entry.columns[1:]:
            changed = changed | differs[:, j]
        changes = changes + changed
        options = tuple(decision.options.values()) if isinstance(decision, Choice) else ()
        if decision.effort_days or any(option.effort_days for option in options):
            most = _most([option.effort_days for option in options], held)
            days = days + np.where(changed, decision.effort_days + most, 0.0)
        if decision.one_time_usd or any(option.one_time_usd for option in options):
            most = _most([option.one_time_usd for option in options], held)
            usd = usd + np.where(changed, decision.one_time_usd + most, 0.0)
        if decision.complexity:
            stands = np.any(held > 0.0, axis=1) if isinstance(decision, Toggle) else changed
            points = points + np.where(stands, decision.complexity, 0.0)
        if options:
            points = points + _most([option.complexity for option in options], held)
    return Effort(days, usd, points, changes)


def _most(amounts: Sequence[float], held: Array) -> Array | float:
    """What the chosen option takes, by option; the most over the phases where it differs by phase."""
    if not any(amounts):
        return 0.0
    chosen: Array = np.array(amounts)[held.astype(np.intp)]
    most = chosen[:, 0]
    for p in range(1, chosen.shape[1]):
        most = np.maximum(most, chosen[:, p])
    return most
