"""Waits in queues of one's own: by how much longer calls wait where replicas don't share one."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from models.evaluation import Array
from models.steps import columns as at
from models.system import layout

#: From this utilisation on the common backlog tells the rest.
_MOST = 0.97


@lru_cache(maxsize=512)
def own_waits(servers: int, scv: float, balancing: float, queues: float) -> Array:
    """Mean, variance and third cumulant of the wait in a queue of one's own, in services, `(POINTS, 3)`.

    Args:
        servers: Servers behind each queue.
        scv: Squared coefficient of variation of the service.
        balancing: How a queue is chosen (`models.system.layout`).
        queues: How many there are.

    Allen and Cunneen's mean (Allen 1990) with Erlang's probability to wait: C (z_a + z)/2 / (c (1 - u)),
    z_a = 1/n where n queues get calls in turn (Whitt 1983). Who waits does so for an exponential time. Of
    two queues drawn the shorter one: as much less as for single servers in the mean field (Mitzenmacher
    2001).
    """
    found = np.zeros((at.POINTS, 3))
    regular = 1.0 / queues if balancing == layout.ROUND_ROBIN else 1.0
    for k, share in enumerate(np.linspace(0.0, 1.0, at.POINTS)):
        u = min(float(share), _MOST)
        if u <= 0.0:
            continue
        load, blocked = servers * u, 1.0
        for j in range(1, servers + 1):
            blocked = load * blocked / (j + load * blocked)
        waits = blocked / (1.0 - u * (1.0 - blocked))
        each = 0.5 * (regular + scv) / (servers * (1.0 - u))
        if balancing == layout.TWO_CHOICES:
            two = sum(u ** (2.0**i - 2.0) for i in range(1, 12)) - 1.0
            waits *= two * (1.0 - u) / u
        third = 2.0 * waits * (3.0 - 3.0 * waits + waits * waits)
        found[k] = waits * each, waits * (2.0 - waits) * each**2, third * each**3
    found.setflags(write=False)
    return found
