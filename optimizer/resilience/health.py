"""The complexity budget and the emergence score of designs, and which designs of a front are metastable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.dimensions.complexity import WARNING_SHARE
from models.dimensions.emergence import DANGER, IMMINENT, THRESHOLDS
from models.evaluation import Array
from models.evaluator import run
from models.system.system import System
from optimizer.pareto.front import Front


@dataclass(frozen=True, slots=True)
class BudgetOf:
    """The complexity budget of one design in points.

    Attributes:
        income: What it earns, by name; what is 0 is left out.
        expenses: What it spends, by name; what is 0 is left out.
        earned: All income.
        spent: All expenses.
        remaining: What is left; negative beyond the phase transition.
        remaining_share: The same as a share of what is earned; may be -infinite.
        warns: Whether less than a quarter is left.
    """

    income: Mapping[str, float]
    expenses: Mapping[str, float]
    earned: float
    spent: float
    remaining: float
    remaining_share: float
    warns: bool


@dataclass(frozen=True, slots=True)
class EmergenceOf:
    """The emergence score of one design.

    Attributes:
        score: In [0, 1].
        base: Mean of the terms.
        terms: By name: the value, the threshold it is divided by, and the quotient.
        is_danger: Whether the score is danger.
        is_imminent: Whether a phase transition is imminent.
    """

    score: float
    base: float
    terms: Mapping[str, tuple[float, float, float]]
    is_danger: bool
    is_imminent: bool


@dataclass(frozen=True, slots=True, eq=False)
class Health:
    """Budget and emergence of some designs, and what the front says of metastability.

    Attributes:
        budgets: One a design.
        emergence: One a design.
        tips_over: Probability that the healthy state ends by itself within a phase, one a design.
        unsure: For which reasons the model isn't sure, one a design (`Run.unsure`).
        retry_margins: Load multiple below which a failed state can't sustain itself, one a design.
        metastable: Whether each design stays down after one push.
        metastable_on_front: Positions on the front of those that do.
        warning_share: Share of the budget below which it warns.
    """

    budgets: tuple[BudgetOf, ...]
    emergence: tuple[EmergenceOf, ...]
    retry_margins: tuple[float, ...]
    metastable: tuple[bool, ...]
    metastable_on_front: tuple[int, ...]
    tips_over: tuple[float, ...] = ()
    unsure: tuple[float, ...] = ()
    warning_share: float = WARNING_SHARE


def health_of(system: System, X: Array, front: Front) -> Health:
    """Budget and emergence of designs.

    Args:
        system: The system.
        X: The designs, `(n, d)`.
        front: The front.
    """
    steps = run(system, X)
    flags = front.evaluation.indicators.get("metastable", np.zeros(len(front)))
    n = len(X)

    def each(parts: Mapping[str, Array], i: int) -> dict[str, float]:
        return {name: float(np.broadcast_to(points, (n,))[i]) for name, points in parts.items()}

    def one(values: Array, i: int) -> float:
        return float(np.broadcast_to(values, (n,))[i])

    budgets, scores = [], []
    for i in range(n):
        budget, emergence = steps.budget, steps.emergence
        budgets.append(
            BudgetOf(
                income={k: v for k, v in each(budget.income, i).items() if v},
                expenses={k: v for k, v in each(budget.expenses, i).items() if v},
                earned=one(budget.earned, i),
                spent=one(budget.spent, i),
                remaining=one(budget.remaining, i),
                remaining_share=one(budget.remaining_share, i),
                warns=one(budget.warns, i) > 0.0,
            )
        )
        score = one(emergence.score, i)
        scores.append(
            EmergenceOf(
                score=score,
                base=one(emergence.base, i),
                terms={
                    name: (term * THRESHOLDS[name], THRESHOLDS[name], term)
                    for name, term in each(emergence.terms, i).items()
                },
                is_danger=score >= DANGER,
                is_imminent=score >= IMMINENT,
            )
        )
    return Health(
        budgets=tuple(budgets),
        emergence=tuple(scores),
        retry_margins=tuple(one(steps.retry_margin, i) for i in range(n)),
        metastable=tuple(one(steps.metastable, i) > 0.0 for i in range(n)),
        tips_over=tuple(one(steps.tips_over, i) for i in range(n)),
        unsure=tuple(one(steps.unsure, i) for i in range(n)),
        metastable_on_front=tuple(int(i) for i in np.flatnonzero(flags > 0.0)),
    )
