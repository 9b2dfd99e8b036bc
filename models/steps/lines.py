"""Lines in which what is due at a later step waits, and what comes of requests that end."""

from __future__ import annotations

import math

from models.performance.compiled import inlined, internal
from models.performance.program import Program
from models.steps import columns as at
from models.steps.draws import binomial, uniform
from models.steps.response_time import quantile
from models.steps.run import Run

#: Normal deviates at which a response time counts, and the share of the requests that each stands for.
_POINTS = (
    (-1.6449, 0.10),
    (-0.8416, 0.20),
    (-0.2533, 0.20),
    (0.2533, 0.20),
    (0.7554, 0.15),
    (1.2816, 0.10),
    (1.8808, 0.035),
    (2.3301, 0.010),
    (2.9677, 0.005),
)
#: Fewer answers than this are noted one by one.
_FEW = 4.0
#: Branches that can be waiting to be begun at a time.
STACK = 256


@internal
def put(run: Run, line: int, delay_s: float, least: int, count: float, ages: float) -> None:
    """Lets so many be due after a time, s, and at least so many steps; `ages` is the sum of theirs then."""
    step, slots = run.n[at.STEP], run.n[at.SLOTS]
    later = min(max(int(delay_s / run.x[at.STEP_S] + 0.5), least), slots - 1)
    slot = run.due[(step + later) % slots]
    slot[line, at.COUNT] += count
    slot[line, at.AGES] += ages


@inlined
def bin_after(run: Run, delay_s: float) -> int:
    """The bin in which something happens after a time, s; before the first and after the last one: -1."""
    now = (run.n[at.STEP] + 0.5) * run.x[at.STEP_S] - run.x[at.BEGINS_S]
    t = (now + delay_s) / run.x[at.BIN_S]
    return int(t) if 0.0 <= t < run.n[at.BINS] else -1


@internal
def answered(
    run: Run, f: int, delay_s: float, count: float, age: float, variance: float, third: float
) -> None:
    """So many requests of a flow are answered after a time, s.

    Args:
        run: The run.
        f: The flow.
        delay_s: Time until then, s.
        count: How many.
        age: Their mean response time, s.
        variance: Its variance, s^2.
        third: Its third cumulant, s^3.
    """
    run.ended[f, 0] += max(count, 0.0)
    b = bin_after(run, delay_s)
    if b < 0 or count <= 0.0:
        return
    run.answered[b, f] += count
    run.response[b, f] += count * age
    if count > _FEW:
        for j in range(len(_POINTS)):
            _note(run, b, f, quantile(_POINTS[j][0], age, variance, third), count * _POINTS[j][1])
        return
    # Few take one of these times each, so that all of them come up in the long run.
    left = count
    while left > 0.0:
        u, j = uniform(run, run.stream.size - 1), 0
        while j < len(_POINTS) - 1 and u >= _POINTS[j][1]:
            u -= _POINTS[j][1]
            j += 1
        _note(run, b, f, quantile(_POINTS[j][0], age, variance, third), min(left, 1.0))
        left -= 1.0


@inlined
def _note(run: Run, b: int, f: int, time_s: float, count: float) -> None:
    """So many responses of a length, s, in a bin."""
    t = max(time_s, at.SHORTEST_S)
    place = min(int(math.log(t / at.SHORTEST_S) * at.BINS_PER_E), at.HISTOGRAM - 1)
    run.histogram[b, f, place] += count


@internal
def failed(program: Program, run: Run, q: int, delay_s: float, count: float) -> None:
    """So many fail in a sequence of steps after a time, s: where it is a flow's own, requests do."""
    f = run.root[q]
    if f < 0 or count <= 0.0:
        return
    run.ended[f, 1] += count
    b = bin_after(run, delay_s)
    if b >= 0:
        run.failed[b, f] += count


@internal
def _make(program: Program, run: Run, i: int, now: int, told: tuple[float, float, float]) -> float:
    """Of so many that come to a call after a time, s, with an age, s, some make it; who goes on at once.

    A call that nobody waits for goes its own way, and all go on.
    """
    count, delay_s, age = told
    times, is_async = run.call[i, at.TIMES], run.call[i, at.ASYNC] > 0.0
    if times <= 0.0:
        return count
    stream = run.stream.size - 1
    made = count
    if is_async and times > 1.0:
        made = count * math.floor(times) + binomial(run, stream, count, times - math.floor(times))
    elif times < 1.0:
        made = binomial(run, stream, count, times)
    if made > 0.0:
        later = 0 if run.rank[program.component[i]] > now else 1
        put(run, run.line[i, at.FIRST], delay_s, later, made, 0.0 if is_async else made * age)
    return count if is_async else count - made


@internal
def begin(
    program: Program,
    run: Run,
    place: int,
    q: int,
    now: int,
    told: tuple[float, float, float, float, float],
) -> None:
    """Lets requests, or what they are made of, go on with a step.

    Args:
        program: The system.
        run: The run.
        place: Position of the step in `Program.steps`.
        q: The sequence in which it stands.
        now: Rank of the component whose turn it is: what stands behind it can still begin in this step.
        told: How many; the time until then, s; their mean age then, s, its variance and third cumulant.
    """
    stack = run.stack
    stack[0, 0], stack[0, 1] = place, q
    for j in range(5):
        stack[0, 2 + j] = told[j]
    n = 1
    stream = run.stream.size - 1
    while n > 0:
        n -= 1
        k, within = int(stack[n, 0]), int(stack[n, 1])
        count, delay_s, age, variance, third = stack[n, 2], stack[n, 3], stack[n, 4], stack[n, 5], stack[n, 6]
        last = program.steps_start[within + 1]
        while count > 0.0:
            if k >= last:
                if run.root[within] >= 0:
                    answered(run, run.root[within], delay_s, count, age, variance, third)
                break
            item = program.steps[k]
            if item >= 0:
                count = _make(program, run, item, now, (count, delay_s, age))
                k += 1
                continue
            g = -1 - item
            found = run.together[g]
            is_choice, left, share = program.group_rest[g] >= 0, count, 1.0
            for b in range(program.group_start[g], program.group_start[g + 1]):
                branch = program.group[b]
                some = count * program.group_each[g]
                if is_choice:
                    own = run.ways[program.group_branch[b]]
                    some = binomial(run, stream, left, min(own / share, 1.0)) if own > 0.0 else 0.0
                    left, share = left - some, max(share - own, 0.0)
                if (
                    some > 0.0
                    and n < STACK - 1
                    and program.steps_start[branch + 1] > program.steps_start[branch]
                ):
                    stack[n, 0], stack[n, 1] = program.steps_start[branch], branch
                    stack[n, 2], stack[n, 3] = some, delay_s
                    stack[n, 4], stack[n, 5], stack[n, 6] = age, variance, third
                    n += 1
            good = binomial(run, stream, count, found[at.SUCCESS])
            failed(program, run, within, delay_s + found[at.FAILS_S], count - good)
            # The branches stand where this one stood: what is left of it goes on at once.
            count = good
            delay_s, age = delay_s + found[at.MEAN_S], age + found[at.MEAN_S]
            variance, third = variance + found[at.VAR_S], third + found[at.THIRD]
            k += 1
