"""Load balancing: what it costs that each replica has a queue of its own.

The slots of one replica share its queue. Limits hold for the component as a whole: each replica has its part
of the places to wait in.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import compiled
from models.performance.mixture import Cumulants
from models.performance.station_wait import Wait, wait_of
from models.system import layout as at

#: Fewest connections: what makes all slots of all replicas taken more rarely than in one queue (fitted to
#: simulation, 2 to 20 replicas of 1 to 8 slots).
PILED_UP, BY_REPLICAS, BY_SLOTS = 1.0 / 7.0, 1.1, 0.38
#: Two choices: utilisation at which the fixed point is held, levels beyond the slots, passes, precision.
FULLEST, LEVELS, MOST_PASSES, SETTLED = 0.999, 40, 300, 1e-10
#: Between queues that are chosen by their load (or in turn) and queues of their own: powers of the share of
#: what goes to all copies, for reads and for writes (fitted to simulation, four copies).
READS_BY_LOAD, WRITES_BY_LOAD, READS_IN_TURN = 2.5, 1.5, 1.5
#: Nearer to a load ratio of 1 the mean of the rounded queue has its limit.
_NEAR = 1e-6


@compiled
def balanced_wait(
    rate: float,
    service: tuple[float, float],
    arrival_scv: float,
    servers: tuple[float, float, float],
    limits: tuple[float, float],
    full: float,
) -> Wait:
    """The wait at a station whose replicas are reached as its balancing says (`station_wait`).

    Args:
        rate: Requests per second, >= 0.
        service: Mean service time, s, and its squared coefficient of variation.
        arrival_scv: That of the time between arrivals.
        servers: Replicas, slots of each, and the balancing (`layout.SHARED`, ...).
        limits: Places to wait in over all replicas, and the longest wait, s.
        full: Share of requests that would find all servers (of one queue) taken if none could wait; NaN =
            Erlang's.

    Source: `random` and `round_robin` are stations of their own with Poisson and smoother arrivals (Whitt
    1983; the correction of Kraemer and Langenbach-Belz 1976). `least_connections` keeps the total of one
    queue and pays for the rounded part of it that stands before each replica (join the shortest queue, after
    Nelson and Philips 1989). `two_choices` adds what the mean field of Mitzenmacher (2001) has above that.
    """
    s, scv = service
    replicas, slots, balancing = servers
    c = replicas * slots
    if balancing == at.SHARED or not replicas > 1.0:
        return wait_of(rate, s, scv, arrival_scv, c, limits, (1.0, 0.0, 1.0), full)
    own = (limits[0] / replicas, limits[1])
    load = rate * s / c
    if balancing == at.RANDOM:
        arrival_scv = max(1.0 + (arrival_scv - 1.0) / replicas, 0.0)
        return wait_of(rate / replicas, s, scv, arrival_scv, slots, own, (1.0, 0.0, 1.0), full)
    if balancing == at.ROUND_ROBIN:
        arrival_scv /= replicas
        smooth = smoothed(load, arrival_scv, scv)
        return wait_of(rate / replicas, s, scv, arrival_scv, slots, own, (1.0, 0.0, smooth), full)
    fewer, delay = piled_up(load, replicas, slots)
    blocked, mean, variance, third = wait_of(
        rate, s, scv, arrival_scv, c, limits, (fewer, delay * s, 1.0), full
    )
    if balancing == at.TWO_CHOICES and replicas > 2.0 and math.isfinite(mean) and load > 0.0:
        left = 1.0 - 2.0 / replicas
        unit = 0.5 * (arrival_scv + scv) * s
        more, m, v, t = two_choices(load, slots, own[0])
        blocked = min(blocked + left * more, 1.0)
        mean, variance, third = (
            mean + left * m * unit,
            variance + left * v * unit**2,
            third + left * t * unit**3,
        )
    return blocked, mean, variance, third


@compiled
def smoothed(load: float, arrival_scv: float, scv: float) -> float:
    """Factor on the mean wait where arrivals are smoother than Poisson (Kraemer and Langenbach-Belz 1976)."""
    if not arrival_scv < 1.0 or not load > 0.0 or not load < 1.0:
        return 1.0
    return math.exp(-2.0 * (1.0 - load) * (1.0 - arrival_scv) ** 2 / (3.0 * load * (arrival_scv + scv)))


@compiled
def piled_up(load: float, replicas: float, slots: float) -> tuple[float, float]:
    """What fewest connections change for who waits: how much more rarely, and how much longer in services.

    With N calls waiting in all, one queue lets the next wait for N + 1 of all servers to be free, a replica
    for floor(N / replicas) + 1 of its own. N is geometric, so that the mean of the latter is
    1 / (1 - load^replicas).
    """
    fewer = 1.0 / (1.0 + max(1.0 - load, 0.0) * PILED_UP * (replicas - 1.0) ** BY_REPLICAS * slots**BY_SLOTS)
    if not load < 1.0 - _NEAR:
        return fewer, (replicas - 1.0) / (2.0 * replicas * slots)
    rounded = -1.0 / math.expm1(replicas * math.log(load)) if load > 0.0 else 1.0
    return fewer, (rounded - 1.0 / (replicas * (1.0 - load))) / slots


@compiled
def two_choices(load: float, slots: float, places: float) -> Wait:
    """The fewer of two replicas among endlessly many: share turned away, cumulants of the wait in services.

    The share s_i of replicas with at least i calls: one with i gets calls at a rate a (s_i + s_(i+1)), a the
    load of one replica, and loses min(i, slots). Found by repetition from what no balancing would give.

    Source: Mitzenmacher (2001), for replicas of several slots.
    """
    m = int(max(slots, 1.0))
    offered = min(load, FULLEST) * m
    top = m + LEVELS if places > LEVELS else m + int(places)
    share = np.zeros(top + 1)
    tail = np.zeros(top + 2)
    for i in range(top + 1):
        share[i] = 1.0 if i == 0 else share[i - 1] * offered / min(i, m)
    _to_one(share)
    for _ in range(MOST_PASSES):
        for i in range(top, -1, -1):
            tail[i] = tail[i + 1] + share[i]
        before, moved = 1.0, 0.0
        total = 1.0
        now = np.zeros(top + 1)
        now[0] = 1.0
        for i in range(1, top + 1):
            before *= offered * (tail[i - 1] + tail[i]) / min(i, m)
            now[i] = before
            total += before
        for i in range(top + 1):
            new = 0.5 * share[i] + 0.5 * now[i] / total
            moved = max(moved, abs(new - share[i]))
            share[i] = new
        if moved < SETTLED:
            break
    for i in range(top, -1, -1):
        tail[i] = tail[i + 1] + share[i]
    first, second, third = 0.0, 0.0, 0.0
    for i in range(m, top):
        n = i - m + 1.0
        weight = tail[i] ** 2 - tail[i + 1] ** 2
        first += weight * n / m
        second += weight * n * (n + 1.0) / m**2
        third += weight * n * (n + 1.0) * (n + 2.0) / m**3
    variance = second - first**2
    return tail[top] ** 2, first, variance, third - 3.0 * first * second + 2.0 * first**3


@compiled
def _to_one(share: np.ndarray) -> None:
    total = share.sum()
    for i in range(share.size):
        share[i] /= total


@compiled
def waits_at_copies(
    rate: float,
    service: tuple[float, float],
    arrival_scv: float,
    spread: tuple[float, float, float],
    limits: tuple[float, float],
    to_all: float,
) -> tuple[Wait, Cumulants, Cumulants]:
    """The wait at one copy of a store over all that reaches it, that of a read and that of a write.

    What goes to all copies finds each as it is: a queue of its own with Poisson arrivals. What goes to some
    is sent where less is to do, and evens out the queues: between the two, by the share of what goes to all.
    """
    found = balanced_wait(rate, service, arrival_scv, spread, limits, math.nan)
    same = (found[1], found[2], found[3])
    if not to_all > 0.0 or spread[2] == at.SHARED or spread[2] == at.RANDOM:
        return found, same, same
    apart = balanced_wait(rate, service, arrival_scv, (spread[0], spread[1], at.RANDOM), limits, math.nan)
    if math.isinf(found[1]) or math.isinf(apart[1]):
        same = (apart[1], apart[2], apart[3])
        return apart, same, same
    is_turn = spread[2] == at.ROUND_ROBIN
    read_part = to_all ** (READS_IN_TURN if is_turn else READS_BY_LOAD)
    write_part = to_all if is_turn else to_all**WRITES_BY_LOAD
    reads = _between(found, apart, read_part)
    writes = _between(found, apart, write_part)
    each = _between(reads, writes, to_all)
    return each, (reads[1], reads[2], reads[3]), (writes[1], writes[2], writes[3])


@compiled
def _between(one: Wait, other: Wait, part: float) -> Wait:
    left = 1.0 - part
    return (
        left * one[0] + part * other[0],
        left * one[1] + part * other[1],
        left * one[2] + part * other[2],
        left * one[3] + part * other[3],
    )
