"""Breakers and bulkheads as valves: how far they are open once they and the load have settled.

A breaker that closes relieves what it guards, which then fails less, which opens it again: in time it swings,
and its mean opening is where both agree. What is searched for is the number of attempts that get through for
each call: failures grow with it and the wanted opening falls with the failures, so that the point is unique
and each pass halves the interval in which it lies.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.evaluation import Array
from models.performance import circuit_breaker as kernel
from oracles.formulas.erlang import erlang_b

#: Share that a breaker lets through in the failed state.
PROBES = 0.02


class Valve(NamedTuple):
    """A valve on its way to where it settles; arrays that broadcast to `(n, p)`.

    Attributes:
        through: Attempts for each call that are let through.
        low: It is known to settle above this ...
        high: ... and below this.
    """

    through: Array
    low: Array
    high: Array


def open_valve(retries: Array) -> Valve:
    """A valve before the first pass: each call gets through once."""
    one = np.ones((1, 1))
    return Valve(one, np.zeros((1, 1)), retries + 1.0)


def probing_valve(retries: Array, *, breaker: Array) -> Valve:
    """A valve after everything has failed: a breaker lets only its probes through, a bulkhead all it can."""
    tries = retries + 1.0
    through = np.where(breaker > 0.0, PROBES * tries, tries)
    return Valve(through, np.zeros((1, 1)), tries)


def opening_of(valve: Valve, failure: Array, *, retries: Array) -> Array:
    """Share of the attempts that is let through when this many get through for each call.

    Args:
        valve: The valve.
        failure: Share of the attempts let through that fails.
        retries: Further attempts after a failed or refused one.

    Source: with s = 1 - failure and opening g each attempt succeeds with g s, and for each call
    y = (1 - (1 - g s)^(r+1)) / s get through (truncated geometric law), solved for g.
    """
    s = np.maximum(1.0 - failure, 1e-12)
    succeeded = np.clip(valve.through * s, 0.0, 1.0)
    tries = retries + 1.0
    # expm1 and log1p keep the digits where hardly any attempt succeeds.
    with np.errstate(divide="ignore"):
        each = -np.expm1(np.log1p(-succeeded) / tries)
    return np.clip(each / s, 0.0, 1.0)


@np.vectorize
def breaker_opening(failure, attempts_per_s, call_s, threshold, volume, window_s, sleep_s):
    """Share of the attempts that a circuit breaker lets through; judged by a running one, not here."""
    return kernel.breaker_opening(failure, attempts_per_s, call_s, (threshold, volume, window_s), sleep_s)


def bulkhead_opening(calls_per_s: Array, *, held_s: Array, slots: Array) -> Array:
    """Share of the calls that finds a slot of a bulkhead free; 1 where there is none, 0 where it has no slot.

    Args:
        calls_per_s: Calls that ask for a slot, 1/s.
        held_s: Mean time that a call keeps it, s.
        slots: Slots; infinity = no bulkhead.

    Source: Erlang's loss formula, which holds whatever the law of the time (Sevastyanov 1957).
    """
    limited = np.isfinite(slots)
    some = np.where(limited & (slots >= 1.0), slots, 1.0)
    endless = ~np.isfinite(held_s)
    load = np.where(endless, 1e12, calls_per_s * np.where(endless, 0.0, held_s))
    blocked = np.where(slots >= 1.0, erlang_b(load, servers=some), 1.0)
    return np.where(limited, 1.0 - blocked, 1.0)


def moved(valve: Valve, failure: Array, *, wanted: Array, retries: Array) -> Valve:
    """The valve one pass later.

    While more is asked for it follows at once: so it climbs to the lowest point at which it can rest. Once it
    has let through too much it halves the interval that is left.

    Args:
        valve: The valve as it was.
        failure: Share of the attempts let through that failed.
        wanted: The opening that these failures ask for.
        retries: Further attempts after a failed or refused one.
    """
    s = np.maximum(1.0 - failure, 1e-12)
    tries = retries + 1.0
    with np.errstate(divide="ignore"):
        asked = -np.expm1(tries * np.log1p(-np.clip(wanted * s, 0.0, 1.0))) / s
    climbs = asked >= valve.through
    low = np.where(climbs, valve.through, valve.low)
    high = np.where(climbs, valve.high, valve.through)
    middle = 0.5 * (low + high)
    through = np.where(climbs & (asked < high), asked, middle)
    # What asks for nothing rests at once: halving would never get there.
    through = np.where(wanted > 0.0, through, 0.0)
    return Valve(through, low, high)
