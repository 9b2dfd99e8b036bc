"""What the quorums of a store add to its calls: waits for other replicas, and reads that miss a write."""

from __future__ import annotations

import math

from models.performance.compiled import compiled, log_gamma
from models.performance.mixture import Cumulants, gamma_cumulants
from models.performance.parallel_calls import order_statistic


@compiled
def quorum_waits(
    replicas: float, read: float, write: float, rtt_s: float, rtt_scv: float
) -> tuple[Cumulants, Cumulants]:
    """Waits for the other replicas of a read and a write, s: one is near, the others a round trip away."""
    m, v, k = gamma_cumulants(rtt_s, rtt_scv)
    return (
        order_statistic(m, v, k, replicas - 1.0, read - 1.0),
        order_statistic(m, v, k, replicas - 1.0, write - 1.0),
    )


@compiled
def stale_read_share(
    n: float, r: float, w: float, lag_s: float, read_delay_s: float, writes_per_key_per_s: float
) -> float:
    """Share of reads that don't return the latest write, of r out of n replicas, after writes to w of them.

    C(n-w, r)/C(n, r) x u L / (u L + r) x (L / (L + D))^r with u writes of the key per second, lag L and
    delay D (s): probabilistically bounded staleness (Bailis et al. 2012, eq. 1; Malkhi, Reiter and Wright
    1997) for exponential lags and writes; the last factor for reads that take time themselves (own, against
    Monte Carlo; docs/model.md). It errs to the pessimistic side.
    """
    if r + w > n:
        return 0.0
    log = log_gamma(n - w + 1.0, 0) - log_gamma(n - w - r + 1.0, 0) - log_gamma(n + 1.0, 0)
    missed = min(math.exp(log + log_gamma(n - r + 1.0, 0)), 1.0)
    writes = writes_per_key_per_s * lag_s
    behind = writes / (writes + r) if writes + r > 0.0 else 0.0
    slow = lag_s + read_delay_s
    late = (lag_s / slow if slow > 0.0 else 0.0) ** r
    return missed * behind * late
