"""How a run begins: its room, its lines, servers and caches as they are in the healthy state."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.performance.program import Program, program_of
from models.steps import columns as at
from models.steps.autoscaler import begin_scaling
from models.steps.lines import STACK
from models.steps.popularity import in_the_long_run, popularity
from models.steps.refused import NotPlayed, Why
from models.steps.run import Run
from models.steps.tables import Tables, blocks_of
from models.system import layout
from models.system.system import System

#: Steps are never longer nor shorter than this, s.
LONGEST_STEP_S, SHORTEST_STEP_S = 0.05, 0.0005
#: Steps within the shortest time-out, longest wait, and the time that a full queue takes.
_WITHIN_TIMEOUT, _WITHIN_WAIT, _WITHIN_QUEUE = 20.0, 10.0, 4.0
#: A time-out of fewer services than this, after which a call is repeated, may be reached by chance; steps
#: within a service then, and within the time-out at the most.
_FEW_SERVICES, _WITHIN_SERVICE, _MOST_WITHIN = 20.0, 8.0, 60.0
#: A queue shorter than this in time, s, asks for no shorter steps.
_SHORT_QUEUE_S = 0.01
#: Steps that something can be due ahead.
_MOST_SLOTS = 1 << 15
_LEAST_SLOTS = 128
_MS = 1e-3


@dataclass(frozen=True, slots=True)
class Clock:
    """The times of a run.

    Attributes:
        step_s: Length of a step, s.
        bin_s: Length of a bin, s.
        bins: Number of bins.
        warm_up_s: Time before the first bin, s.
    """

    step_s: float
    bin_s: float
    bins: int
    warm_up_s: float


def step_of(system: System, tables: Tables) -> float:
    """Length of a step that shows what matters, s: time-outs, longest waits and bounded queues fit into it.

    A backlog is exact for steps of any length; only what the wait decides has to be seen: whether an
    attempt is too late, whether who comes is turned away.
    """
    found = [LONGEST_STEP_S]
    made = tables.call[(tables.call[:, at.TIMES] > 0.0) & (tables.call[:, at.ASYNC] == 0.0)]
    late = made[np.isfinite(made[:, at.TIMEOUT_S]), at.TIMEOUT_S]
    found += [float(x) / _WITHIN_TIMEOUT for x in late if x > 0.0]
    for node in system.nodes:
        call = tables.call[node.index]
        late_s, service_s = float(call[at.TIMEOUT_S]), float(tables.part[node.component, at.SERVICE_S])
        is_repeated = not node.is_async and call[at.TIMES] > 0.0 and call[at.RETRIES] > 0.0
        if is_repeated and 0.0 < late_s < _FEW_SERVICES * service_s:
            # A few services too many in a row and all are late: chance decides, and has to be seen.
            found.append(max(service_s / _WITHIN_SERVICE, late_s / _MOST_WITHIN))
    for x in tables.part:
        if math.isfinite(x[at.MAX_WAIT_S]):
            found.append(float(x[at.MAX_WAIT_S]) / _WITHIN_WAIT)
        if math.isfinite(x[at.PLACES]) and 0.0 < x[at.SERVERS] < math.inf:
            queue_s = float(x[at.PLACES] * x[at.SERVICE_S] / x[at.SERVERS])
            found.append(max(queue_s, _SHORT_QUEUE_S) / _WITHIN_QUEUE)
    return max(min(found), SHORTEST_STEP_S)


def warm_up_of(tables: Tables) -> float:
    """Time until what is under way is as in the long run, s: some of the longest waits, at the least 2 s."""
    made = tables.call[(tables.call[:, at.TIMES] > 0.0) & (tables.call[:, at.ASYNC] == 0.0)]
    late = np.where(np.isfinite(made[:, at.TIMEOUT_S]), made[:, at.TIMEOUT_S], 0.0) + made[:, at.PAUSE_S]
    longest = max(float(late.max(initial=0.0)), 5.0 * float(tables.part[:, at.SERVICE_S].max(initial=0.0)))
    return min(max(2.0 * longest, 2.0), 60.0)


def seed_of(seed: int, *purpose: str | int) -> int:
    """Where a stream of random numbers begins: the same for the same names, whatever else there is."""
    told = "\0".join(str(part) for part in (seed, "steps", *purpose)).encode()
    return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "little", signed=True)


def streams_of(system: System, seed: int) -> NDArray[np.int64]:
    """The beginnings of all streams: of flows, components and calls, and one for branches."""
    found = [seed_of(seed, "flow", flow) for flow in system.flows]
    found += [seed_of(seed, "component", name) for name in system.components]
    found += [seed_of(seed, "call", system.flows[node.flow], node.position) for node in system.nodes]
    return np.array([*found, seed_of(seed, "branches")], dtype=np.int64)


def begin_run(
    system: System,
    row: Array,
    tables: Tables,
    arrivals: Array,
    clock: Clock,
    *,
    seed: int,
    most_delay_s: float,
    scaling: Array,
) -> Run:
    """A run at its beginning.

    Args:
        system: The compiled scenario.
        row: The row of parameters with which it begins, `(width,)`.
        tables: The tables of that row.
        arrivals: Calls of each component in the healthy state, 1/s, `(c,)`.
        clock: Its times.
        seed: The same seed gives the same numbers.
        most_delay_s: How far ahead something may be due, s.
        scaling: What its autoscalers do, `(c, keys)`.

    Raises:
        NotPlayed: Something may be due too far ahead.
    """
    program = program_of(system)
    slots = max(int(most_delay_s / clock.step_s) + 2, _LEAST_SLOTS)
    if slots > _MOST_SLOTS:
        raise NotPlayed(
            Why.TOO_LONG,
            f"something may be due {most_delay_s:g} s ahead, which is {slots} steps of {clock.step_s:g} s, "
            f"and {_MOST_SLOTS} are the most",
            hint="a shorter time-out, or a longer one where the shortest stands",
        )
    c_n, i_n, f_n, t_n = program.kind.size, program.component.size, program.flow_steps.size, clock.bins
    station = np.zeros((c_n, at.STATION))
    offered = arrivals * tables.part[:, at.SERVICE_S]
    station[:, at.TAKEN] = np.floor(np.minimum(offered, tables.part[:, at.SERVERS]))
    station[:, at.TOKENS], station[:, at.STRETCH] = tables.part[:, at.MOST_TOKENS], 1.0
    gate, line, lines = _lines(system, row, tables)
    keys, lives, cache = _caches(system, row, tables, arrivals)
    station[:, at.HITS] = [_hits(tables.part[c], keys[cache[c]]) if cache[c] >= 0 else tables.part[c, at.HIT]
                           * tables.part[c, at.HITS_LEFT] for c in range(c_n)]  # fmt: skip
    counted = {
        name: np.zeros((t_n, width))
        for width, names in (
            (f_n, ("offered", "answered", "failed", "response", "oldest")),
            (c_n, ("waiting", "busy", "servers", "lookups", "hits")),
            (i_n, ("calls", "call_failures", "open")),
        )
        for name in names
    }
    return Run(
        stream=streams_of(system, seed),
        x=np.array([clock.step_s, clock.bin_s, clock.warm_up_s]),
        n=np.array([0, t_n, slots, 1], dtype=np.int64),
        part=tables.part.copy(),
        station=station,
        own_wait=tables.own_wait.copy(),
        call=tables.call.copy(),
        gate=gate,
        attempt=np.zeros((i_n, at.ATTEMPT)),
        answer=np.zeros((i_n, at.ANSWER)),
        sequence=np.zeros((program.steps_start.size - 1, at.ANSWER)),
        together=np.zeros((program.group_each.size, at.ANSWER)),
        rate=tables.rate.copy(),
        ways=tables.ways.copy(),
        bucket=np.full((i_n, at.BUCKETS, 3), -1.0),
        due=np.zeros((slots, lines, 2)),
        line=line,
        stale=np.zeros(i_n, dtype=np.int64),
        stale_steps=np.zeros(program.steps_start.size - 1, dtype=np.int64),
        **_places(program),
        cache=cache,
        keys=keys,
        lives=lives,
        stack=np.zeros((STACK, 7)),
        scaler=begin_scaling(blocks_of(system, row)[0], scaling),
        orders=np.zeros((c_n, at.ORDERS, 2)),
        crowd=np.zeros((f_n, at.CROWD)),
        ended=np.zeros((f_n, 2)),
        coming=np.zeros((slots, f_n, at.RETURNS)),
        closed=np.zeros(at.CLOSED_LOAD),
        home=np.zeros(slots),
        mix=np.zeros(f_n),
        histogram=np.zeros((t_n, f_n, at.HISTOGRAM)),
        attempts=np.zeros((t_n, 4)),
        **counted,
    )


def _places(program: Program) -> dict[str, NDArray[np.int64]]:
    """Where each call stands in the sequences, which sequences are a flow's own, and whose turn is when."""
    i_n = program.component.size
    place, within = np.full(i_n, -1, dtype=np.int64), np.full(i_n, -1, dtype=np.int64)
    for q in range(program.steps_start.size - 1):
        for k in range(program.steps_start[q], program.steps_start[q + 1]):
            if program.steps[k] >= 0:
                place[program.steps[k]], within[program.steps[k]] = k, q
    root = np.full(program.steps_start.size - 1, -1, dtype=np.int64)
    root[program.flow_steps] = np.arange(program.flow_steps.size)
    rank = np.zeros(program.kind.size, dtype=np.int64)
    rank[program.order] = np.arange(program.order.size)
    return {"place": place, "within": within, "root": root, "rank": rank}


