"""A run whose caches begin empty: what they answer must be loaded first, and what fails fills nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.program import Program
from models.simulation.stationary import expected_visits

#: Keys of a cache of which only the hit ratio is known: each is asked for once in so many seconds.
ONCE_IN_S = 20.0
_MOST_KEYS = 1e6


def emptied(program: Program) -> tuple[Program, Array]:
    """The program with caches that are empty, and look-ups that say so, `(c,)`.

    Where a hit ratio h is given, each of many equal keys is left with probability h after its load and after
    each hit: a load is followed by h / (1 - h) hits on the average, which is h of all look-ups.
    """
    visits, lookups = expected_visits(program)
    part, kind = program.arrays["part"].copy(), program.arrays["kind"].copy()
    own = []
    for c in np.flatnonzero(kind[:, at.CACHE] == 1):
        keys = np.clip(np.ceil(visits[c] * ONCE_IN_S), 1.0, _MOST_KEYS)
        kind[c, at.CACHE], kind[c, at.NEWEST], kind[c, at.OLDEST] = 3, -1, -1
        part[c, at.KEYS], part[c, at.KEY_WEIGHTS], part[c, at.TTL_S] = keys, keys, np.inf
        part[c, at.CAPACITY] = keys
        own.append(int(c))
    arrays = {**program.arrays, "part": part, "kind": kind}
    return replace(program, arrays=arrays, caches=(*program.caches, *own)), np.zeros_like(lookups)
