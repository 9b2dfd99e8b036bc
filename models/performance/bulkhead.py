"""A bulkhead and the queue behind it: who is under way takes a slot, and waits only behind those."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.compiled import compiled, internal
from models.performance.mixture import collapse, put
from models.performance.program import Program, Work
from models.system import layout as at

#: More slots than this are no limit to the queue behind them.
MOST_SLOTS = 4096
#: Share of the calls of a station from which on it counts as all of them.
_ALL = 0.999


@compiled
def guarded_queue(
    rate: float, servers: float, service: tuple[float, float], below_s: float, slots: float
) -> tuple[float, float, float, float]:
    """Share that a bulkhead turns away, and the wait behind it, where all calls of a station come through it.

    Args:
        rate: Attempts that come to the bulkhead, 1/s.
        servers: Servers of the station.
        service: Mean time of its work, s, and half the sum of the squared coefficients of variation of its
            work and of the times between arrivals.
        below_s: Mean time after its work for which the slot is still taken, s.
        slots: Slots of the bulkhead, at least 1.

    Returns:
        Share turned away, and mean (s), variance (s^2) and third cumulant (s^3) of the wait of the others.

    Source: a station and a delay of which together so many calls are under way have a product form that is
    cut off (Kelly 1979, section 3.3); the delay counts by its mean only. Exact for exponential work; other
    work as if levels above the servers were 1/k of one each.
    """
    service_s, k = service
    top = int(slots)
    work, delay = rate * service_s, rate * below_s
    # Weights of n calls at the station, and of n at most in the delay, the largest of each scaled to 1.
    here, below = np.empty(top + 1), np.empty(top + 1)
    _weights(here, work, servers, (work / servers) ** (1.0 / k))
    _weights(below, delay, math.inf, 0.0)
    full, total = 0.0, 0.0
    for n in range(top + 1):
        full += here[n] * below[top - n]
    for n in range(1, top + 1):
        below[n] += below[n - 1]
    let_in, first, second, third = 0.0, 0.0, 0.0, 0.0
    unit = service_s / servers
    for n in range(top + 1):
        total += here[n] * below[top - n]
        if n < top:
            weight = here[n] * below[top - 1 - n]
            let_in += weight
            if n + 1.0 > servers:
                # Waits until so many have gone, each after an exponential time.
                stages = n + 1.0 - servers
                first += weight * stages
                second += weight * stages * (stages + 1.0)
                third += weight * stages * (stages + 1.0) * (stages + 2.0)
    if not let_in > 0.0:
        return 1.0, 0.0, 0.0, 0.0
    m1, m2, m3 = first * unit / let_in, second * unit**2 / let_in, third * unit**3 / let_in
    return full / total, m1, m2 - m1 * m1, m3 - 3.0 * m1 * m2 + 2.0 * m1**3


@compiled
def _weights(out: np.ndarray, load: float, servers: float, beyond: float) -> None:
    """Weights of 0, 1, ... calls at a station, the largest of them 1.

    Each is the one before times load / n, and beyond the servers times `beyond`: they rise to one place and
    fall from there, so that from it on nothing grows too large.
    """
    top = out.size - 1
    mode = int(min(load, servers, top))
    if load > servers and beyond > 1.0:
        mode = top
    out[mode] = 1.0
    for n in range(mode + 1, top + 1):
        out[n] = out[n - 1] * (load / n if n <= servers else beyond)
    for n in range(mode, 0, -1):
        out[n - 1] = out[n] / (load / n if n <= servers else beyond)


@internal
def behind_bulkhead(program: Program, work: Work, i: int, part: np.ndarray, call: np.ndarray) -> float:
    """Share of a call's attempts that its bulkhead lets through; the wait behind it goes to the station.

    Only where all calls of an unbounded queue come through it.

    Returns:
        -1 where it is another case: then the slots are taken for a time that doesn't depend on them.
    """
    c = program.component[i]
    st, slots = work.station[c], call[at.BULKHEAD_SLOTS]
    if program.kind[c] == of.EXTERNAL or program.blocks[c] or not 1.0 <= slots <= MOST_SLOTS:
        return -1.0
    spread = part[at.BALANCING] != at.SHARED and part[at.REPLICAS] > 1.0
    limited = math.isfinite(part[at.QUEUE_LIMIT]) or math.isfinite(part[at.MAX_WAIT_S])
    if spread or limited or part[at.SHARDS] > 1.0 or not st[of.SERVICE_S] > 0.0:
        return -1.0
    if work.call[i, of.FELT] * work.call[i, of.CALLS_PER_S] < _ALL * st[of.ARRIVALS]:
        return -1.0
    root = program.then[i]
    below_s = collapse(work.steps[root], work.steps_n[root])[0] * st[of.LOADS]
    if program.kind[c] == of.STORE:
        below_s += st[of.WRITE_WAIT if program.writes[i] else of.READ_WAIT]
    if not math.isfinite(below_s):
        return -1.0
    k = max(0.5 * (part[at.ARRIVAL_SCV] + part[at.SERVICE_SCV]), 1e-6)
    found = guarded_queue(
        work.call[i, of.ATTEMPTS_PER_S], st[of.SERVERS], (st[of.SERVICE_S], k), below_s, slots
    )
    wait = (found[1], found[2], found[3])
    put(st, of.WAIT, wait)
    put(
        st,
        of.RESPONSE,
        (wait[0] + st[of.WORK], wait[1] + st[of.WORK + 1], wait[2] + st[of.WORK + 2]),
    )
    return 1.0 - found[0]
