"""How far the load is from where retries alone keep a component in overload."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.choices import made
from models.performance.compiled import internal
from models.performance.program import Program, Work
from models.performance.retry import allowed_attempts


@internal
def retry_margin(program: Program, work: Work, calls: np.ndarray, users: np.ndarray) -> float:
    """Capacity over the load of the state in which every attempt fails, the least over the components.

    Below 1 retries alone can keep a component in overload: one attempt and r retries of each call bring it
    there from capacity / (r + 1) on. Infinite where nothing is called or repeated.

    Source: the hidden capacity of Bronson et al. 2021.
    """
    c_n, i_n = program.kind.size, program.component.size
    loads = np.zeros((2, c_n))
    passed = np.zeros(i_n)
    for side in range(2):
        for i in range(i_n):
            caller = program.caller[i]
            rate = users[program.flow[i]] if caller < 0 else passed[caller]
            rate = rate * made(program, work, calls, i)
            if side == 0:
                rate = rate * allowed_attempts(calls[i])
            loads[side, program.component[i]] += rate
            passed[i] = rate * work.station[program.component[i], of.LOADS]
    margin = math.inf
    for c in range(c_n):
        if loads[0, c] > loads[1, c] and program.kind[c] != of.QUEUE:
            margin = min(margin, work.station[c, of.CAPACITY] / loads[0, c])
    return margin
