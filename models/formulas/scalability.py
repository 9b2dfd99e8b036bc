"""Universal Scalability Law: what replicas cost each other."""

from __future__ import annotations

import numpy as np

from models.formulas.cumulants import Array

#: Passes of `busy_stretch`; each starts from the last and none overshoots.
PASSES = 4


def stretch(load: Array, *, contention: Array, coherency: Array) -> Array:
    """How much longer work takes among N than alone: 1 + sigma (N - 1) + kappa N (N - 1).

    Args:
        load: N, real, >= 1; all arguments broadcast against each other.
        contention: Share sigma, 0 to 1.
        coherency: Cost kappa, >= 0.

    Source: as `usl_throughput`.
    """
    others = load - 1.0
    factor: Array = 1.0 + others * (contention + coherency * load)
    return factor


def stretched_service(
    service_s: Array, *, replicas: Array, contention: Array, coherency: Array, busy_share: Array
) -> Array:
    """Service time among the replicas that are busy: idle ones contend for nothing.

    Args:
        service_s: Mean service time of a single replica, s; all arguments broadcast against each other.
        replicas: N, real, >= 1.
        contention: Share sigma, 0 to 1.
        coherency: Cost kappa, >= 0.
        busy_share: Share y of the servers that is busy, >= 0; above 1 counts as 1.

    Returns:
        Mean service time s', s, broadcast shape; at `busy_share` 1 the law for all N replicas.

    Source: `usl_throughput` with N replaced by 1 + (N - 1) min(1, y) (own reasoning, docs/model.md).
    """
    busy = 1.0 + np.maximum(replicas - 1.0, 0.0) * np.minimum(busy_share, 1.0)
    longer: Array = service_s * stretch(busy, contention=contention, coherency=coherency)
    return longer
