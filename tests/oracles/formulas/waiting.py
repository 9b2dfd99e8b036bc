"""Stations whose calls wait without limit, or until a deadline."""

from __future__ import annotations

import numpy as np

from models.formulas.cumulants import Array
from models.formulas.waiting import Wait, station_wait


def unlimited_wait(
    rate: Array, *, service_s: Array, service_scv: Array, arrival_scv: Array, servers: Array
) -> Wait:
    """The wait in M/G/c without a limit: nobody is turned away; infinite from a utilisation of 1.

    Arguments, units and sources as in `station_wait`.
    """
    none = np.array(np.inf)
    return station_wait(
        rate,
        service_s=service_s,
        service_scv=service_scv,
        arrival_scv=arrival_scv,
        servers=servers,
        queue_limit=none,
        max_wait_s=none,
    )


def deadline_wait(
    rate: Array,
    *,
    service_s: Array,
    service_scv: Array,
    arrival_scv: Array,
    servers: Array,
    max_wait_s: Array,
) -> Wait:
    """The wait in M/G/c+D: who would wait longer than `max_wait_s` is turned away.

    Arguments, units and sources as in `station_wait`.
    """
    return station_wait(
        rate,
        service_s=service_s,
        service_scv=service_scv,
        arrival_scv=arrival_scv,
        servers=servers,
        queue_limit=np.array(np.inf),
        max_wait_s=max_wait_s,
    )
