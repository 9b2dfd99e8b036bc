"""What a design costs, split into what it is spent on."""

from __future__ import annotations

import numpy as np

from models.evaluation import COST, Array
from models.evaluator import run
from models.system.system import System
from optimizer.sections.content import Number, Text, text

#: Parts below this share of the largest one are told together.
_SMALL = 0.001


def cost_split(system: System, x: Array) -> Text:
    """A design's cost and its parts: `90,694 USD = 60,000 USD beforehand + 27,631 USD lost revenue + ...`.

    Args:
        system: The system.
        x: The design, `(d,)`.
    """
    cost = run(system, x[None, :]).cost
    phases = cost.lost_revenue_usd.shape[1]

    def total(*parts: Array) -> float:
        return float(sum(np.broadcast_to(part, (1, phases)).sum() for part in parts))

    named = [
        ("beforehand", float(cost.one_time_usd[0])),
        ("lost revenue", total(cost.lost_revenue_usd)),
        ("machines", total(*cost.replicas_usd)),
        ("calls paid by the piece", total(*cost.calls_usd)),
    ]
    labels = [one.label for one in system.scenario.costs]
    named += [(label, total(part)) for label, part in zip(labels, cost.drivers_usd, strict=True)]
    least = _SMALL * max(abs(value) for _, value in named)
    parts = sorted((part for part in named if abs(part[1]) > least), key=lambda part: -abs(part[1]))
    whole = Number(float(cost.total()[0]), COST.unit)
    if len(parts) < 2:
        return text(whole, f" ({parts[0][0]})") if parts else text(whole)
    told: list[str | Number] = [whole]
    for k, (name, value) in enumerate(parts):
        told += [" + " if k else " = ", Number(value, COST.unit), f" {name}"]
    return tuple(told)
