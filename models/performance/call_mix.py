"""What the mix of all calls of a component costs it: work, and copies that do it."""

from __future__ import annotations

import numpy as np

from models.performance import program as of
from models.performance.compiled import internal
from models.performance.copies import all_asked, copies_asked, works_at_copies
from models.performance.program import Program, Work
from models.system import layout as at


@internal
def work_of_mix(
    program: Program, work: Work, c: int, part: np.ndarray, calls: np.ndarray
) -> tuple[float, float, float, float]:
    """What a call costs a component, over all that reach it in this pass; before any does all count alike.

    Returns:
        Mean work at one copy, in the component's own time for a call; its mean square; copies that a call
        costs work; and the share of that which goes to all of
        them. Only calls of stores cost several copies work.

    Source: moments of a mixture: E S = s sum(r w) / sum(r), E S^2 = (1 + z) s^2 sum(r w^2) / sum(r).
    """
    if program.weighs[c] == 0:
        return 1.0, 1.0, 1.0, 0.0
    spreads = works_at_copies(program, c, part)
    first, last = program.own_start[c], program.own_start[c + 1]
    total = 0.0
    for j in range(first, last):
        total += work.call[program.own[j], of.THROUGH_PER_S]
    mean, square, copies, to_all = 0.0, 0.0, 0.0, 0.0
    for j in range(first, last):
        i = program.own[j]
        share = work.call[i, of.THROUGH_PER_S] / total if total > 0.0 else 1.0 / (last - first)
        w, others, less = calls[i, at.WORK], 0.0, 0.0
        if spreads:
            is_write = program.writes[i] > 0
            others, less = copies_asked(part, is_write) - 1.0, part[at.COPY_WORK]
            all_share = 1.0 if is_write else all_asked(part)
            to_all += share * all_share * part[at.REPLICAS]
        copies += share * (1.0 + others)
        mean += share * w * (1.0 + others * less)
        square += share * w**2 * (1.0 + others * less**2)
    if not spreads:
        return mean, square, 1.0, 0.0
    return mean / copies, square / copies, copies, to_all / copies


@internal
def scv_of_mix(scv: float, mean: float, square: float) -> float:
    """Squared coefficient of variation of a mix (`work_of_mix`) of calls whose own is `scv`."""
    if square == mean * mean:
        return scv
    return square * (1.0 + scv) / (mean * mean) - 1.0
