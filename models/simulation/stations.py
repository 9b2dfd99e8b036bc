"""Queues and slots: who waits, who is served next, who is turned away."""

from __future__ import annotations

import math

from models.performance.compiled import inlined, internal
from models.simulation import columns as at
from models.simulation.cpu_quota import has_quota, use_time
from models.simulation.frames import do, free_frame, log
from models.simulation.heap import schedule, time_limit
from models.simulation.state import State
from models.simulation.streams import gamma, lognormal, uniform


@internal
def enter(s: State, a: int, i: int, c: int, q: int) -> None:
    """An attempt, or one copy's part of it, comes to a queue."""
    part = s.part[c]
    queue = s.queue[q]
    s.times[a, at.SERVED_S] = -1.0
    if s.times[a, at.EXPIRES] <= s.x[at.NOW]:
        refuse(s, a, c)
        return
    if queue[at.Q_FREE] > 0:
        s.frame[a, at.F_QUEUE] = q
        if queue[at.Q_FREE_AT] >= 0:
            _promise(s, a, i, c, q)
        _begin(s, a, c, q)
        return
    if queue[at.Q_WAITING] >= queue[at.Q_PLACES]:
        refuse(s, a, c)
        return
    if queue[at.Q_FREE_AT] >= 0:
        if s.free_at[queue[at.Q_FREE_AT]] - s.x[at.NOW] > part[at.MAX_WAIT_S]:
            refuse(s, a, c)
            return
        _promise(s, a, i, c, q)
    elif part[at.MAX_WAIT_S] < 1e300 and queue[at.Q_TIMER] == 0:
        queue[at.Q_TIMER] = 1
        schedule(s, s.x[at.NOW] + part[at.MAX_WAIT_S], at.LEAVES, q)
    s.frame[a, at.F_QUEUE] = q
    if queue[at.Q_WAITING] > 0:
        s.frame[queue[at.Q_TAIL], at.F_NEXT] = a
    else:
        queue[at.Q_HEAD] = a
    queue[at.Q_TAIL] = a
    queue[at.Q_WAITING] += 1
    s.frame[a, at.F_NEXT] = -1
    if s.frame[a, at.F_UID] > 0:
        log(s, at.LOG_WAIT, a, 0.0)


@internal
def refuse(s: State, a: int, c: int) -> None:
    """An attempt, or one copy's part of it, is turned away."""
    s.counted[c, at.REFUSED] += 1.0
    s.frame[a, at.F_QUEUE] = -1
    if s.frame[a, at.F_UID] > 0:
        log(s, at.LOG_REFUSED, a, 0.0)
    if s.frame[a, at.F_ROLE] == at.COPY:
        _copy_refused(s, a)
        return
    do(s, at.DO_DONE, a, 0)


@internal
def _copy_refused(s: State, a: int) -> None:
    """One copy turned its part of an attempt away: too many of them, and the attempt is refused."""
    owner = s.frame[a, at.F_PARENT]
    is_awaited = owner >= 0 and s.frame[owner, at.F_LIFE] == s.frame[a, at.F_PARENT_LIFE]
    free_frame(s, a)
    if not is_awaited or s.frame[owner, at.F_LEFT] <= 0:
        return
    s.frame[owner, at.F_TRIES] -= 1
    if s.frame[owner, at.F_TRIES] < 0:
        s.frame[owner, at.F_LEFT] = 0
        do(s, at.DO_DONE, owner, 0)


@inlined
def _work(s: State, a: int, i: int, c: int, taken: int) -> float:
    """Time that an attempt will be served, s, with so many slots of the component taken, its own included.

    Replicas cost each other time when they are busy: 1 + sigma (b - 1) + kappa b (b - 1) with b of them, as
    many as the taken slots fill.

    Source: Universal Scalability Law (Gunther 2007).
    """
    part, kind = s.part[c], s.kind[c]
    stream = c * at.PART_STREAMS + at.S_WORK
    if part[at.WORK_SIGMA] > 0.0:
        x = lognormal(s, stream, part[at.WORK_S], part[at.WORK_SIGMA])
    else:
        x = gamma(s, stream, part[at.WORK_S], part[at.WORK_SHAPE])
    x *= s.call[i, at.WORK_FACTOR]
    if s.frame[a, at.F_ROLE] == at.COPY and s.frame[a, at.F_POSITION] > 0:
        x *= part[at.COPY_WORK]
    if (part[at.CONTENTION] > 0.0 or part[at.COHERENCY] > 0.0) and kind[at.SLOTS] > 1:
        others = (kind[at.REPLICAS] - 1) * (taken - 1) / (kind[at.SLOTS] - 1)
        x *= 1.0 + others * (part[at.CONTENTION] + part[at.COHERENCY] * (1.0 + others))
    if part[at.SLOW_SHARE] > 0.0 and uniform(s, c * at.PART_STREAMS + at.S_FAULT) < part[at.SLOW_SHARE]:
        x += part[at.SLOW_S]
    return x


