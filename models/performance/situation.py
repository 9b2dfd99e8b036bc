"""One situation, from its row of numbers to what its dimensions and limits are made of."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.bare_times import bare_times
from models.performance.choices import made, note_shares
from models.performance.compiled import internal
from models.performance.deadlines import pass_on, take_back
from models.performance.first_state import begin, leave_cold, loads_that_fill
from models.performance.fixed_point import MOST_PASSES, settle
from models.performance.least_load import least_load
from models.performance.lifetime import lifetime_s
from models.performance.network import one_pass
from models.performance.percentile import percentile
from models.performance.program import Program, Work
from models.performance.redundancy import hard_availability
from models.performance.retry import repeats as may_repeat
from models.performance.retry_margin import retry_margin
from models.performance.steps import answer_steps
from models.performance.unsure import unsure_of
from models.system import layout as at

_MS_PER_S = 1000.0
#: A shorter time, s, is none.
DUST = 1e-15
#: The failed state counts as another one when some component sees this much more than in the healthy one.
ANOTHER_STATE = 1.05
_LEAST_EXCESS = 1e-6
#: What a situation comes to; behind it stand arrivals by component, success by call, success and freshness by
#: flow, the percentiles of flows with a limit of their own, and what is told of single components.
(
    UTILISATION,
    BOTTLENECK,
    COLLAPSE,
    REACHABLE,
    RETRY_SHARE,
    METASTABLE,
    RETRY_MARGIN,
    UNSETTLED,
    LATENCY,
    P99,
    P50,
    PASSES_MADE,
    LIFETIME,
    UNSURE,
    MEAN,
) = range(15)
FIRST = 15
#: What is told of a component of `Program.told`: its utilisation, its capacity, 1/s, and its mean wait, s.
TOLD = (of.UTILISATION, of.CAPACITY, of.WAIT)


@internal
def situation(program: Program, work: Work, out: np.ndarray, most_load: float) -> None:
    """Works out one situation.

    Args:
        program: The system.
        work: Room, with the situation's numbers in `row`; the network is left in it.
        out: What it comes to, `(FIRST + c + i + 2 f + limited + 3 told,)`.
        most_load: Where finite only the load of the stations is wanted: what comes after it, the failed state
            and the times, is left out. Where one is certain to be above this, what is told is a lower bound;
            where the load itself is in question (it runs away, swings, or still creeps), it is 0.
    """
    users = np.zeros(program.flow_steps.size)
    for f in range(users.size):
        users[f] = work.row[0] * work.flows[f, at.SHARE] * (1.0 - work.flows[f, at.SHED_SHARE])
    has_deadlines = False
    if program.flags[of.DEADLINES]:
        for i in range(program.component.size):
            has_deadlines = has_deadlines or work.calls[i, at.PASSES_DEADLINE] > 0.0
            work.call[i, of.DEADLINE_S], work.call[i, of.EXPIRES] = math.inf, 0.0
            work.call[i, of.SPENDS], work.call[i, of.SPENT] = 0.0, 0.0
    goes_elsewhere = note_shares(program, work) if program.choice_group.size > 0 else False
    if has_deadlines:
        pass_on(program, work, work.parts, work.calls, users)
    _with_deadlines(program, work, users, goes_elsewhere, out, most_load)
    if has_deadlines:
        take_back(program, work, work.parts, work.calls)


@internal
def _with_deadlines(
    program: Program, work: Work, users: np.ndarray, goes_elsewhere: bool, out: np.ndarray, most_load: float
) -> None:
    """The same, where deadlines and the shares of branches are known."""
    only_load = most_load < math.inf
    c_n, i_n, f_n = program.kind.size, program.component.size, program.flow_steps.size
    parts, calls, flows = work.parts, work.calls, work.flows
    _mark_what_is_new(program, work, parts, calls)
    if goes_elsewhere:
        work.is_new[:] = 1
    if only_load:
        utilisation, collapse = least_load(program, work, parts, calls, users)
        if utilisation > most_load or collapse > 0.0:
            _finish(work, out)
            # What is known of the calls doesn't belong to these stations, and steps may not have been worked
            # out yet: all of it is new to the next situation.
            work.before[:] = math.nan
            work.is_new[:] = 1
            out[UTILISATION], out[COLLAPSE] = utilisation, collapse
            return
    state = np.zeros((i_n, 2))
    begin(program, work, calls, state, False)
    failed_arrivals = np.zeros(c_n)
    repeats, away, swings, recovers = False, False, False, False
    if program.flags[of.FAILS]:
        away, swings, _ = settle(program, work, parts, calls, users, state, state, False)
        if only_load:
            has_settled = not away and not swings and work.passes[0] < MOST_PASSES
            _finish(work, out)
            if has_settled:
                _read_stations(program, work, calls, flows, out)
            return
        if program.flags[of.REPEATS]:
            for i in range(i_n):
                repeats = repeats or may_repeat(calls[i])
        if repeats or program.flags[of.COLD] > 0:
            healthy = np.zeros((i_n, 2))
            for i in range(i_n):
                healthy[i, 0], healthy[i, 1] = state[i, 0], state[i, 1]
                for j in range(3):
                    work.kept[i, j] = work.valve[i, j]
                work.kept[i, 3], work.kept[i, 5] = work.call[i, of.MET], work.call[i, of.HEDGES]
            for c in range(c_n):
                work.kept[i_n + c, 3] = work.let_in[c]
                if program.fills[c] > 0:
                    work.kept[i_n + c, 4] = loads_that_fill(program, work, calls, c)
            begin(program, work, calls, state, True)
            still_away, _, returns = settle(
                program, work, parts, calls, users, state, healthy, not away and not swings
            )
            recovers = (still_away and not away) or returns
            for c in range(c_n):
                failed_arrivals[c] = work.station[c, of.ATTEMPTED]
            leave_cold(program, work)
            if not away:
                for i in range(i_n):
                    state[i, 0], state[i, 1] = healthy[i, 0], healthy[i, 1]
                    for j in range(3):
                        work.valve[i, j] = work.kept[i, j]
                    work.call[i, of.MET], work.call[i, of.HEDGES] = work.kept[i, 3], work.kept[i, 5]
                for c in range(c_n):
                    work.let_in[c] = work.kept[i_n + c, 3]
        one_pass(program, work, parts, calls, users, state, False, True)
    else:
        one_pass(program, work, parts, calls, users, state, True, not only_load)
        if only_load:
            _finish(work, out)
            _read_stations(program, work, calls, flows, out)
            return
    _finish(work, out)
    for f in range(f_n):
        _flow_steps(program, work, calls, program.flow_steps[f])
    out[RETRY_MARGIN], out[LIFETIME] = math.inf, math.inf
    out[UNSETTLED] = 1.0 if swings else 0.0
    if repeats:
        out[RETRY_MARGIN] = retry_margin(program, work, calls, users)
    if repeats or program.flags[of.COLD] > 0:
        if not recovers:
            for c in range(c_n):
                if failed_arrivals[c] > ANOTHER_STATE * work.station[c, of.ATTEMPTED]:
                    out[METASTABLE] = 1.0
        if out[METASTABLE] > 0.0:
            out[LIFETIME] = lifetime_s(program, work, parts, calls)
        if swings and repeats:
            out[METASTABLE] = 1.0
    out[UNSURE] = unsure_of(program, work, parts, calls, swings)
    _read_stations(program, work, calls, flows, out)
    hard_availability(program, work, parts, calls, out, FIRST + c_n + i_n)
    _read_flows(program, work, flows, users, out)


@internal
def _finish(work: Work, out: np.ndarray) -> None:
    """Makes this situation the one before, and what it comes to empty."""
    for j in range(work.is_new.size):
        work.is_new[j] = 0
    for j in range(work.row.size):
        work.before[j] = work.row[j]
    for j in range(out.size):
        out[j] = 0.0
    out[PASSES_MADE] = work.passes[0]
    work.passes[0] = 0


@internal
def _mark_what_is_new(program: Program, work: Work, parts: np.ndarray, calls: np.ndarray) -> None:
    """Marks components and calls whose numbers differ from those of the situation before."""
    c_n, i_n = program.kind.size, program.component.size
    any_new = False
    for c in range(c_n):
        work.is_new[c] = 1 if _differ(parts[c], work.before_parts[c]) else 0
        any_new = any_new or work.is_new[c] > 0
    for i in range(i_n):
        is_new = _differ(calls[i], work.before_calls[i])
        work.is_new[c_n + i] = 1 if is_new else 0
        any_new = any_new or is_new
    if not any_new:
        return
    slow = False
    for c in range(c_n):
        if program.weighs[c]:
            for j in range(program.own_start[c], program.own_start[c + 1]):
                if work.is_new[c_n + program.own[j]]:
                    work.is_new[c] = 1
        for j in range(program.pools_start[c], program.pools_start[c + 1]):
            if _differ(parts[program.pools[j]], work.before_parts[program.pools[j]]):
                work.is_new[c] = 1
        if program.loads_slowly[c]:
            work.is_new[c] = 1
            slow = True
    if slow:
        bare_times(program, work, parts, calls)


@internal
def _differ(a: np.ndarray, b: np.ndarray) -> bool:
    for j in range(a.size):
        if a[j] != b[j] and (a[j] == a[j] or b[j] == b[j]):
            return True
    return False


@internal
def _flow_steps(program: Program, work: Work, calls: np.ndarray, root: int) -> None:
    for j in range(program.inner_start[root], program.inner_start[root + 1]):
        answer_steps(program, work, program.inner[j], calls, True)


@internal
def _read_stations(
    program: Program, work: Work, calls: np.ndarray, flows: np.ndarray, out: np.ndarray
) -> None:
    c_n, i_n = program.kind.size, program.component.size
    most = -1.0
    out[COLLAPSE] = -1.0
    for c in range(c_n):
        st = work.station[c]
        out[FIRST + c] = st[of.ATTEMPTED]
        if program.kind[c] < of.EXTERNAL:
            out[UTILISATION] = max(out[UTILISATION], st[of.UTILISATION])
            if st[of.UTILISATION] > most:
                most = st[of.UTILISATION]
                out[BOTTLENECK] = st[of.LIMITED_BY]
        if not st[of.CAN_REFUSE] > 0.0:
            over = st[of.LOAD_RATIO] - 1.0
            out[COLLAPSE] = max(out[COLLAPSE], max(over, _LEAST_EXCESS) if over >= 0.0 else over)
    visits, passed = np.zeros(c_n), np.zeros(i_n)
    calls_per_s, attempts_per_s = 0.0, 0.0
    for i in range(i_n):
        caller = program.caller[i]
        flow = flows[program.flow[i]]
        rate = flow[at.SHARE] * (1.0 - flow[at.SHED_SHARE]) if caller < 0 else passed[caller]
        rate = rate * made(program, work, calls, i)
        visits[program.component[i]] += rate
        passed[i] = rate * work.station[program.component[i], of.LOADS]
        out[FIRST + c_n + i] = work.call[i, of.SUCCESS]
        calls_per_s += work.call[i, of.CALLS_PER_S]
        attempts_per_s += work.call[i, of.ATTEMPTS_PER_S]
    out[REACHABLE] = math.inf
    for c in range(c_n):
        if visits[c] > 0.0:
            out[REACHABLE] = min(out[REACHABLE], work.station[c, of.CAPACITY] / visits[c])
    out[RETRY_SHARE] = 1.0 - calls_per_s / attempts_per_s if attempts_per_s > 0.0 else 0.0
    for k in range(program.told.size):
        for j in range(3):
            out[out.size - 3 * (program.told.size - k) + j] = work.station[program.told[k], TOLD[j]]


@internal
def _read_flows(program: Program, work: Work, flows: np.ndarray, users: np.ndarray, out: np.ndarray) -> None:
    """Success, freshness, and percentiles over all user requests and of single flows."""
    c_n, i_n, f_n = program.kind.size, program.component.size, program.flow_steps.size
    first = FIRST + c_n + i_n
    mixture = np.zeros((4 * f_n, 4))
    k = 0
    answered, requests = 0.0, 0.0
    for f in range(f_n):
        q = program.flow_steps[f]
        success = work.steps_share[q, 0]
        out[first + f] = out[first + f] * success * (1.0 - flows[f, at.SHED_SHARE])
        out[first + f_n + f] = work.steps_share[q, 1]
        weight = users[f] * flows[f, at.WEIGHT]
        requests += weight
        for j in range(work.steps_n[q]):
            entry = work.steps[q, j]
            share = weight * (1.0 if math.isinf(entry[1]) else success) * entry[0]
            answered += share
            if share > 0.0:
                mixture[k, 0] = share
                mixture[k, 1], mixture[k, 2], mixture[k, 3] = entry[1], entry[2], entry[3]
                k += 1
            if users[f] > 0.0:
                out[MEAN] += users[f] / users.sum() * entry[0] * entry[1]
    out[LATENCY] = _percentile_ms(mixture, k, answered, requests, program.percentiles[0], work)
    out[P99] = out[LATENCY]
    if program.percentiles[0] != 0.99:
        out[P99] = _percentile_ms(mixture, k, answered, requests, 0.99, work)
    out[P50] = _percentile_ms(mixture, k, answered, requests, 0.50, work)
    for j in range(program.limited.size):
        f = program.limited[j]
        out[first + 2 * f_n + j] = flow_percentile_ms(program, work, f, users[f], program.percentiles[1 + j])


@internal
def flow_percentile_ms(program: Program, work: Work, f: int, users: float, probability: float) -> float:
    """A percentile of one flow's response time, ms; 0 where it has no requests."""
    q = program.flow_steps[f]
    n = work.steps_n[q]
    is_endless = n > 0 and math.isinf(work.steps[q, 0, 1])
    answered = users if is_endless or work.steps_share[q, 0] > 0.0 else 0.0
    return _percentile_ms(work.steps[q], n, answered, users, probability, work)


@internal
def _percentile_ms(
    mixture: np.ndarray, n: int, answered: float, requests: float, probability: float, work: Work
) -> float:
    if not answered > 0.0 or n == 0:
        return math.inf if requests > 0.0 else 0.0
    found = percentile(mixture, n, probability, work.laws)
    return found * _MS_PER_S if found > DUST else 0.0
