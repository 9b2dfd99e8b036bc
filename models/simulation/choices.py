"""Exclusive branches: which one a request goes."""

from __future__ import annotations

from models.performance.compiled import internal
from models.simulation import columns as at
from models.simulation.state import State
from models.simulation.streams import uniform


@internal
def chosen(s: State, group: int) -> int:
    """The place in `State.group` of the branch that a request goes; -1 where it goes none."""
    flow = s.equal[group, 2]
    first = s.kind.shape[0] * at.PART_STREAMS + s.node.shape[0] * at.CALL_STREAMS + flow * at.FLOW_STREAMS
    u = uniform(s, first + at.S_BRANCH)
    for b in range(s.group_start[group], s.group_start[group + 1]):
        u -= s.taken_by[b]
        if u < 0.0:
            return b
    return -1
