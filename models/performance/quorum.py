"""What the quorums of a store add to its calls: waits for other replicas, a round trip away."""

from __future__ import annotations

import numpy as np

from models.performance.compiled import compiled, internal
from models.performance.mixture import Cumulants
from models.performance.parallel_calls import order_statistic
from models.system import layout as at

_MS_PER_S = 1000.0


@compiled
def from_least(mean: float, scv: float, least: float) -> Cumulants:
    """Cumulants of a gamma law that begins at `least` (s), with a mean (s) and an scv.

    Source: the third cumulant of a gamma law is 2 v^2 / m.
    """
    variance = scv * mean**2
    above = mean - least
    return mean, variance, 2.0 * variance**2 / above if above > 0.0 else 0.0


@internal
def trip_of(part: np.ndarray) -> Cumulants:
    """A round trip to another copy of a store, s."""
    return from_least(part[at.RTT_MS] / _MS_PER_S, part[at.RTT_SCV], part[at.RTT_MIN_MS] / _MS_PER_S)


@compiled
def quorum_waits(replicas: float, read: float, write: float, trip: Cumulants) -> tuple[Cumulants, Cumulants]:
    """Waits for the other replicas of a read and a write, s: one is near, the others a round trip away."""
    m, v, k = trip
    return (
        order_statistic(m, v, k, replicas - 1.0, read - 1.0),
        order_statistic(m, v, k, replicas - 1.0, write - 1.0),
    )
