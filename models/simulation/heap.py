"""Events to come, the next one first: a heap of four children each (Johnson 1975)."""

from __future__ import annotations

from models.performance.compiled import inlined, internal
from models.simulation import columns as at
from models.simulation.state import State


@internal
def schedule(s: State, t: float, what: int, which: int) -> None:
    """Lets something happen at a time, s."""
    i = s.n[at.HEAP]
    s.n[at.HEAP] = i + 1
    while i > 0:
        parent = (i - 1) >> 2
        if s.when[parent] <= t:
            break
        s.when[i], s.what[i] = s.when[parent], s.what[parent]
        i = parent
    s.when[i], s.what[i] = t, (what << at.EVENT_BITS) | which


@inlined
def put_first(s: State, t: float, told: int) -> None:
    """Puts an event in the place of the first one."""
    n = s.n[at.HEAP]
    i = 0
    while True:
        child = (i << 2) + 1
        if child >= n:
            break
        least, first = child, s.when[child]
        last = min(child + 4, n)
        for k in range(child + 1, last):
            if s.when[k] < first:
                least, first = k, s.when[k]
        if first >= t:
            break
        s.when[i], s.what[i] = first, s.what[least]
        i = least
    s.when[i], s.what[i] = t, told


@inlined
def drop_first(s: State) -> None:
    """Takes the first event away."""
    n = s.n[at.HEAP] - 1
    s.n[at.HEAP] = n
    if n > 0:
        put_first(s, s.when[n], s.what[n])
