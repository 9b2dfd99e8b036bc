"""What is broken on purpose while a run stands still between two events, and what is counted of a bin."""

from __future__ import annotations

import numpy as np

from models.performance.compiled import compiled
from models.simulation import columns as at
from models.simulation.caches import forget
from models.simulation.cpu_quota import has_quota, use_time
from models.simulation.heap import no_time_limit
from models.simulation.state import State
from models.simulation.stations import begin_waiting, refuse, taken
from models.simulation.streams import uniform

#: How a frame waits (`find_waiting`).
NOT_WAITING, IN_QUEUE, FOR_LOAD = range(3)


@compiled
def find_waiting(s: State, how: np.ndarray) -> None:
    """Marks the frames that wait in a queue, or for the load of a key, `(k,)`."""
    how[:] = NOT_WAITING
    for q in range(s.queue.shape[0]):
        a = s.queue[q, at.Q_HEAD]
        for _ in range(s.queue[q, at.Q_WAITING]):
            how[a] = IN_QUEUE
            a = s.frame[a, at.F_NEXT]
    for e in range(s.n[at.ENTRIES]):
        a = s.entry[e, at.E_WAITING]
        while a >= 0:
            how[a] = FOR_LOAD
            a = s.frame[a, at.F_NEXT]


@compiled
def lose(s: State, victims: np.ndarray) -> None:
    """Attempts, or copies' parts of them, are gone with their servers: callers hear of it at once."""
    is_gone = np.zeros(s.frame.shape[0], dtype=np.int64)
    for j in range(victims.size):
        is_gone[victims[j]] = 1
    for child in range(s.frame.shape[0]):
        parent = s.frame[child, at.F_PARENT]
        if s.frame[child, at.F_ROLE] == at.ATTEMPT and parent >= 0 and is_gone[parent] > 0:
            # Work for it goes on, and nobody hears of its end.
            if s.frame[child, at.F_TIMED] > 0:
                no_time_limit(s, s.frame[child, at.F_NODE], child)
            s.frame[child, at.F_PARENT] = -1
    for j in range(victims.size):
        a = victims[j]
        refuse(s, a, s.node[s.frame[a, at.F_NODE], at.COMPONENT])


@compiled
def take_slots(s: State, c: int, more: int) -> None:
    """So many more slots of a component are taken from now on, or fewer."""
    taken(s, c, more)


@compiled
def serve_waiting(s: State, q: int) -> None:
    """Who waits takes the slots that are free."""
    if has_quota(s, q):
        use_time(s, q)
    begin_waiting(s, q)


@compiled
def flush(s: State, c: int, share: float) -> None:
    """A cache forgets a share of its keys; those that weren't asked for yet, too."""
    for e in range(s.n[at.ENTRIES]):
        is_there = s.entry[e, at.E_PART] == c and s.entry[e, at.E_THERE] > 0
        if is_there and uniform(s, c * at.PART_STREAMS + at.S_FAULT) < share:
            forget(s, c, e)
    s.part[c, at.FORGOTTEN] = 1.0 - (1.0 - s.part[c, at.FORGOTTEN]) * (1.0 - share)


@compiled
def close_bin(
    s: State, began_s: float, oldest_s: np.ndarray, waiting: np.ndarray, counted: np.ndarray
) -> None:
    """Notes what holds at the end of a bin of time, and brings to it what is counted by time.

    Args:
        s: The run.
        began_s: Beginning of the bin, s.
        oldest_s: Gets the age of the oldest request of each flow, s, `(f,)`.
        waiting: Gets how many wait at each component, `(c,)`.
        counted: Gets what was counted of the components (`columns.COUNTED`), which begins anew, `(c, 9)`.
    """
    now = s.x[at.UNTIL]
    s.x[at.NOW] = now
    oldest_s[:] = 0.0
    for r in range(s.frame.shape[0]):
        if s.frame[r, at.F_ROLE] == at.REQUEST:
            f = s.frame[r, at.F_NODE]
            oldest_s[f] = max(oldest_s[f], now - s.times[r, at.CAME])
    waiting[:] = 0.0
    for q in range(s.queue.shape[0]):
        waiting[s.queue[q, at.Q_PART]] += s.queue[q, at.Q_WAITING]
        if has_quota(s, q):
            use_time(s, q)
    for c in range(s.counted.shape[0]):
        taken(s, c, 0)
        for j in range(at.SINCE):
            counted[c, j] = s.counted[c, j]
            s.counted[c, j] = 0.0
    for i in range(s.node.shape[0]):
        if s.node[i, at.GATE] != at.CLOSED:
            s.tried[i, at.OPEN_S] += now - max(s.tried[i, at.OPEN_SINCE], began_s)
            s.tried[i, at.OPEN_SINCE] = now
