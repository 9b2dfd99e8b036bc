"""Deadlines: time-outs that are passed on to what is under a call, so that nobody works for who has gone."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.bare_times import bare_times
from models.performance.choices import made
from models.performance.compiled import internal
from models.performance.program import Program, Work
from models.system import layout as at

_MS_PER_S = 1000.0
#: Time that is left at the least, s: who has none calls nobody.
_LEAST_S = 1e-6


@internal
def pass_on(program: Program, work: Work, parts: np.ndarray, calls: np.ndarray, users: np.ndarray) -> None:
    """Puts deadlines into the numbers of a situation: shorter time-outs, fewer retries, a longest wait.

    What is under a call with a deadline has what is left of it when nothing waits before. Where a wait above
    takes more of it, the call above is mostly late anyway: whether it is in time is told there alone, so that
    nothing is late twice. Only where somebody keeps a slot meanwhile a call ends with the deadline.
    A component whose calls all have deadlines drops what has waited longer than they allow, on the average: a
    queue with a longest wait.

    Args:
        program: The system.
        work: Room; what the file says is kept in `given` (`take_back`).
        parts: Parameters of the components.
        calls: Parameters of the calls.
        users: Requests let in by flow, 1/s.

    Source: deadline propagation (Beyer et al. 2016, chapter 22).
    """
    i_n, c_n = program.component.size, program.kind.size
    bare_times(program, work, parts, calls)
    left, until = np.full(i_n, math.inf), np.full(program.steps_start.size, 0.0)
    whole, is_cut = np.full(i_n, math.inf), np.zeros(i_n, dtype=np.bool_)
    rates = np.zeros(i_n)
    for i in range(i_n):
        call, given = calls[i], work.given[i]
        given[0], given[1] = call[at.TIMEOUT_MS], call[at.RETRIES]
        caller = program.caller[i]
        above = users[program.flow[i]] if caller < 0 else rates[caller]
        rates[i] = above * made(program, work, calls, i)
        own_s = call[at.TIMEOUT_MS] / _MS_PER_S
        done = work.call[i]
        if caller >= 0 and not program.is_async[i]:
            whole[i] = whole[caller]
            is_cut[i] = is_cut[caller] or (program.blocks[program.component[caller]] > 0)
        done[of.GIVEN_UP_S] = min(own_s, whole[i])
        done[of.SPENDS] = 1.0 if left[i] <= own_s and math.isfinite(left[i]) else 0.0
        if math.isfinite(left[i]):
            pause_s = call[at.BACKOFF_MS] * (1.0 - 0.5 * call[at.JITTER]) / _MS_PER_S
            least_s = min(own_s, _own_s(program, parts, calls, i) + work.bare[i]) + pause_s
            each_s = own_s + pause_s if own_s < left[i] else least_s
            if each_s * (call[at.RETRIES] + 1.0) > left[i]:
                call[at.RETRIES] = min(max(math.ceil(left[i] / each_s) - 1.0, 0.0), call[at.RETRIES])
            if is_cut[i]:
                call[at.TIMEOUT_MS] = min(own_s, whole[i]) * _MS_PER_S
        deadline_s = min(left[i], own_s) if call[at.PASSES_DEADLINE] > 0.0 else left[i]
        done[of.DEADLINE_S] = deadline_s
        if call[at.PASSES_DEADLINE] > 0.0:
            whole[i] = min(whole[i], own_s)
        if math.isfinite(deadline_s):
            _below(program, parts, calls, work, i, left, until)
    for c in range(c_n):
        given = work.given[i_n + c]
        given[0] = parts[c, at.MAX_WAIT_S]
        longest = _longest_wait(program, work, c, rates)
        expires = longest < parts[c, at.MAX_WAIT_S] and program.kind[c] < of.EXTERNAL
        if expires:
            parts[c, at.MAX_WAIT_S] = longest
        for j in range(program.own_start[c], program.own_start[c + 1]):
            work.call[program.own[j], of.EXPIRES] = 1.0 if expires else 0.0


@internal
def take_back(program: Program, work: Work, parts: np.ndarray, calls: np.ndarray) -> None:
    """What the file says stands in a situation's numbers again."""
    i_n = program.component.size
    for i in range(i_n):
        calls[i, at.TIMEOUT_MS], calls[i, at.RETRIES] = work.given[i, 0], work.given[i, 1]
    for c in range(program.kind.size):
        parts[c, at.MAX_WAIT_S] = work.given[i_n + c, 0]


