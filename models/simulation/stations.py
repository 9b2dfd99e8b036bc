"""Components as attempts find them: queues, slots, who is served next, who is turned away."""

from __future__ import annotations

from models.performance.compiled import inlined, internal
from models.simulation import columns as at
from models.simulation.cpu_quota import has_quota, use_time
from models.simulation.frames import do, log
from models.simulation.heap import schedule
from models.simulation.state import State
from models.simulation.streams import gamma, uniform


@internal
def arrive(s: State, a: int) -> None:
    """An attempt comes to its component: it is served, it waits, or it is turned away."""
    i = s.frame[a, at.F_NODE]
    c = s.node[i, at.COMPONENT]
    kind, part = s.kind[c], s.part[c]
    s.counted[c, at.ARRIVALS] += 1.0
    if (kind[at.NO_WRITES] if s.node[i, at.WRITES] > 0 else kind[at.NO_READS]) > 0:
        _refuse(s, a, c)
        return
    if kind[at.OUTSIDE] > 0:
        if _limited(s, c):
            _refuse(s, a, c)
            return
        x = gamma(s, c * at.PART_STREAMS + at.S_WORK, part[at.WORK_S], part[at.WORK_SHAPE])
        s.times[a, at.BEGAN] = s.x[at.NOW]
        s.counted[c, at.BEGUN] += 1.0
        if s.frame[a, at.F_UID] > 0:
            log(s, at.LOG_SERVICE, a, x * s.call[i, at.WORK_FACTOR])
        schedule(s, s.x[at.NOW] + x * s.call[i, at.WORK_FACTOR], at.SERVED, a)
        return
    q = _chosen(s, c)
    queue = s.queue[q]
    s.times[a, at.SERVED_S] = -1.0
    if queue[at.Q_FREE] > 0:
        s.frame[a, at.F_QUEUE] = q
        if queue[at.Q_FREE_AT] >= 0:
            _promise(s, a, i, c, q)
        _begin(s, a, c, q)
        return
    if queue[at.Q_WAITING] >= queue[at.Q_PLACES]:
        _refuse(s, a, c)
        return
    if queue[at.Q_FREE_AT] >= 0:
        if s.free_at[queue[at.Q_FREE_AT]] - s.x[at.NOW] > part[at.MAX_WAIT_S]:
            _refuse(s, a, c)
            return
        _promise(s, a, i, c, q)
    elif part[at.MAX_WAIT_S] < 1e300 and queue[at.Q_TIMER] == 0:
        queue[at.Q_TIMER] = 1
        schedule(s, s.x[at.NOW] + part[at.MAX_WAIT_S], at.LEAVES, q)
    s.frame[a, at.F_QUEUE] = q
    if queue[at.Q_WAITING] > 0:
        s.frame[queue[at.Q_TAIL], at.F_NEXT] = a
    else:
        queue[at.Q_HEAD] = a
    queue[at.Q_TAIL] = a
    queue[at.Q_WAITING] += 1
    s.frame[a, at.F_NEXT] = -1
    if s.frame[a, at.F_UID] > 0:
        log(s, at.LOG_WAIT, a, 0.0)


@internal
def _refuse(s: State, a: int, c: int) -> None:
    s.counted[c, at.REFUSED] += 1.0
    s.frame[a, at.F_QUEUE] = -1
    if s.frame[a, at.F_UID] > 0:
        log(s, at.LOG_REFUSED, a, 0.0)
    do(s, at.DO_DONE, a, 0)


@inlined
def _limited(s: State, c: int) -> bool:
    """Whether a rate limit turns a call away: a bucket of tokens that fills at the rate."""
    part = s.part[c]
    if part[at.TOKENS_PER_S] > 1e300:
        return False
    now = s.x[at.NOW]
    tokens = part[at.TOKENS] + (now - part[at.FILLED_AT]) * part[at.TOKENS_PER_S]
    part[at.FILLED_AT] = now
    part[at.TOKENS] = min(tokens, part[at.MOST_TOKENS])
    if part[at.TOKENS] < 1.0:
        return True
    part[at.TOKENS] -= 1.0
    return False


@internal
def _chosen(s: State, c: int) -> int:
    """The queue that an attempt is sent to."""
    kind = s.kind[c]
    first, count = kind[at.FIRST_QUEUE], kind[at.QUEUES]
    stream = c * at.PART_STREAMS + at.S_CHOICE
    if kind[at.SHARDS] > 1:
        first += count * int(uniform(s, stream) * kind[at.SHARDS])
    how = kind[at.BALANCING]
    if count == 1:
        return first
    if how == at.ROUND_ROBIN:
        turn = kind[at.TURN]
        kind[at.TURN] = turn + 1 if turn + 1 < count else 0
        return first + turn
    if how == at.RANDOM:
        return first + int(uniform(s, stream) * count)
    if how == at.TWO_CHOICES:
        a = int(uniform(s, stream) * count)
        b = int(uniform(s, stream) * (count - 1))
        if b >= a:
            b += 1
        return first + (a if _load(s, first + a) <= _load(s, first + b) else b)
    least, ties = _load(s, first), 1
    for j in range(first + 1, first + count):
        load = _load(s, j)
        if load < least:
            least, ties = load, 1
        elif load == least:
            ties += 1
    wanted = int(uniform(s, stream) * ties) if ties > 1 else 0
    for j in range(first, first + count):
        if _load(s, j) == least:
            if wanted == 0:
                return j
            wanted -= 1
    return first


