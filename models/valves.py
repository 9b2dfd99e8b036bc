"""Breakers and bulkheads as valves: how far they are open once they and the load have settled.

A breaker that closes relieves what it guards, which then fails less, which opens it again: in time it swings,
and its mean opening is where both agree. Since the failures grow with the opening and the wanted opening falls
with the failures, that point is unique, and each pass halves the interval in which it lies.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.evaluation import Array
from models.formulas.erlang import erlang_b

#: Share of failing attempts at which a circuit breaker begins to close, and the share it always lets through.
TRIPS_AT, PROBES = 0.5, 0.02
#: An interval shorter than this that the wanted opening has left is opened again: the load has moved.
SETTLED, LEFT = 0.02, 0.05


class Valve(NamedTuple):
    """A valve on its way to where it settles; arrays that broadcast to `(n, p)`.

    Attributes:
        opening: Share of the attempts that is let through.
        low: The opening is known to settle above this ...
        high: ... and below this.
    """

    opening: Array
    low: Array
    high: Array


def open_valve() -> Valve:
    """A valve before the first pass: open."""
    one = np.ones((1, 1))
    return Valve(one, np.zeros((1, 1)), one)


def breaker_opening(failure: Array) -> Array:
    """Share of the attempts that a circuit breaker lets through when this share of them fails.

    A static valve (own, docs/model.md): open until half of the attempts fail, then closing in proportion,
    down to the probes that it always sends.
    """
    closing = 1.0 - (1.0 - PROBES) * (failure - TRIPS_AT) / (1.0 - TRIPS_AT)
    return np.clip(closing, PROBES, 1.0)


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


def moved(valve: Valve, wanted: Array) -> Valve:
    """The valve one pass later.

    Args:
        valve: The valve as it was.
        wanted: The opening that the failures at that opening ask for.
    """
    low = np.where(wanted >= valve.opening, valve.opening, valve.low)
    high = np.where(wanted <= valve.opening, valve.opening, valve.high)
    stuck = high - low < SETTLED
    high = np.where(stuck & (wanted > high + LEFT), 1.0, high)
    low = np.where(stuck & (wanted < low - LEFT), 0.0, low)
    return Valve(0.5 * (low + high), low, high)
