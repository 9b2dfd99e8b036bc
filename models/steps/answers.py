"""What who begins a call now may expect: from the waits of this moment, up the tree of calls."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import inlined, internal
from models.performance.program import Program
from models.steps import columns as at
from models.steps.branches import expect_group
from models.steps.response_time import mean_below, share_below, third_of_gamma
from models.steps.run import Run

_LEAST_S = 1e-12
#: What differs by less than this part is the same.
_ALIKE, _DUST = 1e-3, 1e-9
#: What is never answered counts as this long, s.
ENDLESS_S = 3600.0


@internal
def expect(program: Program, run: Run) -> None:
    """Works out the attempts, calls and sequences of which something has changed, inner ones first."""
    is_new = run.n[at.IS_NEW] > 0
    run.n[at.IS_NEW] = 0
    for p in range(program.order.size - 1, -1, -1):
        c = program.order[p]
        has_changed = _has_changed(run.station[c]) or is_new
        for j in range(program.own_start[c], program.own_start[c + 1]):
            i = program.own[j]
            _expect_below(program, run, program.then[i], is_new)
            gate = run.gate[i]
            seen = 1.0 if gate[at.STATE] > 0.0 else gate[at.SHUT]
            run.stale[i] = 0
            is_shut = abs(seen - gate[at.SEEN_SHUT]) > _ALIKE
            if has_changed or is_shut or run.stale_steps[program.then[i]] > 0:
                gate[at.SEEN_SHUT] = seen
                run.stale[i] = 1
                expect_attempt(program, run, i)
                expect_call(program, run, i)
    for f in range(program.flow_steps.size):
        _expect_below(program, run, program.flow_steps[f], is_new)


@inlined
def _expect_below(program: Program, run: Run, root: int, is_new: bool) -> None:
    """A sequence and those in it, where a call in it has changed."""
    for m in range(program.inner_start[root], program.inner_start[root + 1]):
        q = program.inner[m]
        stale = 1 if is_new else 0
        for k in range(program.steps_start[q], program.steps_start[q + 1]):
            item = program.steps[k]
            if item >= 0:
                stale = max(stale, run.stale[item])
            else:
                for b in range(program.group_start[-1 - item], program.group_start[-item]):
                    stale = max(stale, run.stale_steps[program.group[b]])
        run.stale_steps[q] = stale
        if stale > 0:
            expect_steps(program, run, q)


@inlined
def _has_changed(station: np.ndarray) -> bool:
    """Whether what a caller feels of a component is another than when it was last seen; notes what it is."""
    found = False
    for j in range(at.FELT):
        value = station[at.FIRST_FELT + j]
        seen = station[at.SEEN + j]
        if math.isinf(value) != math.isinf(seen) or abs(value - seen) > _ALIKE * abs(seen) + _DUST:
            found = True
    if found:
        for j in range(at.FELT):
            station[at.SEEN + j] = station[at.FIRST_FELT + j]
    return found


@inlined
def own_time(program: Program, run: Run, i: int) -> tuple[float, float, float]:
    """Mean, variance and third cumulant of an attempt's time at its component, the way there included."""
    c = program.component[i]
    part, station, call = run.part[c], run.station[c], run.call[i]
    service = part[at.SERVICE_S] * call[at.WORK] * station[at.STRETCH]
    is_write = program.writes[i] > 0
    serves = (part[at.WRITE_FACTOR] if is_write else part[at.READ_FACTOR]) * service
    serves_var = (part[at.WRITE_FACTOR_VAR] if is_write else part[at.READ_FACTOR_VAR]) * service * service
    away = part[at.WRITE_S] if is_write else part[at.READ_S]
    away_var = part[at.WRITE_VAR] if is_write else part[at.READ_VAR]
    mean, variance = call[at.NETWORK_S] + serves + away, call[at.NETWORK_VAR] + serves_var + away_var
    third = third_of_gamma(serves, serves_var)
    if part[at.KEEPS] == 0.0:  # a message's time begins when a consumer takes it
        mean += station[at.WAIT_S] + station[at.OWN_S]
        variance += station[at.WAIT_VAR] + station[at.OWN_VAR]
        third += station[at.WAIT_THIRD] + station[at.OWN_THIRD]
    if away_var > 0.0:
        third += third_of_gamma(away, away_var)
    if call[at.NETWORK_VAR] > 0.0:
        third += third_of_gamma(call[at.NETWORK_S], call[at.NETWORK_VAR])
    return mean, variance, third


