"""The course of a request: steps one after the other, branches, attempts, retries, fallbacks."""

from __future__ import annotations

import math

from models.performance.compiled import inlined, internal
from models.simulation import columns as at
from models.simulation.attempts import errs, go, hedge_later, is_settled, send
from models.simulation.caches import loaded, look_up
from models.simulation.choices import chosen
from models.simulation.clients import come_again
from models.simulation.copies import copy_served
from models.simulation.cpu_quota import has_quota, stood_still
from models.simulation.frames import do, free_frame, leave, log, log_call, new_frame
from models.simulation.guards import heard, is_allowed, lets_through
from models.simulation.heap import no_time_limit, schedule, time_limit
from models.simulation.pauses import is_put_off
from models.simulation.state import State
from models.simulation.stations import release
from models.simulation.streams import smallest, uniform

#: A shorter time is none: the clock has no more digits after hours.
_AT_ONCE_S = 1e-9


@inlined
def request(s: State, f: int, failures: int) -> None:
    """A user of a flow comes: a connected client that has failed so often before, or with -1 anybody else."""
    first = s.kind.shape[0] * at.PART_STREAMS + s.node.shape[0] * at.CALL_STREAMS + f * at.FLOW_STREAMS
    is_followed = s.n[at.TO_TRACE] > 0 and (s.n[at.TRACED_FLOW] < 0 or s.n[at.TRACED_FLOW] == f)
    r = new_frame(s, at.REQUEST, f, -1)
    if r < 0:
        return
    s.frame[r, at.F_TWIN] = failures
    s.answers[f, at.OFFERED] += 1.0
    if is_followed:
        s.n[at.TO_TRACE] -= 1
        s.n[at.LAST_UID] += 1
        s.n[at.TRACED] += 1
        s.frame[r, at.F_UID] = s.n[at.LAST_UID]
        log(s, at.LOG_REQUEST, r, 0.0)
    if s.flow[f, at.SHED] > 0.0 and uniform(s, first + at.S_SHED) < s.flow[f, at.SHED]:
        s.answers[f, at.ENDED] += 1.0
        s.answers[f, at.SHED_REQUESTS] += 1.0
        if is_followed:
            log(s, at.LOG_SHED, r, 0.0)
        if failures >= 0:
            come_again(s, f, failures, 0)
        free_frame(s, r)
        return
    s.n[at.UNDER_WAY] += 1
    s.frame[r, at.F_POSITION] = s.roots[f]
    step(s, r)


