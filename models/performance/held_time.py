"""How long a call keeps its caller: with all waits, and without those at the stations of a pool's network."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.choices import moments_of_one
from models.performance.compiled import internal
from models.performance.equal_branches import nth_of_equal
from models.performance.mixture import Cumulants, collapse, from_raw, put, scaled, single, to_raw
from models.performance.own_work import own_time
from models.performance.parallel_calls import maximum
from models.performance.program import Program, Work
from models.system import layout as at

_MS_PER_S = 1000.0


@internal
def time_below(program: Program, work: Work, c: int, calls: np.ndarray, with_waits: bool) -> Cumulants:
    """Time of what is under the calls of a component, each attempt succeeding at once, over all its calls.

    Args:
        program: The system.
        work: Room; where the waits are left out, `is_counted` tells the stations at which they aren't.
        c: The component.
        calls: Parameters of the calls.
        with_waits: Whether all waits count.
    """
    for j in range(program.under_start[c], program.under_start[c + 1]):
        _attempt(program, work, program.under[j], calls, with_waits)
    first, last = program.own_start[c], program.own_start[c + 1]
    if last - first == 1:
        return _steps(program, work, program.then[program.own[first]])
    m1, m2, m3 = 0.0, 0.0, 0.0
    for j in range(first, last):
        share = share_of(program, work, c, j)
        if share > 0.0:
            raw = to_raw(_steps(program, work, program.then[program.own[j]]))
            m1, m2, m3 = m1 + share * raw[0], m2 + share * raw[1], m3 + share * raw[2]
    return from_raw(m1, m2, m3)


@internal
def held_below(program: Program, work: Work, c: int, calls: np.ndarray) -> tuple[float, float]:
    """Mean time, s, that a slot is kept for what is under the calls, and the same over `time_below`.

    With repeats and time-outs; both with all waits.
    """
    held, ratio = 0.0, 0.0
    first, last = program.own_start[c], program.own_start[c + 1]
    for j in range(program.under_start[c], program.under_start[c + 1]):
        _attempt(program, work, program.under[j], calls, True)
    for j in range(first, last):
        root = program.then[program.own[j]]
        share = share_of(program, work, c, j)
        if not share > 0.0:
            continue
        mean = collapse(work.steps_held[root], work.steps_held_n[root])[0]
        once = _steps(program, work, root)[0]
        held += share * mean
        ratio += share * (mean / once if math.isfinite(mean) and math.isfinite(once) and once > 0.0 else 1.0)
    return held, ratio


@internal
def share_of(program: Program, work: Work, c: int, j: int) -> float:
    """Share of a component's attempts that the call at place `j` of `program.own` makes."""
    first, last = program.own_start[c], program.own_start[c + 1]
    if last - first == 1:
        return 1.0
    total = 0.0
    for k in range(first, last):
        total += work.call[program.own[k], of.ATTEMPTS_PER_S]
    if not total > 0.0:
        return 1.0 / (last - first)
    return work.call[program.own[j], of.ATTEMPTS_PER_S] / total


@internal
def _attempt(program: Program, work: Work, i: int, calls: np.ndarray, with_waits: bool) -> None:
    """Time of the attempts of one call, each succeeding at once: `work.once[i]`."""
    c = program.component[i]
    if program.is_async[i]:
        put(work.once[i], 0, (0.0, 0.0, 0.0))
        return
    st = work.station[c]
    inner = _steps(program, work, program.then[i])
    if program.kind[c] == of.CACHE:
        inner = scaled(inner, 1.0 - st[of.HIT])
    m, v, t = own_time(program, work, i, calls)
    if with_waits or work.is_counted[c] > 0:
        m, v, t = st[of.WAIT] + m, st[of.WAIT + 1] + v, st[of.WAIT + 2] + t
    m, v, t = m + inner[0], v + inner[1], t + inner[2]
    if program.kind[c] == of.STORE:
        quorum = of.WRITE_WAIT if program.writes[i] else of.READ_WAIT
        m, v, t = m + st[quorum], v + st[quorum + 1], t + st[quorum + 2]
    limit = calls[i, at.TIMEOUT_MS] / _MS_PER_S
    if math.isinf(m) and math.isfinite(limit):
        m, v, t = limit, 0.0, 0.0
    cut = limit / m if m > limit and m > 0.0 else 1.0
    made = calls[i, at.TIMES] * calls[i, at.ENABLED]
    put(work.once[i], 0, scaled((m * cut, v * cut**2, t * cut**3), made))


@internal
def _steps(program: Program, work: Work, root: int) -> Cumulants:
    """The same for a sequence of steps whose calls are known."""
    found = np.zeros((program.inner_start[root + 1] - program.inner_start[root], 3))
    first = program.inner_start[root]
    for j in range(first, program.inner_start[root + 1]):
        q = program.inner[j]
        for k in range(program.steps_start[q], program.steps_start[q + 1]):
            step = program.steps[k]
            if step >= 0:
                for m in range(3):
                    found[j - first, m] += work.once[step, m]
                continue
            group = -1 - step
            b = program.group_start[group + 1] - program.group_start[group]
            for branch in range(b):
                place = 0
                wanted = program.group[program.group_start[group] + branch]
                for other in range(first, j):
                    if program.inner[other] == wanted:
                        place = other - first
                one = found[place]
                work.branch_n[branch] = 1
                single(one[0], one[1], one[2], work.branches[branch])
            if program.group_rest[group] >= 0:
                one_of_them = moments_of_one(program, work, group)
                for m in range(3):
                    found[j - first, m] += one_of_them[m]
            elif program.group_each[group] > 1:
                counts = (float(program.group_each[group]), float(program.group_needed[group]))
                n = nth_of_equal(work.branches[0], 1, 1.0, counts, work.scratch[7])
                whole = collapse(work.scratch[7], n)
                for m in range(3):
                    found[j - first, m] += whole[m]
            elif b == 1:
                for m in range(3):
                    found[j - first, m] += work.branches[0, 0, 1 + m]
            else:
                n = maximum(work.branches, work.branch_n, b, work.memory, work.scratch[7])
                whole = collapse(work.scratch[7], n)
                for m in range(3):
                    found[j - first, m] += whole[m]
    row = found[found.shape[0] - 1]
    return row[0], row[1], row[2]
