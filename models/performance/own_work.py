"""A component's own work: what one call of it takes."""

from __future__ import annotations

import numpy as np

from models.performance import program as of
from models.performance.compiled import internal
from models.performance.mixture import Cumulants, gamma_cumulants
from models.performance.program import Program, Work
from models.performance.service_law import law_cumulants
from models.system import layout as at

_MS_PER_S = 1000.0


@internal
def own_time(program: Program, work: Work, i: int, calls: np.ndarray) -> Cumulants:
    """What one attempt of a call takes where nobody waits: its work, and the way there and back."""
    own = own_work(program, work, i, calls)
    if calls[i, at.NETWORK_MS] == 0.0:
        return own
    way = gamma_cumulants(calls[i, at.NETWORK_MS] / _MS_PER_S, calls[i, at.NETWORK_SCV])
    return own[0] + way[0], own[1] + way[1], own[2] + way[2]


@internal
def own_work(program: Program, work: Work, i: int, calls: np.ndarray) -> Cumulants:
    """The component's own work for one call, without waiting."""
    c = program.component[i]
    st = work.station[c]
    if program.weighs[c] == 0:
        return st[of.WORK], st[of.WORK + 1], st[of.WORK + 2]
    return law_cumulants(st[of.UNIT_S] * calls[i, at.WORK], st[of.UNIT_SCV], st[of.UNIT_LAW])
