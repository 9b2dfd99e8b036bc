"""What a fault changes in a running system, and from when until when: what both simulations go by."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass


class Change(enum.IntEnum):
    """What is changed; `TimedChange.index` says of what."""

    #: The arrivals of a flow (-1: of all) are `amount` times what they were; `ramp_s` long on the way there.
    LOAD = 0
    #: The share `amount` of a component's servers is gone, with what they were doing.
    LOST = 1
    #: All servers of a component stand still: nothing begins, nothing ends, what comes waits.
    PAUSED = 2
    #: The share `share` of the calls at a component takes `amount` seconds longer.
    SLOWED = 3
    #: The share `share` of the calls at a component is answered with an error, after the usual time.
    FAILED = 4
    #: The share `share` of the calls at a component is turned away at once.
    REFUSED = 5
    #: The share `share` of the calls at a component is never answered: callers wait for their time-out.
    SILENT = 6
    #: The share `share` of the keys of a cache is forgotten at `from_s`.
    FLUSHED = 7
    #: Column `index` of the row of parameters has the value `amount`; `ramp_s` long on the way there.
    SET = 8


@dataclass(frozen=True, slots=True)
class TimedChange:
    """One thing that is other than usual for a while.

    Attributes:
        change: What is changed.
        index: Position of the component, flow or column; -1 for all.
        from_s: When it begins, seconds after the start of the run.
        to_s: When it is undone; infinite where it stays.
        amount: How much; its unit is told with `change`.
        share: Share of the calls or keys that are hit, in [0, 1].
        ramp_s: How long the change takes until it is whole; it is undone at once.
    """

    change: Change
    index: int
    from_s: float
    to_s: float = math.inf
    amount: float = 1.0
    share: float = 1.0
    ramp_s: float = 0.0
