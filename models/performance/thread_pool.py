"""Thread per request: a pool whose threads are held while they call the stations below them.

The open formulas let an endless queue form at a station, although no more calls can be there than the pool
has threads; and they don't see that a thread that waits at one station isn't at the next. Both follow from
the closed network of the threads (`closed_network`): what it carries, how long a thread is held, and so how
much of the open waits below is left.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.balancing import balanced_wait
from models.performance.closed_network import COPIES, DEMAND_S, MOST_CUSTOMERS, SCV, SERVERS, busiest, taken
from models.performance.compiled import internal
from models.performance.erlang import erlang_b
from models.performance.held_time import held_below, time_below
from models.performance.mixture import Cumulants, from_raw, put, to_raw
from models.performance.pool_network import USED, VARIABLE, callers, threads_stations, turn_round, turns_away
from models.performance.program import Program, Work
from models.system import layout as at

#: Whether the waits at the threads' stations swing as one station's service or as the threads' own time does:
#: by the share of the busiest one that is used, to this power (fitted to simulation).
BY_THE_BUSIEST = 8.0
#: Where nobody waits for a thread, waits below grow with the variability by this power more than those of the
#: network do (fitted); and a share that waits from which on the network tells the waits, not open formulas.
OPEN_POWER, OPEN_UNTIL, OPEN_FROM = 0.4, 0.02, 0.25
#: Waits below are never told longer than so many times the open ones.
_MOST_RELIEF = 3.0
_LEAST_S = 1e-15
_ENDLESS_HOLD_S = 1e12
#: A hold that changes by less, relatively, stays.
_SAME = 1e-9


@internal
def ease(program: Program, work: Work, parts: np.ndarray, calls: np.ndarray, is_first: bool) -> None:
    """Works out the threads of all pools, and shortens the waits at the stations below them accordingly.

    Args:
        program: The system.
        work: Room; traffic and stations are known.
        parts: Parameters of the components.
        calls: Parameters of the calls.
        is_first: Whether no pass came before.
    """
    c_n = program.kind.size
    for c in range(c_n):
        work.relief[c, 0], work.relief[c, 1] = 0.0, 0.0
        work.is_counted[c] = 0
        if is_first:
            work.station[c, of.STRETCH] = 1.0
    for o in range(c_n - 1, -1, -1):
        c = program.order[o]
        if program.blocks[c] and parts[c, at.BLOCKING] > 0.0:
            turn(program, work, c, parts, calls)
    for d in range(c_n):
        st = work.station[d]
        factor = work.relief[d, 0] / work.relief[d, 1] if work.relief[d, 1] > 0.0 else 1.0
        if not program.is_pooled[d] or st[of.CAN_REFUSE] > 0.0 or not factor >= 0.0:
            factor = 1.0
        wait = (st[of.BASE] * factor, st[of.BASE + 1] * factor**2, st[of.BASE + 2] * factor**3)
        if program.blocks[d] and parts[d, at.BLOCKING] > 0.0:
            st[of.RELIEF] = factor
        elif st[of.WAIT] != wait[0] or st[of.WAIT + 1] != wait[1] or st[of.WAIT + 2] != wait[2]:
            put(st, of.WAIT, wait)
            for j in range(3):
                st[of.RESPONSE + j] = wait[j] + st[of.WORK + j]
            work.is_new[d] = 1


@internal
def keep_slots(program: Program, work: Work, c: int, parts: np.ndarray, calls: np.ndarray) -> None:
    """A pool once what is under it is known: how long it is kept waiting, and so how its station stands."""
    st = work.station[c]
    below_s, stretch = held_below(program, work, c, calls)
    below_s *= _goes_on(program, work, c, parts[c])
    if abs(stretch - st[of.STRETCH]) > _SAME * stretch:
        # Repeats and time-outs below change how long a slot is held: known only now.
        st[of.STRETCH] = stretch
        turn(program, work, c, parts, calls)
    held_s = min(st[of.WORK] * st[of.ASKED] + below_s, _ENDLESS_HOLD_S)
    factor, blocked = st[of.RELIEF], st[of.POOL_BLOCKED]
    put(st, of.WAIT, (st[of.BASE] * factor, st[of.BASE + 1] * factor**2, st[of.BASE + 2] * factor**3))
    for j in range(3):
        st[of.RESPONSE + j] = st[of.WAIT + j] + st[of.WORK + j]
    st[of.HELD_S], st[of.BLOCKED], st[of.CAPACITY] = held_s, blocked, st[of.POOL_LIMIT]
    st[of.LIMITED_BY] = st[of.POOL_LIMITER]
    arrivals = st[of.ARRIVALS]
    load_ratio = arrivals / st[of.POOL_LIMIT] if arrivals > 0.0 else 0.0
    st[of.LOAD_RATIO] = st[of.UTILISATION] = load_ratio
    if load_ratio < 1.0:
        st[of.UTILISATION] = min(arrivals * (1.0 - blocked) * held_s / st[of.SERVERS], 1.0)


@internal
def turn(program: Program, work: Work, c: int, parts: np.ndarray, calls: np.ndarray) -> None:
    """One pool: what its threads can carry, how long they are held, and the wait for one of them.

    Source: the threads' network as one server whose speed depends on how many it serves (`closed_network`);
    behind it the formulas of any station, with what the network carries as its capacity.
    """
    part, st = parts[c], work.station[c]
    threads = part[at.REPLICAS] * part[at.SLOTS]
    n = threads_stations(program, work, c, parts, calls)
    stations = work.closed_stations[:n]
    below = _of_some(time_below(program, work, c, calls, False), _goes_on(program, work, c, part))
    free_s = st[of.WORK] * st[of.ASKED] + below[0] * st[of.STRETCH]
    scv = (st[of.WORK + 1] + below[1] * st[of.STRETCH] ** 2) / free_s**2 if free_s > 0.0 else 0.0
    rate = st[of.ARRIVALS]
    is_limited = turns_away(program, c, parts)
    limits = (part[at.QUEUE_LIMIT], part[at.MAX_WAIT_S])
    if not is_limited:
        limits = (max(callers(program, c, parts) * st[of.LEFT_BEHIND] - threads, 0.0), math.inf)
    limit = threads / free_s if free_s > 0.0 else math.inf
    held_s, waits, full, swing, limiter, variable = free_s, 0.0, 0.0, scv, float(c), 1.0
    if n > 0:
        less = min(MOST_CUSTOMERS / threads, 1.0)
        customers = max(math.floor(threads * less + 0.5), 1)
        think_s = free_s
        for k in range(n):
            think_s -= stations[k, DEMAND_S] * stations[k, COPIES]
            stations[k, SERVERS] *= less
        think_s = max(think_s, _LEAST_S)
        turn_round(work, c, customers, think_s, n)
        flow, variable = work.closed_flow[c, : customers + 1], work.closed_told[c, VARIABLE]
        lowest, which = busiest(stations)
        if lowest / less < limit:
            limiter = work.station[work.closed_of[which], of.LIMITED_BY]
        limit = min(flow[customers] / less, limit)
        swing += (stations[which, SCV] - scv) * work.closed_told[c, USED] ** BY_THE_BUSIEST
        if rate > 0.0:
            k_mean = max(0.5 * (st[of.STREAM] + swing), _LEAST_S)
            places = min(limits[0], limits[1] * limit) / k_mean
            full, waits, held_s = taken(rate * less, flow, places * less)
            held_s = max(held_s, free_s)
    elif rate > 0.0 and math.isfinite(limit):
        full = erlang_b(rate * free_s, threads)
    if part[at.REPLICAS] > 1.0 and (part[at.BALANCING] == at.RANDOM or part[at.BALANCING] == at.ROUND_ROBIN):
        full = erlang_b(rate * held_s / part[at.REPLICAS], part[at.SLOTS])
    spread = (part[at.REPLICAS], part[at.SLOTS], part[at.BALANCING])
    hold = threads / limit if math.isfinite(limit) else 0.0
    blocked, w1, w2, w3 = balanced_wait(rate, (hold, swing), st[of.STREAM], spread, limits, full)
    if not is_limited:
        blocked = 0.0
        if not rate < limit:
            w1, w2, w3 = math.inf, math.inf, math.inf
            if program.kind[c] == of.QUEUE:
                blocked = 1.0 - limit / rate
    put(st, of.BASE, (w1, w2, w3))
    st[of.POOL_BLOCKED], st[of.POOL_LIMIT], st[of.POOL_LIMITER] = blocked, limit, limiter
    st[of.POOL_SWING], st[of.POOL_FREE_S], st[of.POOL_SCV] = swing, free_s, scv
    _relieve(program, work, c, held_s - free_s, waits, variable, n)


@internal
def _of_some(part: Cumulants, share: float) -> Cumulants:
    """A duration that a share of the calls has, and the others don't."""
    if share == 1.0 or not math.isfinite(part[0]):
        return part
    raw = to_raw(part)
    return from_raw(share * raw[0], share * raw[1], share * raw[2])


