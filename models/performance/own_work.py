"""A component's own work: what one call of it takes, and what the mix of all its calls takes."""

from __future__ import annotations

import numpy as np

from models.performance import program as of
from models.performance.compiled import internal
from models.performance.mixture import Cumulants, gamma_cumulants
from models.performance.program import Program, Work
from models.system import layout as at

_MS_PER_S = 1000.0


@internal
def work_of_mix(program: Program, work: Work, c: int, calls: np.ndarray) -> tuple[float, float]:
    """Mean work of the calls that reach a component, in its own time for one, and the mean square of it.

    Calls count by how often they reach it in this pass; before anything does, all count alike.

    Source: moments of a mixture: E S = s sum(r w) / sum(r), E S^2 = (1 + z) s^2 sum(r w^2) / sum(r).
    """
    if program.weighs[c] == 0:
        return 1.0, 1.0
    first, last = program.own_start[c], program.own_start[c + 1]
    total = 0.0
    for j in range(first, last):
        total += work.call[program.own[j], of.THROUGH_PER_S]
    mean, square = 0.0, 0.0
    for j in range(first, last):
        i = program.own[j]
        share = work.call[i, of.THROUGH_PER_S] / total if total > 0.0 else 1.0 / (last - first)
        mean += share * calls[i, at.WORK]
        square += share * calls[i, at.WORK] ** 2
    return mean, square


@internal
def scv_of_mix(scv: float, mean: float, square: float) -> float:
    """Squared coefficient of variation of a mix (`work_of_mix`) of calls whose own is `scv`."""
    if square == mean * mean:
        return scv
    return square * (1.0 + scv) / (mean * mean) - 1.0


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
    return gamma_cumulants(st[of.UNIT_S] * calls[i, at.WORK], st[of.UNIT_SCV])
