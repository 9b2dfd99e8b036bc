"""Quorums: how likely a read misses the latest write."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from models.formulas.cumulants import Array


def miss_probability(replicas: Array, read_quorum: Array, write_quorum: Array) -> Array:
    """Probability that none of the R replicas read is among the W that a write has reached at once.

    Args:
        replicas: N, whole; all arguments broadcast against each other.
        read_quorum: R.
        write_quorum: W.

    Returns:
        C(N - W, R) / C(N, R); 0 where R + W > N.

    Source: Malkhi, Reiter and Wright 1997; PBS (Bailis et al. 2012) eq. 1.
    """
    apart = read_quorum + write_quorum <= replicas
    n = np.where(apart, replicas, 2.0)
    r, w = np.where(apart, read_quorum, 1.0), np.where(apart, write_quorum, 1.0)
    log = gammaln(n - w + 1.0) - gammaln(n - w - r + 1.0) - gammaln(n + 1.0) + gammaln(n - r + 1.0)
    return np.where(apart, np.minimum(np.exp(log), 1.0), 0.0)


def stale_read_share(
    *,
    replicas: Array,
    read_quorum: Array,
    write_quorum: Array,
    lag_s: Array,
    read_delay_s: Array,
    writes_per_key_per_s: Array,
) -> Array:
    """Share of reads that don't return the latest write.

    Args:
        replicas: N, whole; all arguments broadcast against each other.
        read_quorum: R.
        write_quorum: W.
        lag_s: Mean lag of a replica behind a write, exponential, s.
        read_delay_s: Mean time that a read request takes to reach a replica, s.
        writes_per_key_per_s: Writes of the key that is read, 1/s.

    Returns:
        C(N-W, R)/C(N, R) x u L / (u L + R) x (L / (L + D))^R; errs to the pessimistic side.

    Source: probabilistically bounded staleness (Bailis et al. 2012) for exponential lags and writes; the last
    factor for reads that take time themselves (own, against Monte Carlo; docs/model.md).
    """
    missed = miss_probability(replicas, read_quorum, write_quorum)
    writes = writes_per_key_per_s * lag_s
    behind = writes / np.where(writes + read_quorum > 0.0, writes + read_quorum, 1.0)
    slow = lag_s + read_delay_s
    late = np.where(slow > 0.0, lag_s / np.where(slow > 0.0, slow, 1.0), 0.0) ** read_quorum
    return np.asarray(missed * behind * late)
