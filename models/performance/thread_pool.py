"""Thread per request: a pool whose threads are held while they call the stores below them.

The open formula lets an endless queue form at a store, although no more calls can be there than the pool has
threads; that wait would then lengthen the hold of the threads. The caps here cut both, without iteration.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.balancing import balanced_pool
from models.performance.compiled import compiled, internal
from models.performance.equal_branches import nth_of_equal
from models.performance.erlang import erlang_b, erlang_c
from models.performance.mixture import Cumulants, collapse, from_raw, put, scaled, single, to_raw
from models.performance.own_work import own_time
from models.performance.parallel_calls import maximum
from models.performance.program import Program, Work
from models.system import layout as at

#: Sharpness of the bend between two limits, per square root of the store's slots: fitted to the exact
#: machine-repair model (rms 1.3 %, worst -4.6 %).
SHARPNESS = 3.0
#: Utilisation at which Erlang C is held: the limit of the pool is the driven flow, not its threads.
FULLEST = 0.9999
_MS_PER_S = 1000.0
#: A power of less than e to this is nothing beside 1.
_NOTHING = -45.0


@compiled
def pool_wait(
    rate: float, threads: float, hold_s: float, hold_scv: float, limit: float, servers: tuple[float, float]
) -> tuple[float, Cumulants]:
    """Mean time a request holds its thread, s, and the wait for a thread.

    Args:
        rate: Requests per second, >= 0.
        threads: Threads c, > 0.
        hold_s: Hold h with the (capped) waits at the stores, s, >= 0.
        hold_scv: Squared coefficient of variation of the unhindered hold.
        limit: Flow X that the threads can drive (`driven_flow`), 1/s, > 0; infinity = no limit.
        servers: Replicas over which the threads are spread, and the balancing (`layout.SHARED`, ...).

    Returns:
        Hold (1 - C) h + C max(c / X, h), and a wait that is 0 with probability 1 - C and else exponential of
        mean k / (X - rate), k = (1 + scv) / 2; infinite where `rate >= limit`.

    Source: own (docs/model.md), with the Erlang C of the pool; moments as in M/M/c.
    """
    offered = min(rate * hold_s, FULLEST * threads)
    waits = erlang_c(offered, threads, erlang_b(offered, threads))
    hold = (1.0 - waits) * hold_s + waits * max(threads / limit, hold_s)
    if not rate < limit:
        return hold, (math.inf, math.inf, math.inf)
    if servers[1] != at.SHARED and servers[0] > 1.0 and math.isfinite(limit):
        waits, mean = balanced_pool(rate / limit, threads / servers[0], offered, hold_scv, servers)
        w = mean * threads / limit
        hold = (1.0 - waits) * hold_s + waits * max(threads / limit, hold_s)
    else:
        w = 0.5 * (1.0 + hold_scv) / (limit - rate)
    return hold, (
        waits * w,
        waits * (2.0 - waits) * w * w,
        waits * (6.0 - 6.0 * waits + 2.0 * waits * waits) * w * w * w,
    )


@compiled
def driven_flow(own: float, limits: np.ndarray, fewest: float) -> float:
    """Requests per second that a pool can drive through the stores below it when it is never idle.

    Args:
        own: Flow c / h0 of its c threads when nothing waits anywhere, 1/s.
        limits: Capacity M_k of each store in requests of this pool per second, > 0; of a store that blocks
            itself its own driven flow. Infinite where a store has at least as many slots as the pool has
            threads, since nothing queues there.
        fewest: Slots of the store of the others that has the fewest; infinity = there is none.

    Returns:
        X = [(c / h0)^-p + sum M_k^-p]^(-1/p), 1/s, with p = 3 sqrt(fewest); infinite if nothing limits it.

    Source: own fit of a p-norm to the exact machine-repair model (docs/model.md; rms 1.3 %, worst -4.6 %).
    One p for all stores keeps the flow monotone in each of them.
    """
    lowest = own
    for d in range(limits.size):
        if limits[d] < lowest:
            lowest = limits[d]
    if not math.isfinite(lowest):
        return math.inf
    # Where no store queues the pool alone decides, whatever p.
    p = SHARPNESS * math.sqrt(fewest if math.isfinite(fewest) else 1.0)
    # Against the lowest limit every power is at most 1, so that none overflows.
    power = p * math.log(lowest / own)
    total = math.exp(power) if power > _NOTHING else 0.0
    for d in range(limits.size):
        if limits[d] < math.inf:
            power = p * math.log(lowest / limits[d])
            total += math.exp(power) if power > _NOTHING else 0.0
    return lowest * max(total, 1.0) ** (-1.0 / p)


@internal
def hold(
    program: Program, work: Work, c: int, own_s: float, parts: np.ndarray, calls: np.ndarray
) -> tuple[Cumulants, Cumulants, float, float, Cumulants]:
    """What a component waits for while it keeps its slot, over all calls that reach it.

    Returns:
        Cumulants below with waits and without, the flow its slots can drive (1/s), what limits that flow, and
        the waits that the cap on callers keeps away from the components below.
    """
    first, last = program.own_start[c], program.own_start[c + 1]
    for j in range(program.under_start[c], program.under_start[c + 1]):
        _one_attempt(program, work, program.under[j], calls)
    total = 0.0
    for j in range(first, last):
        total += work.call[program.own[j], of.ATTEMPTS_PER_S]
    moments = np.zeros((3, 3))
    for j in range(first, last):
        i = program.own[j]
        root = program.then[i]
        held = collapse(work.steps_held[root], work.steps_held_n[root])
        once, free = _steps_once(program, work, root, calls)
        stretch = 1.0
        if math.isfinite(held[0]) and math.isfinite(once[0]) and once[0] > 0.0:
            stretch = held[0] / once[0]
        free = (free[0] * stretch, free[1] * stretch**2, free[2] * stretch**3)
        kept = _kept_away(program, work, root, calls)
        if last - first == 1:
            below, unhindered, displaced = held, free, kept
        else:
            share = work.call[i, of.ATTEMPTS_PER_S] / total if total > 0.0 else 1.0 / (last - first)
            if share > 0.0:
                _add_raw(moments[0], held, share)
                _add_raw(moments[1], free, share)
                _add_raw(moments[2], kept, share)
    if last - first != 1:
        below = from_raw(moments[0, 0], moments[0, 1], moments[0, 2])
        unhindered = from_raw(moments[1, 0], moments[1, 1], moments[1, 2])
        displaced = from_raw(moments[2, 0], moments[2, 1], moments[2, 2])
    limit, limiter = _limits(program, work, c, own_s + unhindered[0], total, parts)
    return below, unhindered, limit, limiter, displaced


@internal
def _add_raw(moments: np.ndarray, part: Cumulants, share: float) -> None:
    first, second, third = to_raw(part)
    moments[0] += share * first
    moments[1] += share * second
    moments[2] += share * third


@internal
def _one_attempt(program: Program, work: Work, i: int, calls: np.ndarray) -> None:
    """Time of the attempts of one call with waits and without, each succeeding at once: `work.once[i]`."""
    st = work.station[program.component[i]]
    with_waits, without = _steps_once(program, work, program.then[i], calls)
    if program.kind[program.component[i]] == of.CACHE:
        missed = 1.0 - st[of.HIT]
        with_waits, without = scaled(with_waits, missed), scaled(without, missed)
    quorum = of.WRITE_WAIT if program.writes[i] else of.READ_WAIT
    made = calls[i, at.TIMES] * calls[i, at.ENABLED]
    limit = calls[i, at.TIMEOUT_MS] / _MS_PER_S
    own = own_time(program, work, i, calls)
    for k in range(2):
        inner = with_waits if k == 0 else without
        m, v, t = own[0], own[1], own[2]
        if k == 0:
            m, v, t = st[of.WAIT] + m, st[of.WAIT + 1] + v, st[of.WAIT + 2] + t
        m, v, t = m + inner[0], v + inner[1], t + inner[2]
        if program.kind[program.component[i]] == of.STORE:
            m, v, t = m + st[quorum], v + st[quorum + 1], t + st[quorum + 2]
        cut = limit / m if m > limit and m > 0.0 else 1.0
        found = scaled((m * cut, v * cut**2, t * cut**3), made)
        put(work.once[i], 3 * k, found)


@internal
def _steps_once(program: Program, work: Work, root: int, calls: np.ndarray) -> tuple[Cumulants, Cumulants]:
    """The same for a sequence of steps whose calls are known."""
    found = np.zeros((program.inner_start[root + 1] - program.inner_start[root], 6))
    first = program.inner_start[root]
    for j in range(first, program.inner_start[root + 1]):
        q = program.inner[j]
        for k in range(program.steps_start[q], program.steps_start[q + 1]):
            step = program.steps[k]
            if step >= 0:
                for m in range(6):
                    found[j - first, m] += work.once[step, m]
                continue
            group = -1 - step
            b = program.group_start[group + 1] - program.group_start[group]
            for side in range(2):
                for branch in range(b):
                    place = 0
                    wanted = program.group[program.group_start[group] + branch]
                    for other in range(first, j):
                        if program.inner[other] == wanted:
                            place = other - first
                    one, at_side = found[place], 3 * side
                    work.branch_n[branch] = 1
                    single(one[at_side], one[at_side + 1], one[at_side + 2], work.branches[branch])
                if program.group_each[group] > 1:
                    counts = (float(program.group_each[group]), float(program.group_needed[group]))
                    n = nth_of_equal(work.branches[0], 1, 1.0, counts, work.scratch[7])
                    whole = collapse(work.scratch[7], n)
                    for m in range(3):
                        found[j - first, 3 * side + m] += whole[m]
                elif b == 1:
                    for m in range(3):
                        found[j - first, 3 * side + m] += work.branches[0, 0, 1 + m]
                else:
                    n = maximum(work.branches, work.branch_n, b, work.memory, work.scratch[7])
                    whole = collapse(work.scratch[7], n)
                    for m in range(3):
                        found[j - first, 3 * side + m] += whole[m]
    row = found[found.shape[0] - 1]
    return (row[0], row[1], row[2]), (row[3], row[4], row[5])


@internal
def _kept_away(program: Program, work: Work, root: int, calls: np.ndarray) -> Cumulants:
    """Waits that the pool keeps away from the components it calls directly, parallel branches left aside."""
    m, v, t = 0.0, 0.0, 0.0
    for k in range(program.steps_start[root], program.steps_start[root + 1]):
        step = program.steps[k]
        if step >= 0:
            st = work.station[program.component[step]]
            part = scaled(
                (st[of.KEPT_AWAY], st[of.KEPT_AWAY + 1], st[of.KEPT_AWAY + 2]),
                calls[step, at.TIMES] * calls[step, at.ENABLED],
            )
            m, v, t = m + part[0], v + part[1], t + part[2]
    return m, v, t


@internal
def _limits(
    program: Program, work: Work, c: int, hold_s: float, own_rate: float, parts: np.ndarray
) -> tuple[float, float]:
    """Requests per second that a pool can drive when it is never idle, and the component that limits them."""
    threads = parts[c, at.REPLICAS] * parts[c, at.SLOTS]
    own = threads / hold_s
    rates = np.zeros(program.kind.size)
    called = np.zeros(program.kind.size, dtype=np.int64)
    for i in range(program.component.size):
        caller = program.caller[i]
        if caller >= 0 and program.component[caller] == c:
            rates[program.component[i]] += work.call[i, of.ATTEMPTS_PER_S]
            called[program.component[i]] = 1
    limits = np.full(program.kind.size, math.inf)
    fewest, lowest, limiter = math.inf, own, float(c)
    for d in range(program.kind.size):
        if not called[d]:
            continue
        st = work.station[d]
        if not st[of.SERVERS] < threads:
            continue
        fewest = min(fewest, st[of.SERVERS])
        per_call = rates[d] / own_rate if own_rate > 0.0 else 0.0
        if per_call > 0.0:
            others = max(st[of.ARRIVALS] - rates[d], 0.0)
            total = st[of.ARRIVALS] if st[of.ARRIVALS] > 0.0 else 1.0
            left = max(st[of.CAPACITY] - others, st[of.CAPACITY] * rates[d] / total)
            limits[d] = left / per_call
        if limits[d] < lowest:
            lowest = limits[d]
            limiter = st[of.LIMITED_BY]
    return driven_flow(own, limits, fewest), limiter
