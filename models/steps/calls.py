"""The attempts of a step: let through, let in, and what becomes of them."""

from __future__ import annotations

import math

from models.faults.series import TRIES
from models.performance.compiled import internal
from models.performance.program import Program
from models.steps import columns as at
from models.steps.caches import age, load, misses_of
from models.steps.draws import binomial, uniform
from models.steps.guards import allowed, hear, let_through
from models.steps.lines import begin, bin_after, failed, put
from models.steps.response_time import third_of_gamma
from models.steps.run import Run
from models.steps.stations import SMOOTH, serve

#: Parts into which retries with jitter are spread.
_PARTS = 4
_LAST_TRY = TRIES - 1


@internal
def turn(program: Program, run: Run, c: int) -> None:
    """A component's turn: what comes to it in this step, what is begun, what ends."""
    part, station = run.part[c], run.station[c]
    slot = run.due[run.n[at.STEP] % run.n[at.SLOTS]]
    b = bin_after(run, 0.0)
    age(run, c)
    first_call = program.flow_steps.size + program.kind.size
    came, waiting = 0.0, 0.0
    for j in range(program.own_start[c], program.own_start[c + 1]):
        i = program.own[j]
        hear(run, i)
        passed = 0.0
        for k in range(int(run.call[i, at.RETRIES]) + 1):
            passed += _guarded(program, run, i, k, first_call + i, b)
        run.gate[i, at.MIX] += SMOOTH * (passed - run.gate[i, at.MIX])
        came += passed
        waiting += run.gate[i, at.WAITING]
    station[at.CAME] += SMOOTH * (came - station[at.CAME])
    limited = 0.0
    if part[at.TOKENS_PER_S] < math.inf:
        station[at.TOKENS] = min(
            station[at.TOKENS] + part[at.TOKENS_PER_S] * run.x[at.STEP_S], part[at.MOST_TOKENS]
        )
        limited = max(came - math.floor(station[at.TOKENS]), 0.0)
        station[at.TOKENS] -= came - limited
    stream = program.flow_steps.size + c
    begun, turned_away = serve(run, c, stream, waiting, came - limited)
    turned_away += limited
    refused = turned_away / came if came > 0.0 else 0.0
    if came > 0.0:
        station[at.REFUSED] += 3.0 * SMOOTH * (refused - station[at.REFUSED])
    if part[at.SERVERS] < math.inf and part[at.SERVERS] > 0.0:
        offered = (came - turned_away) * station[at.HELD_S] / (part[at.SERVERS] * run.x[at.STEP_S])
        station[at.OFFERED] += SMOOTH * (offered - station[at.OFFERED])
    total = 0.0
    for j in range(program.own_start[c], program.own_start[c + 1]):
        i = program.own[j]
        for k in range(int(run.call[i, at.RETRIES]) + 1):
            here = slot[run.line[i, at.FIRST] + k]
            if here[at.COUNT] > 0.0:
                run.gate[i, at.WAITING] += _let_in(program, run, i, k, first_call + i, refused)
                here[at.COUNT], here[at.AGES] = 0.0, 0.0
        for m in (at.HEARS, at.LEAVES):
            if run.line[i, m] >= 0:
                slot[run.line[i, m], 0], slot[run.line[i, m], 1] = 0.0, 0.0
        total += run.gate[i, at.WAITING]
    _go_on(program, run, c, min(begun, total), total, b)
    if b >= 0:
        _count(program, run, c, b, total - min(begun, total))


@internal
def _count(program: Program, run: Run, c: int, b: int, waiting: float) -> None:
    """Notes what a component looks like at the end of the step."""
    part = run.part[c]
    run.waiting[b, c] = waiting
    run.servers[b, c] = part[at.SERVERS]
    if part[at.SERVERS] < math.inf and part[at.SERVERS] > 0.0:
        run.busy[b, c] += min(run.station[c, at.TAKEN] / part[at.SERVERS], 1.0)
    for j in range(program.own_start[c], program.own_start[c + 1]):
        i = program.own[j]
        if run.gate[i, at.STATE] != at.CLOSED:
            run.open[b, i] += 1.0