@internal
def expect_attempt(program: Program, run: Run, i: int) -> None:
    """What an attempt that is let in comes to (`columns.ATTEMPT`)."""
    c = program.component[i]
    part, call, below = run.part[c], run.call[i], run.sequence[program.then[i]]
    mean, variance, third = own_time(program, run, i)
    longest, error, hits = call[at.TIMEOUT_S], part[at.ERROR], 0.0
    if part[at.CACHE] > 0.0:
        hits = run.station[c, at.HITS]
    good, late, bad = 0.0, 0.0, 0.0
    good_s, good_square, good_cube, bad_s = 0.0, 0.0, 0.0, 0.0
    found = run.attempt[i]
    found[at.FOUND] = 0.0
    for slow in range(2 if part[at.SLOWED] > 0.0 else 1):
        share = part[at.SLOWED] if slow > 0 else 1.0 - part[at.SLOWED]
        more = part[at.SLOWED_S] if slow > 0 else 0.0
        own = mean + more
        for hit in range(2):
            part_of = share * (1.0 - error) * (hits if hit > 0 else (1.0 - hits) * below[at.SUCCESS])
            if part_of <= 0.0:
                continue
            m, v, w = own, variance, third
            if hit == 0:
                m, v, w = m + below[at.MEAN_S], v + below[at.VAR_S], w + below[at.THIRD]
            within = share_below(longest, m, v, w)
            late += part_of * (1.0 - within)
            if within > 0.0:
                told = mean_below(longest, m, v, w, within)
                if within < 0.999:
                    # What is left of the law lies between 0 and the time-out.
                    v, w = min(v, told * max(longest - told, 0.0)), 0.0
                good += part_of * within
                good_s += part_of * within * told
                good_square += part_of * within * (told * told + v)
                good_cube += part_of * within * (told * told * told + 3.0 * told * v + w)
                if hit > 0:
                    found[at.FOUND] += part_of * within
                    found[at.FOUND_S], found[at.FOUND_VAR], found[at.FOUND_THIRD] = told, v, w
        if error > 0.0:
            within = share_below(longest, own, variance, third)
            late += share * error * (1.0 - within)
            bad += share * error * within
            bad_s += share * error * within * min(own, longest)
        failing = share * (1.0 - error) * (1.0 - hits) * (1.0 - below[at.SUCCESS])
        if failing > 0.0:
            ends = own + below[at.FAILS_S]
            within = share_below(longest, ends, variance + below[at.VAR_S], third)
            late += failing * (1.0 - within)
            bad += failing * within
            bad_s += failing * within * min(ends, longest)
    found[at.GOOD], found[at.LATE], found[at.BAD] = good, late, bad
    found[at.FOUND] = found[at.FOUND] / good if good > 0.0 else 0.0
    found[at.GOOD_S], found[at.GOOD_VAR], found[at.GOOD_THIRD] = cumulants(
        good, good_s, good_square, good_cube
    )
    found[at.BAD_S] = bad_s / bad if bad > 0.0 else 0.0
    _expect_work(program, run, i, mean, (1.0 - error) * (1.0 - hits) * below[at.ENDS_S])


@inlined
def _expect_work(program: Program, run: Run, i: int, mean: float, under: float) -> None:
    """How long an attempt's work lasts and takes a server; `under` is the time of the calls under it, s."""
    c = program.component[i]
    part, call, found = run.part[c], run.call[i], run.attempt[i]
    slowed = part[at.SLOWED] * part[at.SLOWED_S]
    found[at.DONE_S] = mean + slowed + under
    copies = part[at.WRITE_WORK] if program.writes[i] > 0 else part[at.READ_WORK]
    service = part[at.SERVICE_S] * call[at.WORK] * run.station[c, at.STRETCH] * copies + slowed
    if part[at.BLOCKS] > 0.0:
        service += under + (part[at.WRITE_S] if program.writes[i] > 0 else part[at.READ_S])
    found[at.OWN_HELD_S] = service


