"""What waits in queues of messages from phase to phase: backlog, how old messages get, how long it drains.

Phases follow each other as they stand in the file. Within each, messages come at an even rate and consumers
do as many a second as they can; what is left over stands before the next phase. After the last phase its
rates go on until the queue is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.performance.steady_state import Behaviour
from models.system.parameters import Parameters

_SECONDS_PER_HOUR = 3600.0
#: Fewer messages than this are none.
_DUST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One queue of n designs.

    Attributes:
        at_end: Messages that wait at the end of each phase, `(n, p)`.
        backlog: Messages that wait at the most, `(n,)`.
        drain_s: Longest time from when most wait until none does, s; infinite where it never comes, `(n,)`.
        message_age_s: Longest time that a message waits, s, `(n,)`.
    """

    at_end: Array
    backlog: Array
    drain_s: Array
    message_age_s: Array


@dataclass(frozen=True, slots=True, eq=False)
class Backlog:
    """All queues of n designs: the worst of them, and each by its position; `(n,)` each.

    Attributes:
        backlog: As in `Course`.
        drain_s: As in `Course`.
        message_age_s: As in `Course`.
        kept: By how much the longest wait is above what a queue keeps messages for, relative to that.
        may_lose: Whether any queue keeps them for some time only.
        queues: By position of the component.
    """

    backlog: Array
    drain_s: Array
    message_age_s: Array
    kept: Array
    may_lose: bool
    queues: Mapping[int, Course]

    @property
    def told(self) -> dict[str, Array]:
        """What there may be limits for, by their names, `(n,)` each."""
        return {"backlog": self.backlog, "drain_s": self.drain_s, "message_age_s": self.message_age_s}


def backlog_of(parameters: Parameters, found: Behaviour) -> Backlog:
    """What waits in the queues of n designs.

    A queue whose consumers keep up has the mean number that waits by chance, and a message the mean wait.
    """
    system, n = parameters.system, parameters.n
    seconds = system.hours[0] * _SECONDS_PER_HOUR
    queues: dict[int, Course] = {}
    kept = np.full(n, -1.0)
    for c, told in found.told.items():
        if not system.parts[c].traits.keeps_messages:
            continue
        shape = (n, seconds.size)
        comes, can = (np.broadcast_to(x, shape) for x in (found.arrivals_per_s[c], told.capacity_per_s))
        course = _course(comes, can, np.broadcast_to(told.wait_s, shape), seconds)
        queues[c] = course
        retention = parameters.of_component(c, "retention_s")
        longest = np.broadcast_to(retention[:, 0], (n,))
        kept = np.maximum(kept, np.where(np.isinf(longest), -1.0, course.message_age_s / longest - 1.0))
    none = np.zeros(n)

    may_lose = any(getattr(system.parts[c], "retention_s", None) is not None for c in queues)

    def worst(name: str) -> Array:
        return np.asarray(np.max([none, *(getattr(course, name) for course in queues.values())], axis=0))

    return Backlog(worst("backlog"), worst("drain_s"), worst("message_age_s"), kept, may_lose, queues)


def _course(comes: Array, can: Array, wait_s: Array, seconds: Array) -> Course:
    n = comes.shape[0]
    waits = np.where(np.isfinite(wait_s), wait_s, 0.0)
    at_end = np.where(np.isfinite(wait_s), comes * waits, 0.0)
    most, drain, age = at_end.max(axis=1), np.zeros(n), waits.max(axis=1)
    for row in np.flatnonzero((comes > can).any(axis=1)):
        one = fluid(comes[row], can[row], seconds)
        at_end[row] = np.maximum(at_end[row], one.at_end)
        most[row] = max(most[row], one.at_end.max())
        drain[row], age[row] = one.drain_s, max(age[row], one.message_age_s)
    return Course(at_end, most, drain, age)


@dataclass(frozen=True, slots=True, eq=False)
class Fluid:
    """One queue through the phases: as `Course`, of one design."""

    at_end: Array
    drain_s: float
    message_age_s: float


def fluid(comes: Array, can: Array, seconds: Array) -> Fluid:
    """A queue that begins empty, as a fluid: first come, first served.

    Args:
        comes: Messages, 1/s, `(p,)`.
        can: What the consumers can do, 1/s, `(p,)`.
        seconds: Lengths of the phases, s, `(p,)`.

    Source: cumulative arrivals and departures (Newell 1982): a message waits as long as the curve of what is
    done lies behind that of what has come, which is longest at a corner of one of the two.
    """
    times, come, done, at_end = [0.0], [0.0], [0.0], []
    drain, since, most = 0.0, 0.0, 0.0
    left = 0.0
    for rate, able, lasts in [*zip(comes, can, seconds, strict=True), (comes[-1], can[-1], np.inf)]:
        rest = float(lasts)
        if left > _DUST and able > rate:
            empty = left / (able - rate)
            if empty <= rest:
                times.append(times[-1] + empty)
                come.append(come[-1] + rate * empty)
                done.append(come[-1])
                drain, rest, left = max(drain, times[-1] - since), rest - empty, 0.0
        if not np.isfinite(rest):
            break
        grows = max(float(rate - able), 0.0) if left <= _DUST else float(rate - able)
        if rest > 0.0:
            left = max(left + grows * rest, 0.0)
            times.append(times[-1] + rest)
            come.append(come[-1] + rate * rest)
            done.append(come[-1] - left)
        if left > _DUST and (left >= most or grows > 0.0):
            since, most = times[-1], left
        if left <= _DUST:
            most = 0.0
        at_end.append(left)
    endless = left > _DUST
    return Fluid(np.array(at_end), np.inf if endless else drain, _longest(times, come, done, endless))


def _longest(times: list[float], come: list[float], done: list[float], endless: bool) -> float:
    """The longest time between the two curves at the same count; what is never done waits without end."""
    if endless:
        return float(np.inf)
    t, a, d = np.array(times), np.array(come), np.array(done)
    counts = np.unique(np.concatenate([a, d]))
    counts = counts[counts > 0.0]
    if not counts.size:
        return 0.0
    # A flat piece parts the message before it from the one after it: each has its own time on both curves.
    waits = [
        [_when(d, t, count, side) - _when(a, t, count, side) for side in (0, -1)] for count in counts.tolist()
    ]
    return float(np.max(waits))


def _when(counts: Array, t: Array, count: float, side: int) -> float:
    """When a curve of counts by time comes to one of them, or with `side` -1 leaves it."""
    here = np.flatnonzero(np.abs(counts - count) <= _DUST * max(count, 1.0))
    if here.size:
        return float(t[here[side]])
    k = int(np.searchsorted(counts, count))
    part = (count - counts[k - 1]) / (counts[k] - counts[k - 1])
    return float(t[k - 1] + part * (t[k] - t[k - 1]))
