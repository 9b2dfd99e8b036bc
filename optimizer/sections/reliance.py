"""Whether the numbers of a design can be relied on: the model is sure of them, and its state lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.dimensions.limits import TIPS_OVER_FROM
from models.evaluation import Array
from models.performance.clients import CLOSED
from models.performance.unsure import (
    BURSTS,
    COME_BACK_TOGETHER,
    DROPPED,
    MEETS,
    NEARLY_FULL,
    OPENS_AND_CLOSES,
    POOL_SWINGS,
    REGULAR,
    SAME_QUEUE,
    SWINGS,
    THROTTLED,
    UNEVEN,
)
from optimizer.sections.content import Cell, Number, Text, text

#: Rows of tables of designs.
NOT_SURE, TIPS_OVER = "not sure here: simulate", "falls over by itself"
#: Why the model isn't sure, by its reasons.
_WHY = {
    SWINGS: "it comes to no rest",
    OPENS_AND_CLOSES: "a breaker opens and closes under load",
    COME_BACK_TOGETHER: "retries come back together to a queue that is often full",
    NEARLY_FULL: "a queue is nearly full",
    BURSTS: "arrivals are very bursty, and so is the work",
    REGULAR: "work that hardly varies meets a queue that is often full",
    POOL_SWINGS: "threads wait for a store whose work varies very much or hardly at all",
    THROTTLED: "single calls use much of the CPU time of a period",
    SAME_QUEUE: "a second attempt waits in the same queue as the first",
    MEETS: "branches meet in a store that is nearly full",
    DROPPED: "a queue drops what is too late, and who waits there has more or less time left",
    CLOSED: "few connected clients stand in one queue: the slowest wait less than is said",
    UNEVEN: "work that varies very much meets a queue that is often full",
}


def reasons_of(unsure: float) -> tuple[str, ...]:
    """Why the model isn't sure of a design, in words; empty = it is.

    Args:
        unsure: The indicator `unsure`: a sum of reasons.
    """
    return tuple(words for reason, words in _WHY.items() if int(unsure) & reason)


def why_unsure(indicators: Mapping[str, Array], row: int) -> str:
    """Why the model isn't sure of one of several designs; empty = it is."""
    return "; ".join(reasons_of(float(indicators["unsure"][row]))) if "unsure" in indicators else ""


def risk_to_fall(indicators: Mapping[str, Array], row: int) -> float | None:
    """Probability that the healthy state of a design ends by itself within a phase; None = it is small."""
    risk = float(indicators.get("tips_over", np.zeros(row + 1))[row])
    return risk if risk > TIPS_OVER_FROM else None


def reliance_rows(designs: Sequence[tuple[Mapping[str, Array], int]]) -> list[tuple[Cell, ...]]:
    """Rows of a table of designs: of which the model isn't sure, and which may fall over by themselves.

    Args:
        designs: For each column the indicators and the row of them that is the design's.
    """
    rows: list[tuple[Cell, ...]] = []
    risks = [risk_to_fall(indicators, row) for indicators, row in designs]
    if any(risk is not None for risk in risks):
        told = [None if risk is None else Number(risk, "fraction") for risk in risks]
        rows.append((TIPS_OVER, *told))
    why = [why_unsure(indicators, row) for indicators, row in designs]
    if any(why):
        rows.append((NOT_SURE, *(words or None for words in why)))
    return rows


def warnings_of(unsure: float, tips_over: float) -> tuple[Text, ...]:
    """What to know of a design before its numbers are used, in sentences; empty = nothing."""
    told: list[Text] = []
    if tips_over > TIPS_OVER_FROM:
        risk = Number(tips_over, "fraction")
        told.append(
            text(
                "It may fall over by itself, without any push: within a phase with a probability of ",
                risk,
                ".",
            )
        )
    why = reasons_of(unsure)
    if why:
        told.append(text(f"The model isn't sure here ({'; '.join(why)}): simulate it."))
    return tuple(told)
