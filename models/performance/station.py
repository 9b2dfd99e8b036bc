"""Each component as a station: how busy it is, how long calls wait, which are turned away, what it keeps."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.balancing import balanced_wait, waits_at_copies
from models.performance.batch_arrivals import batch_of, first_wait
from models.performance.cache import cache_hits, characteristic_calls, fill_bins
from models.performance.call_mix import scv_of_mix, work_of_mix
from models.performance.compiled import internal
from models.performance.copies import quorums, works_at_copies
from models.performance.copy_delays import copy_delays
from models.performance.cpu_quota import throttled_wait
from models.performance.mixture import gamma_cumulants, put
from models.performance.program import Program, Work
from models.performance.quorum import quorum_waits, stale_read_share
from models.performance.scalability import busy_service, stretch
from models.performance.thread_pool import hold, pool_wait
from models.system import layout as at

_MS_PER_S = 1000.0
_SHORTEST_S = 1e-15
_LONGEST_LOAD_S = 1e9
_ENDLESS_HOLD_S = 1e12


@internal
def external(
    program: Program, work: Work, c: int, arrivals: float, part: np.ndarray, calls: np.ndarray
) -> None:
    """Somebody else's system: a latency whatever the load, and what is above its rate limit is refused."""
    st = work.station[c]
    for j in range(st.size):
        st[j] = 0.0
    latency_s = part[at.LATENCY_MS] / _MS_PER_S
    if latency_s < _SHORTEST_S:
        latency_s = 0.0
    limit = part[at.RATE_LIMIT]
    utilisation = arrivals / limit if arrivals > 0.0 else 0.0
    st[of.UNIT_S], st[of.UNIT_SCV] = latency_s, part[at.LATENCY_SCV]
    mean_work, square, _, _ = work_of_mix(program, work, c, part, calls)
    latency_s *= mean_work
    law = gamma_cumulants(latency_s, scv_of_mix(part[at.LATENCY_SCV], mean_work, square))
    st[of.ARRIVALS], st[of.SERVERS], st[of.SERVICE_S] = arrivals, math.inf, latency_s
    put(st, of.WORK, law)
    st[of.UTILISATION], st[of.LOAD_RATIO], st[of.LIMITED_BY] = utilisation, utilisation, c
    st[of.CAN_REFUSE] = 1.0
    put(st, of.RESPONSE, law)
    st[of.HELD_S] = latency_s
    st[of.BLOCKED] = 1.0 - 1.0 / utilisation if utilisation > 1.0 else 0.0
    st[of.CAPACITY] = limit
    st[of.LOADS] = 1.0


