"""What a caller gets back: attempts, time-outs, retries, fallbacks."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.attempts_time import answered_outcomes, attempts_time
from models.performance.bulkhead import behind_bulkhead
from models.performance.circuit_breaker import (
    breaker_opening,
    bulkhead_opening,
    moved,
    opening_of,
    stays_shut,
)
from models.performance.compiled import internal
from models.performance.deadlines import spent_of_attempt
from models.performance.equal_branches import enough
from models.performance.full_queue import felt_attempts, refused_again, stages_of, still_full
from models.performance.hedging import hedged
from models.performance.mixture import (
    MOST_ENTRIES,
    added,
    collapse,
    copied,
    merge,
    repeat,
    shifted,
    single,
)
from models.performance.own_work import own_time
from models.performance.program import Program, Work
from models.performance.response_law import split_at
from models.performance.retry import Tries, allowed_share, answered_times, each_time, tries_of
from models.performance.service_law import with_outcomes
from models.system import layout as at

_MS_PER_S = 1000.0


@internal
def answer_call(
    program: Program,
    work: Work,
    i: int,
    part: np.ndarray,
    calls: np.ndarray,
    is_timed: bool,
) -> None:
    """What a call gives back with all its attempts, made as often as it is made.

    Args:
        program: The system.
        work: Room; the station and what is under the call are known, the answer is written.
        i: The call.
        part: Parameters of the component.
        calls: Parameters of the calls.
        is_timed: Whether its response time is worked out.
    """
    st, call = work.station[program.component[i]], calls[i]
    kind = program.kind[program.component[i]]
    root = program.then[i]
    below_success, below_fresh = work.steps_share[root, 0], work.steps_share[root, 1]
    below_ends, passed_on = work.steps_share[root, 2], 1.0
    error = 1.0 - (1.0 - part[at.ERROR_SHARE]) * part[at.UP_FACTOR]
    stale = part[at.STALE_SHARE]
    behind = -1.0
    if math.isfinite(call[at.BULKHEAD_SLOTS]):
        behind = behind_bulkhead(program, work, i, part, call)
    once, attempt, room = work.scratch[0], work.scratch[1], work.scratch[2]
    n, m = 0, 0
    if kind == of.STORE:
        stale = 1.0 - (1.0 - stale) * (1.0 - st[of.STALE_READS])
    if program.writes[i]:
        stale = 0.0
    if is_timed:
        own = own_time(program, work, i, calls)
        if kind != of.QUEUE:  # a message's time begins when a consumer takes it
            own = (st[of.WAIT] + own[0], st[of.WAIT + 1] + own[1], st[of.WAIT + 2] + own[2])
        if kind == of.STORE:
            quorum = of.WRITE_WAIT if program.writes[i] else of.READ_WAIT
            own = (own[0] + st[quorum], max(own[1] + st[quorum + 1], 0.0), own[2] + st[quorum + 2])
        n = shifted(work.steps[root], work.steps_n[root], own, once)
        n = with_outcomes(once, n, st, call[at.WORK], work.scratch[3], room)
        if kind == of.CACHE:
            m = single(own[0], own[1], own[2], attempt)
            k = added(attempt, m, st[of.HIT], room, 0)
            k = added(once, n, 1.0 - st[of.HIT], room, k)
            n = merge(room, k, MOST_ENTRIES, once)
    fails = 1.0 - (1.0 - error) * below_success
    fresh = (1.0 - stale) * below_fresh
    if kind == of.CACHE:
        hit = st[of.HIT]
        passed_on = 1.0 - hit
        fails = 1.0 - (1.0 - error) * (hit + (1.0 - hit) * below_success)
        fresh = (1.0 - stale) * (hit * (1.0 - st[of.STALE]) + (1.0 - hit) * below_fresh)
    # Who waits without a time-out never learns that there is no answer, and repeats nothing.
    noticed = max(fails - (1.0 - error) * passed_on * (1.0 - below_ends), 0.0)
    if math.isinf(st[of.WAIT]) and kind != of.QUEUE:
        noticed /= max(st[of.LOAD_RATIO], 1.0)
        fails = 1.0
    timeout_s, retries = call[at.TIMEOUT_MS] / _MS_PER_S, call[at.RETRIES]
    late, sent = 0.0, 0.0
    hedge_s = call[at.HEDGE_AFTER_MS] / _MS_PER_S
    if is_timed and hedge_s < timeout_s:
        again = 1.0 - (1.0 - fails) * (1.0 - st[of.BLOCKED])
        sent, together, n = hedged(once, n, hedge_s, (fails, again), attempt, room)
        for j in range(n):
            copied(attempt, j, once, j)
        noticed *= together / fails if fails > 0.0 else 1.0
        fails = together
    in_time, in_n = once, n
    if math.isfinite(timeout_s):
        late, in_n = split_at(once, n, timeout_s, attempt)
        in_time = attempt
    work.call[i, of.LINGERS] = 1.0
    if is_timed and late > 0.0:
        held_s = late * timeout_s
        if late < 1.0:
            held_s += (1.0 - late) * collapse(in_time, in_n)[0]
        work.call[i, of.LINGERS] = max(collapse(once, n)[0] / held_s, 1.0)
    refused = (0.0, 0.0)
    if kind != of.QUEUE:  # which keeps what is too much
        refused = refused_again(program, work, i, part, call)
    if work.call[i, of.EXPIRES] > 0.0:
        # What a component drops since its deadline is over, its caller has given up by then.
        late, refused = 1.0 - (1.0 - late) * (1.0 - refused[0]), (0.0, 0.0)
        given_up = (late, min(timeout_s, work.call[i, of.GIVEN_UP_S]))
    else:
        given_up = (late, timeout_s)
    others = 1.0 - (1.0 - late) * (1.0 - fails)
    if math.isfinite(timeout_s):
        noticed = fails
    seen = 1.0 - (1.0 - late) * (1.0 - noticed)
    shut = (1.0, 0.0)
    # Of those whose whole time is over nobody tries again.
    spent = spent_of_attempt(program, work, i, late, 1.0 - error)
    at_most = max(seen - spent, 0.0) / seen if spent > 0.0 and seen > 0.0 else 1.0
    allowed = min(allowed_share(refused, seen, shut, retries, call[at.RETRY_BUDGET]), at_most)
    more = (retries, allowed)
    tries = tries_of(refused, seen, shut, more)
    is_guarded = call[at.BREAKER] > 0.0 or math.isfinite(call[at.BULKHEAD_SLOTS])
    if is_guarded:
        valve = (work.valve[i, 0], work.valve[i, 1], work.valve[i, 2])
        n = attempts_time(work, call, in_time, in_n, tries, given_up, others, 0.0)
        held_s = collapse(work.scratch[4], n)[0] / tries[0]
        stays = 0.0
        if retries > 0.0:
            stays = _finds_it_shut(work, i, call, held_s)
        opening = opening_of(valve[0], refused, seen, stays, more)
        shut = (opening, stays)
        allowed = min(allowed_share(refused, seen, shut, retries, call[at.RETRY_BUDGET]), at_most)
        more = (retries, allowed)
        tries = tries_of(refused, seen, shut, more)
        heard = 1.0 - (tries[2] / tries[1] if tries[1] > 0.0 else 1.0 - refused[0]) * (1.0 - seen)
        asked, wanted = work.call[i, of.CALLS_PER_S] * tries[0], 1.0
        if call[at.BREAKER] > 0.0:
            trips = (call[at.BREAKER_THRESHOLD], call[at.BREAKER_VOLUME], call[at.BREAKER_WINDOW_S])
            wanted = breaker_opening(heard, asked, held_s, trips, call[at.BREAKER_SLEEP_S])
        if behind >= 0.0:
            wanted *= behind
        elif math.isfinite(call[at.BULKHEAD_SLOTS]):
            wanted *= bulkhead_opening(asked * wanted, held_s, call[at.BULKHEAD_SLOTS])
        valve = moved(valve, tries_of(refused, seen, (wanted, stays), more)[1], wanted)
        work.valve[i, 0], work.valve[i, 1], work.valve[i, 2] = valve
    success, endless = 1.0 - tries[3], 0.0
    if seen < others:
        success, endless = tries[2] * (1.0 - others), tries[2] * (others - seen)
    made = call[at.TIMES] * call[at.ENABLED]
    if is_timed:
        if others == 0.0 and tries[4] == 0.0 and in_n <= MOST_ENTRIES:
            # Each attempt succeeds: its time is the answer's, and nothing fails that could be held.
            work.answer_n[i] = repeat(in_time, in_n, made, work.scratch[6], work.answer[i])
            if program.held_calls[i]:
                work.held_n[i] = work.answer_n[i]
                for j in range(work.answer_n[i]):
                    copied(work.answer[i], j, work.held[i], j)
        else:
            _answer_in_time(program, work, i, call, in_time, in_n, tries, given_up, others, success)
    done = work.call[i]
    done[of.LATE], done[of.ATTEMPTS], done[of.MET] = late, tries[0], 1.0
    done[of.SPENT] = min(made * tries[2] * spent, 1.0)
    if refused[0] < refused[1] and tries[1] > 0.0:
        felt = felt_attempts(program, work, i, part, refused, seen, shut, more)
        done[of.MET] = max(tries[1] / felt, 1.0)
        if not is_guarded:
            done[of.ATTEMPTS] = felt
    # A second attempt beside one that takes long is an attempt too.
    done[of.HEDGES] = tries[2] * sent / tries[1] if tries[1] > 0.0 else 0.0
    done[of.ATTEMPTS] += tries[2] * sent
    done[of.ENDS] = each_time(1.0 - endless, made)
    if call[at.FALLBACK_ENABLED] > 0.0:
        fresh = success * fresh + (1.0 - success) * call[at.FALLBACK_FIDELITY]
        success = 1.0
    done[of.SUCCESS], done[of.FRESH] = each_time(success, made), each_time(fresh, made)
    # What comes after equal branches begins when enough of them have answered.
    done[of.PASSES] = 1.0
    if not call[at.OPTIONAL] > 0.0:
        done[of.PASSES] = enough(float(program.copies[i]), float(program.needed[i]), done[of.SUCCESS])
    if program.is_async[i]:
        # Its caller has gone on, whatever becomes of it.
        done[of.FRESH], done[of.ENDS], done[of.PASSES] = 1.0, 1.0, 1.0
        if is_timed:
            work.answer_n[i] = single(0.0, 0.0, 0.0, work.answer[i])
            if program.held_calls[i]:
                work.held_n[i] = single(0.0, 0.0, 0.0, work.held[i])


@internal
def _answer_in_time(
    program: Program,
    work: Work,
    i: int,
    call: np.ndarray,
    in_time: np.ndarray,
    in_n: int,
    tries: Tries,
    late: tuple[float, float],
    others: float,
    success: float,
) -> None:
    """Response of a call whose attempts may fail, as its caller sees it, and as a slot is held for it."""
    made = call[at.TIMES] * call[at.ENABLED]
    instead_s = call[at.FALLBACK_LATENCY_MS] / _MS_PER_S * call[at.FALLBACK_ENABLED]
    n = attempts_time(work, call, in_time, in_n, tries, late, others, instead_s)
    # The answered are in scratch[3], all of them in scratch[4].
    answered_n = answered_outcomes(work)
    is_lenient = call[at.OPTIONAL] > 0.0 or call[at.FALLBACK_ENABLED] > 0.0
    if is_lenient and success < 1.0:
        work.answer_n[i] = repeat(work.scratch[4], n, made, work.scratch[6], work.scratch[5])
    else:
        # Of those who make a call once more the fewer are answered, the more often it fails.
        finite = math.isfinite(collapse(work.scratch[3], answered_n)[0])
        told = answered_times(success, made) if finite else made
        work.answer_n[i] = repeat(work.scratch[3], answered_n, told, work.scratch[6], work.scratch[5])
    for j in range(work.answer_n[i]):
        copied(work.scratch[5], j, work.answer[i], j)
    if program.held_calls[i]:
        if success < 1.0:
            m = repeat(work.scratch[4], n, made, work.scratch[6], work.scratch[5])
        else:
            m = repeat(work.scratch[3], answered_n, made, work.scratch[6], work.scratch[5])
        work.held_n[i] = m
        for j in range(m):
            copied(work.scratch[5], j, work.held[i], j)


@internal
def _finds_it_shut(work: Work, i: int, call: np.ndarray, held_s: float) -> float:
    """Share of the retries of attempts that a guard turned away that meet it as it was."""
    pause_s, stages = stages_of(call[at.BACKOFF_MS] / _MS_PER_S, call[at.JITTER])
    if call[at.BREAKER] > 0.0:
        return stays_shut(pause_s, call[at.BREAKER_SLEEP_S])
    if not pause_s > 0.0:
        return 1.0
    if not 0.0 < held_s < math.inf or not call[at.BULKHEAD_SLOTS] >= 1.0:
        return 0.0
    calls = max(work.call[i, of.CALLS_PER_S], 1e-9)
    queue = (call[at.BULKHEAD_SLOTS], 0.0, held_s)
    return still_full(queue, 1.0, (calls, calls), call[at.RETRIES], (pause_s, stages))[0]
