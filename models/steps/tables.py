"""The tables of a design at a moment: its row of parameters, and what faults change of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.faults.timed_change import Change, TimedChange
from models.formulas.order_statistics import kth_of_gamma
from models.steps import columns as at
from models.steps.own_queues import own_waits
from models.steps.refused import NotPlayed, Why
from models.system import layout
from models.system.choices import ways_of
from models.system.system import System

_MS = 1e-3
#: Tokens that the bucket of a rate limit holds at the least; else what comes in a second (as the events
#: have).
_LEAST_BURST = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """A design as it is for a while (`models.steps.columns`).

    Attributes:
        part: Numbers of the components, `(c, PART)`.
        call: Numbers of the calls, `(i, CALL)`.
        rate: Requests of each flow that aren't shed, 1/s, `(f,)`.
        own_wait: Wait in a queue of one's own over the service: its cumulants by utilisation, `(c,
            POINTS, 3)`.
        ways: Share of each branch of a choice, `(b,)`.
        mix: Share of each flow in what is asked, `(f,)`.
    """

    part: Array
    call: Array
    rate: Array
    own_wait: Array
    ways: Array
    mix: Array


def with_all_open(system: System, rows: Array) -> Array:
    """Rows of parameters, `(n, width)`, in which all requests are those of others than connected clients."""
    found = rows.copy()
    first = 1 + len(system.components) * len(layout.COMPONENT) + len(system.nodes) * len(layout.CALL)
    for f in range(len(system.flows)):
        found[:, first + f * len(layout.FLOW) + layout.OPEN_SHARE] = 1.0
    return found


def blocks_of(system: System, row: Array) -> tuple[Array, Array, Array]:
    """The blocks of a row: of components, calls and flows."""
    c_n, i_n, f_n = len(system.components), len(system.nodes), len(system.flows)
    first_call = 1 + c_n * len(layout.COMPONENT)
    first_flow = first_call + i_n * len(layout.CALL)
    return (
        row[1:first_call].reshape(c_n, len(layout.COMPONENT)),
        row[first_call:first_flow].reshape(i_n, len(layout.CALL)),
        row[first_flow : first_flow + f_n * len(layout.FLOW)].reshape(f_n, len(layout.FLOW)),
    )


def tables_of(system: System, row: Array, active: Sequence[TimedChange], *, now_s: float) -> Tables:
    """The tables of a row of parameters (`models.system.layout`), with the changes that hold now.

    Args:
        system: The compiled scenario.
        row: The row, `(width,)`; changes of single parameters are in it already.
        active: Changes that hold.
        now_s: Time, s.

    Raises:
        NotPlayed: Something in it can't be played by steps.
    """
    parts, calls, flows = blocks_of(system, row)
    _refuse_calls(system, calls)
    if np.any((flows[:, layout.OPEN_SHARE] < 1.0) & (flows[:, layout.SHED_SHARE] > 0.0)):
        raise NotPlayed(
            Why.CLOSED,
            "requests of connected clients that are shed",
            where="flows",
            hint="let the events play it",
        )
    part, own_wait = np.zeros((parts.shape[0], at.PART)), np.zeros((parts.shape[0], at.POINTS, 3))
    for c, component in enumerate(system.parts):
        said, x = parts[c], part[c]
        _refuse_regular(system, c, said)
        x[at.ERROR] = 1.0 - (1.0 - said[layout.ERROR_SHARE]) * said[layout.UP_FACTOR]
        x[at.PLACES], x[at.MAX_WAIT_S] = said[layout.QUEUE_LIMIT], said[layout.MAX_WAIT_S]
        x[at.HITS_LEFT] = x[at.COPIES_LEFT] = 1.0
        x[at.KEEPS] = component.traits.keeps_messages
        x[at.REPLICAS], x[at.TTL_S], x[at.QUEUES] = said[layout.REPLICAS], math.inf, 1.0
        x[at.TOKENS_PER_S], x[at.READ_WORK], x[at.WRITE_WORK] = math.inf, 1.0, 1.0
        x[at.READ_FACTOR] = x[at.WRITE_FACTOR] = 1.0
        if not component.traits.is_ours:
            x[at.SERVICE_S], x[at.SERVICE_SCV] = said[layout.LATENCY_MS] * _MS, said[layout.LATENCY_SCV]
            x[at.SERVERS], x[at.PLACES], x[at.MAX_WAIT_S] = math.inf, math.inf, math.inf
            x[at.TOKENS_PER_S] = said[layout.RATE_LIMIT]
            x[at.MOST_TOKENS] = max(_LEAST_BURST, said[layout.RATE_LIMIT])
        else:
            _ours(system, c, said, x, active)
            if x[at.QUEUES] > 1.0:
                each, scv = int(max(round(x[at.SERVERS] / x[at.QUEUES]), 1)), float(x[at.SERVICE_SCV])
                own_wait[c] = own_waits(each, scv, float(said[layout.BALANCING]), float(x[at.QUEUES]))
        if x[at.READ_WORK] == 1.0:
            x[at.READ_FACTOR_VAR] = x[at.SERVICE_SCV]
        if x[at.WRITE_WORK] == 1.0:
            x[at.WRITE_FACTOR_VAR] = x[at.SERVICE_SCV]
        for change in active:
            if change.change not in (Change.LOAD, Change.SET) and change.index in (c, -1):
                _broken(x, change, now_s)
    asked = row[0] * flows[:, layout.SHARE]
    rate = asked * (1.0 - flows[:, layout.SHED_SHARE]) * flows[:, layout.OPEN_SHARE]
    for change in active:
        if change.change is Change.LOAD:
            if not np.any(rate > 0.0):
                raise NotPlayed(
                    Why.CLOSED,
                    "a push of the load of a phase in which all requests are those of connected clients",
                    where="workload.phases",
                    hint="give the phase a rate beside them, or more clients",
                )
            rate = _pushed(rate, change, now_s)
    ways = ways_of(system, row[row.size - len(system.branches) :])
    table = _calls(calls)
    table[:, at.ASYNC] = [node.is_async for node in system.nodes]
    return Tables(part, table, rate, own_wait, ways, asked / max(float(asked.sum()), 1e-300))


def _refuse_calls(system: System, calls: Array) -> None:
    for node in system.nodes:
        where = f"flows.{system.flows[node.flow]}.trace"
        if calls[node.index, layout.PASSES_DEADLINE] > 0.0:
            raise NotPlayed(Why.DEADLINE, "a deadline", where=where, hint="let the events play it")
        if calls[node.index, layout.HEDGE_AFTER_MS] < calls[node.index, layout.TIMEOUT_MS]:
            raise NotPlayed(Why.HEDGED, "a hedged call", where=where, hint="let the events play it")


def _refuse_regular(system: System, c: int, said: Array) -> None:
    if said[layout.ARRIVAL_SCV] != 1.0:
        raise NotPlayed(
            Why.NOT_POISSON,
            f"arrival_scv {said[layout.ARRIVAL_SCV]:g}",
            where=f"components.{system.components[c]}.arrival_scv",
            hint="leave it out, or let the events play it",
        )


def _grown(change: TimedChange, now_s: float) -> float:
    """How far a change has come by now, 0 to 1."""
    return min(max((now_s - change.from_s) / change.ramp_s, 0.0), 1.0) if change.ramp_s > 0.0 else 1.0


def _pushed(rate: Array, change: TimedChange, now_s: float) -> Array:
    factor = 1.0 + (change.amount - 1.0) * _grown(change, now_s)
    pushed: Array = rate.copy()
    if change.index < 0:
        pushed *= factor
    else:
        pushed[change.index] *= factor
    return pushed


def _ours(system: System, c: int, said: Array, x: Array, active: Sequence[TimedChange]) -> None:
    """A component of our own: servers, service, queues, copies, keys."""
    traits = system.parts[c].traits
    x[at.SERVICE_S] = said[layout.SERVICE_MS] * _MS / (1.0 - said[layout.GC_SHARE])
    x[at.SERVICE_SCV] = said[layout.SERVICE_SCV]
    x[at.CONTENTION], x[at.COHERENCY] = said[layout.CONTENTION], said[layout.COHERENCY]
    x[at.BLOCKS] = said[layout.BLOCKING] > 0.0
    lost = 1.0
    for change in active:
        if change.change is Change.LOST and change.index in (c, -1):
            lost *= 1.0 - change.amount
    replicas = int(said[layout.REPLICAS])
    up = math.floor(replicas * lost + 1e-9)
    shards = int(said[layout.SHARDS]) if traits.keeps_copies else 1
    each = min(said[layout.SLOTS], said[layout.CPU_QUOTA])
    x[at.SERVERS], x[at.COPIES_LEFT] = up * each * shards, lost
    x[at.REPLICAS] = max(up, 1)
    is_shared = said[layout.BALANCING] in (layout.SHARED, layout.LEAST_CONNECTIONS)
    x[at.QUEUES] = shards * (1 if is_shared else max(up, 1))
    if traits.keeps_copies:
        write = said[layout.WRITE_QUORUM]
        write = replicas if math.isnan(write) else min(int(write), replicas)
        read = min(int(said[layout.READ_QUORUM]), replicas)
        x[at.NO_READS], x[at.NO_WRITES] = up < max(read, 1), up < max(write, 1)
        if said[layout.RTT_MS] > 0.0:
            law = (float(said[layout.RTT_MS] * _MS), float(said[layout.RTT_SCV]))
            x[at.READ_S], x[at.READ_VAR] = kth_of_gamma(min(read - 1, up - 1), up - 1, *law)
            x[at.WRITE_S], x[at.WRITE_VAR] = kth_of_gamma(min(write - 1, up - 1), up - 1, *law)
        if said[layout.COPY_WORK] > 0.0 and up > 1:
            _copies(said, x, up, (max(min(read, up), 1), max(min(write, up), 1)))
    else:
        x[at.NO_READS] = x[at.NO_WRITES] = up < 1
    if traits.passes_on_misses:
        x[at.HITS_LEFT] = said[layout.HIT_FACTOR]
        if not math.isnan(said[layout.HIT_RATIO]):
            x[at.CACHE], x[at.HIT] = 1.0, said[layout.HIT_RATIO]
            return
        keys = 1.0 if math.isnan(said[layout.KEYS]) else math.floor(said[layout.KEYS])
        x[at.CACHE], x[at.TTL_S], x[at.COALESCES] = 2.0, said[layout.TTL_S], said[layout.COALESCING] > 0.0
        x[at.CAPACITY] = math.floor(min(said[layout.CAPACITY_KEYS], keys))


def _copies(said: Array, x: Array, up: int, quorum: tuple[int, int]) -> None:
    """Copies that all work: a write is done at all of them, a read at as many as it must hear."""
    each, scv = float(said[layout.COPY_WORK]), float(x[at.SERVICE_SCV])
    lag = said[layout.WRITES_PER_KEY] * said[layout.REPLICATION_LAG_MS] * _MS
    behind = (up - quorum[1]) * lag / (1.0 + lag)
    repaired = said[layout.READ_REPAIR] * (up - quorum[0] + behind) if quorum[0] < up else 0.0
    for needed, asked, work, factor in (
        (quorum[0], quorum[0], at.READ_WORK, at.READ_FACTOR),
        (quorum[1], up, at.WRITE_WORK, at.WRITE_FACTOR),
    ):
        unit = (1.0 + (asked - 1) * each) / asked
        mean, variance = kth_of_gamma(needed, asked, 1.0, scv)
        x[work] = 1.0 + (asked - 1 + (repaired if work == at.READ_WORK else 0.0)) * each
        x[factor], x[factor + 1] = unit * mean, unit * unit * variance


def _broken(x: Array, change: TimedChange, now_s: float) -> None:
    """What a fault changes of a component."""
    kind = change.change
    if kind is Change.PAUSED:
        x[at.RESUMES_AT] = max(x[at.RESUMES_AT], change.to_s)
    elif kind is Change.SLOWED:
        x[at.SLOWED], x[at.SLOWED_S] = change.share, change.amount * _grown(change, now_s)
    elif kind is Change.FAILED:
        x[at.ERROR] = 1.0 - (1.0 - x[at.ERROR]) * (1.0 - change.share)
    elif kind is Change.REFUSED:
        x[at.TURNED_AWAY] = 1.0 - (1.0 - x[at.TURNED_AWAY]) * (1.0 - change.share)
    elif kind is Change.SILENT:
        x[at.SILENT] = 1.0 - (1.0 - x[at.SILENT]) * (1.0 - change.share)


def _calls(said: Array) -> Array:
    """The table of the calls."""
    call = np.zeros((said.shape[0], at.CALL))
    call[:, at.TIMES] = said[:, layout.TIMES] * (said[:, layout.ENABLED] > 0.0)
    call[:, at.TIMEOUT_S] = said[:, layout.TIMEOUT_MS] * _MS
    call[:, at.RETRIES], call[:, at.PAUSE_S] = said[:, layout.RETRIES], said[:, layout.BACKOFF_MS] * _MS
    call[:, at.JITTER], call[:, at.WORK] = said[:, layout.JITTER], said[:, layout.WORK]
    call[:, at.OPTIONAL] = said[:, layout.OPTIONAL] > 0.0
    call[:, at.FALLBACK] = said[:, layout.FALLBACK_ENABLED] > 0.0
    call[:, at.FALLBACK_S] = said[:, layout.FALLBACK_LATENCY_MS] * _MS
    call[:, at.NETWORK_S] = said[:, layout.NETWORK_MS] * _MS
    call[:, at.NETWORK_VAR] = call[:, at.NETWORK_S] ** 2 * said[:, layout.NETWORK_SCV]
    call[:, at.BREAKER] = said[:, layout.BREAKER] > 0.0
    call[:, at.TRIPS_AT] = said[:, layout.BREAKER_THRESHOLD]
    call[:, at.VOLUME] = np.maximum(np.round(said[:, layout.BREAKER_VOLUME]), 1.0)
    call[:, at.BUCKET_S] = np.maximum(said[:, layout.BREAKER_WINDOW_S], 1e-9) / at.BUCKETS
    call[:, at.SLEEP_S] = said[:, layout.BREAKER_SLEEP_S]
    call[:, at.BULKHEAD] = said[:, layout.BULKHEAD_SLOTS]
    call[:, at.BUDGET] = said[:, layout.RETRY_BUDGET]
    return call
