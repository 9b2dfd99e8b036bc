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
    """An attempt's caller will wait no longer than the call's time-out, and than a deadline from above.

    A list in the order in which attempts are late, of which only the first has an event. Without deadlines
    that is the order in which they began, with them nearly so: each finds its place from the end.
    """
    node, frame = s.node[i], s.frame[a]
    late_at = min(s.x[at.NOW] + s.call[i, at.TIMEOUT_S], s.times[a, at.EXPIRES])
    s.times[a, at.LATE_AT] = late_at
    earlier = node[at.LAST_LATE]
    while earlier >= 0 and s.times[earlier, at.LATE_AT] > late_at:
        earlier = s.frame[earlier, at.F_EARLIER]
    later = node[at.FIRST_LATE] if earlier < 0 else s.frame[earlier, at.F_LATER]
    frame[at.F_TIMED], frame[at.F_EARLIER], frame[at.F_LATER] = 1, earlier, later
    if earlier >= 0:
        s.frame[earlier, at.F_LATER] = a
    else:
        node[at.FIRST_LATE] = a
    if later >= 0:
        s.frame[later, at.F_EARLIER] = a
    else:
        node[at.LAST_LATE] = a
    if node[at.TIMER] == 0 or late_at < s.call[i, at.TIMER_AT]:
        ring(s, i, late_at)


@inlined
def ring(s: State, i: int, late_at: float) -> None:
    """The timer of a call is set; one that was set for later will find that it isn't meant any more."""
    s.node[i, at.TIMER] = 1
    s.call[i, at.TIMER_AT] = late_at
    schedule(s, late_at, at.TIMEOUT, i)


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