@internal
def spent_of_attempt(program: Program, work: Work, i: int, late: float, goes_on: float) -> float:
    """Share of the attempts of a call that end when its caller's deadline is over, too: nobody repeats them.

    Args:
        program: The system.
        work: Room; the calls under it are known.
        i: The call.
        late: Share that is late.
        goes_on: Share that has no error of its own.
    """
    done = work.call[i]
    if not program.flags[of.DEADLINES] or math.isinf(done[of.DEADLINE_S]):
        return 0.0
    spends, kept = done[of.SPENDS] > 0.0, 1.0
    if not spends and work.calls[i, at.PASSES_DEADLINE] > 0.0:
        return 0.0
    root = program.then[i]
    for k in range(program.inner_start[root], program.inner_start[root + 1]):
        q = program.inner[k]
        for j in range(program.steps_start[q], program.steps_start[q + 1]):
            if program.steps[j] >= 0:
                kept *= 1.0 - work.call[program.steps[j], of.SPENT]
    lost = 1.0 - (1.0 - kept) * goes_on
    return 1.0 - (1.0 - late if spends else 1.0) * lost


@internal
def _own_s(program: Program, parts: np.ndarray, calls: np.ndarray, i: int) -> float:
    """Way and own work of one attempt, s."""
    part = parts[program.component[i]]
    is_external = program.kind[program.component[i]] == of.EXTERNAL
    own_ms = part[at.LATENCY_MS] if is_external else part[at.SERVICE_MS]
    return (own_ms * calls[i, at.WORK] + calls[i, at.NETWORK_MS]) / _MS_PER_S


@internal
def _below(
    program: Program,
    parts: np.ndarray,
    calls: np.ndarray,
    work: Work,
    i: int,
    left: np.ndarray,
    until: np.ndarray,
) -> None:
    """Time that is left for each call under one when it begins; `until` is room for the time by then, s."""
    root = program.then[i]
    until[root] = _own_s(program, parts, calls, i)
    for k in range(program.inner_start[root + 1] - 1, program.inner_start[root] - 1, -1):
        q = program.inner[k]
        t = until[q]
        for j in range(program.steps_start[q], program.steps_start[q + 1]):
            step = program.steps[j]
            if step < 0:
                slowest = 0.0
                for b in range(program.group_start[-1 - step], program.group_start[-step]):
                    until[program.group[b]] = t
                    slowest = max(slowest, _bare_steps(program, parts, calls, work, program.group[b]))
                t += slowest
                continue
            if program.is_async[step]:
                continue
            times = calls[step, at.TIMES] * calls[step, at.ENABLED]
            each_s = _bare_call(program, parts, calls, work, step)
            begins = t + 0.5 * max(times - 1.0, 0.0) * each_s
            left[step] = max(work.call[i, of.DEADLINE_S] - begins, _LEAST_S)
            t += times * each_s


@internal
def _bare_call(program: Program, parts: np.ndarray, calls: np.ndarray, work: Work, i: int) -> float:
    once = _own_s(program, parts, calls, i) + work.bare[i]
    return min(once, calls[i, at.TIMEOUT_MS] / _MS_PER_S)


@internal
def _bare_steps(program: Program, parts: np.ndarray, calls: np.ndarray, work: Work, q: int) -> float:
    """Time of the calls of a sequence when nothing waits, those of branches within it left aside, s."""
    total = 0.0
    for j in range(program.steps_start[q], program.steps_start[q + 1]):
        step = program.steps[j]
        if step >= 0 and not program.is_async[step]:
            times = calls[step, at.TIMES] * calls[step, at.ENABLED]
            total += times * _bare_call(program, parts, calls, work, step)
    return total


@internal
def _longest_wait(program: Program, work: Work, c: int, rates: np.ndarray) -> float:
    """How long calls wait at a component before they are dropped, s; infinite where one has no deadline."""
    total, sum_s = 0.0, 0.0
    for j in range(program.own_start[c], program.own_start[c + 1]):
        i = program.own[j]
        if rates[i] > 0.0:
            total += rates[i]
            sum_s += rates[i] * work.call[i, of.DEADLINE_S]
    return sum_s / total if total > 0.0 else math.inf
