"""Threads that go round between their own work and a few stations: how fast, and how many are taken.

A pool of threads, each of which stays with one request while it asks one station after the other, is a closed
network (Gordon and Newell 1967). With n threads taken it answers X(n) requests a second, and how many are
taken follows from arrivals at one rate and answers at X(n): the network counts as one server whose speed
depends on how many it serves (Chandy, Herzog and Woo 1975).
"""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import compiled
from models.performance.erlang import erlang_b, erlang_c

#: More threads than these are told by so many, with as much less of everything else.
MOST_CUSTOMERS = 512
#: More copies of a station than these are told by so many.
MOST_COPIES = 16
#: Weights smaller than this share of the largest are none.
_NOTHING = 1e-18
#: How a wait that varies more (or less) acts on the flow: as if the queues were longer by the variability to
#: this power, where one station alone queues and where several do (fitted to simulation).
ONE_QUEUE, MANY_QUEUES = 0.4, 1.0
#: Where the stations' share of the waits is told apart: this near to the full flow.
_NEARLY_FULL = 0.97

_NEAR, _OVERFULL, _NO_WAIT_S = 1e-9, 600.0, 1e-100

#: Columns of a station: servers (real), work that one request brings, s, its squared coefficient of
#: variation, and how many such stations there are, each with so much work for each request.
SERVERS, DEMAND_S, SCV, COPIES = range(4)
STATION_COLUMNS = 4


@compiled
def normalisation(
    scale: float, think_s: float, stations: np.ndarray, out: np.ndarray, room: np.ndarray
) -> None:
    """Weights of 0, 1, 2, ... customers, each thing's time measured in units of 1 / `scale`.

    Args:
        scale: Requests per second at which two neighbouring weights are the same where X(n) is so, > 0.
        think_s: Time that a customer spends where nobody queues, s.
        stations: The stations, `(k, 4)`.
        out: The weights, the largest is 1, `(n + 1,)`: X(n) = scale out[n - 1] / out[n].
        room: As large.

    Source: Buzen (1973); a station of m servers by its generating function, of which all from m on is
    geometric, so that one takes n m steps. Exact for exponential service.
    """
    last = out.size - 1
    offered = scale * think_s
    # From the largest downwards: none overflows.
    top = min(int(offered), last)
    out[top] = 1.0
    for n in range(top, last):
        out[n + 1] = out[n] * offered / (n + 1.0)
    for n in range(top, 0, -1):
        out[n - 1] = out[n] * n / offered
    for k in range(stations.shape[0]):
        servers, demand_s = stations[k, SERVERS], stations[k, DEMAND_S]
        if servers < 1.0:
            servers, demand_s = 1.0, demand_s / servers
        for _ in range(int(stations[k, COPIES])):
            _visit(scale * demand_s, servers, out, room)


@compiled
def _visit(offered: float, servers: float, weights: np.ndarray, room: np.ndarray) -> None:
    """Weights with one more station, in place."""
    last = weights.size - 1
    whole = int(min(math.floor(servers), last + 1.0))
    for n in range(last + 1):
        room[n] = 0.0
    # Below `whole` all are served: offered^j / j!, told against its largest.
    peak = min(int(offered), whole)
    term = 1.0
    for j in range(peak, -1, -1):
        if j < whole:
            for n in range(j, last + 1):
                room[n] += term * weights[n - j]
        if j > 0:
            term *= j / offered
    term = 1.0
    for j in range(peak + 1, whole + 1):
        term *= offered / j
        if j < whole:
            if term < _NOTHING:
                break
            for n in range(j, last + 1):
                room[n] += term * weights[n - j]
    ratio = offered / servers
    queued = 0.0
    for n in range(whole, last + 1):
        queued = ratio * queued + term * weights[n - whole]
        room[n] += queued
    most = 0.0
    for n in range(last + 1):
        most = max(most, room[n])
    for n in range(last + 1):
        weights[n] = room[n] / most


@compiled
def busiest(stations: np.ndarray) -> tuple[float, int]:
    """Most requests per second that the stations let through (infinite without any), and the busiest."""
    lowest, which = math.inf, -1
    for k in range(stations.shape[0]):
        flow = stations[k, SERVERS] / stations[k, DEMAND_S]
        if flow < lowest:
            lowest, which = flow, k
    return lowest, which


