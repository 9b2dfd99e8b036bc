"""The Universal Scalability Law in its published forms, and of a busy station."""

from __future__ import annotations

import numpy as np

from models.formulas.cumulants import Array
from models.formulas.scalability import PASSES, stretch, stretched_service


def usl_throughput(load: Array, *, single: Array, contention: Array, coherency: Array) -> Array:
    """Throughput X(N) of N replicas or users.

    Args:
        load: N, real, >= 1; all arguments broadcast against each other.
        single: Throughput of one, in any unit per time.
        contention: Share sigma of the work that queues for something shared, 0 to 1.
        coherency: Cost kappa of keeping one pair consistent, >= 0.

    Returns:
        Throughput in the unit of `single`, broadcast shape.

    Source: Gunther (2007), Guerrilla Capacity Planning, Universal Scalability Law:
    X(N) = gamma N / (1 + sigma (N - 1) + kappa N (N - 1)).
    """
    n = np.asarray(load, dtype=np.float64)
    throughput: Array = single * n / stretch(n, contention=contention, coherency=coherency)
    return throughput


def peak_load(*, contention: Array, coherency: Array) -> Array:
    """Replicas beyond which throughput falls: sqrt((1 - sigma) / kappa); infinite without coherency cost.

    Args:
        contention: Share sigma, 0 to 1.
        coherency: Cost kappa, >= 0, broadcasts against `contention`.

    Source: Gunther (2007), where the derivative of the law is 0.
    """
    cost = np.asarray(coherency, dtype=np.float64)
    parallel = np.maximum(1.0 - np.asarray(contention, dtype=np.float64), 0.0)
    with np.errstate(over="ignore"):
        found = np.sqrt(parallel / np.where(cost > 0.0, cost, 1.0))
    return np.where(cost > 0.0, found, np.inf)


def amdahl_limit(*, single: Array, contention: Array) -> Array:
    """Throughput that no number of replicas passes, coherency aside; infinite without contention.

    Args:
        single: Throughput of one, in any unit per time.
        contention: Share sigma, 0 to 1, broadcasts against `single`.

    Source: Amdahl (1967), as in Gunther (2007): gamma / sigma.
    """
    sigma = np.asarray(contention, dtype=np.float64)
    with np.errstate(over="ignore"):
        found = np.asarray(single, dtype=np.float64) / np.where(sigma > 0.0, sigma, 1.0)
    return np.where(sigma > 0.0, found, np.inf)


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
