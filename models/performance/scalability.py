"""Universal Scalability Law: what replicas cost each other."""

from __future__ import annotations

from models.performance.compiled import compiled

#: Passes of `busy_service`; each starts from the last and none overshoots.
PASSES = 4


@compiled
def stretch(load: float, contention: float, coherency: float) -> float:
    """How much longer work takes among N than alone: 1 + sigma (N - 1) + kappa N (N - 1).

    Args:
        load: N, real, >= 1.
        contention: Share sigma of the work that queues for something shared, 0 to 1.
        coherency: Cost kappa of keeping one pair consistent, >= 0.

    Source: Gunther (2007), Guerrilla Capacity Planning, Universal Scalability Law:
    X(N) = gamma N / (1 + sigma (N - 1) + kappa N (N - 1)).
    """
    return 1.0 + (load - 1.0) * (contention + coherency * load)


@compiled
def busy_service(
    rate: float, service_s: float, servers: float, replicas: float, contention: float, coherency: float
) -> float:
    """Service time, s, at the load that it makes itself: y = rate s' / c, from the unstretched time upwards.

    Only replicas that are busy cost each other something: idle ones contend for nothing.

    Args:
        rate: Requests per second, >= 0.
        service_s: Mean service time s of a single replica, s, >= 0.
        servers: Servers c = replicas x slots, > 0.
        replicas: N, real, >= 1.
        contention: Share sigma, 0 to 1.
        coherency: Cost kappa, >= 0.

    Returns:
        Mean service time s' after `PASSES` passes. Monotone in rate and in every cost; from below, so never
        above the fixed point.

    Source: `stretch` with N replaced by 1 + (N - 1) min(1, y) (own reasoning, docs/model.md).
    """
    others = max(replicas - 1.0, 0.0)
    longer_s = service_s
    for _ in range(PASSES):
        busy = 1.0 + others * min(rate * longer_s / servers, 1.0)
        longer_s = service_s * stretch(busy, contention, coherency)
    return longer_s
