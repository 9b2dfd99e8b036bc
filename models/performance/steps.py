"""Steps one after the other and at the same time: what a sequence of calls gives back."""

from __future__ import annotations

import numpy as np

from models.performance import program as of
from models.performance.batch_arrivals import without_common_wait
from models.performance.choices import outcome, time_of_one
from models.performance.compiled import internal
from models.performance.equal_branches import enough, nth_of_equal
from models.performance.mixture import MOST_ENTRIES, collapse, merge, product, shifted, single
from models.performance.parallel_calls import maximum, merged_branch
from models.performance.program import Program, Work
from models.system import layout as at


@internal
def answer_steps(program: Program, work: Work, q: int, calls: np.ndarray, is_timed: bool) -> None:
    """What a sequence of steps gives back, one after the other; inner sequences and all calls are known."""
    success, fresh, ends = 1.0, 1.0, 1.0
    is_held = is_timed and program.held_steps[q] > 0
    n, m = 0, 0
    if is_timed:
        n = single(0.0, 0.0, 0.0, work.steps[q])
    if is_held:
        m = single(0.0, 0.0, 0.0, work.steps_held[q])
    room, both = work.scratch[0], work.scratch[1]
    for k in range(program.steps_start[q], program.steps_start[q + 1]):
        step = program.steps[k]
        if step >= 0:
            own = 1.0 if calls[step, at.OPTIONAL] > 0.0 else work.call[step, of.SUCCESS]
            success *= own
            fresh *= work.call[step, of.FRESH]
            ends *= work.call[step, of.ENDS]
            if is_timed:
                j = product(work.steps[q], n, work.answer[step], work.answer_n[step], room)
                n = merge(room, j, MOST_ENTRIES, work.steps[q])
            if is_held:
                j = product(work.steps_held[q], m, work.held[step], work.held_n[step], room)
                m = merge(room, j, MOST_ENTRIES, work.steps_held[q])
            continue
        group = -1 - step
        if program.group_rest[group] >= 0:
            own_success, own_fresh, own_ends = outcome(program, work, group)
            success, fresh, ends = success * own_success, fresh * own_fresh, ends * own_ends
            if is_timed:
                j = time_of_one(program, work, group, (work.steps, work.steps_n), True, both)
                work.group_s[group] = collapse(both, j)[0]
                j = product(work.steps[q], n, both, j, room)
                n = merge(room, j, MOST_ENTRIES, work.steps[q])
            if is_held:
                j = time_of_one(program, work, group, (work.steps_held, work.steps_held_n), False, both)
                j = product(work.steps_held[q], m, both, j, room)
                m = merge(room, j, MOST_ENTRIES, work.steps_held[q])
            continue
        each, needed = float(program.group_each[group]), float(program.group_needed[group])
        for b in range(program.group_start[group], program.group_start[group + 1]):
            success *= enough(each, needed, work.steps_share[program.group[b], 0])
            fresh *= work.steps_share[program.group[b], 1] ** needed
            ends *= enough(each, needed, work.steps_share[program.group[b], 2])
        if is_timed:
            j = _slowest_branch(program, work, group, work.steps, work.steps_n, both)
            work.group_s[-1 - step] = collapse(both, j)[0]
            j = product(work.steps[q], n, both, j, room)
            n = merge(room, j, MOST_ENTRIES, work.steps[q])
        if is_held:
            j = _slowest_branch(program, work, group, work.steps_held, work.steps_held_n, both)
            j = product(work.steps_held[q], m, both, j, room)
            m = merge(room, j, MOST_ENTRIES, work.steps_held[q])
    work.steps_n[q], work.steps_held_n[q] = n, m
    work.steps_share[q, 0], work.steps_share[q, 1], work.steps_share[q, 2] = success, fresh, ends


@internal
def _slowest_branch(
    program: Program,
    work: Work,
    group: int,
    known: np.ndarray,
    known_n: np.ndarray,
    out: np.ndarray,
) -> int:
    """The slowest of the branches of a group, or what the slowest of enough of them takes."""
    first, last = program.group_start[group], program.group_start[group + 1]
    wait = (0.0, 0.0, 0.0)
    if last - first == 1 and program.group_each[group] == 1:
        return merge(known[program.group[first]], known_n[program.group[first]], MOST_ENTRIES, out)
    for b in range(first, last):
        q = program.group[b]
        n, own_wait = without_common_wait(program, work, group, known[q], known_n[q], work.scratch[4])
        if b > first and (own_wait[0] > 0.0) != (wait[0] > 0.0):
            # One of them can't be told apart from its wait: then none is.
            for k in range(first, last):
                q = program.group[k]
                work.branch_n[k - first] = merged_branch(known[q], known_n[q], work.branches[k - first])
            wait = (0.0, 0.0, 0.0)
            break
        wait = own_wait
        work.branch_n[b - first] = merged_branch(work.scratch[4], n, work.branches[b - first])
    if program.group_each[group] > 1:
        counts = (float(program.group_each[group]), float(program.group_needed[group]))
        success = work.steps_share[program.group[first], 0]
        n = nth_of_equal(work.branches[0], work.branch_n[0], success, counts, work.scratch[2])
    else:
        n = maximum(work.branches, work.branch_n, last - first, work.memory, work.scratch[2])
    if wait[0] > 0.0:
        n = shifted(work.scratch[2], n, wait, work.scratch[2])
    return merge(work.scratch[2], n, MOST_ENTRIES, out)
