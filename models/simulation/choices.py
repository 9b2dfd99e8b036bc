"""Exclusive branches: which one a request goes."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array
from models.performance.compiled import internal
from models.simulation import columns as at
from models.simulation.state import State
from models.simulation.streams import uniform
from models.system.system import ChoiceNode


def shares_of(choice: ChoiceNode, told: Array) -> Array:
    """The share of each branch, `(k,)`, held to what those before it leave.

    Args:
        choice: The choice.
        told: What the file and the design say of all branches; NaN = what is left.
    """
    own = told[choice.first : choice.first + len(choice.branches)]
    given = np.nan_to_num(own, nan=0.0)
    up_to = np.minimum(np.cumsum(given), 1.0)
    return np.where(np.isnan(own), 1.0 - up_to[-1], np.diff(up_to, prepend=0.0))


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
