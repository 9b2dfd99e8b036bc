"""Exclusive branches: each request goes one of them, or none, with the shares that the file gives them."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import internal
from models.performance.mixture import MOST_ENTRIES, PLACES, Cumulants, copied, from_raw, merge, to_raw
from models.performance.program import Program, Work
from models.system import layout as at


@internal
def note_shares(program: Program, work: Work) -> bool:
    """The share of each branch, and of those who go none of a choice, in `work.chosen`; they add up to 1.

    What guesses and decisions make more than 1 is held to what those before it leave.

    Returns:
        Whether one differs from the situation before: then all of the network is new.
    """
    has_changed = False
    for j in range(program.places[3], program.places[4]):
        if work.row[j] != work.before[j] and (work.row[j] == work.row[j] or work.before[j] == work.before[j]):
            has_changed = True
    for g in range(program.group_start.size - 1):
        rest = program.group_rest[g]
        if rest < 0:
            continue
        left, open_one = 1.0, -1
        for k in range(program.group_start[g], program.group_start[g + 1]):
            b = program.group_branch[k]
            told = work.branch[b, at.BRANCH_SHARE]
            if told != told:
                open_one = b
                continue
            work.chosen[b] = min(told, left)
            left = max(left - told, 0.0)
        work.chosen[rest] = left
        if open_one >= 0:
            work.chosen[open_one], work.chosen[rest] = left, 0.0
    return has_changed


@internal
def made(program: Program, work: Work, calls: np.ndarray, i: int) -> float:
    """How often a call is made where its caller comes to it: branches and repetitions, no retries."""
    times = calls[i, at.TIMES] * calls[i, at.ENABLED] * program.copies[i]
    for k in range(program.within_start[i], program.within_start[i + 1]):
        times *= work.chosen[program.within[k]]
    return times


@internal
def note_passes(program: Program, work: Work, state: np.ndarray) -> None:
    """The share of the requests that come through each choice, in `work.choice_passes`.

    Args:
        program: The system.
        work: Room.
        state: By call, the share of its callers that go on after it, `(i, 2)`.
    """
    for g in range(program.group_start.size - 1):
        rest = program.group_rest[g]
        passes = 1.0 if rest < 0 else work.chosen[rest]
        for k in range(program.group_start[g], program.group_start[g + 1]):
            q = program.group[k]
            own = 1.0
            for j in range(program.steps_start[q], program.steps_start[q + 1]):
                step = program.steps[j]
                own *= state[step, 0] if step >= 0 else work.choice_passes[-1 - step]
            passes = passes * own if rest < 0 else passes + work.chosen[program.group_branch[k]] * own
        work.choice_passes[g] = passes


@internal
def outcome(program: Program, work: Work, g: int) -> tuple[float, float, float]:
    """Share of the requests that succeed at a choice, how fresh their answers are, and those that end."""
    rest = work.chosen[program.group_rest[g]]
    success, fresh, ends = rest, rest, rest
    for k in range(program.group_start[g], program.group_start[g + 1]):
        q, share = program.group[k], work.chosen[program.group_branch[k]]
        success += share * work.steps_share[q, 0]
        fresh += share * work.steps_share[q, 0] * work.steps_share[q, 1]
        ends += share * work.steps_share[q, 2]
    return success, fresh / success if success > 0.0 else 1.0, ends


@internal
def time_of_one(
    program: Program,
    work: Work,
    g: int,
    known: tuple[np.ndarray, np.ndarray],
    of_answered: bool,
    out: np.ndarray,
) -> int:
    """Response of the branch that is taken: a mixture of them.

    Args:
        program: The system.
        work: Room; `scratch[2]` is used.
        g: The choice.
        known: Outcomes of each sequence of steps, and their number.
        of_answered: Whether a branch counts as often as it is answered; else as often as it is taken. What
            never ends counts as often as it is taken.
        out: The mixture.
    """
    room, total, k = work.scratch[2], work.chosen[program.group_rest[g]], 0
    if total > 0.0:
        room[0, 0], room[0, 1], room[0, 2], room[0, 3] = total, 0.0, 0.0, 0.0
        k = 1
    for m in range(program.group_start[g], program.group_start[g + 1]):
        q, share = program.group[m], work.chosen[program.group_branch[m]]
        if k + known[1][q] > PLACES:
            k = merge(room, k, MOST_ENTRIES, out)
            for j in range(k):
                copied(out, j, room, j)
        for j in range(known[1][q]):
            weight = share * known[0][q, j, 0]
            if of_answered and not math.isinf(known[0][q, j, 1]):
                weight *= work.steps_share[q, 0]
            if weight > 0.0:
                copied(known[0][q], j, room, k)
                room[k, 0] = weight
                total += weight
                k += 1
    if k == 0:
        room[0, 0], room[0, 1], room[0, 2], room[0, 3] = 1.0, 0.0, 0.0, 0.0
        k, total = 1, 1.0
    for j in range(k):
        room[j, 0] /= total
    return merge(room, k, MOST_ENTRIES, out)


@internal
def moments_of_one(program: Program, work: Work, g: int) -> Cumulants:
    """Cumulants of the branch that is taken, each told by one outcome in `work.branches`."""
    m1, m2, m3 = 0.0, 0.0, 0.0
    first = program.group_start[g]
    for k in range(first, program.group_start[g + 1]):
        share, one = work.chosen[program.group_branch[k]], work.branches[k - first, 0]
        if share > 0.0:
            raw = to_raw((one[1], one[2], one[3]))
            m1, m2, m3 = m1 + share * raw[0], m2 + share * raw[1], m3 + share * raw[2]
    if math.isinf(m1):
        return m1, math.inf, math.inf
    return from_raw(m1, m2, m3)
