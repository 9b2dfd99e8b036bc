"""The stations among which the threads of a pool go round, and the flows of that closed network."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.closed_network import (
    COPIES,
    DEMAND_S,
    MOST_COPIES,
    SCV,
    SERVERS,
    STATION_COLUMNS,
    flows,
)
from models.performance.compiled import internal
from models.performance.program import Program, Work
from models.system import layout as at

#: Columns of what is known of a pool's network: the share of the busiest station that is used when all
#: threads are taken, and the mean variability of the waits.
USED, VARIABLE = range(2)
#: Fewer calls than this for each thread are one.
_MORE = 1.0 + 1e-4


@internal
def callers(program: Program, c: int, parts: np.ndarray) -> float:
    """Threads of the pools that are the only callers; infinite where one of them lets go."""
    if not program.is_pooled[c]:
        return math.inf
    total = 0.0
    for j in range(program.pools_start[c], program.pools_start[c + 1]):
        caller = parts[program.pools[j]]
        total += caller[at.REPLICAS] * caller[at.SLOTS] if caller[at.BLOCKING] > 0.0 else math.inf
    return total


@internal
def left_behind(program: Program, work: Work, c: int) -> float:
    """Calls at a component for each thread that waits for one: those count too whose time-out is over.

    A thread that has given up goes on, and its call stays: its time there over the time that it is waited for
    (Little 1961, for both). Infinite where that isn't known: all are late.
    """
    if not program.is_pooled[c]:
        return 1.0
    first, last = program.own_start[c], program.own_start[c + 1]
    total, there = 0.0, 0.0
    for j in range(first, last):
        i = program.own[j]
        rate, most = work.call[i, of.ATTEMPTS_PER_S], 1.0
        while i >= 0 and not (program.blocks[program.component[i]] and program.component[i] != c):
            most = max(most, work.call[i, of.LINGERS])
            i = program.caller[i]
        total += rate
        there += rate * most if rate > 0.0 else 0.0
    if not total > 0.0:
        return 1.0
    many = there / total
    return many if many > _MORE else 1.0


@internal
def turns_away(program: Program, c: int, parts: np.ndarray) -> bool:
    """Whether more calls can come than have a place: not where all that can call have one."""
    part = parts[c]
    if math.isfinite(part[at.MAX_WAIT_S]):
        return True
    if not math.isfinite(part[at.QUEUE_LIMIT]):
        return False
    is_one_queue = part[at.BALANCING] == at.SHARED or not part[at.REPLICAS] > 1.0
    room = part[at.QUEUE_LIMIT] + part[at.REPLICAS] * part[at.SLOTS]
    return not (is_one_queue and part[at.SHARDS] == 1.0 and callers(program, c, parts) <= room)


@internal
def threads_stations(program: Program, work: Work, c: int, parts: np.ndarray, calls: np.ndarray) -> int:
    """The stations at which the threads of a pool may queue, in `work.closed_stations`; how many they are.

    Of those called in parallel branches only the one with the least capacity counts: a thread is at all of
    them at once. Marks in `work.is_counted` the others, and those that turn away: their waits are part of the
    time that nothing in the network changes.
    """
    part = parts[c]
    threads = part[at.REPLICAS] * part[at.SLOTS]
    let_in = work.let_in[c]
    let_in = let_in if let_in == let_in else 1.0 - work.station[c, of.BLOCKED]
    accepted = work.station[c, of.ARRIVALS] * let_in
    for d in range(program.kind.size):
        work.closed_rate[d] = 0.0
    for j in range(program.under_start[c], program.under_start[c + 1]):
        i = program.under[j]
        if program.holder[i] == c:
            is_guarded = calls[i, at.BREAKER] > 0.0 or calls[i, at.BULKHEAD_SLOTS] < math.inf
            done = work.call[i]
            through = done[of.CALLS_PER_S] * work.valve[i, 0] if is_guarded else done[of.ATTEMPTS_PER_S]
            work.closed_rate[program.component[i]] += through
    row = work.closed_stations[program.kind.size]
    narrowest, least = -1, math.inf
    for d in range(program.kind.size):
        if program.is_parallel[d] and _joins(program, work, d, accepted, parts, row):
            flow = row[SERVERS] * row[COPIES] / row[DEMAND_S]
            if flow < least:
                narrowest, least = d, flow
    n = 0
    for d in range(program.kind.size):
        if not work.closed_rate[d] > 0.0:
            continue
        joins = _joins(program, work, d, accepted, parts, row)
        if not joins or (program.is_parallel[d] and d != narrowest):
            work.is_counted[d] = 1
        elif row[SERVERS] * row[COPIES] < threads:
            for k in range(STATION_COLUMNS):
                work.closed_stations[n, k] = row[k]
            work.closed_of[n] = d
            work.closed_visits[n] = work.closed_rate[d] / accepted
            n += 1
    return n


@internal
def _joins(program: Program, work: Work, d: int, accepted: float, parts: np.ndarray, row: np.ndarray) -> bool:
    """Whether a station that the threads call can hold them up; it is described in `row`."""
    if not work.closed_rate[d] > 0.0 or not accepted > 0.0:
        return False
    if program.kind[d] == of.EXTERNAL or turns_away(program, d, parts):
        return False
    if math.isinf(work.station[d, of.LEFT_BEHIND]):
        return False  # its calls are not those of the threads
    return _describe(program, work, d, accepted, parts, row)


@internal
def _describe(
    program: Program, work: Work, d: int, accepted: float, parts: np.ndarray, row: np.ndarray
) -> bool:
    """One station as a pool's threads see it; whether they bring it any work."""
    st, part = work.station[d], parts[d]
    visits = work.closed_rate[d] / accepted
    capacity = st[of.CAPACITY]
    copies = part[at.SHARDS]
    servers = st[of.SERVERS]
    scv = st[of.WORK + 1] / st[of.WORK] ** 2 if st[of.WORK] > 0.0 else 0.0
    if program.blocks[d] and part[at.BLOCKING] > 0.0:
        capacity, scv = st[of.POOL_LIMIT], st[of.POOL_SWING]
        servers = capacity * st[of.POOL_FREE_S]
    elif part[at.BALANCING] == at.RANDOM or part[at.BALANCING] == at.ROUND_ROBIN:
        # Of a store whose copies all work a thread is at so many at once.
        copies *= max(math.floor(part[at.REPLICAS] / st[of.ASKED] + 0.5), 1.0)
        servers /= part[at.REPLICAS]
    else:
        servers /= st[of.ASKED]
    if not capacity > 0.0 or not math.isfinite(capacity):
        return False
    if copies > MOST_COPIES:
        servers *= copies / MOST_COPIES
        copies = MOST_COPIES
    # What others bring takes servers away.
    others = max(st[of.ARRIVALS] - work.closed_rate[d], 0.0)
    arrivals = max(st[of.ARRIVALS], work.closed_rate[d])
    left = max(capacity - others, capacity * work.closed_rate[d] / arrivals)
    row[DEMAND_S] = visits * servers / capacity
    row[SERVERS] = servers * left / capacity
    if program.is_parallel[d] and visits > 1.0:
        # A thread is served at so many servers at once.
        row[DEMAND_S] /= visits
        row[SERVERS] /= visits
    row[SCV], row[COPIES] = scv, copies
    return row[DEMAND_S] > 0.0


@internal
def turn_round(work: Work, c: int, customers: int, think_s: float, n: int) -> None:
    """The flows of the network, in `work.closed_flow[c]`, and what else is known of it; done once while the
    network stays the same.
    """
    key = work.closed_key[c]
    is_same = key[0] == customers and key[1] == think_s and key[2] == n
    for k in range(n):
        for j in range(STATION_COLUMNS):
            at_key = 3 + STATION_COLUMNS * k + j
            is_same = is_same and key[at_key] == work.closed_stations[k, j]
    if is_same:
        return
    key[0], key[1], key[2] = customers, think_s, n
    for k in range(n):
        for j in range(STATION_COLUMNS):
            key[3 + STATION_COLUMNS * k + j] = work.closed_stations[k, j]
    used, variable = flows(
        think_s,
        work.closed_stations[:n],
        work.closed_flow[c, : customers + 1],
        work.closed_room[0],
        work.closed_room[1],
    )
    work.closed_told[c, USED], work.closed_told[c, VARIABLE] = used, variable