@inlined
def _load(s: State, q: int) -> int:
    """Attempts that a queue's slots and places hold."""
    return s.queue[q, at.Q_SLOTS] - s.queue[q, at.Q_FREE] + s.queue[q, at.Q_WAITING]


@inlined
def _work(s: State, i: int, c: int, taken: int) -> float:
    """Time that an attempt will be served, s, with so many slots of the component taken, its own included.

    Replicas cost each other time when they are busy: 1 + sigma (b - 1) + kappa b (b - 1) with b of them, as
    many as the taken slots fill.

    Source: Universal Scalability Law (Gunther 2007).
    """
    part, kind = s.part[c], s.kind[c]
    x = gamma(s, c * at.PART_STREAMS + at.S_WORK, part[at.WORK_S], part[at.WORK_SHAPE])
    x *= s.call[i, at.WORK_FACTOR]
    if (part[at.CONTENTION] > 0.0 or part[at.COHERENCY] > 0.0) and kind[at.SLOTS] > 1:
        others = (kind[at.REPLICAS] - 1) * (taken - 1) / (kind[at.SLOTS] - 1)
        x *= 1.0 + others * (part[at.CONTENTION] + part[at.COHERENCY] * (1.0 + others))
    return x


@internal
def _promise(s: State, a: int, i: int, c: int, q: int) -> None:
    """Draws the service beforehand and notes when the slot will be free again: who comes can be told."""
    queue = s.queue[q]
    now = s.x[at.NOW]
    taken = s.kind[c, at.TAKEN] + 1 if queue[at.Q_FREE] > 0 else s.kind[c, at.SLOTS]
    x = _work(s, i, c, taken)
    s.times[a, at.SERVED_S] = x
    first, slots = queue[at.Q_FREE_AT], queue[at.Q_SLOTS]
    end = max(s.free_at[first], now) + x
    j = 0
    while True:
        child = 2 * j + 1
        if child >= slots:
            break
        if child + 1 < slots and s.free_at[first + child + 1] < s.free_at[first + child]:
            child += 1
        if s.free_at[first + child] >= end:
            break
        s.free_at[first + j] = s.free_at[first + child]
        j = child
    s.free_at[first + j] = end


@inlined
def _begin(s: State, a: int, c: int, q: int) -> None:
    """An attempt takes a slot."""
    now = s.x[at.NOW]
    taken(s, c, 1)
    if has_quota(s, q):
        use_time(s, q)
        s.times[a, at.LOST_S] = s.cpu[q, at.CPU_LOST_S]
    s.queue[q, at.Q_FREE] -= 1
    x = s.times[a, at.SERVED_S]
    if x < 0.0:
        x = _work(s, s.frame[a, at.F_NODE], c, s.kind[c, at.TAKEN])
    s.times[a, at.BEGAN] = now
    s.counted[c, at.WAITED_S] += now - s.times[a, at.CAME]
    s.counted[c, at.BEGUN] += 1.0
    if s.frame[a, at.F_UID] > 0:
        log(s, at.LOG_SERVICE, a, x)
    schedule(s, now + x, at.SERVED, a)


@inlined
def taken(s: State, c: int, more: int) -> None:
    """So many more slots of a component are taken from now on."""
    now = s.x[at.NOW]
    counted = s.counted[c]
    if s.part[c, at.RATION] == 0.0:
        counted[at.BUSY_S] += s.kind[c, at.TAKEN] * (now - counted[at.SINCE])
    counted[at.SINCE] = now
    s.kind[c, at.TAKEN] += more


@internal
def release(s: State, q: int) -> None:
    """A slot of a queue is free: the first that waits takes it."""
    queue = s.queue[q]
    c = queue[at.Q_PART]
    taken(s, c, -1)
    if has_quota(s, q):
        use_time(s, q)
    queue[at.Q_FREE] += 1
    if queue[at.Q_WAITING] > 0:
        _begin(s, _first_in(s, q), c, q)


@internal
def _first_in(s: State, q: int) -> int:
    queue = s.queue[q]
    a = queue[at.Q_HEAD]
    queue[at.Q_HEAD] = s.frame[a, at.F_NEXT]
    queue[at.Q_WAITING] -= 1
    s.frame[a, at.F_NEXT] = -1
    return a


@internal
def leave(s: State, q: int) -> None:
    """Who has waited as long as anybody may leaves a queue; the first is the one that came first."""
    queue = s.queue[q]
    c = queue[at.Q_PART]
    longest = s.part[c, at.MAX_WAIT_S]
    queue[at.Q_TIMER] = 0
    while queue[at.Q_WAITING] > 0:
        a = queue[at.Q_HEAD]
        ends = s.times[a, at.CAME] + longest
        if ends > s.x[at.NOW]:
            queue[at.Q_TIMER] = 1
            schedule(s, ends, at.LEAVES, q)
            return
        _refuse(s, _first_in(s, q), c)
