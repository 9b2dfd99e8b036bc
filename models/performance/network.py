"""One pass through the system: traffic down through all stations, answers back up."""

from __future__ import annotations

import numpy as np

from models.performance import program as of
from models.performance.call import answer_call
from models.performance.choices import made, note_passes
from models.performance.compiled import internal
from models.performance.pool_network import left_behind
from models.performance.program import Program, Work
from models.performance.station import serve
from models.performance.steps import answer_steps
from models.performance.streams import arrival_scv, note_departures
from models.performance.thread_pool import ease, keep_slots
from models.system import layout as at


@internal
def one_pass(
    program: Program,
    work: Work,
    parts: np.ndarray,
    calls: np.ndarray,
    users: np.ndarray,
    state: np.ndarray,
    is_first: bool,
    all_timed: bool,
) -> None:
    """Traffic down, answers up.

    Args:
        program: The system.
        work: Room; holds the stations and answers of the pass before.
        parts: Parameters of the components.
        calls: Parameters of the calls.
        users: Requests let in by flow, 1/s.
        state: By call, what it did in the pass before: share that succeeds, attempts.
        is_first: Whether no pass came before it.
        all_timed: Whether all response times are worked out; else those that act back on the load.
    """
    c_n, i_n = program.kind.size, program.component.size
    news = work.is_new
    if program.choice_group.size > 0:
        note_passes(program, work, state)
    for o in range(c_n):
        _down(program, work, parts, calls, users, state, program.order[o], is_first)
    if program.flags[of.POOLS]:
        ease(program, work, parts, calls, is_first)
    for o in range(c_n - 1, -1, -1):
        c = program.order[o]
        first, last = program.own_start[c], program.own_start[c + 1]
        for j in range(first, last):
            root = program.then[program.own[j]]
            wanted = all_timed or program.timed[program.own[j]] > 0 or program.blocks[c] > 0
            _steps_below(program, work, root, calls, wanted)
        if program.blocks[c]:
            serve(program, work, c, work.station[c, of.ARRIVALS], parts, calls, 2)
            if parts[c, at.BLOCKING] > 0.0:
                keep_slots(program, work, c, parts, calls)
            news[c] = 1
        for j in range(first, last):
            i = program.own[j]
            is_timed = all_timed or program.timed[i] > 0
            is_guarded = calls[i, at.BREAKER] > 0.0 or calls[i, at.BULKHEAD_SLOTS] < np.inf
            root = program.then[i]
            if (
                news[c]
                or news[c_n + i]
                or news[c_n + i_n + root]
                or is_guarded
                or (is_timed and not work.was_timed[i])
            ):
                answer_call(program, work, i, parts[c], calls, is_timed)
                work.was_timed[i] = 1 if is_timed else 0
                news[c_n + i] = 1


@internal
def _steps_below(program: Program, work: Work, root: int, calls: np.ndarray, is_timed: bool) -> None:
    """Works out a sequence of steps and those inside it, where a call among them is new."""
    c_n, i_n = program.kind.size, program.component.size
    news = work.is_new
    for j in range(program.inner_start[root], program.inner_start[root + 1]):
        q = program.inner[j]
        is_new = is_timed and work.steps_n[q] == 0
        is_new = is_new or news[c_n + i_n + q] > 0
        for k in range(program.steps_start[q], program.steps_start[q + 1]):
            step = program.steps[k]
            if step >= 0:
                is_new = is_new or news[c_n + step] > 0
            else:
                for b in range(program.group_start[-1 - step], program.group_start[-step]):
                    is_new = is_new or news[c_n + i_n + program.group[b]] > 0
        if is_new:
            answer_steps(program, work, q, calls, is_timed)
            news[c_n + i_n + q] = 1


@internal
def _down(
    program: Program,
    work: Work,
    parts: np.ndarray,
    calls: np.ndarray,
    users: np.ndarray,
    state: np.ndarray,
    c: int,
    is_first: bool,
) -> None:
    """How often the calls of a component are made, and the component under what reaches it."""
    total, attempted = 0.0, 0.0
    first, last = program.own_start[c], program.own_start[c + 1]
    for j in range(first, last):
        i = program.own[j]
        caller = program.caller[i]
        rate = users[program.flow[i]] if caller < 0 else work.call[caller, of.THROUGH_PER_S]
        for k in range(program.after_start[i], program.after_start[i + 1]):
            rate = rate * state[program.after[k], 0]
        for k in range(program.after_choices_start[i], program.after_choices_start[i + 1]):
            rate = rate * work.choice_passes[program.choice_group[program.after_choices[k]]]
        rate = rate * made(program, work, calls, i)
        done = work.call[i]
        done[of.CALLS_PER_S] = rate
        done[of.ATTEMPTS_PER_S] = rate * state[i, 1]
        # Of the retries that meet the full queue which turned them away the component feels fewer.
        met = done[of.MET]
        is_guarded = calls[i, at.BREAKER] > 0.0 or calls[i, at.BULKHEAD_SLOTS] < np.inf
        if is_guarded:
            reached = rate * work.valve[i, 0] * (1.0 + done[of.HEDGES])
            attempted, through = attempted + reached, reached / met
        else:
            done[of.ATTEMPTS_PER_S] *= met
            attempted, through = attempted + done[of.ATTEMPTS_PER_S], rate * state[i, 1]
        done[of.FELT] = through / rate if rate > 0.0 else 0.0
        done[of.THROUGH_PER_S] = through
        total = total + through
    st = work.station[c]
    news = work.is_new
    stream = arrival_scv(program, work, c, total, parts)
    has_changed = st[of.STREAM] != stream
    st[of.STREAM] = stream
    many = left_behind(program, work, c)
    has_changed = has_changed or st[of.LEFT_BEHIND] != many
    st[of.LEFT_BEHIND] = many
    is_cold = work.filled[c] == work.filled[c]
    if program.blocks[c]:
        if is_first:
            serve(program, work, c, total, parts, calls, 0)
        st[of.ARRIVALS] = total
    elif news[c] or program.weighs[c] or has_changed or is_cold or st[of.ARRIVALS] != total:
        serve(program, work, c, total, parts, calls, 1)
        news[c] = 1
    note_departures(program, work, c, parts)
    st[of.ATTEMPTED] = attempted
    let_in = 1.0 - st[of.BLOCKED]
    if program.blocks[c]:
        known = work.let_in[c]
        let_in = known if known == known else let_in
    share = let_in * ((1.0 - parts[c, at.ERROR_SHARE]) * parts[c, at.UP_FACTOR])
    if program.kind[c] == of.CACHE:
        share = share * st[of.LOADS]
    for j in range(first, last):
        i = program.own[j]
        # From here on: what starts the calls under it.
        work.call[i, of.THROUGH_PER_S] = work.call[i, of.THROUGH_PER_S] * share