@internal
def _promise(s: State, a: int, i: int, c: int, q: int) -> None:
    """Draws the service beforehand and notes when the slot will be free again: who comes can be told."""
    queue = s.queue[q]
    now = s.x[at.NOW]
    taken = s.kind[c, at.TAKEN] + 1 if queue[at.Q_FREE] > 0 else s.kind[c, at.SLOTS]
    x = _work(s, a, i, c, taken)
    s.times[a, at.SERVED_S] = x
    first, slots = queue[at.Q_FREE_AT], queue[at.Q_SLOTS]
    _free_later(s, first, slots, max(s.free_at[first], now) + x)


@inlined
def _free_later(s: State, first: int, slots: int, end: float) -> None:
    """The slot that would be free first is free at `end`."""
    j = 0
    while True:
        child = 2 * j + 1
        if child >= slots:
            break
        if child + 1 < slots and s.free_at[first + child + 1] < s.free_at[first + child]:
            child += 1
        if s.free_at[first + child] >= end:
            break
        s.free_at[first + j] = s.free_at[first + child]
        j = child
    s.free_at[first + j] = end


@inlined
def _begin(s: State, a: int, c: int, q: int) -> None:
    """An attempt takes a slot."""
    now = s.x[at.NOW]
    taken(s, c, 1)
    if has_quota(s, q):
        use_time(s, q)
        s.times[a, at.LOST_S] = s.cpu[q, at.CPU_LOST_S]
    s.queue[q, at.Q_FREE] -= 1
    x = s.times[a, at.SERVED_S]
    if x < 0.0:
        x = _work(s, a, s.frame[a, at.F_NODE], c, s.kind[c, at.TAKEN])
    s.times[a, at.BEGAN] = now
    s.counted[c, at.WAITED_S] += now - s.times[a, at.CAME]
    s.counted[c, at.BEGUN] += 1.0
    if s.frame[a, at.F_UID] > 0:
        log(s, at.LOG_SERVICE, a, x)
    schedule(s, now + x, at.SERVED, a)
    i = s.frame[a, at.F_NODE]
    if s.node[i, at.IS_MESSAGE] > 0 and s.call[i, at.TIMEOUT_S] < math.inf:
        time_limit(s, i, a)


@inlined
def taken(s: State, c: int, more: int) -> None:
    """So many more slots of a component are taken from now on."""
    now = s.x[at.NOW]
    counted = s.counted[c]
    if s.part[c, at.RATION] == 0.0:
        counted[at.BUSY_S] += s.kind[c, at.TAKEN] * (now - counted[at.SINCE])
    counted[at.SINCE] = now
    s.kind[c, at.TAKEN] += more


@internal
def release(s: State, q: int) -> None:
    """A slot of a queue is free: the first that waits takes it."""
    queue = s.queue[q]
    c = queue[at.Q_PART]
    taken(s, c, -1)
    if has_quota(s, q):
        use_time(s, q)
    queue[at.Q_FREE] += 1
    begin_waiting(s, q)


@internal
def begin_waiting(s: State, q: int) -> None:
    """Who waits in a queue takes the slots that are free; whose deadline is over is dropped."""
    queue = s.queue[q]
    while queue[at.Q_WAITING] > 0 and queue[at.Q_FREE] > 0:
        a = _first_in(s, q)
        if s.times[a, at.EXPIRES] <= s.x[at.NOW]:
            refuse(s, a, queue[at.Q_PART])
        else:
            _begin(s, a, queue[at.Q_PART], q)


@internal
def _first_in(s: State, q: int) -> int:
    queue = s.queue[q]
    a = queue[at.Q_HEAD]
    queue[at.Q_HEAD] = s.frame[a, at.F_NEXT]
    queue[at.Q_WAITING] -= 1
    s.frame[a, at.F_NEXT] = -1
    return a


@internal
def leave(s: State, q: int) -> None:
    """Who has waited as long as anybody may leaves a queue; the first is the one that came first."""
    queue = s.queue[q]
    c = queue[at.Q_PART]
    longest = s.part[c, at.MAX_WAIT_S]
    queue[at.Q_TIMER] = 0
    while queue[at.Q_WAITING] > 0:
        a = queue[at.Q_HEAD]
        ends = s.times[a, at.CAME] + longest
        if ends > s.x[at.NOW]:
            queue[at.Q_TIMER] = 1
            schedule(s, ends, at.LEAVES, q)
            return
        refuse(s, _first_in(s, q), c)


@inlined
def load_of(s: State, q: int) -> int:
    """Attempts that a queue's slots and places hold."""
    return s.queue[q, at.Q_SLOTS] - s.queue[q, at.Q_FREE] + s.queue[q, at.Q_WAITING]
