"""Decisions and differences as texts of a report: labels for people, numbers that keep their values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from models.evaluation import Array, Dimension, Evaluation
from optimizer.changes import TODAYS, Change, changes, today_of
from optimizer.model import Labels
from optimizer.phrases import POINTS, Bound, has_amount, is_told_by_both, new_limit, unit_of_limit, words_of
from optimizer.resilience.margins import REFUSED
from optimizer.sections.content import Number, Text, joined, text
from optimizer.space import SearchSpace

#: Decisions that a sentence names before it says how many more there are.
MOST_NAMED = 5
_LIMITS = {
    "saturation": "utilisation",
    "collapse": "a queue without end",
    "nothing_called": "no component is called",
    "endless_cost": "a cost without end",
    REFUSED: "requests are refused",
    "emergence": "emergence score",
    "effort_days": "days of work",
    "one_time_usd": "money beforehand",
    "complexity_reserve": "complexity reserve",
    "failover_s": "time to fail over",
    "lost_writes": "writes lost at a failover",
    "backlog": "messages that wait",
    "drain_s": "time to drain a queue",
    "message_age_s": "age of messages",
    "retention_s": "how long a queue keeps messages",
    "tips_over": "risk to fall over by itself",
    "parameter_bounds": "bounds of a parameter",
}
#: The limit that a queue without end breaks, by the share that arrives beyond what can be served.
FULL = "collapse"
#: A limit that is broken by no amount.
_BROKEN = {"metastable": "staying up: after one push it stays down"}


def change_text(labels: Labels, change: Change) -> Text:
    """A change in words: `Web servers 4 → 120`, `Shedding (on)`."""
    label = labels.decision(change.decision)
    if change.before is False and change.after is True:
        return text(f"{label} (on)")
    if change.before is True and change.after is False:
        return text(f"{label} (off)")
    before, after = (labels.value(change.decision, value) for value in (change.before, change.after))
    return text(f"{label} {before} → {after}")


def changes_text(labels: Labels, found: Sequence[Change], *, most: int | None = None) -> Text:
    """Changes as a list in a sentence."""
    return joined([change_text(labels, change) for change in found], most=most) or text("nothing")


def against_today(labels: Labels, space: SearchSpace, x: Array, *, most: int | None = None) -> Text:
    """What a design that is listed changes against today's; one that changes nothing is called today's.

    Args:
        labels: What decisions and their values are called.
        space: The designs there are.
        x: The design, `(d,)`.
        most: Changes that are named.
    """
    found = changes(space, today_of(space), x)
    return changes_text(labels, found, most=most) if found else text(f"nothing: it is {TODAYS}")


def moved(
    dimensions: Sequence[Dimension], before: Array, after: Array, *, only: Sequence[int] | None = None
) -> Text:
    """How a design differs from another, the better first: `31 ms faster and 4,100 USD dearer`."""
    chosen = [j for j in (range(len(dimensions)) if only is None else only) if before[j] != after[j]]
    # What reads the same makes no difference to a person.
    chosen = [
        j for j in chosen if str(number(dimensions[j], before[j])) != str(number(dimensions[j], after[j]))
    ] or chosen
    chosen.sort(key=lambda j: (after[j] - before[j]) * dimensions[j].sign > 0.0)
    return joined([moved_in(dimensions[j], float(before[j]), float(after[j])) for j in chosen])


def moved_in(dimension: Dimension, before: float, after: float) -> Text:
    """How a value differs from another: `31 ms faster`, `99.99 % instead of 99.9 % available`."""
    if before == after:
        return text(f"{dimension.name} the same")
    word = words_of(dimension)[0 if (after - before) * dimension.sign < 0.0 else 1]
    old, new = number(dimension, before), number(dimension, after)
    if is_told_by_both(dimension, before, after):
        if dimension.scale == "nines" and dimension.called.is_so:
            return text(new, " instead of ", old, f" {dimension.called.is_so}")
        return text(f"{dimension.name} ", new, " instead of ", old)
    if dimension.scale == "nines":
        return text(f"hardly {word} (", new, ")")
    amount = abs(after - before)
    if dimension.unit == "fraction":
        return text(Number(100.0 * amount, POINTS), f" {word}")
    return text(Number(amount, dimension.unit), f" {word}")


def number(dimension: Dimension, value: float) -> Number:
    """A value of a dimension."""
    return Number(float(value), dimension.shown_unit)


def numbers(evaluation: Evaluation, i: int) -> list[Number]:
    """The values of a design."""
    return [number(d, v) for d, v in zip(evaluation.dimensions, evaluation.values[i], strict=True)]


def broken(evaluation: Evaluation, i: int) -> list[tuple[str, float]]:
    """The limits that a design breaks, with the amount over each."""
    return [
        (name, float(over))
        for name, over in zip(evaluation.constraints, evaluation.excess[i], strict=True)
        if over > 0.0
    ]


def over_text(limits: Mapping[str, Bound], name: str, over: float) -> Text:
    """A limit that is broken, and where it would have to be: `latency (180 ms would have to be 222 ms)`.

    By how much it is broken, where nobody knows where it is; `latency without bound`.

    Args:
        limits: Where limits stand.
        name: The limit.
        over: By how much it is broken.
    """
    if not has_amount(name):
        return text(_BROKEN.get(name, limit_label(name)))
    unit, bound = unit_of_limit(name), limits.get(name)
    if not math.isfinite(over):
        return text(f"{limit_label(name)} without bound")
    if name == FULL:
        return text(
            f"{limit_label(name)} (", Number(1.0 + over, "fraction"), " of what can be served arrives)"
        )
    if bound is not None:
        at, needed = Number(bound.at, unit), Number(new_limit(name, bound, over), unit)
        return text(f"{limit_label(name)} (", at, " would have to be ", needed, ")")
    amount = Number(100.0 * over, POINTS) if unit == "fraction" else Number(over, unit)
    return text(f"{limit_label(name)} by ", amount)


def beyond_text(limits: Mapping[str, Bound], name: str, over: float, *, is_first: bool = True) -> Text:
    """What is there instead of a limit: `latency 222 ms (limit 180 ms)`, in short `latency 222 ms (180 ms)`.

    Args:
        limits: Where limits stand.
        name: The limit.
        over: By how much it is broken.
        is_first: Whether it is said that the number beside is the limit.
    """
    bound = limits.get(name)
    if bound is None or not math.isfinite(over):
        return over_text(limits, name, over)
    unit = unit_of_limit(name)
    there, at = Number(bound.needed(over), unit), Number(bound.at, unit)
    return text(f"{limit_label(name)} ", there, " (limit " if is_first else " (", at, ")")


def counted(many: int, one: str, more: str = "") -> Text:
    """How many there are of something: `1 design`, `2 designs`."""
    return text(Number(float(many), "count"), f" {one}" if many == 1 else f" {more or one + 's'}")


def times(multiple: float) -> Number:
    """A multiple of the planned load."""
    return Number(float(multiple), "times")


def limit_label(name: str) -> str:
    """A limit's name for people."""
    if name.startswith("flows.") and name.endswith(".latency"):
        return f"latency of {name.removeprefix('flows.').removesuffix('.latency')}"
    return _LIMITS.get(name, name)
