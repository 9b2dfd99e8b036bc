"""Breakers, bulkheads and time-outs: what stands between a caller and what it calls."""

from __future__ import annotations

import math

from models.performance.compiled import inlined, internal
from models.simulation import columns as at
from models.simulation.frames import do, log
from models.simulation.heap import no_time_limit, ring
from models.simulation.state import State


@internal
def lets_through(s: State, i: int) -> int:
    """Whether a breaker lets an attempt through: 0 = no, 1 = yes, 2 = as the one that tries.

    It opens when of at least `volume` attempts in the window a share failed that is too large; after its
    sleep one attempt tries, and its outcome closes it or opens it again (Nygard 2007, Release It; the numbers
    of Hystrix).
    """
    node = s.node[i]
    if node[at.GATE] == at.CLOSED:
        return 1
    if node[at.GATE] == at.PROBING or s.x[at.NOW] < s.call[i, at.TRY_AT]:
        return 0
    node[at.GATE] = at.PROBING
    return 2


@internal
def heard(s: State, i: int, ok: int, is_probe: int) -> None:
    """A breaker hears how an attempt ended, when its caller does."""
    node, call = s.node[i], s.call[i]
    now = s.x[at.NOW]
    if is_probe > 0:
        if ok > 0:
            node[at.GATE] = at.CLOSED
            s.tried[i, at.OPEN_S] += now - s.tried[i, at.OPEN_SINCE]
            for k in range(at.BUCKETS):
                s.bucket[i, k, 0] = -1
        else:
            node[at.GATE] = at.OPEN
            call[at.TRY_AT] = now + call[at.SLEEP_S]
        return
    if node[at.GATE] != at.CLOSED:
        return
    epoch = int(now / call[at.BUCKET_S])
    own = s.bucket[i, epoch % at.BUCKETS]
    if own[0] != epoch:
        own[0], own[1], own[2] = epoch, 0, 0
    own[1] += 1
    own[2] += 1 - ok
    count, failed = 0, 0
    for k in range(at.BUCKETS):
        if s.bucket[i, k, 0] > epoch - at.BUCKETS:
            count += s.bucket[i, k, 1]
            failed += s.bucket[i, k, 2]
    if count >= node[at.VOLUME] and failed > 0 and failed >= call[at.TRIPS_AT] * count:
        node[at.GATE] = at.OPEN
        call[at.TRY_AT] = now + call[at.SLEEP_S]
        s.tried[i, at.OPEN_SINCE] = now


@inlined
def is_allowed(s: State, i: int) -> bool:
    """Whether the budget of a call has a token for one more retry, which takes it."""
    if s.call[i, at.RETRY_BUDGET] == math.inf:
        return True
    if s.call[i, at.RETRIES_LEFT] < 1.0:
        return False
    s.call[i, at.RETRIES_LEFT] -= 1.0
    return True


@internal
def expire(s: State, i: int) -> None:
    """The callers of the attempts that are late go on without them; the work goes on too."""
    node = s.node[i]
    if s.call[i, at.TIMER_AT] != s.x[at.NOW]:
        return
    node[at.TIMER] = 0
    while node[at.FIRST_LATE] >= 0:
        a = node[at.FIRST_LATE]
        if s.times[a, at.LATE_AT] > s.x[at.NOW]:
            ring(s, i, s.times[a, at.LATE_AT])
            return
        no_time_limit(s, i, a)
        frame = s.frame[a]
        if frame[at.F_TWIN] >= 0:
            # A second attempt is given up with the first.
            s.frame[frame[at.F_TWIN], at.F_PARENT] = s.frame[frame[at.F_TWIN], at.F_TWIN] = -1
            frame[at.F_TWIN] = -1
        owner = frame[at.F_PARENT]
        frame[at.F_PARENT] = -1
        s.counted[node[at.COMPONENT], at.TIMED_OUT] += 1.0
        s.tried[i, at.FAILURES] += 1.0
        if frame[at.F_UID] > 0:
            log(s, at.LOG_TIMED_OUT, a, s.call[i, at.TIMEOUT_S])
        if node[at.BREAKER] > 0:
            heard(s, i, 0, frame[at.F_PROBE])
        do(s, at.DO_RESULT, owner, 0)
        if frame[at.F_QUEUE] == at.NO_ANSWER:
            do(s, at.DO_DONE, a, 0)