@internal
def _guarded(program: Program, run: Run, i: int, k: int, stream: int, b: int) -> float:
    """Attempts of the k-th try that pass the guards of a call, and what a fault leaves of them."""
    here = run.due[run.n[at.STEP] % run.n[at.SLOTS], run.line[i, at.FIRST] + k]
    count = here[at.COUNT]
    if count <= 0.0:
        return 0.0
    call, gate, c = run.call[i], run.gate[i], program.component[i]
    part, mean_age = run.part[c], here[at.AGES] / count
    if k == 0 and call[at.BUDGET] < math.inf:
        gate[at.BUDGET_LEFT] = min(gate[at.BUDGET_LEFT] + count * call[at.BUDGET], at.MOST_BUDGET)
    passed = count
    if call[at.BREAKER] > 0.0 or call[at.BULKHEAD] < math.inf:
        passed = let_through(run, i, stream, count, run.station[c, at.REFUSED])
        gate[at.SHUT] += 3.0 * SMOOTH * (1.0 - passed / count - gate[at.SHUT])
        _fail(program, run, i, k, stream, (count - passed, 0.0, mean_age))
    if b >= 0:
        run.attempts[b, min(k, _LAST_TRY)] += passed
        run.calls[b, i] += passed
        run.call_failures[b, i] += count - passed
    few = part[at.NO_WRITES] if program.writes[i] > 0 else part[at.NO_READS]
    away = passed if few > 0.0 else binomial(run, stream, passed, part[at.TURNED_AWAY])
    if away > 0.0:
        _ends_badly(program, run, i, k, stream, (away, call[at.NETWORK_S], mean_age))
    silent = binomial(run, stream, passed - away, part[at.SILENT])
    if silent > 0.0 and call[at.TIMEOUT_S] < math.inf:
        _ends_badly(program, run, i, k, stream, (silent, call[at.TIMEOUT_S], mean_age))
    left: float = passed - away - silent
    passed = left
    here[at.COUNT], here[at.AGES] = passed, passed * mean_age
    return passed


@internal
def _let_in(program: Program, run: Run, i: int, k: int, stream: int, refused: float) -> float:
    """What becomes of attempts at their component; how many of them wait for a server."""
    here = run.due[run.n[at.STEP] % run.n[at.SLOTS], run.line[i, at.FIRST] + k]
    count, mean_age = here[at.COUNT], here[at.AGES] / here[at.COUNT]
    call, attempt, c = run.call[i], run.attempt[i], program.component[i]
    away = binomial(run, stream, count, refused)
    if away > 0.0:
        # A pool that keeps its slots learns only at the end of the longest wait that it can't serve.
        longest = run.part[c, at.MAX_WAIT_S] if run.part[c, at.BLOCKS] > 0.0 else 0.0
        after = call[at.NETWORK_S] + (longest if longest < math.inf else 0.0)
        _ends_badly(program, run, i, k, stream, (away, min(after, call[at.TIMEOUT_S]), mean_age))
    inside: float = count - away
    if inside <= 0.0:
        return 0.0
    late = binomial(run, stream, inside, attempt[at.LATE])
    rest = max(1.0 - attempt[at.LATE], 1e-12)
    bad = binomial(run, stream, inside - late, min(attempt[at.BAD] / rest, 1.0))
    # Whatever is left of the shares never ends, and nobody hears of it.
    endless = 1.0 - min(attempt[at.GOOD] / max(rest - attempt[at.BAD], 1e-12), 1.0)
    good = inside - late - bad
    good -= binomial(run, stream, good, endless)
    if late > 0.0 and call[at.TIMEOUT_S] < math.inf:
        _ends_badly(program, run, i, k, stream, (late, call[at.TIMEOUT_S], mean_age))
    if bad > 0.0:
        _ends_badly(program, run, i, k, stream, (bad, attempt[at.BAD_S], mean_age))
    if good > 0.0:
        _succeeds(program, run, i, stream, (good, attempt[at.GOOD_S], mean_age))
    if run.line[i, at.LEAVES] >= 0:
        turns = attempt[at.DONE_S] / run.x[at.STEP_S]
        if turns >= 1.0:
            run.gate[i, at.UNDER_WAY] += inside
            put(run, run.line[i, at.LEAVES], attempt[at.DONE_S], 1, inside, 0.0)
    return inside


@internal
def _succeeds(program: Program, run: Run, i: int, stream: int, told: tuple[float, float, float]) -> None:
    """So many attempts are answered after a time, s: their callers make the call again, or go on."""
    count, after, mean_age = told
    attempt = run.attempt[i]
    if run.line[i, at.HEARS] >= 0:
        put(run, run.line[i, at.HEARS], after, 1, count, 0.0)
    if attempt[at.FOUND] <= 0.0:
        told5 = (count, after, mean_age + after, attempt[at.GOOD_VAR], attempt[at.GOOD_THIRD])
        _next(program, run, i, stream, told5)
        return
    # Hits and misses of a cache take times of their own: no single law has both.
    share, hit_s, hit_var = attempt[at.FOUND], attempt[at.FOUND_S], attempt[at.FOUND_VAR]
    hits = binomial(run, stream, count, share)
    _next(program, run, i, stream, (hits, hit_s, mean_age + hit_s, hit_var, attempt[at.FOUND_THIRD]))
    rest = max(1.0 - share, 1e-12)
    miss_s = max((attempt[at.GOOD_S] - share * hit_s) / rest, hit_s)
    square = attempt[at.GOOD_VAR] + attempt[at.GOOD_S] ** 2 - share * (hit_var + hit_s * hit_s)
    miss_var = max(square / rest - miss_s * miss_s, 0.0)
    third = third_of_gamma(miss_s, miss_var)
    _next(program, run, i, stream, (count - hits, miss_s, mean_age + miss_s, miss_var, third))


