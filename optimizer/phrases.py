"""Differences between designs in words: "31 ms faster", "4,100 USD dearer", one place for all formats."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.evaluation import Array, Dimension
from models.units import nines, quantity

#: Unit of a difference of shares; the complexity budget has points of its own.
POINTS = "percentage points"
#: What a dimension of the six is called when it is better, and when it is worse.
_WORDS = {
    "latency": ("faster", "slower"),
    "throughput": ("more throughput", "less throughput"),
    "consistency": ("more consistent", "less consistent"),
    "availability": ("more available", "less available"),
    "cost": ("cheaper", "dearer"),
    "complexity": ("simpler", "more complex"),
}
#: What a design is called that is best in one dimension.
_BEST = {
    "latency": "fastest",
    "throughput": "most throughput",
    "consistency": "most consistent",
    "availability": "most available",
    "cost": "cheapest",
    "complexity": "simplest",
}


def value_of(dimension: Dimension, value: float) -> str:
    """A value of a dimension: `31 ms`, `99.95 %`."""
    return quantity(float(value), dimension.unit)


def difference(dimension: Dimension, before: float, after: float) -> str:
    """How a value differs from another: `31 ms faster`, `99.99 % instead of 99.9 % available`.

    Availability is told by both values, because a difference of shares says nothing; so is what can't be
    subtracted.
    """
    if before == after:
        return f"{dimension.name} the same"
    is_better = (after - before) * dimension.sign < 0.0
    better, worse = words_of(dimension)
    if dimension.name == "availability":
        texts = value_of(dimension, after), value_of(dimension, before)
        if texts[0] == texts[1]:
            return f"hardly {better if is_better else worse} ({texts[0]})"
        return f"{texts[0]} instead of {texts[1]} available"
    if not (math.isfinite(before) and math.isfinite(after)):
        told = f"{value_of(dimension, after)} instead of {value_of(dimension, before)}"
        return f"{dimension.name} {told}"
    amount = abs(after - before)
    size = (
        quantity(100.0 * amount, POINTS) if dimension.unit == "fraction" else quantity(amount, dimension.unit)
    )
    return f"{size} {better if is_better else worse}"


def differences(
    dimensions: Sequence[Dimension], before: Array, after: Array, *, only: Sequence[int] | None = None
) -> list[str]:
    """All dimensions in which two designs differ, the better ones first.

    Args:
        dimensions: What the values are.
        before: Values of one design, `(m,)`.
        after: Values of the other, `(m,)`.
        only: Positions of the dimensions to tell; None = all.
    """
    chosen = [j for j in (range(len(dimensions)) if only is None else only) if before[j] != after[j]]
    # What reads the same makes no difference to a person.
    shown = [j for j in chosen if value_of(dimensions[j], before[j]) != value_of(dimensions[j], after[j])]
    chosen = shown or chosen
    chosen.sort(key=lambda j: (after[j] - before[j]) * dimensions[j].sign > 0.0)
    return [difference(dimensions[j], float(before[j]), float(after[j])) for j in chosen]


def words_of(dimension: Dimension) -> tuple[str, str]:
    """What a design is called that is better in a dimension, and one that is worse."""
    return _WORDS.get(dimension.name, (f"better {dimension.name}", f"worse {dimension.name}"))


def best_in(dimension: Dimension) -> str:
    """What the best design in a dimension is called: `cheapest`."""
    return _BEST.get(dimension.name, f"best {dimension.name}")


def worse_in(dimension: Dimension) -> str:
    """What the worst design in a dimension is called: `dearer`."""
    return words_of(dimension)[1]


def capitalised(words: str) -> str:
    """Words that open a sentence: `today's design` becomes `Today's design`, the rest stays as it is."""
    return words[:1].upper() + words[1:]


def with_nines(share: float) -> str:
    """An availability with its nines: `99.95 % (3.3 nines)`."""
    return f"{quantity(share, 'fraction')} ({nines(share)})"


def joined(parts: Sequence[str], *, last: str = "and") -> str:
    """Parts of a sentence: `a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


_UNIT_OF_LIMIT = {
    "latency": "ms",
    "throughput": "requests/s",
    "cost": "USD",
    "one_time_usd": "USD",
    "effort_days": "days",
    "consistency": "fraction",
    "availability": "fraction",
    "complexity": "fraction",
    "complexity_reserve": "fraction",
    "saturation": "fraction",
    "collapse": "fraction",
}


#: What is wrong where a limit is broken by no amount.
_WITHOUT_AMOUNT = {
    "metastable": "stays down after one push",
    "nothing_called": "no component is called, so nothing is asked",
    "endless_cost": "costs more than any number",
}


def has_amount(name: str) -> bool:
    """Whether a limit is broken, or held, by an amount."""
    return name not in _WITHOUT_AMOUNT


def unit_of_limit(name: str) -> str:
    """The unit in which a limit is exceeded; empty for plain numbers."""
    return "ms" if name.startswith("flows.") else _UNIT_OF_LIMIT.get(name, "")


def excess_text(name: str, over: float) -> str:
    """An excess with the unit of its limit."""
    if name in _WITHOUT_AMOUNT:
        return _WITHOUT_AMOUNT[name]
    unit = unit_of_limit(name)
    return quantity(100.0 * over, POINTS) if unit == "fraction" else quantity(over, unit)
