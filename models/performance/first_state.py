"""From where passes begin, idle or overloaded and cold, and what of each component acts back on the next."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.choices import outcome
from models.performance.circuit_breaker import PROBES
from models.performance.compiled import internal
from models.performance.program import Program, Work
from models.performance.retry import most_attempts
from models.system import layout as at

#: Columns of a state by call: share that succeeds, attempts.
PASSES, TRIES = 0, 1


@internal
def begin(program: Program, work: Work, calls: np.ndarray, state: np.ndarray, is_full: bool) -> None:
    """The state before the first pass: nothing fails yet, or every attempt has failed and is repeated.

    Then caches whose loads may fail are empty, too.
    """
    for i in range(program.component.size):
        tries = most_attempts(calls[i])
        state[i, PASSES] = 1.0
        state[i, TRIES] = tries if is_full else 1.0
        shut = PROBES if calls[i, at.BREAKER] > 0.0 else 1.0
        through = shut * tries if is_full else 1.0
        work.valve[i, 0], work.valve[i, 1], work.valve[i, 2] = through, 0.0, tries
        work.call[i, of.MET], work.call[i, of.HEDGES] = 1.0, 0.0
        # Where all are late nobody knows how many calls were left behind.
        work.call[i, of.LINGERS] = math.inf if is_full else 1.0
    for c in range(program.kind.size):
        work.let_in[c] = math.nan
        work.filled[c] = 0.0 if is_full and program.fills[c] > 0 else math.nan


@internal
def acts_back(program: Program, work: Work, c: int) -> bool:
    """Whether something of a component itself acts back on the next pass."""
    return program.blocks[c] > 0 or work.filled[c] == work.filled[c]


@internal
def known_before(work: Work, c: int) -> float:
    """What the last pass began with: the share let in, or of a cold cache's loads those that fill it."""
    return work.filled[c] if work.filled[c] == work.filled[c] else work.let_in[c]


@internal
def known_now(program: Program, work: Work, calls: np.ndarray, c: int) -> float:
    """What came out of the pass for that."""
    if work.filled[c] == work.filled[c]:
        return loads_that_fill(program, work, calls, c)
    return 1.0 - work.station[c, of.BLOCKED]


@internal
def note(work: Work, c: int, value: float) -> None:
    """Sets what the next pass begins with."""
    if work.filled[c] == work.filled[c]:
        work.filled[c] = min(max(value, 0.0), 1.0)
    else:
        work.let_in[c] = value


@internal
def leave_cold(program: Program, work: Work) -> None:
    """Caches are again as full as the file says."""
    for c in range(program.kind.size):
        if program.fills[c] > 0:
            work.filled[c] = math.nan
            work.is_new[c] = 1


@internal
def loads_that_fill(program: Program, work: Work, calls: np.ndarray, c: int) -> float:
    """Share of a cache's loads that come to an end, and so leave an entry; 1 where nothing is loaded.

    Where nobody gives up, an endless queue still serves as many as it can.
    """
    total, done = 0.0, 0.0
    for j in range(program.own_start[c], program.own_start[c + 1]):
        i = program.own[j]
        loads, share = work.call[i, of.THROUGH_PER_S], 1.0
        root = program.then[i]
        for k in range(program.steps_start[root], program.steps_start[root + 1]):
            step = program.steps[k]
            if step < 0 and program.group_rest[-1 - step] >= 0:
                share *= outcome(program, work, -1 - step)[0]
            elif step < 0:
                for b in range(program.group_start[-1 - step], program.group_start[-step]):
                    share *= work.steps_share[program.group[b], 0]
            else:
                st = work.station[program.component[step]]
                if math.isinf(st[of.WAIT]) and math.isinf(calls[step, at.TIMEOUT_MS]):
                    share /= max(st[of.LOAD_RATIO], 1.0)
                else:
                    share *= work.call[step, of.SUCCESS]
        total += loads
        done += loads * share
    return done / total if total > 0.0 else 1.0
