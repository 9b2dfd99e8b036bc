"""What who begins a call now may expect: from the waits of this moment, up the tree of calls."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import inlined, internal
from models.performance.program import Program
from models.steps import columns as at
from models.steps.response_time import mean_below, normal_above, quantile, share_below
from models.steps.run import Run

_LEAST_S = 1e-12
#: What is never answered counts as this long, s.
ENDLESS_S = 3600.0


@internal
def expect(program: Program, run: Run) -> None:
    """Works out all attempts, calls, sequences of steps and groups, the innermost first."""
    for p in range(program.order.size - 1, -1, -1):
        c = program.order[p]
        for j in range(program.own_start[c], program.own_start[c + 1]):
            i = program.own[j]
            root = program.then[i]
            for m in range(program.inner_start[root], program.inner_start[root + 1]):
                expect_steps(program, run, program.inner[m])
            expect_attempt(program, run, i)
            expect_call(program, run, i)
    for f in range(program.flow_steps.size):
        root = program.flow_steps[f]
        for m in range(program.inner_start[root], program.inner_start[root + 1]):
            expect_steps(program, run, program.inner[m])


@inlined
def own_time(program: Program, run: Run, i: int) -> tuple[float, float, float]:
    """Least, mean and variance of an attempt's time at its component itself, the way there included, s."""
    c = program.component[i]
    part, station, call = run.part[c], run.station[c], run.call[i]
    service = part[at.SERVICE_S] * call[at.WORK] * station[at.STRETCH]
    mean = call[at.NETWORK_S] + station[at.WAIT_S] + station[at.OWN_S]
    variance = call[at.NETWORK_VAR] + station[at.WAIT_VAR] + station[at.OWN_VAR]
    if program.writes[i] > 0:
        mean += part[at.WRITE_FACTOR] * service + part[at.WRITE_S]
        variance += part[at.WRITE_FACTOR_VAR] * service * service + part[at.WRITE_VAR]
    else:
        mean += part[at.READ_FACTOR] * service + part[at.READ_S]
        variance += part[at.READ_FACTOR_VAR] * service * service + part[at.READ_VAR]
    return max(station[at.WAIT_S] - math.sqrt(station[at.WAIT_VAR]), 0.0), mean, variance


