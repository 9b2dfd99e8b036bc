"""The tables of the components of a design, and of their queues."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.refused import NotSimulated, Reason
from models.system import layout
from models.system.system import System

_MS = 1e-3
_GOLDEN = 0.5 * (5.0**0.5 - 1.0)
#: Tokens that the bucket of a rate limit holds at the least; else what comes in a second.
LEAST_BURST = 10.0
#: Queues of a component.
MOST_QUEUES = 20_000
#: Copies that can work on one call.
MOST_COPIES = 500
#: Keys whose weights are summed one by one; the rest by an integral.
_ONE_BY_ONE = 1 << 20


class Components:
    """The tables of the components and their queues (`models.simulation.columns`).

    Attributes:
        part: Numbers of the components, `(c, PART)`.
        kind: Whole numbers of the components, `(c, KIND)`.
        queue: Rows of the queues.
        cpu: CPU time of the copy of each queue.
        promised: Slots of the queues in which who comes is told how long it will wait.
    """

    def __init__(self, system: System, parts: Array, left: Mapping[int, int], drops: bool) -> None:
        c_n = len(system.components)
        self.part = np.zeros((c_n, at.PART))
        self.kind = np.zeros((c_n, at.KIND), dtype=np.int64)
        self.queue: list[list[int]] = []
        self.cpu: list[list[float]] = []
        self.promised = 0
        # Where what waits may be dropped nobody can be told when a slot will be free.
        self._drops = drops
        for c, component in enumerate(system.parts):
            said, x, k = parts[c], self.part[c], self.kind[c]
            x[at.ERROR] = 1.0 - (1.0 - said[layout.ERROR_SHARE]) * said[layout.UP_FACTOR]
            x[at.MAX_WAIT_S], x[at.TOKENS_PER_S] = said[layout.MAX_WAIT_S], math.inf
            k[at.SHARDS] = 1
            replicas = int(said[layout.REPLICAS])
            up = min(left.get(c, replicas), replicas)
            k[at.NO_READS] = k[at.NO_WRITES] = up < 1
            if not component.traits.is_ours:
                self._outside(said, x, k)
                continue
            x[at.WORK_S] = said[layout.SERVICE_MS] * _MS / (1.0 - said[layout.GC_SHARE])
            x[at.WORK_SHAPE] = shape_of(said[layout.SERVICE_SCV])
            if said[layout.SERVICE_LAW] == layout.LOGNORMAL:
                x[at.WORK_SIGMA] = math.sqrt(math.log1p(said[layout.SERVICE_SCV]))
            x[at.CONTENTION], x[at.COHERENCY] = said[layout.CONTENTION], said[layout.COHERENCY]
            k[at.BLOCKING], k[at.BALANCING] = said[layout.BLOCKING] > 0.0, said[layout.BALANCING]
            if component.traits.keeps_copies:
                k[at.SHARDS] = int(said[layout.SHARDS])
                self._copies(said, x, k, up)
            if component.traits.passes_on_misses:
                self._cache(said, x, k)
            self._queues(c, said, max(up, 1), system.components[c])

    @staticmethod
    def _outside(said: Array, x: Array, k: NDArray[np.int64]) -> None:
        k[at.OUTSIDE] = 1
        x[at.WORK_S], x[at.WORK_SHAPE] = said[layout.LATENCY_MS] * _MS, shape_of(said[layout.LATENCY_SCV])
        x[at.TOKENS_PER_S] = said[layout.RATE_LIMIT]
        if math.isfinite(said[layout.RATE_LIMIT]):
            x[at.MOST_TOKENS] = x[at.TOKENS] = max(LEAST_BURST, said[layout.RATE_LIMIT])

    @staticmethod
    def _copies(said: Array, x: Array, k: NDArray[np.int64], up: int) -> None:
        """One copy is near and works on the call; the others that must be heard are a round trip away."""
        replicas = int(said[layout.REPLICAS])
        read = min(int(said[layout.READ_QUORUM]), replicas)
        write = said[layout.WRITE_QUORUM]
        write = replicas if math.isnan(write) else min(int(write), replicas)
        k[at.NO_READS], k[at.NO_WRITES] = up < max(read, 1), up < max(write, 1)
        k[at.SPREADS] = said[layout.COPY_WORK] > 0.0 and replicas > 1
        k[at.READ_NEEDS], k[at.WRITE_NEEDS] = max(read, 1), max(write, 1)
        lag = said[layout.WRITES_PER_KEY] * said[layout.REPLICATION_LAG_MS] * _MS
        x[at.COPY_WORK], x[at.READ_REPAIR] = said[layout.COPY_WORK], said[layout.READ_REPAIR]
        x[at.BEHIND] = lag / (1.0 + lag)
        mean, least = said[layout.RTT_MS] * _MS, said[layout.RTT_MIN_MS] * _MS
        x[at.TRIP_S], x[at.TRIP_LEAST_S] = max(mean - least, 0.0), least if mean > 0.0 else 0.0
        if mean > least:
            x[at.TRIP_SHAPE] = shape_of(said[layout.RTT_SCV] * (mean / (mean - least)) ** 2)
        if mean > 0.0:
            k[at.OTHERS] = max(up - 1, 0)
            k[at.READ_OTHERS] = min(read - 1, up - 1)
            k[at.WRITE_OTHERS] = min(write - 1, up - 1)

    @staticmethod
    def _cache(said: Array, x: Array, k: NDArray[np.int64]) -> None:
        x[at.HITS_LEFT] = said[layout.HIT_FACTOR]
        given = said[layout.HIT_RATIO]
        if not math.isnan(given):
            k[at.CACHE], x[at.HIT] = 1, given
            return
        keys = said[layout.KEYS]
        keys = 1.0 if math.isnan(keys) else math.floor(keys)
        k[at.CACHE], k[at.COALESCING] = 2, said[layout.COALESCING] > 0.0
        k[at.NEWEST] = k[at.OLDEST] = -1
        x[at.KEYS], x[at.ZIPF], x[at.TTL_S] = keys, said[layout.ZIPF], said[layout.TTL_S]
        x[at.CAPACITY] = math.floor(min(said[layout.CAPACITY_KEYS], keys))
        k[at.EVICTS] = x[at.CAPACITY] < keys
        x[at.KEY_WEIGHTS] = sum_of_weights(keys, x[at.ZIPF])
        z = x[at.ZIPF]
        x[at.ZIPF_FIRST], x[at.ZIPF_LAST] = _up_to(1.5, z) - 1.0, _up_to(keys + 0.5, z)
        x[at.ZIPF_CUT] = 2.0 - _up_to_inverse(_up_to(2.5, z) - 2.0**-z, z)

    def _queues(self, c: int, said: Array, up: int, name: str) -> None:
        """One queue for all replicas of a shard, or one for each; the places are shared out evenly."""
        k = self.kind[c]
        slots = int(said[layout.SLOTS])
        rations = said[layout.CPU_QUOTA] < slots
        if rations and k[at.BALANCING] == at.SHARED:
            k[at.BALANCING] = at.LEAST_CONNECTIONS  # each copy has time of its own
        queues = 1 if k[at.BALANCING] == at.SHARED else up
        if queues * int(k[at.SHARDS]) > MOST_QUEUES:
            raise NotSimulated(
                Reason.TOO_MANY_QUEUES,
                f"it has {queues * int(k[at.SHARDS])} queues, and {MOST_QUEUES} are the most",
                where=f"components.{name}",
                hint="let replicas share a queue, or give fewer",
            )
        if k[at.SPREADS] and up > MOST_COPIES:
            raise NotSimulated(
                Reason.TOO_MANY_QUEUES,
                f"{up} copies that all work on a write, and {MOST_COPIES} are the most",
                where=f"components.{name}",
                hint="give shards, and fewer replicas of each",
            )
        each = up * slots // queues
        k[at.FIRST_QUEUE], k[at.QUEUES], k[at.REPLICAS] = len(self.queue), queues, up
        k[at.STRIDE] = queues
        k[at.SLOTS] = queues * each * k[at.SHARDS]
        places = said[layout.QUEUE_LIMIT]
        tells = math.isfinite(said[layout.MAX_WAIT_S]) and not k[at.BLOCKING] and not self._drops
        if rations:
            self.part[c, at.RATION] = said[layout.CPU_QUOTA] * queues * k[at.SHARDS]
        for q in range(int(queues * k[at.SHARDS])):
            row = [0] * at.QUEUE
            row[at.Q_FREE] = row[at.Q_SLOTS] = each
            row[at.Q_HEAD] = row[at.Q_TAIL] = row[at.Q_FREE_AT] = -1
            row[at.Q_PART], row[at.Q_PLACES] = c, 2**62
            if math.isfinite(places):
                row[at.Q_PLACES] = int(places) // queues + (q % queues < int(places) % queues)
            if tells:
                row[at.Q_FREE_AT] = self.promised
                self.promised += each
            self.queue.append(row)
            cores = said[layout.CPU_QUOTA] if rations else math.inf
            period_s = said[layout.CPU_PERIOD_MS] * _MS
            # Periods of copies begin at other moments each.
            first = -(q * _GOLDEN % 1.0) * period_s
            self.cpu.append([cores, period_s, cores * period_s if rations else 0.0, 0.0, 0.0, first])


def shape_of(scv: float) -> float:
    """The shape of a gamma law by its squared coefficient of variation; 0 = always the mean."""
    return 0.0 if scv <= 0.0 else 1.0 / scv


def _up_to(x: float, z: float) -> float:
    """Integral of t^-z from 1 to x (as `models.simulation.caches` has it)."""
    t = (1.0 - z) * math.log(x)
    return math.log(x) * (math.expm1(t) / t if abs(t) > 1e-8 else 1.0 + 0.5 * t)


def _up_to_inverse(u: float, z: float) -> float:
    t = max(u * (1.0 - z), -1.0)
    return math.exp(u * (math.log1p(t) / t if abs(t) > 1e-8 else 1.0 - 0.5 * t))


def sum_of_weights(keys: float, zipf: float) -> float:
    """Sum of k^-zipf over the keys: one by one, far out by the midpoint rule."""
    few = int(min(keys, _ONE_BY_ONE))
    total = float(np.sum(np.arange(1, few + 1, dtype=np.float64) ** -zipf))
    return total + (_up_to(keys + 0.5, zipf) - _up_to(few + 0.5, zipf) if keys > few else 0.0)
