"""How long the attempts of a call take together: of those that succeed, and of those that are given up."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import internal
from models.performance.mixture import (
    MOST_ENTRIES,
    added,
    collapse,
    copied,
    merge,
    product,
    scaled,
    shifted,
)
from models.performance.program import Work
from models.performance.retry import APART, Tries
from models.system import layout as at

_MS_PER_S = 1000.0


@internal
def answered_outcomes(work: Work) -> int:
    """Outcomes in `scratch[3]` that `attempts_time` left there."""
    return int(work.scratch[7, 0, 0])


@internal
def attempts_time(
    work: Work,
    call: np.ndarray,
    in_time: np.ndarray,
    in_n: int,
    tries: Tries,
    late: tuple[float, float],
    others: float,
    instead_s: float,
) -> int:
    """Response of a call whose failure is no failure for the caller: answered, or given up and replaced.

    Leaves it in `scratch[4]`, and the response of the calls that succeed in `scratch[3]`. `late` is the share
    of the attempts let in that are given up, and after which time, s.
    """
    retries = call[at.RETRIES]
    answered, room, failed = work.scratch[3], work.scratch[5], work.scratch[6]
    # Who is refused by a breaker or a bulkhead needs no way there.
    turned = tries[4] * tries[0]
    way_s = call[at.NETWORK_MS] / _MS_PER_S * (tries[1] - tries[2]) / turned if turned > 0.0 else 0.0
    success = tries[2] * (1.0 - others)
    k = _failed_attempt(in_time, in_n, (tries[4], way_s), late, others, failed)
    n = in_n
    for j in range(n):
        copied(in_time, j, answered, j)
    if retries > 0.0:
        pause_s = call[at.BACKOFF_MS] / _MS_PER_S
        jitter = call[at.JITTER]
        pause = (pause_s * (1.0 - jitter / 2.0), (pause_s * jitter) ** 2 / 12.0, 0.0)
        before = collapse(failed, k)
        before = (before[0] + pause[0], before[1] + pause[1], before[2] + pause[2])
        # Of those who fail in the end: as many retries as a budget or a deadline leaves them.
        tried = min(retries, (tries[0] - 1.0) / max(1.0 - success, 1e-12))
        k = shifted(failed, k, scaled(before, tried), failed)
        n = _after_retries(in_time, in_n, before, tries, room, answered, work.scratch[7])
    whole = collapse(failed, k)
    if math.isinf(whole[0]):
        whole = (whole[0], math.inf, math.inf)
    m = added(answered, n, success, room, 0)
    if 1.0 - success > 0.0:
        room[m, 0], room[m, 1], room[m, 2], room[m, 3] = (
            1.0 - success,
            whole[0] + instead_s,
            whole[1],
            whole[2],
        )
        m += 1
    m = merge(room, m, MOST_ENTRIES, work.scratch[4])
    work.scratch[7, 0, 0] = n
    return m


@internal
def _failed_attempt(
    in_time: np.ndarray,
    in_n: int,
    refused: tuple[float, float],
    late: tuple[float, float],
    others: float,
    out: np.ndarray,
) -> int:
    """Time until a failed attempt is known to have failed: at once, at the time-out, or at its answer.

    `refused` holds the share of the attempts that are turned away, and the time until they know it.
    """
    failure = 1.0 - (1.0 - refused[0]) * (1.0 - others)
    at_once, timed_out = 1.0, 0.0
    if failure > 0.0:
        at_once = refused[0] / failure
        timed_out = (1.0 - refused[0]) * late[0] / failure
    badly = max(1.0 - at_once - timed_out, 0.0)
    k = 0
    if at_once > 0.0:
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = at_once, refused[1], 0.0, 0.0
        k += 1
    if timed_out > 0.0:
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = timed_out, late[1], 0.0, 0.0
        k += 1
    if badly > 0.0:
        answer = collapse(in_time, in_n)
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = badly, answer[0], answer[1], answer[2]
        k += 1
    return k


@internal
def _after_retries(
    in_time: np.ndarray,
    in_n: int,
    before: tuple[float, float, float],
    tries: Tries,
    room: np.ndarray,
    answered: np.ndarray,
    parts: np.ndarray,
) -> int:
    """Response of a call that succeeds, by the number of attempts that failed before."""
    total = 0.0
    k = 0
    for count in range(APART + 1):
        weight = tries[5][count]
        number = tries[6] if count == APART else float(count)
        total += weight
        if weight > 0.0:
            part = scaled(before, number)
            parts[k, 0], parts[k, 1], parts[k, 2], parts[k, 3] = weight, part[0], part[1], part[2]
            k += 1
    if k == 0:
        parts[0, 0], parts[0, 1], parts[0, 2], parts[0, 3] = 1.0, 0.0, 0.0, 0.0
        k, total = 1, 1.0
    for j in range(k):
        parts[j, 0] /= total
    m = product(in_time, in_n, parts, k, room)
    return merge(room, m, MOST_ENTRIES, answered)