@internal
def _goes_on(program: Program, work: Work, c: int, part: np.ndarray) -> float:
    """Share of the calls of a pool that call what is under it: no error before, and no hit."""
    share = (1.0 - part[at.ERROR_SHARE]) * part[at.UP_FACTOR]
    return share * (1.0 - work.station[c, of.HIT]) if program.kind[c] == of.CACHE else share


@internal
def _relieve(
    program: Program, work: Work, c: int, waited_s: float, waits: float, variable: float, n: int
) -> None:
    """By how much the waits at the stations below a pool differ from the open ones, in `work.relief`.

    Args:
        program: The system.
        work: Room.
        c: The pool.
        waited_s: Mean time that a request waits at its stations in the network, s.
        waits: Share of the time in which all threads are taken.
        variable: Mean variability of those waits.
        n: Stations of the network.
    """
    open_s, others_s = 0.0, 0.0
    for k in range(n):
        d = work.closed_of[k]
        one = work.closed_visits[k] * work.station[d, of.BASE]
        if program.is_pooled[d]:
            open_s += one
        else:
            others_s += one
    factor = 1.0
    if open_s > 0.0 and math.isfinite(open_s):
        waited_s *= variable ** (OPEN_POWER * (1.0 - waits))
        factor = min(max(waited_s - others_s, 0.0) / open_s, _MOST_RELIEF)
        # The network is exact where service is exponential; else open formulas are better while it has room.
        doubt = OPEN_UNTIL * min(abs(variable - 1.0) / OPEN_FROM, 1.0)
        known = waits / (waits + doubt) if waits + doubt > 0.0 else 1.0
        factor = 1.0 + (factor - 1.0) * known
    for k in range(n):
        d = work.closed_of[k]
        # Calls that nobody waits for any more are before the others too: towards the open waits.
        many = work.station[d, of.LEFT_BEHIND]
        eased = factor
        if many > 1.0:
            eased = max(factor, min(factor * many, 1.0)) if math.isfinite(many) else max(factor, 1.0)
        work.relief[d, 0] += work.closed_rate[d] * eased
        work.relief[d, 1] += work.closed_rate[d]
