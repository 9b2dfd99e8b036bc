"""The load that a situation has at least, in one pass without times: what is over its limit here is over it.

Calls that are sure to be made reach their stations at least once, since repeats only add to them. Everything
that may take load away without a station being over its limit is taken to take it all: a call before, unless
its failure doesn't count (optional, or with a fallback); a breaker or a bulkhead; a queue that turns away
where more load can mean less work done (a pool that waits for what is below it, a station that slows down).
What a station or a cache passes on rises with what reaches it, so that a lower bound stays one below it.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.compiled import internal
from models.performance.program import Program, Work
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
    passed = np.zeros(i_n)
    utilisation, collapse = 0.0, -1.0
    for o in range(program.kind.size):
        c = program.order[o]
        first, last = program.own_start[c], program.own_start[c + 1]
        total = 0.0
        for j in range(first, last):
            i = program.own[j]
            rate = _least_rate(program, i, calls, users, passed)
            passed[i] = rate
            work.call[i, of.THROUGH_PER_S] = rate
            total += rate
        st, part = work.station[c], parts[c]
        serve(program, work, c, total, parts, calls, 0 if program.blocks[c] else 1)
        work.is_new[c] = 1
        if program.kind[c] != of.EXTERNAL:
            utilisation = max(utilisation, st[of.UTILISATION])
        if not st[of.CAN_REFUSE] > 0.0:
            collapse = max(collapse, st[of.LOAD_RATIO] - 1.0)
        let_in = 1.0 - st[of.BLOCKED]
        slows = part[at.CONTENTION] > 0.0 or part[at.COHERENCY] > 0.0
        if st[of.CAN_REFUSE] > 0.0 and program.kind[c] != of.EXTERNAL and (program.blocks[c] or slows):
            let_in = 0.0
        share = let_in * (1.0 - part[at.ERROR_SHARE]) * part[at.UP_FACTOR]
        if program.kind[c] == of.CACHE:
            share *= st[of.LOADS]
        for j in range(first, last):
            passed[program.own[j]] *= share
    return utilisation, collapse


@internal
def _least_rate(program: Program, i: int, calls: np.ndarray, users: np.ndarray, passed: np.ndarray) -> float:
    """How often a call reaches its component at least, 1/s."""
    if calls[i, at.BREAKER] > 0.0 or calls[i, at.BULKHEAD_SLOTS] < math.inf:
        return 0.0
    for k in range(program.after_start[i], program.after_start[i + 1]):
        before = program.after[k]
        if not (calls[before, at.OPTIONAL] > 0.0 or calls[before, at.FALLBACK_ENABLED] > 0.0):
            return 0.0
    caller = program.caller[i]
    rate = users[program.flow[i]] if caller < 0 else passed[caller]
    return rate * (calls[i, at.TIMES] * calls[i, at.ENABLED])
