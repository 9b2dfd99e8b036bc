"""What a caller gets back: attempts, time-outs, retries, fallbacks."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.bulkhead import behind_bulkhead
from models.performance.circuit_breaker import (
    breaker_opening,
    bulkhead_opening,
    moved,
    opening_of,
    stays_shut,
)
from models.performance.compiled import internal
from models.performance.equal_branches import enough
from models.performance.full_queue import felt_attempts, refused_again, stages_of, still_full
from models.performance.mixture import (
    MOST_ENTRIES,
    added,
    collapse,
    copied,
    merge,
    product,
    repeat,
    scaled,
    shifted,
    single,
)
from models.performance.own_work import own_time
from models.performance.program import Program, Work
from models.performance.response_law import split_at
from models.performance.retry import APART, Tries, answered_times, each_time, tries_of
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
    if math.isinf(st[of.WAIT]):
        noticed /= max(st[of.LOAD_RATIO], 1.0)
        fails = 1.0
    timeout_s, retries = call[at.TIMEOUT_MS] / _MS_PER_S, call[at.RETRIES]
    late = 0.0
    in_time, in_n = once, n
    if math.isfinite(timeout_s):
        late, in_n = split_at(once, n, timeout_s, attempt)
        in_time = attempt
    others = 1.0 - (1.0 - late) * (1.0 - fails)
    if math.isfinite(timeout_s):
        noticed = fails
    seen = 1.0 - (1.0 - late) * (1.0 - noticed)
    refused = refused_again(program, work, i, part, call)
    shut = (1.0, 0.0)
    tries = tries_of(refused, seen, shut, retries)
    is_guarded = call[at.BREAKER] > 0.0 or math.isfinite(call[at.BULKHEAD_SLOTS])
    if is_guarded:
        valve = (work.valve[i, 0], work.valve[i, 1], work.valve[i, 2])
        n = _held(work, call, in_time, in_n, tries, late, others, 0.0)
        held_s = collapse(work.scratch[4], n)[0] / tries[0]
        stays = 0.0
        if retries > 0.0:
            stays = _finds_it_shut(work, i, call, held_s)
        opening = opening_of(valve[0], refused, seen, stays, retries)
        shut = (opening, stays)
        tries = tries_of(refused, seen, shut, retries)
        heard = 1.0 - (tries[2] / tries[1] if tries[1] > 0.0 else 1.0 - refused[0]) * (1.0 - seen)
        asked, wanted = work.call[i, of.CALLS_PER_S] * tries[0], 1.0
        if call[at.BREAKER] > 0.0:
            trips = (call[at.BREAKER_THRESHOLD], call[at.BREAKER_VOLUME], call[at.BREAKER_WINDOW_S])
            wanted = breaker_opening(heard, asked, held_s, trips, call[at.BREAKER_SLEEP_S])
        if behind >= 0.0:
            wanted *= behind
        elif math.isfinite(call[at.BULKHEAD_SLOTS]):
            wanted *= bulkhead_opening(asked * wanted, held_s, call[at.BULKHEAD_SLOTS])
        valve = moved(valve, tries_of(refused, seen, (wanted, stays), retries)[1], wanted)
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
            _answer_in_time(program, work, i, call, in_time, in_n, tries, late, others, success)
    done = work.call[i]
    done[of.LATE], done[of.ATTEMPTS], done[of.MET] = late, tries[0], 1.0
    if refused[0] < refused[1] and tries[1] > 0.0:
        felt = felt_attempts(program, work, i, part, refused, seen, shut, retries)
        done[of.MET] = max(tries[1] / felt, 1.0)
        if not is_guarded:
            done[of.ATTEMPTS] = felt
    done[of.ENDS] = each_time(1.0 - endless, made)
    if call[at.FALLBACK_ENABLED] > 0.0:
        fresh = success * fresh + (1.0 - success) * call[at.FALLBACK_FIDELITY]
        success = 1.0
    done[of.SUCCESS], done[of.FRESH] = each_time(success, made), each_time(fresh, made)
    # What comes after equal branches begins when enough of them have answered.
    done[of.PASSES] = 1.0
    if not call[at.OPTIONAL] > 0.0:
        done[of.PASSES] = enough(float(program.copies[i]), float(program.needed[i]), done[of.SUCCESS])


@internal
def _answer_in_time(
    program: Program,
    work: Work,
    i: int,
    call: np.ndarray,
    in_time: np.ndarray,
    in_n: int,
    tries: Tries,
    late: float,
    others: float,
    success: float,
) -> None:
    """Response of a call whose attempts may fail, as its caller sees it, and as a slot is held for it."""
    made = call[at.TIMES] * call[at.ENABLED]
    instead_s = call[at.FALLBACK_LATENCY_MS] / _MS_PER_S * call[at.FALLBACK_ENABLED]
    n = _held(work, call, in_time, in_n, tries, late, others, instead_s)
    # The answered are in scratch[3], all of them in scratch[4].
    answered_n = _answered_n(work)
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


@internal
def _answered_n(work: Work) -> int:
    return int(work.scratch[7, 0, 0])


@internal
def _held(
    work: Work,
    call: np.ndarray,
    in_time: np.ndarray,
    in_n: int,
    tries: Tries,
    late: float,
    others: float,
    instead_s: float,
) -> int:
    """Response of a call whose failure is no failure for the caller: answered, or given up and replaced.

    Leaves it in `scratch[4]`, and the response of the calls that succeed in `scratch[3]`.
    """
    retries = call[at.RETRIES]
    answered, room, failed = work.scratch[3], work.scratch[5], work.scratch[6]
    # Who is refused by a breaker or a bulkhead needs no way there.
    turned = tries[4] * tries[0]
    way_s = call[at.NETWORK_MS] / _MS_PER_S * (tries[1] - tries[2]) / turned if turned > 0.0 else 0.0
    k = _failed_attempt(call, in_time, in_n, (tries[4], way_s), late, others, failed)
    n = in_n
    for j in range(n):
        copied(in_time, j, answered, j)
    if retries > 0.0:
        pause_s = call[at.BACKOFF_MS] / _MS_PER_S
        jitter = call[at.JITTER]
        pause = (pause_s * (1.0 - jitter / 2.0), (pause_s * jitter) ** 2 / 12.0, 0.0)
        before = collapse(failed, k)
        before = (before[0] + pause[0], before[1] + pause[1], before[2] + pause[2])
        k = shifted(failed, k, scaled(before, retries), failed)
        n = _after_retries(in_time, in_n, before, tries, room, answered, work.scratch[7])
    success = tries[2] * (1.0 - others)
    whole = collapse(failed, k)
    if math.isinf(whole[0]):
        whole = (whole[0], math.inf, math.inf)
    m = added(answered, n, success, room, 0)
    if 1.0 - success > 0.0:
        room[m, 0], room[m, 1], room[m, 2], room[m, 3] = (
            1.0 - success,
            whole[0] + instead_s,
            whole[1],
            whole[2],
        )
        m += 1
    m = merge(room, m, MOST_ENTRIES, work.scratch[4])
    work.scratch[7, 0, 0] = n
    return m


@internal
def _failed_attempt(
    call: np.ndarray,
    in_time: np.ndarray,
    in_n: int,
    refused: tuple[float, float],
    late: float,
    others: float,
    out: np.ndarray,
) -> int:
    """Time until a failed attempt is known to have failed: at once, at the time-out, or at its answer.

    `refused` holds the share of the attempts that are turned away, and the time until they know it.
    """
    failure = 1.0 - (1.0 - refused[0]) * (1.0 - others)
    at_once, timed_out = 1.0, 0.0
    if failure > 0.0:
        at_once = refused[0] / failure
        timed_out = (1.0 - refused[0]) * late / failure
    badly = max(1.0 - at_once - timed_out, 0.0)
    k = 0
    if at_once > 0.0:
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = at_once, refused[1], 0.0, 0.0
        k += 1
    if timed_out > 0.0:
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = timed_out, call[at.TIMEOUT_MS] / _MS_PER_S, 0.0, 0.0
        k += 1
    if badly > 0.0:
        answer = collapse(in_time, in_n)
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = badly, answer[0], answer[1], answer[2]
        k += 1
    return k


@internal
def _after_retries(
    in_time: np.ndarray,
    in_n: int,
    before: tuple[float, float, float],
    tries: Tries,
    room: np.ndarray,
    answered: np.ndarray,
    parts: np.ndarray,
) -> int:
    """Response of a call that succeeds, by the number of attempts that failed before."""
    total = 0.0
    k = 0
    for count in range(APART + 1):
        weight = tries[5][count]
        number = tries[6] if count == APART else float(count)
        total += weight
        if weight > 0.0:
            part = scaled(before, number)
            parts[k, 0], parts[k, 1], parts[k, 2], parts[k, 3] = weight, part[0], part[1], part[2]
            k += 1
    if k == 0:
        parts[0, 0], parts[0, 1], parts[0, 2], parts[0, 3] = 1.0, 0.0, 0.0, 0.0
        k, total = 1, 1.0
    for j in range(k):
        parts[j, 0] /= total
    m = product(in_time, in_n, parts, k, room)
    return merge(room, m, MOST_ENTRIES, answered)
