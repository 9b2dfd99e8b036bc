"""Values and differences in words: "31 ms faster", "4,100 USD dearer", one place for all formats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from models.dimensions.limits import LIMIT_TOLERANCE
from models.evaluation import DIMENSIONS, Array, Dimension
from models.units import nines, outward, quantity


class Bound(Protocol):
    """Where a limit stands (`optimizer.model.Bound` is one)."""

    @property
    def at(self) -> float:
        """The number, in the unit of the limit."""

    @property
    def is_least(self) -> bool:
        """Whether that much must be there at least; else it may be there at the most."""

    def needed(self, over: float) -> float:
        """Where it would have to be for a design to be within it that is over it by an amount."""


#: Unit of a difference of shares; the complexity budget has points of its own.
POINTS = "percentage points"


def value_of(dimension: Dimension, value: float) -> str:
    """A value of a dimension: `31 ms`, `99.95 %`."""
    return quantity(float(value), dimension.shown_unit)


def difference(dimension: Dimension, before: float, after: float) -> str:
    """How a value differs from another: `31 ms faster`, `99.99 % instead of 99.9 % available`.

    What is counted in nines is told by both values, because a difference of shares says nothing; so is what
    can't be subtracted.
    """
    if before == after:
        return f"{dimension.name} the same"
    is_better = (after - before) * dimension.sign < 0.0
    better, worse = words_of(dimension)
    if is_told_by_both(dimension, before, after):
        told = f"{value_of(dimension, after)} instead of {value_of(dimension, before)}"
        is_so = dimension.called.is_so if dimension.scale == "nines" else ""
        return f"{told} {is_so}" if is_so else f"{dimension.name} {told}"
    if dimension.scale == "nines":
        return f"hardly {better if is_better else worse} ({value_of(dimension, after)})"
    amount = abs(after - before)
    size = (
        quantity(100.0 * amount, POINTS) if dimension.unit == "fraction" else quantity(amount, dimension.unit)
    )
    return f"{size} {better if is_better else worse}"


def is_told_by_both(dimension: Dimension, before: float, after: float) -> bool:
    """Whether a difference is told by both values: of nines that read differently, or of what has no end."""
    if dimension.scale == "nines":
        return value_of(dimension, before) != value_of(dimension, after)
    return not (math.isfinite(before) and math.isfinite(after))


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
    return dimension.called.better, dimension.called.worse


def best_in(dimension: Dimension) -> str:
    """What the best design in a dimension is called: `cheapest`."""
    return dimension.called.best


def worse_in(dimension: Dimension) -> str:
    """What the worst design in a dimension is called: `dearer`."""
    return dimension.called.worse


def capitalised(words: str) -> str:
    """Words that open a sentence: `today's design` becomes `Today's design`, the rest stays as it is."""
    return words[:1].upper() + words[1:]


def with_nines(share: float) -> str:
    """An availability with its nines: `99.95 % (3.3 nines)`."""
    return f"{quantity(share, 'fraction')} ({nines(share)})"


def counted_words(many: int, one: str) -> str:
    """How many there are of something: `1 design`, `1,924 designs`."""
    return f"{many:,} {one}{'' if many == 1 else 's'}"


def joined(parts: Sequence[str], *, last: str = "and") -> str:
    """Parts of a sentence: `a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


_UNIT_OF_LIMIT = {
    **{dimension.name: dimension.unit for dimension in DIMENSIONS},
    "one_time_usd": "USD",
    "effort_days": "days",
    "complexity_reserve": "fraction",
    "tips_over": "fraction",
    "failover_s": "s",
    "lost_writes": "count",
    "backlog": "count",
    "drain_s": "s",
    "message_age_s": "s",
    "retention_s": "fraction",
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


def limit_change(name: str, bound: Bound, over: float) -> str:
    """Where a limit would have to be: `limit cost 300 USD would have to be 345 USD`."""
    return f"limit {name} {bound_change(name, bound, over)}"


def bound_change(name: str, bound: Bound, over: float) -> str:
    """The same without its name: `300 USD would have to be 345 USD`.

    Args:
        name: The limit.
        bound: Where it is.
        over: By how much it is broken; what is told is never tighter than that.
    """
    unit = unit_of_limit(name)
    return f"{quantity(bound.at, unit)} would have to be {quantity(new_limit(name, bound, over), unit)}"


def new_limit(name: str, bound: Bound, over: float) -> float:
    """Where a limit would have to be, rounded as it is told: never tighter than what is needed."""
    needed, up = bound.needed(over), not bound.is_least
    slack = 0.5 * LIMIT_TOLERANCE * max(1.0, abs(needed))  # a design that is beyond a limit by less is within
    return outward(needed - slack if up else needed + slack, unit_of_limit(name), up=up)


def relief(limits: Mapping[str, Bound], name: str, over: float) -> str:
    """What must give for a design that breaks a limit: the new limit, or that it must not be broken.

    Args:
        limits: Where limits stand.
        name: The limit.
        over: The excess, > 0.
    """
    bound = limits.get(name)
    if bound is not None and math.isfinite(over):
        return limit_change(name, bound, over)
    return f"limit {name} must not be broken: {breach(limits, name, over)}"


def breach(limits: Mapping[str, Bound], name: str, over: float) -> str:
    """What is wrong where a limit is broken: `180 ms would have to be 222 ms`, else by how much it is broken.

    Args:
        limits: Where limits stand.
        name: The limit.
        over: The excess, > 0.
    """
    bound = limits.get(name)
    if bound is not None and math.isfinite(over):
        return bound_change(name, bound, over)
    return f"{excess_text(name, over)}{' over' if has_amount(name) else ''}"


def excess_text(name: str, over: float) -> str:
    """An excess with the unit of its limit."""
    if name in _WITHOUT_AMOUNT:
        return _WITHOUT_AMOUNT[name]
    unit = unit_of_limit(name)
    return quantity(100.0 * over, POINTS) if unit == "fraction" else quantity(over, unit)


def written(value: object) -> str:
    """A value of a decision as it is typed on the command line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{phase}: {written(part)}" for phase, part in value.items()) + "}"
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
