"""What it takes to change each decision from today's value: days, money, points, one decision at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.dimensions.effort import effort
from models.evaluation import Array
from models.system.system import System


@dataclass(frozen=True, slots=True)
class Taken:
    """What one changed decision takes.

    Attributes:
        days: Work, days.
        one_time_usd: Money beforehand, USD.
        complexity: Points of the complexity budget that the decision itself spends more than today; negative
            = it brings points. What it does by way of traffic and pairs of parts isn't in it.
    """

    days: float
    one_time_usd: float
    complexity: float


def taken_by(system: System, x: Array) -> Mapping[str, Taken]:
    """What each decision takes that differs from today's; they add up to the effort of the design.

    Args:
        system: The system.
        x: The design, `(d,)`.
    """
    space = system.space
    row, today = space.canonical(x[None, :])[0], space.today
    names, rows = [], [today]
    for decision in space.decisions:
        places = list(decision.columns)
        if not np.array_equal(row[places], today[places]):
            alone = today.copy()
            alone[places] = row[places]
            names.append(decision.name)
            rows.append(alone)
    found = effort(system, np.array(rows))
    return {
        name: Taken(
            float(found.days[k] - found.days[0]),
            float(found.one_time_usd[k] - found.one_time_usd[0]),
            float(found.complexity[k] - found.complexity[0]),
        )
        for k, name in enumerate(names, start=1)
    }
