"""What it takes to get from today's design to another: work, money, and the complexity it adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.scenario.decision import Choice, Decision, Option, Toggle
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
        places = list(entry.columns)
        held = X[:, places]
        changed = np.any(differs[:, places], axis=1)
        changes = changes + changed
        days = days + np.where(changed, decision.effort_days + _most(decision, held, "effort_days"), 0.0)
        usd = usd + np.where(changed, decision.one_time_usd + _most(decision, held, "one_time_usd"), 0.0)
        stands = np.any(held > 0.0, axis=1) if isinstance(decision, Toggle) else changed
        points = points + np.where(stands, decision.complexity, 0.0) + _most(decision, held, "complexity")
    return Effort(days, usd, points, changes)


def _most(decision: Decision, held: Array, field: str) -> Array:
    """What the chosen option takes; the most over the phases where it differs by phase."""
    if not isinstance(decision, Choice):
        return np.zeros(held.shape[0])
    read: Callable[[Option], float] = lambda option: getattr(option, field)  # noqa: E731
    amounts = np.array([read(option) for option in decision.options.values()])
    chosen: Array = amounts[held.astype(np.intp)]
    most = chosen[:, 0]
    for p in range(1, chosen.shape[1]):
        most = np.maximum(most, chosen[:, p])
    return most
