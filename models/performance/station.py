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
from models.performance.pool_network import callers, turns_away
from models.performance.program import Program, Work
from models.performance.quorum import from_least, quorum_waits, trip_of
from models.performance.scalability import busy_service, stretch
from models.performance.service_law import law_cumulants
from models.performance.staleness import stale_read_share
from models.system import layout as at

_MS_PER_S = 1000.0
_SHORTEST_S = 1e-15
_LONGEST_LOAD_S = 1e9


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
    st[of.LOADS] = st[of.ASKED] = 1.0


@internal
def serve(
    program: Program, work: Work, c: int, arrivals: float, parts: np.ndarray, calls: np.ndarray, stage: int
) -> None:
    """One component under its load.

    Args:
        program: The system.
        work: Room; the station is written to `work.station[c]`.
        c: The component.
        arrivals: Calls that arrive, 1/s.
        parts: Parameters of the components.
        calls: Parameters of the calls.
        stage: 0 = as if nothing were below it and anybody might call; 1 = it serves and lets go; 2 = what is
            below it is known: where it keeps its slot for that its wait isn't told here (`thread_pool`).
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
    own = law_cumulants(service_s, service_scv, part[at.SERVICE_LAW])
    limited = turns_away(program, c, parts)
    capacity = servers / full_s * part[at.SHARDS] / copies
    blocked = 0.0
    w1, w2, w3 = st[of.BASE], st[of.BASE + 1], st[of.BASE + 2]
    at_read = at_write = (w1, w2, w3)
    cores = (part[at.SLOTS], part[at.CPU_QUOTA], part[at.CPU_PERIOD_MS] / _MS_PER_S)
    if cores[1] < cores[0]:
        capacity *= cores[1] / cores[0]
    is_pool = stage == 2 and part[at.BLOCKING] > 0.0
    if not is_pool:
        spread = (part[at.REPLICAS], part[at.SLOTS], part[at.BALANCING])
        limits = (part[at.QUEUE_LIMIT], part[at.MAX_WAIT_S])
        if not limited:
            limits = (
                max(callers(program, c, parts) * copies * st[of.LEFT_BEHIND] - servers, 0.0)
                if stage > 0
                else math.inf,
                math.inf,
            )
        service = (service_s, service_scv)
        each, at_read, at_write = waits_at_copies(rate, service, st[of.STREAM], spread, limits, to_all)
        blocked, w1, w2, w3 = each
        blocked = blocked if limited else 0.0
        if program.kind[c] == of.QUEUE and arrivals > capacity:
            blocked = 1.0 - capacity / arrivals
        batch = batch_of(program, work, c)
        if batch > 1.0 and copies == 1.0 and not limited and math.isfinite(w1):
            # What copies with a queue each wait beyond one shared queue stays.
            alone, none = (part[at.REPLICAS], part[at.SLOTS], at.SHARED), (math.inf, math.inf)
            _, c1, c2, c3 = balanced_wait(rate, service, st[of.STREAM], alone, none, math.nan)
            f1, f2, f3 = first_wait(rate, service, servers, batch)
            w1, w2, w3 = max(w1 - c1, 0.0) + f1, max(w2 - c2, 0.0) + f2, max(w3 - c3, 0.0) + f3
        if cores[1] < cores[0]:
            if not arrivals < capacity:
                w1, w2, w3 = math.inf, math.inf, math.inf
            elif service_s > 0.0 and arrivals > 0.0:
                t1, t2, t3 = throttled_wait(rate / part[at.REPLICAS], service, cores)
                if t1 > w1:
                    w1, w2, w3 = t1, t2, t3
        put(st, of.BASE, (w1, w2, w3))
        put(st, of.WAIT, (w1, w2, w3))
        put(st, of.RESPONSE, (w1 + own[0], w2 + own[1], w3 + own[2]))
    st[of.ARRIVALS], st[of.SERVERS], st[of.SERVICE_S] = arrivals, servers, service_s
    st[of.UNIT_S] = service_s / mean_work if mean_work > 0.0 else unit_s
    st[of.UNIT_SCV], st[of.UNIT_LAW] = part[at.SERVICE_SCV], part[at.SERVICE_LAW]
    st[of.TO_ALL], st[of.ASKED] = to_all, copies
    put(st, of.WORK, own)
    load_ratio = arrivals / capacity if arrivals > 0.0 else 0.0
    st[of.UTILISATION], st[of.LOAD_RATIO], st[of.LIMITED_BY] = load_ratio, load_ratio, float(c)
    st[of.CAN_REFUSE] = 1.0 if limited or program.kind[c] == of.QUEUE else 0.0
    st[of.HELD_S], st[of.BLOCKED], st[of.CAPACITY] = service_s, blocked, capacity
    st[of.HIT], st[of.STALE], st[of.LOADS] = 0.0, 0.0, 1.0
    if program.kind[c] == of.CACHE:
        _keep(program, work, c, arrivals, part, stage)
    if program.kind[c] == of.STORE:
        _replicate(work, c, part)
        if works_at_copies(program, c, part):
            unit, each_wait = (st[of.UNIT_S], st[of.UNIT_SCV]), (w1, w2, w3)
            load = (load_ratio, blocked)
            reads, writes = copy_delays(part, (each_wait, at_read, at_write), unit, load, to_all)
            put(st, of.READ_WAIT, reads)
            put(st, of.WRITE_WAIT, writes)


@internal
def _keep(program: Program, work: Work, c: int, arrivals: float, part: np.ndarray, stage: int) -> None:
    """What a cache answers itself."""
    st = work.station[c]
    given, nothing_kept = part[at.HIT_RATIO], 1.0
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
        if work.filled[c] < 1.0 and part[at.COALESCING] > 0.0:
            empty = (0.0, limits[1], limits[2], limits[3], limits[4])
            nothing_kept = cache_hits(arrivals, work.bins[c], key[3], empty)[2]
    left = part[at.HIT_FACTOR]
    filled = work.filled[c]
    if filled == filled and hit > 0.0:
        # After a cold start each hit is owed to a load that succeeded: 1 / filled misses before it.
        warm = filled / max(hit * filled + 1.0 - hit, 1e-12)
        loads = loads * warm + nothing_kept * (1.0 - warm)
        hit *= warm
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
        part[at.LAG_SCV],
        part[at.LAG_MIN_MS],
        part[at.RTT_MIN_MS],
    )
    is_same = True
    for j in range(11):
        if key[j] != wanted[j]:
            is_same = False
    if is_same:
        return
    trip = trip_of(part)
    reads, writes = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    if trip[0] > 0.0:
        reads, writes = quorum_waits(replicas, read, write, trip)
    put(st, of.READ_WAIT, reads)
    put(st, of.WRITE_WAIT, writes)
    lag = from_least(
        part[at.REPLICATION_LAG_MS] / _MS_PER_S, part[at.LAG_SCV], part[at.LAG_MIN_MS] / _MS_PER_S
    )
    half = (0.5 * trip[0], 0.5 * trip[1], 0.5 * trip[2])
    st[of.STALE_READS] = stale_read_share((replicas, read, write), lag, half, part[at.WRITES_PER_KEY])
    st[of.READ_COPIES], st[of.WRITE_COPIES] = read, write
    for j in range(11):
        key[j] = wanted[j]
