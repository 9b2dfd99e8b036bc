"""Servers that stand still for a while: what is under way at them goes on when they do."""

from __future__ import annotations

from models.performance.compiled import inlined, internal
from models.simulation import columns as at
from models.simulation.heap import schedule
from models.simulation.state import State


@inlined
def is_put_off(s: State, owner: int, ok: int) -> bool:
    """Whether an owner runs on servers that are paused: it hears how its attempt ended when they go on."""
    if s.x[at.PAUSED_TO] <= s.x[at.NOW]:
        return False
    return _put_off(s, owner, ok)


@internal
def _put_off(s: State, owner: int, ok: int) -> bool:
    f = owner
    while s.frame[f, at.F_ROLE] == at.BRANCH:
        parent = s.frame[f, at.F_PARENT]
        if s.frame[parent, at.F_LIFE] != s.frame[f, at.F_PARENT_LIFE]:
            return False  # its caller has gone on without it
        f = parent
    if s.frame[f, at.F_ROLE] != at.ATTEMPT:
        return False
    resumes_at = s.part[s.node[s.frame[f, at.F_NODE], at.COMPONENT], at.RESUMES_AT]
    if resumes_at <= s.x[at.NOW]:
        return False
    schedule(s, resumes_at, at.TOLD_ANSWER if ok > 0 else at.TOLD_FAILURE, owner)
    return True
