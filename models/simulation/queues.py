"""How many wait at each component as a run goes on, and whether queues with an end had time to fill."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.program import Program

#: Slots of a component count as all taken from this share on.
_ALL_TAKEN = 0.995
#: More places than this are any number.
_ANY_NUMBER = 2**61
#: Waiting at the least where a queue is said to fill; share of them that must have come in the last half.
_FEW, _STILL_GROWS = 10.0, 0.2
#: A queue is full when it first holds this share of what it holds in the end.
_FULL = 0.95
#: A queue that fills evenly has half of them in the mean; one that is well and then falls over has less.
_EVENLY = 0.25


def room_of(program: Program) -> Array:
    """How many can wait at each component, `(c,)`; infinite where nobody is turned away.

    A longest wait lets as many wait as are served in that time. Where all calls of a component come through
    bulkheads, or from callers that keep their slots meanwhile, no more wait than those let through.
    """
    part, kind, queue = (program.arrays[name] for name in ("part", "kind", "queue"))
    room = np.full(program.slots.size, math.inf)
    for c in range(room.size):
        own = queue[queue[:, at.Q_PART] == c, at.Q_PLACES].astype(np.float64)
        if own.size and own.max() < _ANY_NUMBER:
            room[c] = own.sum()
        if np.isfinite(part[c, at.MAX_WAIT_S]):
            served_per_s = program.slots[c] / max(part[c, at.WORK_S], 1e-9)
            room[c] = min(room[c], served_per_s * part[c, at.MAX_WAIT_S])
        room[c] = min(room[c], _let_through(program, c))
    return np.where(kind[:, at.OUTSIDE] > 0, 0.0, room)


def _let_through(program: Program, c: int) -> float:
    """Calls of a component that can be under way at the same time, by who makes them."""
    node, call, kind = (program.arrays[name] for name in ("node", "call", "kind"))
    total = 0.0
    copies = float(kind[c, at.REPLICAS]) if kind[c, at.SPREADS] else 1.0
    for each in program.system.nodes:
        if each.component != c:
            continue
        if each.is_async:
            return math.inf
        caller = None if each.caller is None else int(node[each.caller, at.COMPONENT])
        if node[each.index, at.BULKHEAD] >= 0:
            total += float(node[each.index, at.BULKHEAD]) * copies
        elif caller is None or kind[caller, at.BLOCKING] == 0:
            return math.inf
        elif np.isfinite(call[each.index, at.TIMEOUT_S]):
            return math.inf  # the caller goes on, and leaves behind what it asked for
        else:
            total += float(kind[caller, at.SLOTS]) * copies
    return total


def tells_overload(program: Program, visits: Array) -> NDArray[np.bool_]:
    """Whether a component with all slots taken gets more than it can do by itself, not by retries, `(c,)`.

    Args:
        program: The design in its phase.
        visits: Calls of each component if every call were made once, 1/s, `(c,)`.
    """
    if not np.any(program.arrays["node"][:, at.RETRIES] > 0):
        return np.ones(program.slots.size, dtype=bool)
    told: NDArray[np.bool_] = visits * program.arrays["part"][:, at.WORK_S] > program.slots
    return told


@dataclass(frozen=True, eq=False)
class Queues:
    """What a run has seen of its queues.

    Attributes:
        counted: What was counted of the components in each slice, `(m, c, 8)` (`columns.COUNTED`).
        slots: Slots of each component, `(c,)`.
        room: How many can wait (`room_of`), `(c,)`.
        overload: Where a queue that fills is overload (`tells_overload`), `(c,)`.
        slice_s: Length of a slice, s.
    """

    counted: Array
    slots: Array
    room: Array
    overload: NDArray[np.bool_]
    slice_s: float

    @cached_property
    def waiting(self) -> Array:
        """How many wait at the end of each slice, `(m, c)`: who came and was neither refused nor begun."""
        counted = self.counted
        change = counted[:, :, at.ARRIVALS] - counted[:, :, at.REFUSED] - counted[:, :, at.BEGUN]
        return np.cumsum(change, axis=0)

    @cached_property
    def is_busy(self) -> NDArray[np.bool_]:
        """Whether all slots were taken in the last half, `(c,)`."""
        m = self.counted.shape[0]
        busy = self.counted[m // 2 :, :, at.BUSY_S].sum(axis=0)
        could = self.slots * self.slice_s * (m - m // 2)
        found: NDArray[np.bool_] = (could > 0.0) & (busy >= _ALL_TAKEN * could)
        return found

    @cached_property
    def is_filling(self) -> bool:
        """Whether a queue with an end still fills: it grows, and nobody was turned away yet."""
        m = self.counted.shape[0]
        refused = self.counted[:, :, at.REFUSED].sum(axis=0)
        for c in np.nonzero(self.is_busy & np.isfinite(self.room) & (refused == 0.0))[0]:
            waiting = self.waiting[:, c]
            now, before = waiting[-max(m // 8, 1) :].mean(), waiting[m // 2 : m // 2 + max(m // 8, 1)].mean()
            if now > _FEW and now - before > _STILL_GROWS * now:
                return True
        return False

    @cached_property
    def filled(self) -> Array:
        """Slices until the queue of each component with an end was full, 0 where it isn't, `(c,)`."""
        m, found = self.counted.shape[0], np.zeros(self.slots.size)
        refused = self.counted[:, :, at.REFUSED]
        for c in np.nonzero(self.is_busy & np.isfinite(self.room) & (refused.sum(axis=0) > 0.0))[0]:
            full = _FULL * self.waiting[3 * m // 4 :, c].mean()
            first = int(np.argmax(self.waiting[:, c] >= full)) if full > 0.0 else 0
            found[c] = max(first, int(np.argmax(refused[:, c] > 0.0))) + 1
        return found

    @property
    def filled_from_the_beginning(self) -> int:
        """Slices until the last queue was full of those that began to fill as the run began."""
        found = [0]
        for c in np.nonzero(self.overload & (self.filled > 0.0))[0]:
            last = int(self.filled[c])
            if self.waiting[:last, c].mean() >= _EVENLY * self.waiting[last - 1, c]:
                found.append(last)
        return max(found)
