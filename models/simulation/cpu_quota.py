"""CPU time of copies that have a quota: threads run until it is used up, and then stand still."""

from __future__ import annotations

import math

from models.performance.compiled import inlined, internal
from models.simulation import columns as at
from models.simulation.state import State


@inlined
def has_quota(s: State, q: int) -> bool:
    """Whether the copy of a queue has a quota."""
    return q >= 0 and s.cpu[q, at.CPU_CORES] < math.inf


@internal
def use_time(s: State, q: int) -> None:
    """Brings the CPU time of a queue's copy to now; as many threads ran since as slots were taken."""
    cpu, queue = s.cpu[q], s.queue[q]
    now, t = s.x[at.NOW], cpu[at.CPU_AT]
    threads = queue[at.Q_SLOTS] - queue[at.Q_FREE]
    period, whole = cpu[at.CPU_PERIOD_S], cpu[at.CPU_CORES] * cpu[at.CPU_PERIOD_S]
    while t < now:
        next_period = cpu[at.CPU_FIRST] + period
        end = min(now, next_period)
        if threads > 0:
            runs = min(end - t, cpu[at.CPU_LEFT_S] / threads)
            cpu[at.CPU_LEFT_S] = max(cpu[at.CPU_LEFT_S] - runs * threads, 0.0)
            cpu[at.CPU_LOST_S] += end - t - runs
            s.counted[queue[at.Q_PART], at.BUSY_S] += runs * threads
        t = end
        if end == next_period:
            cpu[at.CPU_FIRST] = next_period
            if threads == 0:
                cpu[at.CPU_FIRST] += period * math.floor((now - next_period) / period)
            cpu[at.CPU_LEFT_S] = whole
    cpu[at.CPU_AT] = now


@internal
def stood_still(s: State, a: int) -> float:
    """How long an attempt that should be done by now has stood still since it was last looked at, s."""
    q = s.frame[a, at.F_QUEUE]
    use_time(s, q)
    lost = s.cpu[q, at.CPU_LOST_S] - s.times[a, at.LOST_S]
    s.times[a, at.LOST_S] = s.cpu[q, at.CPU_LOST_S]
    return lost
