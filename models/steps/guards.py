"""Breakers, bulkheads and budgets of retries in a step: how many attempts they let through."""

from __future__ import annotations

import math

from models.performance.compiled import internal
from models.steps import columns as at
from models.steps.draws import uniform
from models.steps.run import Run


@internal
def hear(run: Run, i: int) -> None:
    """A breaker hears what is due now; it opens, goes on sleeping, or ends its trial.

    It opens when of at least `VOLUME` attempts in its window a share failed that is too large; after its
    sleep one attempt tries, and its outcome closes it or opens it again (Nygard 2007).
    """
    line = run.line[i]
    if line[at.HEARS] < 0 and line[at.LEAVES] < 0:
        return
    call, gate = run.call[i], run.gate[i]
    step, now = run.n[at.STEP], run.n[at.STEP] * run.x[at.STEP_S]
    if line[at.LEAVES] >= 0:
        left = run.due[step % run.n[at.SLOTS], line[at.LEAVES], at.COUNT]
        gate[at.UNDER_WAY] = max(gate[at.UNDER_WAY] - left, 0.0)
    if call[at.BREAKER] == 0.0 or line[at.HEARS] < 0:
        return
    heard = run.due[step % run.n[at.SLOTS], line[at.HEARS]]
    if gate[at.STATE] == at.PROBING and now >= gate[at.HEARD_AT]:
        if gate[at.TRIAL] > 0.0:
            gate[at.STATE] = at.CLOSED
            for k in range(at.BUCKETS):
                run.bucket[i, k, 0] = -1.0
        else:
            gate[at.STATE] = at.OPEN
            gate[at.TRY_AT] = gate[at.HEARD_AT] + call[at.SLEEP_S]
    if gate[at.STATE] != at.CLOSED or heard[0] + heard[1] <= 0.0:
        return
    epoch = math.floor(now / call[at.BUCKET_S])
    own = run.bucket[i, int(epoch) % at.BUCKETS]
    if own[0] != epoch:
        own[0], own[1], own[2] = epoch, 0.0, 0.0
    own[1] += heard[0] + heard[1]
    own[2] += heard[1]
    count, failed = 0.0, 0.0
    for k in range(at.BUCKETS):
        if run.bucket[i, k, 0] > epoch - at.BUCKETS and run.bucket[i, k, 0] >= 0.0:
            count += run.bucket[i, k, 1]
            failed += run.bucket[i, k, 2]
    if count >= call[at.VOLUME] and failed > 0.0 and failed >= call[at.TRIPS_AT] * count:
        gate[at.STATE] = at.OPEN
        gate[at.TRY_AT] = now + call[at.SLEEP_S]


@internal
def let_through(run: Run, i: int, stream: int, count: float, refused: float) -> float:
    """How many of so many attempts a call's guards let through; 1 of them may be a breaker's trial.

    Args:
        run: The run.
        i: The call.
        stream: Its stream of random numbers.
        count: Attempts.
        refused: Share of them that its component turns away at present: a trial may be one of these.
    """
    call, gate, attempt = run.call[i], run.gate[i], run.attempt[i]
    passes = count
    if call[at.BULKHEAD] < math.inf:
        # Attempts shorter than a step leave within it: its places are taken several times.
        turns = max(run.x[at.STEP_S] / max(attempt[at.DONE_S], 1e-9), 1.0)
        passes = min(passes, math.floor(max(call[at.BULKHEAD] - gate[at.UNDER_WAY], 0.0) * turns))
    if call[at.BREAKER] == 0.0 or gate[at.STATE] == at.CLOSED or passes <= 0.0:
        return passes
    now = run.n[at.STEP] * run.x[at.STEP_S]
    if gate[at.STATE] == at.PROBING or now < gate[at.TRY_AT]:
        return 0.0
    gate[at.STATE] = at.PROBING
    u, after = uniform(run, stream), 0.0
    good, late = attempt[at.GOOD] * (1.0 - refused), attempt[at.LATE] * (1.0 - refused)
    gate[at.TRIAL] = 0.0
    if u < good:
        gate[at.TRIAL], after = 1.0, attempt[at.GOOD_S]
    elif u < good + late:
        after = call[at.TIMEOUT_S]
    elif u < 1.0 - refused:
        after = attempt[at.BAD_S]
    gate[at.HEARD_AT] = now + after
    return 1.0


@internal
def allowed(run: Run, i: int, wanted: float) -> float:
    """How many of so many retries a call's budget allows; they take a token each."""
    gate = run.gate[i]
    if run.call[i, at.BUDGET] == math.inf:
        return wanted
    given: float = min(wanted, math.floor(gate[at.BUDGET_LEFT]))
    gate[at.BUDGET_LEFT] -= given
    return given
