"""Where the model isn't sure: rules for what was seen to be further off than promised (docs/model.md)."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.compiled import internal
from models.performance.pool_network import VARIABLE
from models.performance.program import Program, Work
from models.system import layout as at

#: Reasons; a sum of them is several.
SWINGS, OPENS_AND_CLOSES, COME_BACK_TOGETHER, NEARLY_FULL, BURSTS, REGULAR = 1, 2, 4, 8, 16, 32
POOL_SWINGS, THROTTLED, SAME_QUEUE, MEETS, UNEVEN, DROPPED = 64, 128, 256, 512, 1024, 4096
#: A breaker opens and closes that lets a share between these through.
_OPEN, _SHUT = 0.003, 0.97
#: Load of the component behind it, if the breaker let all through, at which its queue swings with it.
_LOADED = 0.6
#: Share turned away from which on retries after a pause are a crowd of their own; fewer and more of them, and
#: the shortest pause, in services.
_TURNED_AWAY, _FEW, _SHORT = 0.02, 2.0, 0.1
#: Load at which queues are so long that all that isn't Poisson about the arrivals counts.
_FULL = 0.95
#: Arrivals that vary by more than this before work that varies by more than this, and the loads from which on
#: waits count, and count much.
_BURSTY, _LUMPY, _SOME_LOAD, _HALF_LOAD = 4.0, 3.0, 0.3, 0.5
#: Work that varies by less than this, and the share turned away from which on the scaling of places counts.
_EVEN, _OFTEN = 0.5, 0.08
#: The same where more comes than a few servers carry; and work that varies much where a queue is full.
_VERY_EVEN, _FEW_SERVERS = 0.3, 4.0
_UNEVEN, _QUARTER = 5.0, 0.15
#: Pools of so few threads over stores whose (1 + scv)/2 is outside of a range; larger pools over stores above
#: another one, from a load on.
_FEW_THREADS, _LESS, _MORE, _MUCH_MORE, _BUSY_POOL = 3.0, 0.75, 1.75, 2.5, 0.75
#: Work of a call, its variation included, of the CPU time of a period from which on the period's steps show;
#: of work that varies less than `_EVEN` they show from another load on.
_COARSE, _QUOTA_LOAD, _BUSY_QUOTA = 0.3, 0.45, 0.75
#: Share that a component drops since their deadline is over from which on it counts that they differ in it.
_DROPPED = 0.005
#: Wait of a second attempt behind the first, of the time after which it is sent.
_BEHIND = 0.1
#: Load of a store from which on branches that meet there wait together.
_MEETING = 0.85


@internal
def unsure_of(program: Program, work: Work, parts: np.ndarray, calls: np.ndarray, swings: bool) -> float:
    """Sum of the reasons for which a healthy state may be further off than promised; 0 = none."""
    reasons = SWINGS if swings else 0
    for i in range(program.component.size):
        c, call, done = program.component[i], calls[i], work.call[i]
        st = work.station[c]
        if not done[of.CALLS_PER_S] > 0.0 or program.kind[c] >= of.EXTERNAL:
            continue
        passes = 1.0
        if call[at.BULKHEAD_SLOTS] < math.inf and done[of.ATTEMPTS_PER_S] > 0.0:
            passes = work.valve[i, 0] * done[of.CALLS_PER_S] / done[of.ATTEMPTS_PER_S]
        away = max(st[of.BLOCKED], 1.0 - passes)
        if parts[c, at.SERVICE_SCV] < _EVEN and away > _OFTEN and st[of.LOAD_RATIO] > _SOME_LOAD:
            reasons |= REGULAR
        if call[at.BREAKER] > 0.0 and done[of.ATTEMPTS_PER_S] > 0.0:
            passes = min(work.valve[i, 0] * done[of.CALLS_PER_S] / done[of.ATTEMPTS_PER_S], 1.0)
            load = st[of.LOAD_RATIO] / max(passes, 1e-9)
            if _OPEN < passes < _SHUT and load > _LOADED:
                reasons |= OPENS_AND_CLOSES
        if program.flags[of.DEADLINES] and math.isfinite(done[of.DEADLINE_S]) and program.caller[i] >= 0:
            # Where not all have a deadline it isn't told what is dropped.
            drops = st[of.BLOCKED] > _DROPPED if done[of.EXPIRES] > 0.0 else st[of.LOAD_RATIO] > _MEETING
            reasons |= DROPPED if drops else 0
        if call[at.HEDGE_AFTER_MS] < call[at.TIMEOUT_MS]:
            is_one = parts[c, at.REPLICAS] == 1.0 or parts[c, at.BALANCING] == at.SHARED
            if is_one and st[of.WAIT] > _BEHIND * call[at.HEDGE_AFTER_MS] / 1000.0:
                reasons |= SAME_QUEUE
        is_short = call[at.BACKOFF_MS] / 1000.0 <= _SHORT * st[of.SERVICE_S] / st[of.SERVERS]
        if call[at.RETRIES] >= _FEW and st[of.BLOCKED] > _TURNED_AWAY and not is_short:
            reasons |= COME_BACK_TOGETHER
    for c in range(program.kind.size):
        st = work.station[c]
        if program.kind[c] >= of.EXTERNAL or not st[of.ARRIVALS] > 0.0:
            continue
        if st[of.LOAD_RATIO] > _FULL and not st[of.CAN_REFUSE] > 0.0 and math.isfinite(st[of.WAIT]):
            reasons |= NEARLY_FULL
        lumpy = parts[c, at.SERVICE_SCV] > _LUMPY
        if parts[c, at.ARRIVAL_SCV] > _BURSTY and lumpy and st[of.LOAD_RATIO] > _HALF_LOAD:
            reasons |= BURSTS
        reasons |= _of_station(program, work, c, parts[c])
    return float(reasons)


@internal
def _of_station(program: Program, work: Work, c: int, part: np.ndarray) -> int:
    st, reasons = work.station[c], 0
    scv, load = part[at.SERVICE_SCV], st[of.LOAD_RATIO]
    if st[of.CAN_REFUSE] > 0.0 and scv < _VERY_EVEN and load >= 1.0 and st[of.SERVERS] <= _FEW_SERVERS:
        reasons |= REGULAR
    if st[of.CAN_REFUSE] > 0.0 and scv > _UNEVEN and st[of.BLOCKED] > _QUARTER:
        reasons |= UNEVEN
    budget_s = part[at.CPU_QUOTA] * part[at.CPU_PERIOD_MS] / 1000.0
    is_coarse = st[of.SERVICE_S] * (1.0 + scv) > _COARSE * budget_s or (scv < _EVEN and load > _BUSY_QUOTA)
    if part[at.CPU_QUOTA] < part[at.SLOTS] and load > _QUOTA_LOAD and is_coarse:
        reasons |= THROTTLED
    if program.meets[c] > 0 and load > _MEETING and math.isfinite(st[of.WAIT]):
        reasons |= MEETS
    is_pool = program.blocks[c] > 0 and part[at.BLOCKING] > 0.0
    if is_pool and int(st[of.LIMITED_BY]) != c:
        varies = work.closed_told[c, VARIABLE]
        few = part[at.REPLICAS] * part[at.SLOTS] <= _FEW_THREADS and load > _SOME_LOAD
        if (few and not _LESS <= varies <= _MORE) or (varies > _MUCH_MORE and load > _BUSY_POOL):
            reasons |= POOL_SWINGS
    return reasons