@internal
def serve(
    program: Program, work: Work, c: int, arrivals: float, parts: np.ndarray, calls: np.ndarray, stage: int
) -> None:
    """One component under its load.

    Args:
        program: The system.
        work: Room; the station is to_all to `work.station[c]`.
        c: The component.
        arrivals: Calls that arrive, 1/s.
        parts: Parameters of the components.
        calls: Parameters of the calls.
        stage: 0 = as if nothing were below it and anybody might call; 1 = it serves and lets go; 2 = it keeps
            its slot for what is below, which is known.
    """
    part = parts[c]
    if program.kind[c] == of.EXTERNAL:
        external(program, work, c, arrivals, part, calls)
        return
    st = work.station[c]
    servers = part[at.REPLICAS] * part[at.SLOTS]
    mean_work, square, copies, to_all = work_of_mix(program, work, c, part, calls)
    unit_s = part[at.SERVICE_MS] / _MS_PER_S / (1.0 - part[at.GC_SHARE])
    bare_s, service_scv = unit_s * mean_work, scv_of_mix(part[at.SERVICE_SCV], mean_work, square)
    if bare_s < _SHORTEST_S:
        bare_s = 0.0
    rate = arrivals * copies / part[at.SHARDS]
    service_s, full_s = bare_s, bare_s
    if part[at.CONTENTION] > 0.0 or part[at.COHERENCY] > 0.0:
        replicas, contention, coherency = part[at.REPLICAS], part[at.CONTENTION], part[at.COHERENCY]
        full_s = bare_s * stretch(1.0 + max(replicas - 1.0, 0.0), contention, coherency)
        service_s = busy_service(rate, bare_s, servers, replicas, contention, coherency)
    own = gamma_cumulants(service_s, service_scv)
    limited = math.isfinite(part[at.QUEUE_LIMIT]) or math.isfinite(part[at.MAX_WAIT_S])
    capacity = servers / full_s * part[at.SHARDS] / copies
    spread = (part[at.REPLICAS], part[at.SLOTS], part[at.BALANCING])
    limits = (part[at.QUEUE_LIMIT], part[at.MAX_WAIT_S])
    each, at_read, at_write = waits_at_copies(
        rate, (service_s, service_scv), part[at.ARRIVAL_SCV], spread, limits, to_all
    )
    blocked, w1, w2, w3 = each
    away = (0.0, 0.0, 0.0)
    if stage > 0 and program.is_pooled[c] and not limited:
        callers = _callers(program, c, parts)
        if math.isfinite(callers):
            room = (max(callers * copies - servers, 0.0), math.inf)
            capped, at_read, at_write = waits_at_copies(
                rate, (service_s, service_scv), part[at.ARRIVAL_SCV], spread, room, to_all
            )
            _, c1, c2, c3 = capped
            if math.isfinite(w1):
                away = (max(w1 - c1, 0.0), max(w2 - c2, 0.0), max(w3 - c3, 0.0))
            blocked, w1, w2, w3 = 0.0, c1, c2, c3
    batch = batch_of(program, work, c)
    if batch > 1.0 and copies == 1.0 and not limited and math.isfinite(w1):
        # What copies with a queue each wait beyond one shared queue stays.
        alone = (part[at.REPLICAS], part[at.SLOTS], at.SHARED)
        _, c1, c2, c3 = balanced_wait(
            rate, (service_s, service_scv), part[at.ARRIVAL_SCV], alone, (math.inf, math.inf)
        )
        f1, f2, f3 = first_wait(rate, (service_s, service_scv), servers, batch)
        w1, w2, w3 = max(w1 - c1, 0.0) + f1, max(w2 - c2, 0.0) + f2, max(w3 - c3, 0.0) + f3
    cores = (part[at.SLOTS], part[at.CPU_QUOTA], part[at.CPU_PERIOD_MS] / _MS_PER_S)
    if cores[1] < cores[0]:
        capacity *= cores[1] / cores[0]
        of_one = rate / part[at.REPLICAS]
        if not arrivals < capacity:
            w1, w2, w3 = math.inf, math.inf, math.inf
        elif service_s > 0.0 and arrivals > 0.0:
            t1, t2, t3 = throttled_wait(of_one, (service_s, service_scv), cores)
            if t1 > w1:
                w1, w2, w3 = t1, t2, t3
    held_s, limiter = service_s, float(c)
    is_pool = stage == 2 and part[at.BLOCKING] > 0.0
    if is_pool:
        below, free, limit, limiter, kept = hold(program, work, c, service_s, parts, calls)
        if copies > 1.0:  # the calls under it are made by one of the copies
            below = (below[0] / copies, below[1] / copies, below[2] / copies)
            free = (free[0] / copies, free[1] / copies, free[2] / copies)
        mean, variance = own[0] + free[0], own[1] + free[1]
        scv = variance / mean**2 if mean > 0.0 else 0.0
        held = own[0] + below[0]
        if not math.isfinite(held):
            held = _ENDLESS_HOLD_S
        capacity = min(limit, servers / mean / copies if mean > 0.0 else math.inf)
        if limited:
            blocked, w1, w2, w3 = balanced_wait(rate, (held, scv), part[at.ARRIVAL_SCV], spread, limits)
            held_s = held
        else:
            held_s, wait = pool_wait(rate, servers, held, scv, capacity * copies, (spread[0], spread[2]))
            blocked = 0.0
            w1, w2, w3 = max(wait[0], kept[0]), max(wait[1], kept[1]), max(wait[2], kept[2])
    load_ratio = arrivals / capacity if arrivals > 0.0 else 0.0
    utilisation = load_ratio
    if is_pool and load_ratio < 1.0:
        utilisation = min(rate * held_s / servers, 1.0)
    st[of.ARRIVALS], st[of.SERVERS], st[of.SERVICE_S] = arrivals, servers, service_s
    st[of.UNIT_S] = service_s / mean_work if mean_work > 0.0 else unit_s
    st[of.UNIT_SCV] = part[at.SERVICE_SCV]
    put(st, of.WORK, own)
    st[of.UTILISATION], st[of.LOAD_RATIO], st[of.LIMITED_BY] = utilisation, load_ratio, limiter
    st[of.CAN_REFUSE] = 1.0 if limited else 0.0
    put(st, of.WAIT, (w1, w2, w3))
    put(st, of.RESPONSE, (w1 + own[0], w2 + own[1], w3 + own[2]))
    st[of.HELD_S], st[of.BLOCKED], st[of.CAPACITY] = held_s, blocked, capacity
    st[of.HIT], st[of.STALE], st[of.LOADS] = 0.0, 0.0, 1.0
    if program.kind[c] == of.CACHE:
        _keep(program, work, c, arrivals, part, stage)
    if program.kind[c] == of.STORE:
        _replicate(work, c, part)
        if works_at_copies(program, c, part):
            unit = (st[of.UNIT_S], st[of.UNIT_SCV])
            reads, writes = copy_delays(
                part, ((w1, w2, w3), at_read, at_write), unit, (load_ratio, blocked), to_all
            )
            put(st, of.READ_WAIT, reads)
            put(st, of.WRITE_WAIT, writes)
    st[of.TO_ALL] = to_all
    put(st, of.KEPT_AWAY, away)


