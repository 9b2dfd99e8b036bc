"""Everything that a run by steps holds, as arrays that compiled code works on."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from models.performance.record import Floats, Floats2, Floats3, Ints, Record

Ints2 = Annotated[NDArray[np.int64], "int64", 2]


class Run(Record):
    """One design with one seed (`models.steps.columns`).

    `c` components, `i` calls, `f` flows, `q` sequences, `g` parallel groups, `k` caches of keys, `t` bins.
    The last block is what was counted in each bin; the names are those of `models.faults.series.Series`.
    """

    stream: Ints
    x: Floats
    n: Ints
    part: Floats2
    station: Floats2
    own_wait: Floats3
    call: Floats2
    gate: Floats2
    attempt: Floats2
    answer: Floats2
    sequence: Floats2
    together: Floats2
    rate: Floats
    ways: Floats
    bucket: Floats3
    due: Floats3
    line: Ints2
    stale: Ints
    stale_steps: Ints
    place: Ints
    within: Ints
    root: Ints
    rank: Ints
    cache: Ints
    keys: Floats3
    lives: Floats3
    stack: Floats2
    scaler: Floats2
    orders: Floats3
    crowd: Floats2
    coming: Floats3
    closed: Floats
    home: Floats
    mix: Floats
    ended: Floats2
    offered: Floats2
    answered: Floats2
    failed: Floats2
    response: Floats2
    histogram: Floats3
    oldest: Floats2
    attempts: Floats2
    calls: Floats2
    call_failures: Floats2
    waiting: Floats2
    busy: Floats2
    servers: Floats2
    lookups: Floats2
    hits: Floats2
    open: Floats2