def _lines(system: System, row: Array, tables: Tables) -> tuple[Array, NDArray[np.int64], int]:
    """The gates of the calls, their lines, and how many lines there are.

    Guards have lines even where they are switched off now: a phase or a change may switch them on.
    """
    i_n = len(system.nodes)
    gate, line = np.zeros((i_n, at.GATE)), np.full((i_n, at.LINES), -1, dtype=np.int64)
    gate[:, at.BUDGET_LEFT] = at.MOST_BUDGET
    most = np.maximum(blocks_of(system, row)[1][:, layout.RETRIES], tables.call[:, at.RETRIES])
    n = 0
    for i in range(i_n):
        line[i, at.FIRST] = n
        n += int(most[i]) + 1
        if tables.call[i, at.BREAKER] > 0.0:
            line[i, at.HEARS] = n
            n += 1
        if math.isfinite(tables.call[i, at.BULKHEAD]):
            line[i, at.LEAVES] = n
            n += 1
    return gate, line, n


def _caches(
    system: System, row: Array, tables: Tables, arrivals: Array
) -> tuple[Array, Array, NDArray[np.int64]]:
    """Keys of the caches as they are in the long run, when they are forgotten, and whose they are."""
    parts = blocks_of(system, row)[0]
    cache = np.full(len(system.components), -1, dtype=np.int64)
    tables_of_keys: list[Array] = []
    lives: list[Array] = []
    for c in np.nonzero(tables.part[:, at.CACHE] == 2.0)[0]:
        cache[c] = len(tables_of_keys)
        said = parts[c, layout.KEYS]
        table = popularity(1.0 if math.isnan(said) else float(said), float(parts[c, layout.ZIPF]))
        ttl_s = float(tables.part[c, at.TTL_S])
        in_the_long_run(table, float(arrivals[c]), ttl_s, float(tables.part[c, at.CAPACITY]))
        ring = np.zeros((at.LIVES, table.shape[0]))
        if math.isfinite(ttl_s):
            # The rest of the life of what is there is uniform.
            ring[: at.LIVES - 2] = table[:, at.WARM] / (at.LIVES - 2)
        tables_of_keys.append(table)
        lives.append(ring)
    if not tables_of_keys:
        return np.zeros((1, 1, at.KEY)), np.zeros((1, at.LIVES, 1)), cache
    return np.array(tables_of_keys), np.array(lives), cache


def _hits(part: Array, keys: Array) -> float:
    return float(np.sum(keys[:, at.KEY_SHARE] * keys[:, at.KEYS] * keys[:, at.WARM]) * part[at.HITS_LEFT])
