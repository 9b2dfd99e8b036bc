"""Servers that are lost in a run, with what they were doing, and that come back."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.breaking import IN_QUEUE, NOT_WAITING, find_waiting, lose, serve_waiting, take_slots
from models.simulation.state import State

#: Events that belong to a frame: they are gone with it.
_OWN_EVENTS = (
    *(at.SERVED, at.HEARD, at.RETRY, at.ANSWERED, at.REACHES, at.COPY_HEARD),
    *(at.TOLD_ANSWER, at.TOLD_FAILURE),
)
_MASK = (1 << at.EVENT_BITS) - 1


@dataclass(frozen=True, slots=True)
class Left:
    """What is up of each shard of a component: replicas, and slots of all of them."""

    replicas: int
    slots: int


@dataclass(frozen=True, slots=True, eq=False)
class Under:
    """Frames at a component, `(k,)` each: those that servers hold, that wait, and that went on from it."""

    held: NDArray[np.bool_]
    waiting: NDArray[np.bool_]
    beyond: NDArray[np.bool_]


def events(state: State) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
    """Times, kinds and subjects of all events to come."""
    n = int(state.n[at.HEAP])
    told = state.what[:n]
    return state.when[:n], told >> at.EVENT_BITS, told & _MASK


def keep_events(state: State, kept: NDArray[np.bool_]) -> None:
    """Leaves out events, and puts the others in the order of time: that is a heap too."""
    n = int(state.n[at.HEAP])
    when, what = state.when[:n][kept], state.what[:n][kept]
    order = np.argsort(when, kind="stable")
    state.when[: order.size], state.what[: order.size] = when[order], what[order]
    state.n[at.HEAP] = order.size


def under_way(state: State, c: int) -> Under:
    """The frames at a component."""
    frame, node = state.frame, state.node
    how = np.zeros(frame.shape[0], dtype=np.int64)
    find_waiting(state, how)
    role = frame[:, at.F_ROLE]
    is_call = (role == at.ATTEMPT) | (role == at.COPY)
    here = np.zeros(frame.shape[0], dtype=bool)
    here[is_call] = node[frame[is_call, at.F_NODE], at.COMPONENT] == c
    _, kinds, subjects = events(state)
    served = np.zeros(frame.shape[0], dtype=bool)
    served[subjects[kinds == at.SERVED]] = True
    has_queue = frame[:, at.F_QUEUE] >= 0
    held = here & served
    if state.kind[c, at.BLOCKING] > 0:
        held |= here & (role == at.ATTEMPT) & has_queue & (how == NOT_WAITING)
    waiting = here & (how == IN_QUEUE)
    beyond = here & (role == at.ATTEMPT) & has_queue & (how == NOT_WAITING) & ~held
    return Under(held, waiting, beyond)


def resize(state: State, c: int, left: Left, rng: np.random.Generator) -> None:
    """Lets so much of a component be up from now on.

    A replica with a queue of its own is lost with all who are in it; of one queue for all a share of the
    servers is lost, each as likely as any other, and who waits goes on waiting.

    Args:
        state: The run, between two events.
        c: The component.
        left: What is up.
        rng: For who is hit.
    """
    up = left.replicas
    kind = state.kind[c]
    own = np.nonzero(state.queue[:, at.Q_PART] == c)[0]
    under = under_way(state, c)
    at_queue = state.frame[:, at.F_QUEUE]
    victims: list[NDArray[np.int64]] = []
    taken_before = int(kind[at.TAKEN])
    for q in own:
        queue = state.queue[q]
        held = np.nonzero(under.held & (at_queue == q))[0]
        beyond = np.nonzero(under.beyond & (at_queue == q))[0]
        if kind[at.STRIDE] == 1:
            slots = left.slots
            gone, beyond = _hit(held, beyond, int(queue[at.Q_SLOTS]), slots, rng)
            queue[at.Q_SLOTS] = slots
            queue[at.Q_FREE] = slots - (held.size - gone.size)
            waiting = np.nonzero(under.waiting & (at_queue == q))[0] if up == 0 else np.zeros(0, np.int64)
        elif (q - kind[at.FIRST_QUEUE]) % kind[at.STRIDE] < up:
            continue
        else:
            gone, waiting = held, np.nonzero(under.waiting & (at_queue == q))[0]
            queue[at.Q_FREE] = queue[at.Q_SLOTS]
        if waiting.size:
            queue[at.Q_HEAD] = queue[at.Q_TAIL] = -1
            queue[at.Q_WAITING] = 0
        take_slots(state, c, -gone.size)
        victims += [gone, beyond, waiting]
    kind[at.REPLICAS] = max(up, 1)
    if kind[at.STRIDE] > 1:
        kind[at.QUEUES], kind[at.TURN] = max(up, 1), 0
    kind[at.SLOTS] = max(left.slots, 1) * kind[at.SHARDS]
    everybody = np.concatenate([np.zeros(0, dtype=np.int64), *victims]).astype(np.int64)
    if everybody.size:
        _drop_events(state, everybody)
        lose(state, everybody)
    assert taken_before >= kind[at.TAKEN] >= 0
    for q in own:
        serve_waiting(state, int(q))
        promise_anew(state, int(q))


def _hit(
    held: NDArray[np.int64], beyond: NDArray[np.int64], before: int, after: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Who is lost with some of the slots of a queue, each slot being as likely to be lost as any other."""
    lost = max(before - after, 0)
    if lost == 0:
        none = np.zeros(0, dtype=np.int64)
        return none, none
    hit = rng.permutation(before)[:lost]
    return held[hit[hit < held.size]], beyond[rng.random(beyond.size) < lost / before]


def _drop_events(state: State, frames: NDArray[np.int64]) -> None:
    _, kinds, subjects = events(state)
    is_gone = np.zeros(state.frame.shape[0], dtype=bool)
    is_gone[frames] = True
    own = np.isin(kinds, _OWN_EVENTS)
    dropped = own.copy()
    dropped[own] = is_gone[subjects[own]]
    keep_events(state, ~dropped)


def promise_anew(state: State, q: int) -> None:
    """Notes anew when the slots of a queue will be free, where who comes is told how long it will wait."""
    queue = state.queue[q]
    first, slots = int(queue[at.Q_FREE_AT]), int(queue[at.Q_SLOTS])
    if first < 0 or slots == 0:
        return
    now = float(state.x[at.NOW])
    when, kinds, subjects = events(state)
    is_served = kinds == at.SERVED
    mine = state.frame[subjects[is_served], at.F_QUEUE] == q
    ends = np.sort(when[is_served][mine]).tolist()
    free = [now] * max(slots - len(ends), 0) + ends
    free = free[-slots:]
    heapq.heapify(free)
    a = int(queue[at.Q_HEAD])
    for _ in range(int(queue[at.Q_WAITING])):
        heapq.heappush(free, max(heapq.heappop(free), now) + float(state.times[a, at.SERVED_S]))
        a = int(state.frame[a, at.F_NEXT])
    state.free_at[first : first + slots] = sorted(free)
