"""What a design costs, split into what it is spent on."""

from __future__ import annotations

from collections.abc import Mapping

from models.evaluation import COST
from optimizer.sections.content import Number, Text, text

#: Parts below this share of the largest one are told together.
_SMALL = 0.001


def cost_split(whole: float, spent: Mapping[str, float]) -> Text:
    """A design's cost and its parts: `90,694 USD = 60,000 USD beforehand + 27,631 USD lost revenue + ...`.

    Args:
        whole: The cost, USD.
        spent: What it is spent on, USD.
    """
    least = _SMALL * max((abs(usd) for usd in spent.values()), default=0.0)
    parts = sorted((part for part in spent.items() if abs(part[1]) > least), key=lambda part: -abs(part[1]))
    cost = Number(whole, COST.unit)
    if len(parts) < 2:
        return text(cost, f" ({parts[0][0]})") if parts else text(cost)
    told: list[str | Number] = [cost]
    for k, (name, usd) in enumerate(parts):
        told += [" + " if k else " = ", Number(usd, COST.unit), f" {name}"]
    return tuple(told)
