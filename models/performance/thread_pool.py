"""Thread per request: what a pool can drive, and how long its threads are held (see `models.formulas.pools`)."""

from __future__ import annotations

import math

from models.formulas.pools import FULLEST
from models.performance.compiled import compiled
from models.performance.erlang import erlang_b, erlang_c
from models.performance.mixture import Cumulants


@compiled
def pool_wait(
    rate: float, threads: float, hold_s: float, hold_scv: float, limit: float
) -> tuple[float, Cumulants]:
    """Mean time a thread is held, s, and the wait for one.

    Args:
        rate: Requests per second.
        threads: Threads.
        hold_s: Hold with the waits below, s.
        hold_scv: Squared variation of the unhindered hold.
        limit: Flow that the threads can drive, 1/s.
    """
    offered = min(rate * hold_s, FULLEST * threads)
    waits = erlang_c(offered, threads, erlang_b(offered, threads))
    hold = (1.0 - waits) * hold_s + waits * max(threads / limit, hold_s)
    if not rate < limit:
        return hold, (math.inf, math.inf, math.inf)
    w = 0.5 * (1.0 + hold_scv) / (limit - rate)
    return hold, (
        waits * w,
        waits * (2.0 - waits) * w * w,
        waits * (6.0 - 6.0 * waits + 2.0 * waits * waits) * w * w * w,
    )
