"""Self time: how long a visit takes beside the calls that it waits for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.telemetry.visits import Visits, Whole

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SelfTimes:
    """Of each visit, `(v,)`.

    Attributes:
        own_s: Time beside the calls that it waits for, s.
        network_s: Time between the caller's clock and its own: the way, and queues before its first span, s.
        moved: Visits that lay outside of their caller's time, as clocks differ, and were put in its middle.
    """

    own_s: Reals
    network_s: Reals
    moved: int


def self_times(visits: Visits) -> SelfTimes:
    """Self times: what a visit lasts less the union of its calls, cut to it.

    Calls that nobody waits for don't count. A call of which more than half lies outside of its caller's time
    is put in its middle.
    """
    begin, end, moved = _in_their_callers(visits)
    own = (visits.ended_ns - visits.began_ns).astype(np.float64)
    waited = np.flatnonzero((visits.caller >= 0) & ~visits.is_async)
    order = waited[np.lexsort((begin[waited], visits.caller[waited]))]
    last, until = -1, 0
    for row in order:
        caller = int(visits.caller[row])
        first, stop = int(visits.began_ns[caller]), int(visits.ended_ns[caller])
        if caller != last:
            last, until = caller, first
        a, b = max(int(begin[row]), until), min(int(end[row]), stop)
        if b > a:
            own[caller] -= b - a
            until = b
    network = (visits.answered_ns - visits.called_ns) - (visits.ended_ns - visits.began_ns)
    return SelfTimes(own * 1e-9, np.maximum(network, 0) * 1e-9, moved)


def _in_their_callers(visits: Visits) -> tuple[Whole, Whole, int]:
    """When each visit began and ended by the clock of its caller, ns, and how many had to be moved for it."""
    begin, end = visits.called_ns.copy(), visits.answered_ns.copy()
    called = np.flatnonzero((visits.caller >= 0) & ~visits.is_async)
    above = visits.caller[called]
    first, last = visits.began_ns[above], visits.ended_ns[above]
    inside = np.minimum(end[called], last) - np.maximum(begin[called], first)
    lasts = end[called] - begin[called]
    outside = (2 * inside < lasts) & (lasts <= last - first)
    rows = called[outside]
    begin[rows] = (first + (last - first - lasts) // 2)[outside]
    end[rows] = begin[rows] + lasts[outside]
    return begin, end, int(outside.sum())