@internal
def expect_call(program: Program, run: Run, i: int) -> None:
    """What a call comes to for its caller, retries and fallback included (`columns.ANSWER`)."""
    call, gate, attempt, found = run.call[i], run.gate[i], run.attempt[i], run.answer[i]
    part = run.part[program.component[i]]
    times = call[at.TIMES]
    if times <= 0.0 or call[at.ASYNC] > 0.0:
        found[at.SUCCESS] = 1.0
        for j in range(at.MEAN_S, at.ANSWER):
            found[j] = 0.0
        return
    # Guards let some through, a fault or a full queue turns some of them away, and some are never answered.
    let = 0.0 if gate[at.STATE] > 0.0 else 1.0 - gate[at.SHUT]
    few = part[at.NO_WRITES] if program.writes[i] > 0 else part[at.NO_READS]
    heard = let * (1.0 - max(few, part[at.TURNED_AWAY])) * (1.0 - part[at.SILENT])
    inside = heard * (1.0 - run.station[program.component[i], at.REFUSED])
    good = attempt[at.GOOD] * inside
    late = attempt[at.LATE] * inside
    late += let * (1.0 - max(few, part[at.TURNED_AWAY])) * part[at.SILENT]
    fails = max(1.0 - good, 0.0)
    fails_s = 0.0
    if fails > 0.0:
        lost = late * min(call[at.TIMEOUT_S], ENDLESS_S) if late > 0.0 else 0.0
        if part[at.BLOCKS] > 0.0 and part[at.MAX_WAIT_S] < math.inf:
            lost += (heard - inside) * min(part[at.MAX_WAIT_S], call[at.TIMEOUT_S])
        fails_s = (lost + attempt[at.BAD] * inside * attempt[at.BAD_S]) / fails
    retries = call[at.RETRIES]
    again = fails * min(call[at.BUDGET], 1.0) if call[at.BUDGET] < 1.0 else fails
    pause = call[at.PAUSE_S] * (1.0 - 0.5 * call[at.JITTER])
    success, reached, mean, square, cube, since = 0.0, 1.0, 0.0, 0.0, 0.0, 0.0
    ended_s = 0.0
    k = 0.0
    while True:
        took = since + attempt[at.GOOD_S]
        success += reached * good
        mean += reached * good * took
        square += reached * good * (took * took + attempt[at.GOOD_VAR])
        cube += reached * good * (took * (took * took + 3.0 * attempt[at.GOOD_VAR]) + attempt[at.GOOD_THIRD])
        if k >= retries or reached * fails < 1e-12:
            ended_s += reached * fails * (since + fails_s)
            break
        ended_s += reached * (fails - again) * (since + fails_s)
        reached *= again
        since += fails_s + pause
        k += 1.0
    lost = max(1.0 - success, 0.0)
    fails_s = ended_s / lost if lost > _LEAST_S else 0.0
    if (call[at.FALLBACK] > 0.0 or call[at.OPTIONAL] > 0.0) and lost > 0.0:
        instead = fails_s + (call[at.FALLBACK_S] if call[at.FALLBACK] > 0.0 else 0.0)
        mean, square = mean + lost * instead, square + lost * instead * instead
        cube += lost * instead * instead * instead
        success, lost, fails_s = 1.0, 0.0, 0.0
    mean, variance, third = cumulants(success, mean, square, cube)
    ends = success * mean + lost * fails_s
    if times != 1.0:
        few, each = times - math.floor(times), success
        third = times * third + 3.0 * few * (1.0 - few) * mean * variance
        third += few * (1.0 - few) * (1.0 - 2.0 * few) * mean * mean * mean
        mean, variance = times * mean, times * variance + few * (1.0 - few) * mean * mean
        if times < 1.0:
            success = 1.0 - times * lost
            ends *= times
        else:
            success = success**times
            ends *= (1.0 - success) / max(1.0 - each, _LEAST_S) if each < 1.0 else times
    found[at.SUCCESS], found[at.MEAN_S], found[at.VAR_S] = success, mean, variance
    found[at.THIRD], found[at.FAILS_S], found[at.ENDS_S] = third, fails_s, ends


@inlined
def cumulants(share: float, mean: float, square: float, cube: float) -> tuple[float, float, float]:
    """Mean, variance and third cumulant by sums over a share of all; 0 where that is nobody."""
    if share <= 0.0:
        return 0.0, 0.0, 0.0
    mean, square, cube = mean / share, square / share, cube / share
    variance = max(square - mean * mean, 0.0)
    return mean, variance, cube - mean * (3.0 * variance + mean * mean)


@internal
def expect_steps(program: Program, run: Run, q: int) -> None:
    """What a sequence of steps comes to, one after the other."""
    success, mean, variance, third, ends, failed_s = 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(program.steps_start[q], program.steps_start[q + 1]):
        item = program.steps[k]
        if item < 0:
            expect_group(program, run, -1 - item)
            step = run.together[-1 - item]
        else:
            step = run.answer[item]
        ends += success * step[at.ENDS_S]
        failed_s += success * (1.0 - step[at.SUCCESS]) * (mean + step[at.FAILS_S])
        success *= step[at.SUCCESS]
        mean += step[at.MEAN_S]
        variance += step[at.VAR_S]
        third += step[at.THIRD]
    found = run.sequence[q]
    found[at.SUCCESS], found[at.MEAN_S], found[at.VAR_S], found[at.THIRD] = success, mean, variance, third
    lost = 1.0 - success
    found[at.FAILS_S] = failed_s / lost if lost > _LEAST_S else 0.0
    found[at.ENDS_S] = ends