@internal
def expect_attempt(program: Program, run: Run, i: int) -> None:
    """What an attempt that is let in comes to (`columns.ATTEMPT`)."""
    c = program.component[i]
    part, call, below = run.part[c], run.call[i], run.sequence[program.then[i]]
    least, mean, variance = own_time(program, run, i)
    longest, error, hits = call[at.TIMEOUT_S], part[at.ERROR], 0.0
    if part[at.CACHE] > 0.0:
        hits = run.station[c, at.HITS]
    good, late, bad = 0.0, 0.0, 0.0
    good_s, good_square, good_least, bad_s = 0.0, 0.0, math.inf, 0.0
    found = run.attempt[i]
    found[at.FOUND] = 0.0
    for slow in range(2 if part[at.SLOWED] > 0.0 else 1):
        share = part[at.SLOWED] if slow > 0 else 1.0 - part[at.SLOWED]
        more = part[at.SLOWED_S] if slow > 0 else 0.0
        low, own = least + more, mean + more
        for hit in range(2):
            part_of = share * (1.0 - error) * (hits if hit > 0 else (1.0 - hits) * below[at.SUCCESS])
            if part_of <= 0.0:
                continue
            a, m, v = low, own, variance
            if hit == 0:
                a, m, v = a + below[at.LEAST_S], m + below[at.MEAN_S], v + below[at.VAR_S]
            within = share_below(longest, a, m, v)
            late += part_of * (1.0 - within)
            if within > 0.0:
                told = mean_below(longest, a, m, v, within)
                if within < 0.999:
                    v = min(v, 0.25 * (longest - a) * (longest - a), (told - a) * (told - a))
                good += part_of * within
                good_s += part_of * within * told
                good_square += part_of * within * (told * told + v)
                good_least = min(good_least, a)
                if hit > 0:
                    found[at.FOUND] += part_of * within
                    found[at.FOUND_LEAST], found[at.FOUND_S], found[at.FOUND_VAR] = a, told, v
        if error > 0.0:
            within = share_below(longest, low, own, variance)
            late += share * error * (1.0 - within)
            bad += share * error * within
            bad_s += share * error * within * min(own, longest)
        failing = share * (1.0 - error) * (1.0 - hits) * (1.0 - below[at.SUCCESS])
        if failing > 0.0:
            ends = own + below[at.FAILS_S]
            within = share_below(longest, low, ends, variance + below[at.VAR_S])
            late += failing * (1.0 - within)
            bad += failing * within
            bad_s += failing * within * min(ends, longest)
    found[at.GOOD], found[at.LATE], found[at.BAD] = good, late, bad
    found[at.FOUND] = found[at.FOUND] / good if good > 0.0 else 0.0
    found[at.GOOD_S] = good_s / good if good > 0.0 else min(mean, longest)
    found[at.GOOD_LEAST] = good_least if good > 0.0 else 0.0
    found[at.GOOD_VAR] = max(good_square / good - found[at.GOOD_S] ** 2, 0.0) if good > 0.0 else 0.0
    found[at.BAD_S] = bad_s / bad if bad > 0.0 else 0.0
    slowed = part[at.SLOWED] * part[at.SLOWED_S]
    under = (1.0 - error) * (1.0 - hits) * below[at.ENDS_S]
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
    if times <= 0.0:
        found[at.SUCCESS] = 1.0
        found[at.LEAST_S], found[at.MEAN_S], found[at.VAR_S] = 0.0, 0.0, 0.0
        found[at.FAILS_S], found[at.ENDS_S] = 0.0, 0.0
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
    success, reached, mean, square, since = 0.0, 1.0, 0.0, 0.0, 0.0
    ended_s = 0.0
    k = 0.0
    while True:
        took = since + attempt[at.GOOD_S]
        success += reached * good
        mean += reached * good * took
        square += reached * good * (took * took + attempt[at.GOOD_VAR])
        if k >= retries or reached * fails < 1e-12:
            ended_s += reached * fails * (since + fails_s)
            break
        ended_s += reached * (fails - again) * (since + fails_s)
        reached *= again
        since += fails_s + pause
        k += 1.0
    mean = mean / success if success > 0.0 else 0.0
    variance = max(square / success - mean * mean, 0.0) if success > 0.0 else 0.0
    lost = max(1.0 - success, 0.0)
    fails_s = ended_s / lost if lost > _LEAST_S else 0.0
    least = min(attempt[at.GOOD_LEAST], mean)
    if (call[at.FALLBACK] > 0.0 or call[at.OPTIONAL] > 0.0) and lost > 0.0:
        instead = fails_s + (call[at.FALLBACK_S] if call[at.FALLBACK] > 0.0 else 0.0)
        both = success * mean + lost * instead
        square = success * (variance + mean * mean) + lost * instead * instead
        least, mean, variance, success = min(least, instead), both, max(square - both * both, 0.0), 1.0
        lost, fails_s = 0.0, 0.0
    ends = success * mean + lost * fails_s
    if times != 1.0:
        few = times - math.floor(times)
        each = success
        square = times * variance + few * (1.0 - few) * mean * mean
        if times < 1.0:
            success, least = 1.0 - times * lost, 0.0
        else:
            success = success**times
            ends *= (1.0 - success) / max(1.0 - each, _LEAST_S) if each < 1.0 else times
            least *= math.floor(times)
        mean, variance = times * mean, square
        if times < 1.0:
            ends *= times
    found[at.SUCCESS], found[at.LEAST_S], found[at.MEAN_S] = success, least, mean
    found[at.VAR_S], found[at.FAILS_S], found[at.ENDS_S] = variance, fails_s, ends


@internal
def expect_steps(program: Program, run: Run, q: int) -> None:
    """What a sequence of steps comes to, one after the other."""
    success, least, mean, variance, ends, failed_s = 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
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
        least += step[at.LEAST_S]
        mean += step[at.MEAN_S]
        variance += step[at.VAR_S]
    found = run.sequence[q]
    found[at.SUCCESS], found[at.LEAST_S], found[at.MEAN_S], found[at.VAR_S] = success, least, mean, variance
    lost = 1.0 - success
    found[at.FAILS_S] = failed_s / lost if lost > _LEAST_S else 0.0
    found[at.ENDS_S] = ends


@internal
def expect_group(program: Program, run: Run, g: int) -> None:
    """What parallel branches come to: the slowest, or the slowest of enough of them."""
    if program.group_rest[g] >= 0:
        _expect_choice(program, run, g)
        return
    first, last = program.group_start[g], program.group_start[g + 1]
    each, needed = float(program.group_each[g]), float(program.group_needed[g])
    found = run.together[g]
    success, fails_s, ends = 1.0, math.inf, 0.0
    least, mean, variance = 0.0, 0.0, 0.0
    for b in range(first, last):
        branch = run.sequence[program.group[b]]
        own = branch[at.SUCCESS]
        a, m, v = branch[at.LEAST_S], branch[at.MEAN_S], branch[at.VAR_S]
        if each > 1.0:
            own = _at_least(each, needed, own)
            a, m, v = _needed_of_equal(each, needed, branch)
        if b == first:
            least, mean, variance = a, m, v
        else:
            least, (mean, variance) = max(least, a), _slower(mean, variance, m, v)
        success *= own
        ends = max(ends, branch[at.ENDS_S])
        if own < 1.0:
            fails_s = min(fails_s, branch[at.FAILS_S])
    found[at.SUCCESS], found[at.LEAST_S], found[at.MEAN_S], found[at.VAR_S] = success, least, mean, variance
    found[at.FAILS_S] = fails_s if fails_s < math.inf else 0.0
    found[at.ENDS_S] = success * mean + (1.0 - success) * found[at.FAILS_S]


