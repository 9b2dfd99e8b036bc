"""Calls that come together: the branches of a fan-out reach the same station at the same moment.

Calls of one batch wait for the same work before them, and then for each other. So a batch has a wait in
common, that of the first of its calls, and each call a delay of its own on top.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.compiled import compiled, internal
from models.performance.erlang import erlang_b, erlang_c
from models.performance.mixture import Cumulants
from models.performance.program import Program, Work

_ROOT_2, _ROOT_2_PI = math.sqrt(2.0), math.sqrt(2.0 * math.pi)


@internal
def batch_of(program: Program, work: Work, c: int) -> float:
    """Calls that come together at a component, as a random one of them finds it; 1 where each comes alone."""
    if program.is_batched[c] == 0:
        return 1.0
    first, last = program.own_start[c], program.own_start[c + 1]
    total, batch = 0.0, 0.0
    for j in range(first, last):
        i = program.own[j]
        total += work.call[i, of.THROUGH_PER_S]
        batch += work.call[i, of.THROUGH_PER_S] * program.batch[i]
    if not total > 0.0:
        return 1.0
    return batch / total


@compiled
def first_wait(rate: float, service: tuple[float, float], servers: float, batch: float) -> Cumulants:
    """Wait of the first call of a batch, and of a call that comes alone to the same station.

    Args:
        rate: Calls, 1/s; below what the station carries.
        service: Mean service, s, and its squared coefficient of variation.
        servers: Slots.
        batch: Calls that come together, >= 1.

    Returns:
        A wait that is 0 with probability 1 - C and else exponential.

    Source: Hayward's equivalent system (Fredericks 1980): a stream whose busy servers vary z times as much
    as Poisson arrivals' waits like one of a z-th of the load at a z-th of the servers; z = (batch + 1) / 2
    for batches. Its mean is scaled by (batch + scv) / (batch + 1), which is exact with one server
    (Pollaczek and Khinchine for the work of whole batches), where C is at most the load.
    """
    service_s, scv = service
    load = rate * service_s / servers
    z = 0.5 * (batch + 1.0)
    offered = rate * service_s / z
    waits = min(erlang_c(offered, servers / z, erlang_b(offered, servers / z)), load)
    mean = 0.5 * (batch + scv) * service_s / (servers * (1.0 - load))
    return (
        waits * mean,
        waits * (2.0 - waits) * mean * mean,
        waits * (6.0 - 6.0 * waits + 2.0 * waits * waits) * mean * mean * mean,
    )


@compiled
def delay_behind_others(rate: float, service_s: float, servers: float, batch: float) -> Cumulants:
    """What a random call of a batch waits after the first one could begin: others of the batch go before it.

    Those beyond the slots that are free begin one after the other as slots become free, `servers / service_s`
    a second. Free slots count as normal: their mean is what isn't busy, their variance that of batches at
    servers without end.

    Source: own; busy servers after the infinite-server queue with batches, variance a (batch + 1) / 2
    (Holman, Chaudhry and Kashyap 1983). Against simulation: docs/model.md.
    """
    load = min(rate * service_s / servers, 1.0)
    free, deviation = servers * (1.0 - load), math.sqrt(servers * load * 0.5 * (batch + 1.0))
    if not deviation > 0.0:
        return 0.0, 0.0, 0.0
    above = batch - free
    x = above / deviation
    below, density = 0.5 * math.erfc(-x / _ROOT_2), math.exp(-0.5 * x * x) / _ROOT_2_PI
    # How many of the batch must wait: its mean, and its mean square over its mean.
    many = min(above * below + deviation * density, batch - 1.0)
    square = (deviation**2 + above**2) * below + above * deviation * density
    if not many > 0.0:
        return 0.0, 0.0, 0.0
    seen = min(square / many, batch - 1.0)
    step = service_s / servers
    # They wait for one, two, three ... slots: sums of the first whole numbers, their squares and cubes.
    first = many * (seen + 1.0) / (2.0 * batch) * step
    second = many * (seen + 1.0) * (2.0 * seen + 1.0) / (6.0 * batch) * step**2
    third = many * seen * (seen + 1.0) ** 2 / (4.0 * batch) * step**3
    return first, max(second - first**2, 0.0), third - 3.0 * first * second + 2.0 * first**3


@internal
def without_common_wait(
    program: Program, work: Work, group: int, law: np.ndarray, n: int, out: np.ndarray
) -> tuple[int, Cumulants]:
    """The outcomes of a branch without the wait that all branches of its group have in common.

    Returns:
        Number of outcomes in `out`, and the wait to be added to the slowest of the branches; nothing where
        the branches don't begin together at one station, or repeats and time-outs have changed the law.
    """
    nothing = (0.0, 0.0, 0.0)
    for e in range(n):
        for j in range(4):
            out[e, j] = law[e, j]
    c = program.group_at[group]
    if c < 0:
        return n, nothing
    st = work.station[c]
    if (
        st[of.CAN_REFUSE] > 0.0
        or not st[of.UTILISATION] < 1.0
        or program.blocks[c]
        or st[of.TO_ALL] > 0.0
        or math.isinf(st[of.WAIT])
    ):
        return n, nothing
    for k in range(program.group_start[group], program.group_start[group + 1]):
        i = program.steps[program.steps_start[program.group[k]]]
        if work.call[i, of.LATE] > _LATE or work.call[i, of.ATTEMPTS] > 1.0 + _LATE:
            return n, nothing
    own = delay_behind_others(
        st[of.ARRIVALS], st[of.SERVICE_S], st[of.SERVERS], float(program.group_batch[group])
    )
    wait = (st[of.WAIT], st[of.WAIT + 1], st[of.WAIT + 2])
    for e in range(n):
        if math.isinf(out[e, 1]):
            continue
        if out[e, 1] < wait[0] or out[e, 2] < wait[1]:
            for k in range(n):
                for j in range(4):
                    out[k, j] = law[k, j]
            return n, nothing
        for j in range(3):
            out[e, 1 + j] += own[j] - wait[j]
    return n, wait


#: Share of late or repeated attempts from which on a branch's law is no longer that of its wait and work.
_LATE = 0.01
