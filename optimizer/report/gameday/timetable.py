"""When what happens in an experiment, by the second since the fault: the plan and the run log share it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.resilience.exports.drill import Drill
from optimizer.resilience.prediction import Watched

_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timetable.

    Attributes:
        at_s: Seconds since the fault goes in; below 0 before it.
        what: What is done.
        expected: What is expected then.
        part: Which predicted numbers hold then: `steady`, `plateau`, `after`, or nothing.
    """

    at_s: float
    what: str
    expected: str
    part: str = ""


def moments_of(drill: Drill) -> Iterator[Moment]:
    """The lines of an experiment, in their order."""
    found = drill.prediction
    yield Moment(
        -60 * _MINUTE, "briefing: roles, hypothesis, aborts, the way back", "everybody knows their role"
    )
    yield Moment(-30 * _MINUTE, "rollback tested", "fault in and out within 30 s")
    yield Moment(-15 * _MINUTE, "look both ways, go or no go", "every metric in its steady band", "steady")
    yield Moment(0.0, "the fault goes in", "alarm or observer notices: note when")
    if math.isfinite(found.plateau_s) and found.watched:
        yield Moment(
            found.plateau_s, "the plateau is there", "every metric in its band of the plateau", "plateau"
        )
    yield Moment(drill.fault_s, "the fault is taken back", "gone within 30 s")
    back = found.back_s
    if math.isfinite(back) and found.watched:
        yield Moment(
            drill.fault_s + back, "back, as predicted", "answers as before in nine of ten runs", "after"
        )
    yield Moment(
        drill.fault_s + drill.wait_s, "judged", "the hypothesis, and every metric in its band", "after"
    )
    yield Moment(
        drill.fault_s + drill.wait_s + 15 * _MINUTE, "debriefing", "run log read, findings with owners"
    )


def band_then(watched: Watched, part: str) -> tuple[float, float] | None:
    """Between which numbers a metric is predicted to lie in a part; None = nothing is predicted."""
    band = {"steady": watched.steady, "plateau": watched.plateau, "after": watched.after}.get(part)
    return None if band is None else (band.low, band.high)