@internal
def _expect_choice(program: Program, run: Run, g: int) -> None:
    """What a choice comes to: a mixture of its branches; who goes none of them goes on at once."""
    rest, success, least = 1.0, 0.0, math.inf
    mean, square, fails_s, ends = 0.0, 0.0, 0.0, 0.0
    for b in range(program.group_start[g], program.group_start[g + 1]):
        branch, share = run.sequence[program.group[b]], run.ways[program.group_branch[b]]
        rest -= share
        well = share * branch[at.SUCCESS]
        success += well
        mean += well * branch[at.MEAN_S]
        square += well * (branch[at.VAR_S] + branch[at.MEAN_S] ** 2)
        fails_s += (share - well) * branch[at.FAILS_S]
        ends += share * branch[at.ENDS_S]
        if well > 0.0:
            least = min(least, branch[at.LEAST_S])
    if rest > _LEAST_S:
        success, least = success + rest, 0.0
    found = run.together[g]
    found[at.SUCCESS], found[at.ENDS_S] = min(success, 1.0), ends
    found[at.FAILS_S] = fails_s / (1.0 - success) if 1.0 - success > _LEAST_S else 0.0
    if success > 0.0:
        mean, square = mean / success, square / success
    found[at.LEAST_S], found[at.MEAN_S] = least if least < math.inf else 0.0, mean
    found[at.VAR_S] = max(square - mean * mean, 0.0)


@internal
def _slower(a: float, v: float, b: float, w: float) -> tuple[float, float]:
    """Mean and variance of the larger of two independent times of which these are known.

    Of normal times as Clark (1961) has it, of exponential ones a + b - 1/(1/a + 1/b); what lies between by
    the smaller squared coefficient of variation.
    """
    spread = math.sqrt(v + w)
    if spread <= _LEAST_S or abs(a - b) > 6.0 * spread:
        return (a, v) if a >= b else (b, w)
    z = (a - b) / spread
    above, density = normal_above(-z), math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    mean = a * above + b * (1.0 - above) + spread * density
    square = (a * a + v) * above + (b * b + w) * (1.0 - above) + (a + b) * spread * density
    lumpy = min(v / (a * a), w / (b * b), 1.0)
    least = 1.0 / (1.0 / a + 1.0 / b)
    mean += lumpy * (a + b - least - mean)
    square += lumpy * (2.0 * (a * a + b * b - least * least) - square)
    return mean, max(square - mean * mean, 0.0)


@internal
def _at_least(n: float, k: float, p: float) -> float:
    """Probability that at least k of n come true."""
    if p >= 1.0:
        return 1.0
    if p <= 0.0:
        return 0.0
    chance = p**n
    total, j = 0.0, n
    while j >= k:
        total += chance
        chance *= j / (n - j + 1.0) * (1.0 - p) / p
        j -= 1.0
    return min(total, 1.0)


@internal
def _needed_of_equal(n: float, k: float, branch: np.ndarray) -> tuple[float, float, float]:
    """Least, mean and variance of the k-th of n equal times: by the quantiles of its beta law (Blom 1958)."""
    share = (k - 0.375) / (n + 0.25)
    spread = math.sqrt(share * (1.0 - share) / (n + 2.0))
    a, m, v = branch[at.LEAST_S], branch[at.MEAN_S], branch[at.VAR_S]
    middle = quantile(_deviate(share), a, m, v)
    high = quantile(_deviate(min(share + spread, 1.0 - 1e-6)), a, m, v)
    low = quantile(_deviate(max(share - spread, 1e-6)), a, m, v)
    return a, middle, 0.25 * (high - low) * (high - low)


@internal
def _deviate(share: float) -> float:
    """The normal deviate with this share below it (Hastings 1955, as Abramowitz and Stegun 1964 26.2.23)."""
    tail = min(share, 1.0 - share)
    t = math.sqrt(-2.0 * math.log(tail))
    below = 1.0 + t * (1.432788 + t * (0.189269 + 0.001308 * t))
    found = t - (2.515517 + t * (0.802853 + 0.010328 * t)) / below
    return found if share > 0.5 else -found
