"""Attempts of a call: how one begins, and the second one that hedges a slow first."""

from __future__ import annotations

import math

from models.performance.compiled import inlined, internal
from models.simulation import columns as at
from models.simulation.arrivals import arrive
from models.simulation.frames import do, follow, log, new_frame
from models.simulation.heap import no_time_limit, schedule, takes_over
from models.simulation.state import State
from models.simulation.streams import gamma, uniform


@internal
def send(s: State, owner: int, i: int, twin: int) -> int:
    """An attempt begins; -1 where there is no room for it.

    Args:
        s: The run.
        owner: Who makes it.
        i: The call.
        twin: The first attempt that it hedges; -1 = it is the first.
    """
    a = new_frame(s, at.ATTEMPT, i, owner)
    if a < 0:
        return a
    s.frame[a, at.F_TWIN] = twin
    if twin >= 0:
        s.times[a, at.EXPIRES] = s.times[twin, at.EXPIRES]
    elif s.node[i, at.PASSES_DEADLINE] > 0:
        s.times[a, at.EXPIRES] = min(s.times[a, at.EXPIRES], s.x[at.NOW] + s.call[i, at.TIMEOUT_S])
    s.node[i, at.N_UNDER_WAY] += 1
    if s.frame[owner, at.F_UID] > 0:
        follow(s, a, at.LOG_ATTEMPT)
    return a


@internal
def go(s: State, a: int) -> None:
    """An attempt is on its way to its component."""
    i = s.frame[a, at.F_NODE]
    if s.call[i, at.NETWORK_S] > 0.0:
        # There and back at once: when the answer is on its way nothing else hangs on it.
        stream = s.kind.shape[0] * at.PART_STREAMS + i * at.CALL_STREAMS + at.S_NETWORK
        x = gamma(s, stream, s.call[i, at.NETWORK_S], s.call[i, at.NETWORK_SHAPE])
        if s.frame[a, at.F_UID] > 0:
            log(s, at.LOG_NETWORK, a, x)
        schedule(s, s.x[at.NOW] + x, at.REACHES, a)
        return
    arrive(s, a)


@internal
def hedge_later(s: State, i: int, a: int) -> None:
    """A first attempt gets a second one after a while, if it is still awaited then."""
    if s.call[i, at.HEDGE_S] < math.inf:
        told = a + ((s.frame[a, at.F_LIFE] & at.LIFE_MASK) << at.FRAME_BITS)
        schedule(s, s.x[at.NOW] + s.call[i, at.HEDGE_S], at.HEDGES, told)


@internal
def hedge(s: State, told: int) -> None:
    """The time has come at which a slow attempt gets a second one beside it; the first answer counts.

    Source: hedged requests (Dean and Barroso 2013).
    """
    a = told & ((1 << at.FRAME_BITS) - 1)
    frame = s.frame[a]
    is_same = frame[at.F_LIFE] & at.LIFE_MASK == told >> at.FRAME_BITS
    if not is_same or frame[at.F_ROLE] != at.ATTEMPT or frame[at.F_PARENT] < 0:
        return
    i = frame[at.F_NODE]
    node = s.node[i]
    is_full = node[at.BULKHEAD] >= 0 and node[at.N_UNDER_WAY] >= node[at.BULKHEAD]
    if is_full or (node[at.BREAKER] > 0 and node[at.GATE] != at.CLOSED):
        return
    second = send(s, frame[at.F_PARENT], i, a)
    if second >= 0:
        frame[at.F_TWIN] = second
        go(s, second)


@internal
def is_settled(s: State, a: int, ok: int) -> bool:
    """Whether an attempt that has ended settles its call: it does alone, and where it was answered.

    Of two the other one goes on without anybody who waits for it, or is now the only one.
    """
    twin = s.frame[a, at.F_TWIN]
    if twin < 0:
        return True
    s.frame[twin, at.F_TWIN] = s.frame[a, at.F_TWIN] = -1
    if ok > 0:
        forget(s, twin)
        return True
    if s.frame[a, at.F_TIMED] > 0:
        takes_over(s, s.frame[a, at.F_NODE], a, twin)
    return False


@internal
def forget(s: State, a: int) -> None:
    """Nobody waits for an attempt any more; its work goes on."""
    if s.frame[a, at.F_TIMED] > 0:
        no_time_limit(s, s.frame[a, at.F_NODE], a)
    s.frame[a, at.F_PARENT] = -1
    s.frame[a, at.F_TWIN] = -1


@inlined
def errs(s: State, a: int, c: int) -> bool:
    """Whether an attempt meets an error, which ends it."""
    error = s.part[c, at.ERROR]
    if not error > 0.0 or not uniform(s, c * at.PART_STREAMS + at.S_ERROR) < error:
        return False
    if s.frame[a, at.F_UID] > 0:
        log(s, at.LOG_ERROR, a, 0.0)
    do(s, at.DO_DONE, a, 0)
    return True
