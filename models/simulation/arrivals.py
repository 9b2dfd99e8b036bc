"""Components as attempts find them: turned away at once, sent to a queue, or to several copies."""

from __future__ import annotations

from models.performance.compiled import inlined, internal
from models.simulation import columns as at
from models.simulation.frames import log, new_frame
from models.simulation.heap import schedule
from models.simulation.state import State
from models.simulation.stations import enter, load_of, refuse
from models.simulation.streams import gamma, uniform


@internal
def arrive(s: State, a: int) -> None:
    """An attempt comes to its component: it is served, it waits, or it is turned away."""
    i = s.frame[a, at.F_NODE]
    c = s.node[i, at.COMPONENT]
    kind, part = s.kind[c], s.part[c]
    s.counted[c, at.CALLED] += 1.0
    if kind[at.SPREADS] == 0:
        s.counted[c, at.ARRIVALS] += 1.0
    if (kind[at.NO_WRITES] if s.node[i, at.WRITES] > 0 else kind[at.NO_READS]) > 0:
        refuse(s, a, c)
        return
    if part[at.REFUSED_SHARE] + part[at.SILENT_SHARE] > 0.0:
        u = uniform(s, c * at.PART_STREAMS + at.S_FAULT)
        if u < part[at.REFUSED_SHARE]:
            refuse(s, a, c)
            return
        if u < part[at.REFUSED_SHARE] + part[at.SILENT_SHARE]:
            s.frame[a, at.F_QUEUE] = at.NO_ANSWER
            return
    if kind[at.OUTSIDE] > 0:
        if _limited(s, c):
            refuse(s, a, c)
            return
        x = gamma(s, c * at.PART_STREAMS + at.S_WORK, part[at.WORK_S], part[at.WORK_SHAPE])
        x *= s.call[i, at.WORK_FACTOR]
        if part[at.SLOW_SHARE] > 0.0 and uniform(s, c * at.PART_STREAMS + at.S_FAULT) < part[at.SLOW_SHARE]:
            x += part[at.SLOW_S]
        s.times[a, at.BEGAN] = s.x[at.NOW]
        s.counted[c, at.BEGUN] += 1.0
        if s.frame[a, at.F_UID] > 0:
            log(s, at.LOG_SERVICE, a, x)
        schedule(s, s.x[at.NOW] + x, at.SERVED, a)
        return
    if kind[at.SPREADS] > 0:
        _ask_copies(s, a, i, c)
        return
    twin = s.frame[a, at.F_TWIN]
    if twin >= 0 and s.frame[twin, at.F_QUEUE] >= 0:
        enter(s, a, i, c, _another(s, c, s.frame[twin, at.F_QUEUE]))
        return
    enter(s, a, i, c, _chosen(s, c))


@internal
def _ask_copies(s: State, a: int, i: int, c: int) -> None:
    """An attempt goes to copies: a write to all, a read to as many as it must hear, or to all to repair."""
    kind, part = s.kind[c], s.part[c]
    stream = c * at.PART_STREAMS + at.S_CHOICE
    count, up = kind[at.QUEUES], kind[at.REPLICAS]
    base = kind[at.FIRST_QUEUE]
    if kind[at.SHARDS] > 1:
        base += kind[at.STRIDE] * int(uniform(s, stream) * kind[at.SHARDS])
    is_write = s.node[i, at.WRITES] > 0
    needed = kind[at.WRITE_NEEDS] if is_write else kind[at.READ_NEEDS]
    asked, behind = needed, 0
    if is_write:
        asked = up
    elif needed < up and part[at.READ_REPAIR] > 0.0 and uniform(s, stream) < part[at.READ_REPAIR]:
        asked = up
        for _ in range(up - kind[at.WRITE_NEEDS]):
            if part[at.BEHIND] > 0.0 and uniform(s, stream) < part[at.BEHIND]:
                behind += 1
    frame = s.frame[a]
    frame[at.F_LEFT], frame[at.F_TRIES] = needed, asked - needed
    life = frame[at.F_LIFE]
    first = 0
    if count > 1:
        first = int(uniform(s, stream) * count)
    by_load = asked < up and count > 1 and kind[at.BALANCING] in (at.LEAST_CONNECTIONS, at.TWO_CHOICES)
    if kind[at.BALANCING] == at.ROUND_ROBIN and not is_write:
        first = kind[at.TURN]
        kind[at.TURN] = (first + asked) % count
    if by_load and kind[at.BALANCING] == at.TWO_CHOICES and asked == 1:
        other = (first + 1 + int(uniform(s, stream) * (count - 1))) % count
        if load_of(s, base + other) < load_of(s, base + first):
            first = other
        by_load = False
    last_load, last_turn = -1, -1
    for k in range(asked + behind):
        leg = new_frame(s, at.COPY, i, a if k < asked else -1)
        if leg < 0:
            return
        s.frame[leg, at.F_PARENT_LIFE] = life
        s.frame[leg, at.F_POSITION] = 0 if k == 0 else 1
        turn = k % count
        if by_load and k < asked:
            # The next in the order of load; among equals the order turns with the draw of the first.
            least, turn = -1, 0
            for j in range(count):
                load = load_of(s, base + (first + j) % count)
                if k > 0 and (load < last_load or (load == last_load and j <= last_turn)):
                    continue
                if least < 0 or load < least:
                    least, turn = load, j
            last_load, last_turn = least, turn
        s.counted[c, at.ARRIVALS] += 1.0
        enter(s, leg, i, c, base + (first + turn) % count)


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
def _another(s: State, c: int, q: int) -> int:
    """Another queue of the same shard, for a second attempt beside one that went to a queue."""
    kind = s.kind[c]
    count = kind[at.QUEUES]
    if count == 1:
        return q
    first = q - (q - kind[at.FIRST_QUEUE]) % count
    turn = 1 + int(uniform(s, c * at.PART_STREAMS + at.S_CHOICE) * (count - 1))
    best = first + (q - first + turn) % count
    if kind[at.BALANCING] in (at.LEAST_CONNECTIONS, at.TWO_CHOICES):
        for j in range(first, first + count):
            if j != q and load_of(s, j) < load_of(s, best):
                best = j
    return best


@internal
def _chosen(s: State, c: int) -> int:
    """The queue that an attempt is sent to."""
    kind = s.kind[c]
    first, count = kind[at.FIRST_QUEUE], kind[at.QUEUES]
    stream = c * at.PART_STREAMS + at.S_CHOICE
    if kind[at.SHARDS] > 1:
        first += kind[at.STRIDE] * int(uniform(s, stream) * kind[at.SHARDS])
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
        return first + (a if load_of(s, first + a) <= load_of(s, first + b) else b)
    least, ties = load_of(s, first), 1
    for j in range(first + 1, first + count):
        load = load_of(s, j)
        if load < least:
            least, ties = load, 1
        elif load == least:
            ties += 1
    wanted = int(uniform(s, stream) * ties) if ties > 1 else 0
    for j in range(first, first + count):
        if load_of(s, j) == least:
            if wanted == 0:
                return j
            wanted -= 1
    return first
