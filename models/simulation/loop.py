"""The loop: the next event happens, and all that follows from it at once; then the clock goes on."""

from __future__ import annotations

import math

from models.performance.compiled import compiled, folder_of, inlined, internal
from models.simulation import columns as at
from models.simulation.arrivals import arrive
from models.simulation.attempts import hedge
from models.simulation.calls import (
    attempt,
    below,
    done,
    enough,
    finish,
    go_on,
    request,
    result,
    served,
    step,
)
from models.simulation.clients import flow_of, think
from models.simulation.copies import copy_heard
from models.simulation.guards import expire
from models.simulation.heap import drop_first, put_first, schedule
from models.simulation.state import State
from models.simulation.stations import leave, taken
from models.simulation.streams import gamma

#: Frames, and entries of caches, that one thing to do may need.
MARGIN = 1024


@compiled
def begin(s: State) -> None:
    """The first request of each flow is on its way."""
    for f in range(s.flow.shape[0]):
        if s.flow[f, at.GAP_S] < math.inf:
            schedule(s, _next_gap(s, f), at.ARRIVAL, f)
    for _ in range(s.n[at.CLIENTS]):
        think(s)


@compiled
def advance(s: State, most: int) -> int:
    """Lets things happen until so many events are over, or something has to be done outside.

    Returns:
        Why it came back (`models.simulation.columns`): all slices are full, room has to be made, the end of
        the time is reached, a single event needed more room than there is; or it may simply go on.
    """
    n, x = s.n, s.x
    last = n[at.EVENTS] + most
    until, mask = x[at.UNTIL], (1 << at.EVENT_BITS) - 1
    frames, entries = s.frame.shape[0], s.entry.shape[0]
    most_used, most_entries = frames - max(MARGIN, frames >> 2), entries - MARGIN
    while n[at.EVENTS] < last:
        if n[at.STACK] == 0:
            t = s.when[0] if n[at.HEAP] > 0 else math.inf
            while min(t, until) >= x[at.SLICE_END]:
                _close_slice(s)
                if n[at.SLICE] == at.SLICES:
                    return at.FULL_SLICES
            if t > until:
                return at.REACHED
            if n[at.USED] > most_used or n[at.ENTRIES] > most_entries:
                return at.NO_ROOM
            told = s.what[0]
            event, which = told >> at.EVENT_BITS, told & mask
            x[at.NOW] = t
            n[at.EVENTS] += 1
            if event == at.ARRIVAL:
                put_first(s, t + _next_gap(s, which), told)
                request(s, which, -1)
            else:
                drop_first(s)
                if event == at.CLIENT:
                    request(s, flow_of(s, which), which // s.flow.shape[0])
                elif event == at.SERVED:
                    served(s, which)
                elif event == at.HEARD:
                    below(s, which)
                elif event == at.TIMEOUT:
                    expire(s, which)
                elif event == at.LEAVES:
                    leave(s, which)
                elif event == at.COPY_HEARD:
                    copy_heard(s, which)
                elif event == at.RETRY:
                    attempt(s, which)
                elif event == at.HEDGES:
                    hedge(s, which)
                elif event == at.REACHES:
                    s.times[which, at.CAME] = t
                    arrive(s, which)
                elif event == at.ANSWERED:
                    go_on(s, which)
                else:
                    result(s, which, 1 if event == at.TOLD_ANSWER else 0)
        # One event may let thousands go on: what is left to do waits until there is room.
        while n[at.STACK] > 0:
            if n[at.USED] > most_used:
                return at.NO_ROOM
            k = n[at.STACK] - 1
            n[at.STACK] = k
            what, which, value = s.stack[k, 0], s.stack[k, 1], s.stack[k, 2]
            if what == at.DO_STEP:
                step(s, which)
            elif what == at.DO_DONE:
                done(s, which, value)
            elif what == at.DO_RESULT:
                result(s, which, value)
            elif what == at.DO_ENOUGH:
                enough(s, which)
            elif what == at.DO_ATTEMPT:
                attempt(s, which)
            else:
                finish(s, which, value)
        if n[at.BROKEN] > 0:
            return at.STUCK
    return at.WENT_ON


@inlined
def _next_gap(s: State, f: int) -> float:
    """Time to the next request of a flow, s."""
    first = s.kind.shape[0] * at.PART_STREAMS + s.node.shape[0] * at.CALL_STREAMS + f * at.FLOW_STREAMS
    return gamma(s, first + at.S_ARRIVAL, s.flow[f, at.GAP_S], s.flow[f, at.GAP_SHAPE])


@internal
def _close_slice(s: State) -> None:
    """What was counted in the slice of time that ends is put away."""
    k = s.n[at.SLICE]
    s.x[at.NOW] = s.x[at.SLICE_END]
    for c in range(s.counted.shape[0]):
        taken(s, c, 0)
        for j in range(at.SINCE):
            s.counted_in[k, c, j] = s.counted[c, j]
            s.counted[c, j] = 0.0
    for f in range(s.answers.shape[0]):
        for j in range(at.ANSWER):
            s.answers_in[k, f, j] = s.answers[f, j]
            s.answers[f, j] = 0.0
    s.under_way[k] = s.n[at.UNDER_WAY]
    s.n[at.SLICE] = k + 1
    s.x[at.SLICE_END] = (k + 2) * s.x[at.SLICE_S]


_FOLDER = folder_of("simulation")
#: Marks a folder whose compiled code is whole.
_DONE = "whole"


def is_compiled() -> bool:
    """Whether the loop is kept already."""
    return _FOLDER is not None and (_FOLDER / _DONE).exists()


def note_compiled() -> None:
    """Notes that the loop is kept."""
    if _FOLDER is not None:
        (_FOLDER / _DONE).touch()
