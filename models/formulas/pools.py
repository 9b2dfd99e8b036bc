"""Thread per request: a pool whose threads are held while they call the stores below them.

The open formula lets an endless queue form at a store, although no more calls can be there than the pool has
threads; that wait would then lengthen the hold of the threads. The caps here cut both, without iteration.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.formulas.cumulants import Array
from models.formulas.erlang import erlang_c
from models.formulas.waiting import Wait

#: Sharpness of the bend between two limits, per square root of the store's slots: fitted to the exact
#: machine-repair model (rms 1.3 %, worst -4.6 %).
SHARPNESS = 3.0
#: Utilisation at which Erlang C is held: the limit of the pool is the driven flow, not its threads.
FULLEST = 0.9999


class Pool(NamedTuple):
    """A pool of threads under load; arrays in one shape.

    Attributes:
        hold_s: Mean time a request holds its thread, s.
        wait: Wait for a thread; infinite where the pool can't carry the flow.
    """

    hold_s: Array
    wait: Wait


def pool_wait(rate: Array, *, threads: Array, hold_s: Array, hold_scv: Array, flow_limit: Array) -> Pool:
    """Hold and wait of a pool of threads.

    Args:
        rate: Requests per second, >= 0; all arguments broadcast against each other.
        threads: Threads c, > 0.
        hold_s: Hold h with the (capped) waits at the stores, s, >= 0.
        hold_scv: Squared coefficient of variation of the unhindered hold.
        flow_limit: Flow X that the threads can drive (`driven_flow`), 1/s, > 0; infinity = no limit.

    Returns:
        Hold (1 - C) h + C max(c / X, h), and a wait that is 0 with probability 1 - C and else exponential of
        mean k / (X - rate), k = (1 + scv) / 2; infinite where `rate >= flow_limit`.

    Source: own (docs/model.md), with the Erlang C of the pool; moments as in M/M/c.
    """
    given = (rate, threads, hold_s, hold_scv, flow_limit)
    lam, c, h, scv, limit = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in given))
    waits = erlang_c(np.minimum(lam * h, FULLEST * c), servers=c)
    hold = (1.0 - waits) * h + waits * np.maximum(c / limit, h)
    carried = lam < limit
    w = 0.5 * (1.0 + scv) / np.where(carried, limit - lam, 1.0)
    cumulants = (
        waits * w,
        waits * (2.0 - waits) * w * w,
        waits * (6.0 - 6.0 * waits + 2.0 * waits * waits) * w * w * w,
    )
    return Pool(hold, Wait(np.zeros(lam.shape), *(np.where(carried, x, np.inf) for x in cumulants)))
