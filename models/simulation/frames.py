"""Requests, attempts and branches under way, and what is to be done before the clock goes on."""

from __future__ import annotations

import math

from models.performance.compiled import inlined, internal
from models.simulation import columns as at
from models.simulation.state import State


@inlined
def new_frame(s: State, role: int, node: int, parent: int) -> int:
    """A frame of its own; -1 where there is none left (`State.n[BROKEN]` is set)."""
    f = s.n[at.FREE_FRAME]
    if f < 0:
        s.n[at.BROKEN] = 1
        return -1
    row = s.frame[f]
    s.n[at.FREE_FRAME] = row[at.F_NEXT]
    s.n[at.USED] += 1
    row[at.F_NODE], row[at.F_ROLE], row[at.F_PARENT] = node, role, parent
    row[at.F_NEXT], row[at.F_QUEUE], row[at.F_ENTRY] = -1, -1, -1
    row[at.F_PROBE], row[at.F_TIMED], row[at.F_UID] = 0, 0, 0
    row[at.F_TRIES], row[at.F_LEFT], row[at.F_TWIN] = 0, 0, -1
    s.times[f, at.CAME] = s.x[at.NOW]
    s.times[f, at.EXPIRES] = s.times[parent, at.EXPIRES] if parent >= 0 else math.inf
    return f


@inlined
def free_frame(s: State, f: int) -> None:
    """Gives a frame back; whoever still knows it sees by its life that it is another one."""
    row = s.frame[f]
    if row[at.F_UID] > 0:
        s.n[at.TRACED] -= 1
    row[at.F_ROLE] = at.NOBODY
    row[at.F_LIFE] += 1
    row[at.F_NEXT] = s.n[at.FREE_FRAME]
    s.n[at.FREE_FRAME] = f
    s.n[at.USED] -= 1


@inlined
def do(s: State, what: int, which: int, value: int) -> None:
    """Leaves something to be done at once, the last one first."""
    k = s.n[at.STACK]
    s.stack[k, 0], s.stack[k, 1], s.stack[k, 2] = what, which, value
    s.n[at.STACK] = k + 1


@internal
def leave(s: State, i: int, position: int, count: int) -> bool:
    """So many calls begin that nobody waits for; whether there was room for them."""
    for _ in range(count):
        f = new_frame(s, at.BACKGROUND, i, -1)
        if f < 0:
            return False
        s.frame[f, at.F_POSITION], s.frame[f, at.F_LEFT] = position, 1
        do(s, at.DO_ATTEMPT, f, 0)
    return True


@internal
def log(s: State, what: int, f: int, value: float) -> None:
    """Notes what happens to a frame that is followed."""
    k = s.n[at.LOGGED]
    if k >= s.log.shape[0]:
        return
    s.n[at.LOGGED] = k + 1
    frame, row = s.frame[f], s.log[k]
    row[at.L_AT], row[at.L_WHAT], row[at.L_UID] = s.x[at.NOW], what, frame[at.F_UID]
    role = frame[at.F_ROLE]
    row[at.L_PARENT], row[at.L_CALL], row[at.L_WHERE] = -1.0, -1.0, frame[at.F_NODE]
    if role == at.ATTEMPT or role == at.COPY:
        row[at.L_CALL] = frame[at.F_NODE]
        row[at.L_WHERE] = s.node[frame[at.F_NODE], at.COMPONENT]
    row[at.L_VALUE] = value


@internal
def log_call(s: State, what: int, owner: int, call: int, value: float) -> None:
    """Notes what happens to a call of a frame that is followed."""
    k = s.n[at.LOGGED]
    log(s, what, owner, value)
    if k < s.log.shape[0]:
        s.log[k, at.L_CALL], s.log[k, at.L_WHERE] = call, s.node[call, at.COMPONENT]


@internal
def follow(s: State, f: int, what: int) -> None:
    """Gives a frame a number by which it is followed, if its parent has one."""
    parent = s.frame[f, at.F_PARENT]
    if s.frame[parent, at.F_UID] == 0:
        return
    s.n[at.LAST_UID] += 1
    s.n[at.TRACED] += 1
    s.frame[f, at.F_UID] = s.n[at.LAST_UID]
    k = s.n[at.LOGGED]
    log(s, what, f, 0.0)
    if k < s.log.shape[0]:
        s.log[k, at.L_PARENT] = s.frame[parent, at.F_UID]
