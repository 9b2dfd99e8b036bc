"""Where the model isn't sure: rules for what was seen to be further off than promised (docs/model.md)."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.compiled import internal
from models.performance.program import Program, Work
from models.system import layout as at

#: Reasons; a sum of them is several.
SWINGS, OPENS_AND_CLOSES, COME_BACK_TOGETHER, NEARLY_FULL, BURSTS, REGULAR = 1, 2, 4, 8, 16, 32
#: A breaker opens and closes that lets a share between these through.
_OPEN, _SHUT = 0.003, 0.97
#: Load of the component behind it, if the breaker let all through, at which its queue swings with it.
_LOADED = 0.6
#: Share turned away from which on retries after a pause are a crowd of their own; fewer and more of them, and
#: the shortest pause, in services.
_TURNED_AWAY, _FEW, _SHORT = 0.02, 2.0, 0.1
#: Load at which queues are so long that all that isn't Poisson about the arrivals counts.
_FULL = 0.95
#: Arrivals that vary by more than this, and the load from which on their waits count.
_BURSTY, _SOME_LOAD = 4.0, 0.3
#: Work that varies by less than this, and the share turned away from which on the scaling of places counts.
_EVEN, _OFTEN = 0.5, 0.08


@internal
def unsure_of(program: Program, work: Work, parts: np.ndarray, calls: np.ndarray, swings: bool) -> float:
    """Sum of the reasons for which a healthy state may be further off than promised; 0 = none."""
    reasons = SWINGS if swings else 0
    for i in range(program.component.size):
        c, call, done = program.component[i], calls[i], work.call[i]
        st = work.station[c]
        if not done[of.CALLS_PER_S] > 0.0 or program.kind[c] == of.EXTERNAL:
            continue
        passes = 1.0
        if call[at.BULKHEAD_SLOTS] < math.inf and done[of.ATTEMPTS_PER_S] > 0.0:
            passes = work.valve[i, 0] * done[of.CALLS_PER_S] / done[of.ATTEMPTS_PER_S]
        away = max(st[of.BLOCKED], 1.0 - passes)
        if parts[c, at.SERVICE_SCV] < _EVEN and away > _OFTEN and st[of.LOAD_RATIO] > _SOME_LOAD:
            reasons |= REGULAR
        if call[at.BREAKER] > 0.0 and done[of.ATTEMPTS_PER_S] > 0.0:
            passes = min(work.valve[i, 0] * done[of.CALLS_PER_S] / done[of.ATTEMPTS_PER_S], 1.0)
            load = st[of.LOAD_RATIO] / max(passes, 1e-9)
            if _OPEN < passes < _SHUT and load > _LOADED:
                reasons |= OPENS_AND_CLOSES
        is_short = call[at.BACKOFF_MS] / 1000.0 <= _SHORT * st[of.SERVICE_S] / st[of.SERVERS]
        if call[at.RETRIES] >= _FEW and st[of.BLOCKED] > _TURNED_AWAY and not is_short:
            reasons |= COME_BACK_TOGETHER
    for c in range(program.kind.size):
        st = work.station[c]
        if program.kind[c] == of.EXTERNAL or not st[of.ARRIVALS] > 0.0:
            continue
        if st[of.LOAD_RATIO] > _FULL and not st[of.CAN_REFUSE] > 0.0 and math.isfinite(st[of.WAIT]):
            reasons |= NEARLY_FULL
        if parts[c, at.ARRIVAL_SCV] > _BURSTY and st[of.LOAD_RATIO] > _SOME_LOAD:
            reasons |= BURSTS
    return float(reasons)