@compiled
def variability(flow: float, stations: np.ndarray) -> tuple[float, float]:
    """Mean variability of the waits, and the power with which it acts on the flow, near a full network.

    Args:
        flow: What the network carries, requests per second.
        stations: The stations, `(k, 4)`.

    Source: that of a single queue (Kingman 1962), each by its part of the waits; the power is an own fit.
    """
    total, mean, squares = 0.0, 0.0, 0.0
    for k in range(stations.shape[0]):
        servers = stations[k, SERVERS]
        offered = _NEARLY_FULL * min(flow * stations[k, DEMAND_S], servers)
        waits = erlang_c(offered, servers, erlang_b(offered, servers))
        part = waits * stations[k, DEMAND_S] / (servers - offered)
        copies = stations[k, COPIES]
        total += part * copies
        mean += part * copies * 0.5 * (1.0 + stations[k, SCV])
        squares += part * part * copies
    if not total > _NO_WAIT_S:
        return 1.0, ONE_QUEUE
    several = 1.0 - squares / (total * total)
    return mean / total, ONE_QUEUE + min(2.0 * several, MANY_QUEUES - ONE_QUEUE)


@compiled
def flows(
    think_s: float, stations: np.ndarray, out: np.ndarray, weights: np.ndarray, room: np.ndarray
) -> tuple[float, float]:
    """Requests per second with 0, 1, 2, ... customers.

    Args:
        think_s: Time that a customer spends where nobody queues, s.
        stations: The stations, `(k, 4)`.
        out: The flows X(n), `(n + 1,)`.
        weights: Room for twice as many, `(2 n + 2,)`.
        room: As large.

    Returns:
        Share of the busiest station that all customers use, and the mean variability of the waits.

    Source: Buzen (1973) where all service is exponential. Otherwise an own fit: as many customers wait as
    there, times the variability to a power.
    """
    last = out.size - 1
    free_s = think_s
    is_exponential = True
    for k in range(stations.shape[0]):
        free_s += stations[k, DEMAND_S] * stations[k, COPIES]
        is_exponential = is_exponential and stations[k, SCV] == 1.0
    lowest, _ = busiest(stations)
    scale = min(last / free_s, lowest)
    mean, longer = 1.0, 1.0
    if not is_exponential:
        mean, power = variability(scale, stations)
        longer = mean**power
    more = last if longer >= 1.0 else min(math.ceil(last * (2.0 - longer)), 2 * last)
    some = weights[: more + 1]
    normalisation(scale, think_s, stations, some, room[: more + 1])
    used = scale * some[last - 1] / some[last] / lowest
    # Customers below and above those that are wanted, with longer queues, and their flows.
    n, before, after, before_flow, after_flow = 0, 0.0, 0.0, 0.0, 0.0
    out[0] = 0.0
    for wanted in range(1, last + 1):
        while after < wanted and n < more:
            n += 1
            before, before_flow = after, after_flow
            after_flow = scale * some[n - 1] / some[n] if some[n - 1] > 0.0 else n / free_s
            after = n + (longer - 1.0) * (n - after_flow * free_s)
        part = min(max((wanted - before) / max(after - before, _NEAR), 0.0), 1.0)
        out[wanted] = before_flow + part * (after_flow - before_flow)
    return min(used, 1.0), mean


@compiled
def taken(rate: float, flow: np.ndarray, places: float) -> tuple[float, float, float]:
    """How many customers there are where requests arrive at random and wait for one that is free.

    Args:
        rate: Requests per second, > 0.
        flow: X(0), ..., X(n), requests per second with so many customers taken.
        places: How many requests may wait, real; infinity = any number.

    Returns:
        Share of requests that would find all taken if none could wait, share of time in which all are, and
        mean time, s, that one is taken for a request that gets it.

    Source: birth and death at X(n) (Chandy, Herzog and Woo 1975); with exponential service it is exact but
    for how the customers of n + 1 stand when there are n again.
    """
    last = flow.size - 1
    full_flow = flow[last]
    # From the likeliest number on both ways, so that nothing overflows.
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        if flow[middle + 1] >= rate:
            high = middle
        else:
            low = middle + 1
    weight, total, first = 1.0, 1.0, float(low)
    for n in range(low, 0, -1):
        weight *= flow[n] / rate
        total += weight
        first += weight * (n - 1)
        if weight < _NOTHING:
            break
    weight = 1.0
    for n in range(low + 1, last + 1):
        weight *= rate / flow[n]
        total += weight
        first += weight * n
        if weight < _NOTHING:
            weight = 0.0
            break
    full = weight / total
    load = rate / full_flow
    excess = load - 1.0
    queued = (
        (places + 1.0) * math.log(load) if places < math.inf else (math.inf if excess >= 0.0 else -math.inf)
    )
    if queued > _OVERFULL:
        return full, 1.0, last / full_flow
    lost = 0.0
    if abs(excess) * (places + 1.0) < _NEAR:
        states, lost = places + 1.0, 1.0
    else:
        states = math.expm1(queued) / excess
        lost = math.exp(queued) / load
    whole = 1.0 - full + full * states
    busy = first / total + full * last * (states - 1.0)
    let_in = rate * (whole - full * lost)
    return full, full * states / whole, busy / let_in if let_in > 0.0 else last / full_flow
