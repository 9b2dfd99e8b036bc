"""Streams of calls between stations: how regular they are when they reach one, and when they leave it.

What leaves a busy station follows its service times, and what leaves an idle one its arrivals (Whitt 1983).
"""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.compiled import compiled, internal
from models.performance.program import Program, Work
from models.system import layout as at

#: Service that varies less than this leaves no more regular a stream.
LEAST_SCV = 0.2


@internal
def arrival_scv(program: Program, work: Work, c: int, total: float, parts: np.ndarray) -> float:
    """Squared coefficient of variation of the times between the calls that reach a component.

    It is what the file says where it says anything, and that of Poisson arrivals where a closed network or a
    batch decides.

    Source: Whitt (1983): a part of a stream that is taken at random, and several streams together.
    """
    part = parts[c]
    told = part[at.ARRIVAL_SCV]
    if told != 1.0 or program.is_batched[c] or program.is_pooled[c] or not total > 0.0:
        return told
    if program.kind[c] == of.EXTERNAL:
        return told
    mean, squares = 0.0, 0.0
    for j in range(program.own_start[c], program.own_start[c + 1]):
        i = program.own[j]
        share = work.call[i, of.THROUGH_PER_S] / total
        scv = 1.0
        if program.feed[i] >= 0:
            source = work.station[program.component[program.feed[i]]]
            if source[of.ARRIVALS] > 0.0:
                kept = min(work.call[i, of.THROUGH_PER_S] / source[of.ARRIVALS], 1.0)
                scv += kept * (source[of.DEPARTS] - 1.0)
        mean += share * scv
        squares += share * share
    load = total * part[at.SERVICE_MS] / 1000.0 / (part[at.REPLICAS] * part[at.SLOTS] * part[at.SHARDS])
    free = 1.0 - min(load, 1.0)
    several = 1.0 / (1.0 + 4.0 * free * free * (1.0 / squares - 1.0))
    return max(1.0 + several * (mean - 1.0) / part[at.SHARDS], 0.0)


@internal
def note_departures(program: Program, work: Work, c: int, parts: np.ndarray) -> None:
    """How regular what leaves a component is, in its column `DEPARTS`."""
    st, part = work.station[c], parts[c]
    stream = st[of.STREAM]
    if program.kind[c] == of.EXTERNAL or (program.blocks[c] and part[at.BLOCKING] > 0.0):
        st[of.DEPARTS] = stream
    else:
        scv = st[of.WORK + 1] / st[of.WORK] ** 2 if st[of.WORK] > 0.0 else 1.0
        leaves = departure_scv(min(st[of.LOAD_RATIO], 1.0), st[of.SERVERS], stream, scv)
        st[of.DEPARTS] = 1.0 + (leaves - 1.0) / part[at.SHARDS]


@compiled
def departure_scv(load: float, servers: float, arrivals: float, service: float) -> float:
    """Squared coefficient of variation of the times between departures.

    Args:
        load: Busy share of the servers.
        servers: Servers.
        arrivals: Squared coefficient of variation of the times between arrivals.
        service: That of the service times.

    Source: Whitt (1983), for several servers.
    """
    own = load * load / math.sqrt(max(servers, 1.0)) * (max(service, LEAST_SCV) - 1.0)
    return 1.0 + (1.0 - load * load) * (arrivals - 1.0) + own
