"""Circuit breakers and bulkheads as valves: how far they open once they and the load have settled.

What is searched for is the number of attempts that get through for each call.
"""

from __future__ import annotations

import math

from models.performance.compiled import compiled
from models.performance.erlang import erlang_b
from models.performance.retry import any_succeeds, each_succeeds

#: Share of failing attempts at which a circuit breaker begins to close, and the share it always lets through.
TRIPS_AT, PROBES = 0.5, 0.02


@compiled
def opening_of(through: float, failure: float, retries: float) -> float:
    """Share of the attempts let through when so many get through for each call."""
    s = max(1.0 - failure, 1e-12)
    succeeded = min(max(through * s, 0.0), 1.0)
    return min(max(each_succeeds(succeeded, retries) / s, 0.0), 1.0)


@compiled
def breaker_opening(failure: float) -> float:
    """Share of the attempts that a breaker lets through when this share of them fails."""
    closing = 1.0 - (1.0 - PROBES) * (failure - TRIPS_AT) / (1.0 - TRIPS_AT)
    return min(max(closing, PROBES), 1.0)


@compiled
def bulkhead_opening(calls_per_s: float, held_s: float, slots: float) -> float:
    """Share of the calls that finds a slot of a bulkhead free (Erlang's loss formula)."""
    if not slots >= 1.0:
        return 0.0
    load = calls_per_s * held_s if math.isfinite(held_s) else 1e12
    return 1.0 - erlang_b(load, slots)


@compiled
def moved(
    valve: tuple[float, float, float], failure: float, wanted: float, retries: float
) -> tuple[float, float, float]:
    """The valve (through, low, high) one pass later."""
    through, low, high = valve
    s = max(1.0 - failure, 1e-12)
    opened = min(max(wanted * s, 0.0), 1.0)
    asked = any_succeeds(opened, retries) / s
    climbs = asked >= through
    if climbs:
        low = through
    else:
        high = through
    through = asked if climbs and asked < high else 0.5 * (low + high)
    if not wanted > 0.0:
        through = 0.0
    return through, low, high