@internal
def _callers(program: Program, c: int, parts: np.ndarray) -> float:
    """Threads of the pools that are the only callers; infinite where one of them lets go."""
    total = 0.0
    for j in range(program.pools_start[c], program.pools_start[c + 1]):
        caller = parts[program.pools[j]]
        total += caller[at.REPLICAS] * caller[at.SLOTS] if caller[at.BLOCKING] > 0.0 else math.inf
    return total


@internal
def _keep(program: Program, work: Work, c: int, arrivals: float, part: np.ndarray, stage: int) -> None:
    """What a cache answers itself."""
    st = work.station[c]
    given = part[at.HIT_RATIO]
    if given == given:
        hit, stale, loads = given, 0.0, 1.0 - given
    else:
        keys = part[at.KEYS] if part[at.KEYS] == part[at.KEYS] else 1.0
        key = work.cache_key[c]
        if key[0] != keys or key[1] != part[at.ZIPF] or key[2] != part[at.CAPACITY_KEYS]:
            if key[0] != keys or key[1] != part[at.ZIPF]:
                fill_bins(keys, part[at.ZIPF], work.bins[c])
            key[3] = 1.0
            if math.isfinite(part[at.CAPACITY_KEYS]):
                key[3] = characteristic_calls(work.bins[c], part[at.CAPACITY_KEYS])
            key[0], key[1], key[2] = keys, part[at.ZIPF], part[at.CAPACITY_KEYS]
        load_s = 0.0
        if stage > 0:
            for j in range(program.own_start[c], program.own_start[c + 1]):
                load_s = max(load_s, work.bare[program.own[j]])
        limits = (
            part[at.TTL_S],
            part[at.CAPACITY_KEYS],
            part[at.WRITES_PER_KEY],
            min(load_s, _LONGEST_LOAD_S),
            part[at.COALESCING],
        )
        hit, stale, loads = cache_hits(arrivals, work.bins[c], key[3], limits)
    left = part[at.HIT_FACTOR]
    st[of.HIT], st[of.STALE], st[of.LOADS] = hit * left, stale, loads + hit * (1.0 - left)


@internal
def _replicate(work: Work, c: int, part: np.ndarray) -> None:
    """What the quorums of a store add."""
    st, key = work.station[c], work.quorum_key[c]
    replicas = part[at.REPLICAS]
    read, write = quorums(part)
    wanted = (
        replicas,
        read,
        write,
        part[at.RTT_MS],
        part[at.RTT_SCV],
        part[at.REPLICATION_LAG_MS],
        part[at.WRITES_PER_KEY],
        part[at.COPY_WORK],
    )
    is_same = True
    for j in range(8):
        if key[j] != wanted[j]:
            is_same = False
    if is_same:
        return
    rtt_s = part[at.RTT_MS] / _MS_PER_S
    reads, writes = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    if rtt_s > 0.0:
        reads, writes = quorum_waits(replicas, read, write, rtt_s, part[at.RTT_SCV])
    put(st, of.READ_WAIT, reads)
    put(st, of.WRITE_WAIT, writes)
    st[of.STALE_READS] = stale_read_share(
        replicas, read, write, part[at.REPLICATION_LAG_MS] / _MS_PER_S, rtt_s / 2.0, part[at.WRITES_PER_KEY]
    )
    st[of.READ_COPIES], st[of.WRITE_COPIES] = read, write
    for j in range(8):
        key[j] = wanted[j]


@internal
def bare_times(program: Program, work: Work, parts: np.ndarray, calls: np.ndarray) -> None:
    """Mean time of what is under each call when nothing waits anywhere and nothing below is cached, s."""
    total = np.zeros(program.steps_start.size)
    for i in range(program.component.size - 1, -1, -1):
        root = program.then[i]
        for j in range(program.inner_start[root], program.inner_start[root + 1]):
            q = program.inner[j]
            total[q] = 0.0
            for k in range(program.steps_start[q], program.steps_start[q + 1]):
                step = program.steps[k]
                if step < 0:
                    slowest = 0.0
                    for b in range(program.group_start[-1 - step], program.group_start[-step]):
                        slowest = max(slowest, total[program.group[b]])
                    total[q] += slowest
                    continue
                part = parts[program.component[step]]
                is_external = program.kind[program.component[step]] == of.EXTERNAL
                own = part[at.LATENCY_MS] if is_external else part[at.SERVICE_MS]
                made = calls[step, at.TIMES] * calls[step, at.ENABLED]
                own = own * calls[step, at.WORK] + calls[step, at.NETWORK_MS]
                once = own / _MS_PER_S + work.bare[step]
                total[q] += made * min(once, calls[step, at.TIMEOUT_MS] / _MS_PER_S)
        work.bare[i] = total[root]