@internal
def _next(
    program: Program, run: Run, i: int, stream: int, told: tuple[float, float, float, float, float]
) -> None:
    """Callers have what a call gives: some make it once more, so that its mean is met; the others go on."""
    count, after, age_then, variance, third = told
    if count <= 0.0 or run.call[i, at.ASYNC] > 0.0:
        return
    times = run.call[i, at.TIMES]
    if times > 1.0:
        again = binomial(run, stream, count, 1.0 - 1.0 / times)
        put(run, run.line[i, at.FIRST], after, 1, again, again * age_then)
        count -= again
    now = run.rank[program.component[i]]
    begin(program, run, run.place[i] + 1, run.within[i], now, (count, after, age_then, variance, third))


@internal
def _ends_badly(
    program: Program, run: Run, i: int, k: int, stream: int, told: tuple[float, float, float]
) -> None:
    """So many attempts that were let through fail after a time, s."""
    count, after, _ = told
    if run.line[i, at.HEARS] >= 0:
        put(run, run.line[i, at.HEARS], after, 1, 0.0, count)
    b = bin_after(run, after)
    if b >= 0:
        run.call_failures[b, i] += count
    _fail(program, run, i, k, stream, told)


@internal
def _fail(program: Program, run: Run, i: int, k: int, stream: int, told: tuple[float, float, float]) -> None:
    """So many callers hear of a failure after a time, s: they try again, go without, or fail themselves."""
    count, after, mean_age = told
    if count <= 0.0:
        return
    call = run.call[i]
    again = 0.0
    if k < call[at.RETRIES]:
        again = allowed(run, i, count)
        pause, jitter = call[at.PAUSE_S], call[at.JITTER]
        line = run.line[i, at.FIRST] + k + 1
        if pause * jitter > run.x[at.STEP_S] and again > 1.0:
            left = again
            for part in range(_PARTS):
                some = binomial(run, stream, left, 1.0 / (_PARTS - part))
                waits = after + pause * (1.0 - jitter * (part + uniform(run, stream)) / _PARTS)
                put(run, line, waits, 1, some, some * (mean_age + waits))
                left -= some
        else:
            waits = after + pause * (1.0 - jitter * (0.5 if jitter < 1e-9 else uniform(run, stream)))
            put(run, line, waits, 1, again, again * (mean_age + waits))
    lost = count - again
    if lost <= 0.0 or call[at.ASYNC] > 0.0:
        return
    if call[at.FALLBACK] > 0.0 or call[at.OPTIONAL] > 0.0:
        waits = after + (call[at.FALLBACK_S] if call[at.FALLBACK] > 0.0 else 0.0)
        age_then = mean_age + waits
        _next(program, run, i, stream, (lost, waits, age_then, 0.0, 0.0))
        return
    failed(program, run, run.within[i], after, lost)


@internal
def _go_on(program: Program, run: Run, c: int, begun: float, waiting: float, b: int) -> None:
    """Of the waiting attempts so many are begun; after their own work the calls under them follow."""
    part, station = run.part[c], run.station[c]
    left, others = begun, waiting
    now = run.rank[c]
    is_cache = part[at.CACHE] > 0.0
    lookups, load_s, succeeds, missed, loads = 0.0, 0.0, 0.0, 1.0, 1.0
    if is_cache:
        missed, loads = misses_of(run, c, begun * (1.0 - part[at.ERROR]))
        station[at.HITS] = 1.0 - missed
    for j in range(program.own_start[c], program.own_start[c + 1]):
        i = program.own[j]
        gate, call = run.gate[i], run.call[i]
        own = gate[at.WAITING]
        if own <= 0.0:
            continue
        stream = program.flow_steps.size + program.kind.size + i
        some = left if others <= own else min(binomial(run, stream, left, own / others), own)
        some = max(some, left - (others - own))
        others -= own
        left -= some
        gate[at.WAITING] = own - some
        if some <= 0.0:
            continue
        after = part[at.SERVICE_S] * call[at.WORK] * station[at.STRETCH] + part[at.SLOWED] * part[at.SLOWED_S]
        well = some - binomial(run, stream, some, part[at.ERROR])
        if is_cache:
            below = run.sequence[program.then[i]]
            lookups += well
            load_s += well * below[at.ENDS_S]
            succeeds += well * below[at.SUCCESS]
            misses = binomial(run, stream, well, missed)
            if b >= 0:
                run.lookups[b, c] += well
                run.hits[b, c] += well - misses
            # Those that wait for somebody else's load ask for nothing.
            well = misses if loads >= missed else binomial(run, stream, misses, loads / missed)
        root = program.then[i]
        if well > 0.0 and program.steps_start[root + 1] > program.steps_start[root]:
            told5 = (well, after, 0.0, 0.0, 0.0)
            begin(program, run, program.steps_start[root], root, now, told5)
    if is_cache and lookups > 0.0:
        station[at.LOAD_S], station[at.LOADS_WELL] = load_s / lookups, succeeds / lookups
        if part[at.CACHE] == 2.0:
            load(run, c, lookups)
