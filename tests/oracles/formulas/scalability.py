"""The Universal Scalability Law of a busy station, on arrays."""

from __future__ import annotations

import numpy as np

from models.performance.scalability import PASSES
from oracles.formulas.cumulants import Array


def stretch(load: Array, *, contention: Array, coherency: Array) -> Array:
    """How much longer work takes among N than alone: 1 + sigma (N - 1) + kappa N (N - 1).

    Args:
        load: N, real, >= 1; all arguments broadcast against each other.
        contention: Share sigma, 0 to 1.
        coherency: Cost kappa, >= 0.

    Source: as `models.performance.scalability.stretch`.
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

    Source: `stretch` with N replaced by 1 + (N - 1) min(1, y) (own reasoning, docs/model.md).
    """
    busy = 1.0 + np.maximum(replicas - 1.0, 0.0) * np.minimum(busy_share, 1.0)
    longer: Array = service_s * stretch(busy, contention=contention, coherency=coherency)
    return longer


def busy_stretch(
    rate: Array,
    *,
    service_s: Array,
    servers: Array,
    replicas: Array,
    contention: Array,
    coherency: Array,
) -> Array:
    """Service time at the load that it makes itself: y = rate s' / c, from the unstretched time upwards.

    Args:
        rate: Requests per second, >= 0; all arguments broadcast against each other.
        service_s: Mean service time of a single replica, s, >= 0.
        servers: Servers c = replicas x slots, > 0.
        replicas: N, real, >= 1.
        contention: Share sigma, 0 to 1.
        coherency: Cost kappa, >= 0.

    Returns:
        Mean service time s' after `PASSES` passes, s, broadcast shape. Monotone in rate and in every cost;
        from below, so never above the fixed point.

    Source: as `stretched_service`.
    """
    longer: Array = np.asarray(service_s, dtype=np.float64)
    for _ in range(PASSES):
        longer = stretched_service(
            service_s,
            replicas=replicas,
            contention=contention,
            coherency=coherency,
            busy_share=rate * longer / servers,
        )
    return longer
