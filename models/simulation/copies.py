"""Copies of a store that all work on a call: each has its part of an attempt, and enough of them answer."""

from __future__ import annotations

from models.performance.compiled import internal
from models.simulation import columns as at
from models.simulation.frames import do, free_frame, log
from models.simulation.heap import schedule
from models.simulation.state import State
from models.simulation.stations import release
from models.simulation.streams import gamma


@internal
def copy_served(s: State, leg: int) -> None:
    """A copy has done its part: the first keeps its slot where the calls under it are made meanwhile."""
    frame = s.frame[leg]
    i = frame[at.F_NODE]
    c = s.node[i, at.COMPONENT]
    part = s.part[c]
    owner = frame[at.F_PARENT]
    is_awaited = owner >= 0 and s.frame[owner, at.F_LIFE] == frame[at.F_PARENT_LIFE]
    if s.kind[c, at.BLOCKING] > 0 and is_awaited and frame[at.F_POSITION] == 0:
        s.frame[owner, at.F_QUEUE] = frame[at.F_QUEUE]
    else:
        release(s, frame[at.F_QUEUE])
    if not is_awaited:
        free_frame(s, leg)
        return
    if frame[at.F_POSITION] > 0 and part[at.TRIP_S] + part[at.TRIP_LEAST_S] > 0.0:
        x = gamma(s, c * at.PART_STREAMS + at.S_QUORUM, part[at.TRIP_S], part[at.TRIP_SHAPE])
        x += part[at.TRIP_LEAST_S]
        schedule(s, s.x[at.NOW] + x, at.COPY_HEARD, leg)
        return
    copy_heard(s, leg)


@internal
def copy_heard(s: State, leg: int) -> None:
    """An attempt hears a copy; when it has heard enough it goes on."""
    owner = s.frame[leg, at.F_PARENT]
    is_awaited = owner >= 0 and s.frame[owner, at.F_LIFE] == s.frame[leg, at.F_PARENT_LIFE]
    free_frame(s, leg)
    if not is_awaited or s.frame[owner, at.F_LEFT] <= 0:
        return
    s.frame[owner, at.F_LEFT] -= 1
    if s.frame[owner, at.F_LEFT] == 0:
        s.frame[owner, at.F_TRIES] = 0
        if s.frame[owner, at.F_UID] > 0:
            log(s, at.LOG_QUORUM, owner, s.x[at.NOW] - s.times[owner, at.CAME])
        do(s, at.DO_ENOUGH, owner, 0)
