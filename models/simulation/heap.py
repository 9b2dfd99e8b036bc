"""Events to come, the next one first: a heap of four children each (Johnson 1975)."""

from __future__ import annotations

from models.performance.compiled import inlined, internal
from models.simulation import columns as at
from models.simulation.state import State


@internal
def schedule(s: State, t: float, what: int, which: int) -> None:
    """Lets something happen at a time, s."""
    i = s.n[at.HEAP]
    s.n[at.HEAP] = i + 1
    while i > 0:
        parent = (i - 1) >> 2
        if s.when[parent] <= t:
            break
        s.when[i], s.what[i] = s.when[parent], s.what[parent]
        i = parent
    s.when[i], s.what[i] = t, (what << at.EVENT_BITS) | which


@inlined
def put_first(s: State, t: float, told: int) -> None:
    """Puts an event in the place of the first one."""
    n = s.n[at.HEAP]
    i = 0
    while True:
        child = (i << 2) + 1
        if child >= n:
            break
        least, first = child, s.when[child]
        last = min(child + 4, n)
        for k in range(child + 1, last):
            if s.when[k] < first:
                least, first = k, s.when[k]
        if first >= t:
            break
        s.when[i], s.what[i] = first, s.what[least]
        i = least
    s.when[i], s.what[i] = t, told


@inlined
def drop_first(s: State) -> None:
    """Takes the first event away."""
    n = s.n[at.HEAP] - 1
    s.n[at.HEAP] = n
    if n > 0:
        put_first(s, s.when[n], s.what[n])


@internal
def time_limit(s: State, i: int, a: int) -> None:
    """An attempt's caller will wait no longer than the call's time-out.

    All attempts of a call have the same time, so that they are late in the order in which they began: a list,
    of which only the first has an event.
    """
    node, frame = s.node[i], s.frame[a]
    s.times[a, at.LATE_AT] = s.x[at.NOW] + s.call[i, at.TIMEOUT_S]
    last = node[at.LAST_LATE]
    frame[at.F_TIMED], frame[at.F_EARLIER], frame[at.F_LATER] = 1, last, -1
    if last >= 0:
        s.frame[last, at.F_LATER] = a
    else:
        node[at.FIRST_LATE] = a
    node[at.LAST_LATE] = a
    if node[at.TIMER] == 0:
        node[at.TIMER] = 1
        schedule(s, s.times[a, at.LATE_AT], at.TIMEOUT, i)


@internal
def no_time_limit(s: State, i: int, a: int) -> None:
    """An attempt has ended, or its caller has gone on."""
    node, frame = s.node[i], s.frame[a]
    earlier, later = frame[at.F_EARLIER], frame[at.F_LATER]
    if earlier >= 0:
        s.frame[earlier, at.F_LATER] = later
    else:
        node[at.FIRST_LATE] = later
    if later >= 0:
        s.frame[later, at.F_EARLIER] = earlier
    else:
        node[at.LAST_LATE] = earlier
    frame[at.F_TIMED] = 0


@internal
def takes_over(s: State, i: int, a: int, other: int) -> None:
    """Another attempt takes the place of one that has ended in the list of those that can be late."""
    node, frame, new = s.node[i], s.frame[a], s.frame[other]
    earlier, later = frame[at.F_EARLIER], frame[at.F_LATER]
    s.times[other, at.LATE_AT] = s.times[a, at.LATE_AT]
    new[at.F_TIMED], new[at.F_EARLIER], new[at.F_LATER] = 1, earlier, later
    frame[at.F_TIMED] = 0
    if earlier >= 0:
        s.frame[earlier, at.F_LATER] = other
    else:
        node[at.FIRST_LATE] = other
    if later >= 0:
        s.frame[later, at.F_EARLIER] = other
    else:
        node[at.LAST_LATE] = other
