"""The load that a situation has at least, without times: what is over its limit here is over it.

Calls that are sure to be made reach their stations at least once, since repeats only add to them. Everything
that may take load away without a station being over its limit is taken to take it all: a call before, unless
its failure doesn't count (optional, or with a fallback); a breaker or a bulkhead; a queue that turns away
where more load can mean less work done (a pool that waits for what is below it, a station that slows down).

Of several streams that reach a queue that turns away, or a cache, the same share is passed on, and it falls
with all of them together: a stream that is known exactly passes on less than it seems where another one is
larger than its lower bound. So each stream has an upper bound too, with all its repeats, and the share passed
on is that of the upper bounds together.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.choices import made
from models.performance.compiled import internal
from models.performance.program import Program, Work
from models.performance.retry import allowed_attempts
from models.performance.station import serve
from models.system import layout as at


@internal
def least_load(
    program: Program, work: Work, parts: np.ndarray, calls: np.ndarray, users: np.ndarray
) -> tuple[float, float]:
    """Lower bounds of utilisation and collapse in the healthy state, the largest over the stations.

    Args:
        program: The system.
        work: Room; the stations in it are overwritten, and marked as new.
        parts: Parameters of the components.
        calls: Parameters of the calls.
        users: Requests let in by flow, 1/s.
    """
    i_n = program.component.size
    passed, most_passed = np.zeros(i_n), np.zeros(i_n)
    utilisation, collapse = 0.0, -1.0
    for o in range(program.kind.size):
        c = program.order[o]
        first, last = program.own_start[c], program.own_start[c + 1]
        total, most = 0.0, 0.0
        for j in range(first, last):
            i = program.own[j]
            rate = _least_rate(program, work, i, calls, users, passed)
            most_rate = _most_rate(program, work, i, calls, users, most_passed)
            passed[i], most_passed[i] = rate, most_rate
            work.call[i, of.THROUGH_PER_S] = rate
            total += rate
            most += most_rate
        st, part = work.station[c], parts[c]
        st[of.STREAM] = part[at.ARRIVAL_SCV]
        stage = 0 if program.blocks[c] else 1
        least_share = math.inf
        if most > total and _passes_less_of_more(program, c, part):
            serve(program, work, c, most, parts, calls, stage)
            least_share = _share_passed(program, st, c, part)
        serve(program, work, c, total, parts, calls, stage)
        work.is_new[c] = 1
        if program.kind[c] < of.EXTERNAL:
            utilisation = max(utilisation, st[of.UTILISATION])
        if not st[of.CAN_REFUSE] > 0.0:
            collapse = max(collapse, st[of.LOAD_RATIO] - 1.0)
        most_share = _share_passed(program, st, c, part)
        least_share = min(least_share, most_share)
        # With another mix of calls, more of them, or others before it, it may turn away more of less.
        slows = part[at.CONTENTION] > 0.0 or part[at.COHERENCY] > 0.0 or program.weighs[c] > 0
        for j in range(first, last):
            slows = slows or program.feed[program.own[j]] >= 0
        if st[of.CAN_REFUSE] > 0.0 and program.kind[c] != of.EXTERNAL and (program.blocks[c] or slows):
            least_share, most_share = 0.0, 1.0
        for j in range(first, last):
            passed[program.own[j]] *= least_share
            most_passed[program.own[j]] *= most_share
    return utilisation, collapse


@internal
def _passes_less_of_more(program: Program, c: int, part: np.ndarray) -> bool:
    """Whether the share that a station passes on may fall with what reaches it."""
    if program.kind[c] == of.CACHE and part[at.HIT_RATIO] != part[at.HIT_RATIO]:
        return True
    return math.isfinite(part[at.QUEUE_LIMIT]) or math.isfinite(part[at.MAX_WAIT_S])


@internal
def _share_passed(program: Program, st: np.ndarray, c: int, part: np.ndarray) -> float:
    share = (1.0 - st[of.BLOCKED]) * (1.0 - part[at.ERROR_SHARE]) * part[at.UP_FACTOR]
    return share * st[of.LOADS] if program.kind[c] == of.CACHE else share


@internal
def _most_rate(
    program: Program, work: Work, i: int, calls: np.ndarray, users: np.ndarray, most_passed: np.ndarray
) -> float:
    """How often a call reaches its component at most, 1/s: whatever comes before it succeeds, and all is
    repeated.
    """
    caller = program.caller[i]
    rate = users[program.flow[i]] if caller < 0 else most_passed[caller]
    return rate * made(program, work, calls, i) * allowed_attempts(calls[i])


@internal
def _least_rate(
    program: Program, work: Work, i: int, calls: np.ndarray, users: np.ndarray, passed: np.ndarray
) -> float:
    """How often a call reaches its component at least, 1/s."""
    if calls[i, at.BREAKER] > 0.0 or calls[i, at.BULKHEAD_SLOTS] < math.inf:
        return 0.0
    if program.after_choices_start[i + 1] > program.after_choices_start[i]:
        return 0.0
    for k in range(program.after_start[i], program.after_start[i + 1]):
        before = program.after[k]
        if not (calls[before, at.OPTIONAL] > 0.0 or calls[before, at.FALLBACK_ENABLED] > 0.0):
            return 0.0
    caller = program.caller[i]
    rate = users[program.flow[i]] if caller < 0 else passed[caller]
    return rate * made(program, work, calls, i)