@internal
def step(s: State, owner: int) -> None:
    """The next step of a request, an attempt or a branch begins, or it has come to its end."""
    frame = s.frame[owner]
    position = frame[at.F_POSITION]
    while True:
        item = s.steps[position]
        if item == at.END:
            finish(s, owner, 1)
            return
        frame[at.F_POSITION] = position
        if item < 0:
            group = -1 - item
            first, last = s.group_start[group], s.group_start[group + 1]
            each, needed = s.equal[group, 0], s.equal[group, 1]
            if each == 0:
                first = chosen(s, group)
                if first < 0:
                    position += 1
                    continue
                last, each, needed = first + 1, 1, 1
            # Answers that are waited for, and failures that don't matter.
            frame[at.F_LEFT] = (last - first) * needed
            frame[at.F_TRIES] = each - needed
            for b in range((last - first) * each - 1, -1, -1):
                branch = new_frame(s, at.BRANCH, 0, owner)
                if branch < 0:
                    return
                s.frame[branch, at.F_PARENT_LIFE] = frame[at.F_LIFE]
                s.frame[branch, at.F_POSITION] = s.group[first + b // each]
                if frame[at.F_UID] > 0:
                    # A branch is its caller, told apart only where it stands.
                    s.frame[branch, at.F_UID] = frame[at.F_UID]
                    s.n[at.TRACED] += 1
                do(s, at.DO_STEP, branch, 0)
            return
        count = s.node[item, at.WHOLE]
        if s.call[item, at.ONE_MORE] > 0.0:
            stream = s.kind.shape[0] * at.PART_STREAMS + item * at.CALL_STREAMS + at.S_TIMES
            if uniform(s, stream) < s.call[item, at.ONE_MORE]:
                count += 1
        if count == 0:
            position += 1
            continue
        if s.node[item, at.ASYNC] > 0:
            if not leave(s, item, position, count):
                return
            position += 1
            continue
        frame[at.F_LEFT], frame[at.F_TRIES] = count, 0
        attempt(s, owner)
        return


@internal
def attempt(s: State, owner: int) -> None:
    """An owner tries the call at which it stands."""
    i = s.steps[s.frame[owner, at.F_POSITION]]
    node = s.node[i]
    if s.frame[owner, at.F_TRIES] == 0 and s.call[i, at.RETRY_BUDGET] < math.inf:
        left = s.call[i, at.RETRIES_LEFT] + s.call[i, at.RETRY_BUDGET]
        s.call[i, at.RETRIES_LEFT] = min(left, at.MOST_RETRIES_LEFT)
    if s.times[owner, at.EXPIRES] <= s.x[at.NOW]:
        do(s, at.DO_RESULT, owner, 0)
        return
    if node[at.BULKHEAD] >= 0 and node[at.N_UNDER_WAY] >= node[at.BULKHEAD]:
        if s.frame[owner, at.F_UID] > 0:
            log_call(s, at.LOG_BULKHEAD, owner, i, 0.0)
        do(s, at.DO_RESULT, owner, 0)
        return
    gate = 1
    if node[at.BREAKER] > 0:
        gate = lets_through(s, i)
        if gate == 0:
            if s.frame[owner, at.F_UID] > 0:
                log_call(s, at.LOG_BREAKER, owner, i, 0.0)
            do(s, at.DO_RESULT, owner, 0)
            return
    a = send(s, owner, i, -1)
    if a < 0:
        return
    s.tried[i, min(s.frame[owner, at.F_TRIES], at.TRIES - 1)] += 1.0
    s.frame[a, at.F_PROBE] = gate - 1
    if min(s.call[i, at.TIMEOUT_S], s.times[a, at.EXPIRES]) < math.inf and node[at.IS_MESSAGE] == 0:
        time_limit(s, i, a)
    hedge_later(s, i, a)
    go(s, a)


@internal
def served(s: State, a: int) -> None:
    """The own work for an attempt, or for one copy's part of it, is done."""
    i = s.frame[a, at.F_NODE]
    node = s.node[i]
    c = node[at.COMPONENT]
    part, kind = s.part[c], s.kind[c]
    if has_quota(s, s.frame[a, at.F_QUEUE]):
        lost = stood_still(s, a)
        if lost > _AT_ONCE_S:
            schedule(s, s.x[at.NOW] + lost, at.SERVED, a)
            return
    if s.frame[a, at.F_ROLE] == at.COPY:
        copy_served(s, a)
        return
    if s.frame[a, at.F_UID] > 0:
        log(s, at.LOG_SERVED, a, 0.0)
    if kind[at.OUTSIDE] == 0 and kind[at.BLOCKING] == 0:
        release(s, s.frame[a, at.F_QUEUE])
    if errs(s, a, c):
        return
    streams = c * at.PART_STREAMS
    wanted = kind[at.WRITE_OTHERS] if node[at.WRITES] > 0 else kind[at.READ_OTHERS]
    if wanted > 0:
        x = smallest(s, streams + at.S_QUORUM, part[at.TRIP_S], part[at.TRIP_SHAPE], kind[at.OTHERS], wanted)
        x += part[at.TRIP_LEAST_S]
        if s.frame[a, at.F_UID] > 0:
            log(s, at.LOG_QUORUM, a, x)
        schedule(s, s.x[at.NOW] + x, at.HEARD, a)
        return
    below(s, a)


@internal
def enough(s: State, a: int) -> None:
    """Enough copies have done their part of an attempt."""
    if not errs(s, a, s.node[s.frame[a, at.F_NODE], at.COMPONENT]):
        below(s, a)


@internal
def below(s: State, a: int) -> None:
    """What is left of an attempt after its own work: a look-up, the calls under it."""
    i = s.frame[a, at.F_NODE]
    found = at.MISSED
    if s.kind[s.node[i, at.COMPONENT], at.CACHE] > 0:
        found = look_up(s, a)
    if found == at.JOINED:
        return
    then = s.node[i, at.THEN]
    if found == at.FOUND or then < 0:
        done(s, a, 1)
        return
    s.frame[a, at.F_POSITION] = then
    step(s, a)


@internal
def done(s: State, a: int, ok: int) -> None:
    """An attempt has ended: its slot is free, its load is there, its caller hears of it."""
    frame = s.frame[a]
    i = frame[at.F_NODE]
    node = s.node[i]
    node[at.N_UNDER_WAY] -= 1
    if frame[at.F_QUEUE] >= 0 and s.kind[node[at.COMPONENT], at.BLOCKING] > 0:
        release(s, frame[at.F_QUEUE])
    if frame[at.F_ENTRY] >= 0:
        loaded(s, a, ok)
    owner = frame[at.F_PARENT]
    is_last = is_settled(s, a, ok)
    if frame[at.F_TIMED] > 0:
        no_time_limit(s, i, a)
    if frame[at.F_UID] > 0:
        log(s, at.LOG_DONE if ok > 0 else at.LOG_FAILED, a, 0.0)
    if owner >= 0 and ok == 0:
        s.tried[i, at.FAILURES] += 1.0
    if owner >= 0 and node[at.BREAKER] > 0:
        heard(s, i, ok, frame[at.F_PROBE])
    free_frame(s, a)
    if owner >= 0 and is_last:
        result(s, owner, ok)


@internal
def result(s: State, owner: int, ok: int) -> None:
    """An owner hears how its attempt ended: it tries again, goes without, goes on, or fails itself."""
    frame = s.frame[owner]
    if is_put_off(s, owner, ok):
        return
    i = s.steps[frame[at.F_POSITION]]
    node = s.node[i]
    is_followed = frame[at.F_UID] > 0
    if ok == 0:
        left = s.times[owner, at.EXPIRES] - s.x[at.NOW]
        if frame[at.F_TRIES] < node[at.RETRIES] and left > 0.0 and is_allowed(s, i):
            frame[at.F_TRIES] += 1
            pause = s.call[i, at.PAUSE_S]
            if pause > 0.0 and s.call[i, at.JITTER] > 0.0:
                stream = s.kind.shape[0] * at.PART_STREAMS + i * at.CALL_STREAMS + at.S_JITTER
                pause *= 1.0 - s.call[i, at.JITTER] * uniform(s, stream)
            if is_followed:
                log_call(s, at.LOG_RETRY, owner, i, pause)
            if pause > 0.0:
                schedule(s, s.x[at.NOW] + min(pause, left), at.RETRY, owner)
            else:
                do(s, at.DO_ATTEMPT, owner, 0)
            return
        if node[at.FALLBACK] > 0:
            if is_followed:
                log_call(s, at.LOG_FALLBACK, owner, i, s.call[i, at.FALLBACK_S])
            if s.call[i, at.FALLBACK_S] > 0.0:
                schedule(s, s.x[at.NOW] + s.call[i, at.FALLBACK_S], at.ANSWERED, owner)
                return
        elif node[at.OPTIONAL] == 0:
            if is_followed:
                log_call(s, at.LOG_GIVEN_UP, owner, i, 0.0)
            finish(s, owner, 0)
            return
    go_on(s, owner)


@internal
def go_on(s: State, owner: int) -> None:
    """The call at which an owner stands has its answer: the next one, or the next step."""
    frame = s.frame[owner]
    if frame[at.F_ROLE] == at.BACKGROUND:
        free_frame(s, owner)
        return
    frame[at.F_LEFT] -= 1
    if frame[at.F_LEFT] > 0:
        frame[at.F_TRIES] = 0
        attempt(s, owner)
        return
    frame[at.F_POSITION] += 1
    step(s, owner)


@internal
def finish(s: State, owner: int, ok: int) -> None:
    """All steps of a request, an attempt or a branch are done, or one has failed."""
    frame = s.frame[owner]
    role = frame[at.F_ROLE]
    if role == at.ATTEMPT:
        do(s, at.DO_DONE, owner, ok)
        return
    if role == at.REQUEST:
        if frame[at.F_UID] > 0:
            log(s, at.LOG_DONE if ok > 0 else at.LOG_FAILED, owner, 0.0)
        _answer(s, frame[at.F_NODE], ok, s.x[at.NOW] - s.times[owner, at.CAME])
        s.n[at.UNDER_WAY] -= 1
        if frame[at.F_TWIN] >= 0:
            come_again(s, frame[at.F_NODE], frame[at.F_TWIN], ok)
        free_frame(s, owner)
        return
    parent = frame[at.F_PARENT]
    is_heard = s.frame[parent, at.F_LIFE] == frame[at.F_PARENT_LIFE]
    free_frame(s, owner)
    if not is_heard:
        return
    if ok == 0:
        if s.frame[parent, at.F_TRIES] > 0:
            s.frame[parent, at.F_TRIES] -= 1
            return
        do(s, at.DO_FINISH, parent, 0)
        return
    s.frame[parent, at.F_LEFT] -= 1
    if s.frame[parent, at.F_LEFT] == 0:
        s.frame[parent, at.F_POSITION] += 1
        s.frame[parent, at.F_LIFE] += 1  # nobody hears of the branches that are still under way
        do(s, at.DO_STEP, parent, 0)


@inlined
def _answer(s: State, f: int, ok: int, response: float) -> None:
    """A request has ended; answered ones count in the histogram of this time."""
    row = s.answers[f]
    row[at.ENDED] += 1.0
    if ok == 0:
        return
    row[at.ANSWERS] += 1.0
    row[at.RESPONSE_S] += response
    b = 0
    if response > at.SHORTEST_S:
        b = min(1 + int(math.log(response / at.SHORTEST_S) * at.BINS_PER_E), at.BINS - 1)
    s.histogram[s.n[at.SLICE] // at.SLICES_EACH, f, b] += 1
