"""The tables of a design at a moment: its row of parameters, and what faults change of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.evaluation import Array
from models.faults.timed_change import Change, TimedChange
from models.formulas.order_statistics import kth_of_gamma
from models.steps import columns as at
from models.steps.refused import NotPlayed, Why
from models.system import layout
from models.system.system import System

_MS = 1e-3
#: Tokens that the bucket of a rate limit holds at the least; else what comes in a second (as the events have).
_LEAST_BURST = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """A design as it is for a while (`models.steps.columns`).

    Attributes:
        part: Numbers of the components, `(c, PART)`.
        call: Numbers of the calls, `(i, CALL)`.
        rate: Requests of each flow that aren't shed, 1/s, `(f,)`.
        own_wait: Wait in a queue of one's own over the service: mean and variance by utilisation, `(c, POINTS, 2)`.
    """

    part: Array
    call: Array
    rate: Array
    own_wait: Array


def blocks_of(system: System, row: Array) -> tuple[Array, Array, Array]:
    """The blocks of a row: of components, calls and flows."""
    c_n, i_n, f_n = len(system.components), len(system.nodes), len(system.flows)
    first_call = 1 + c_n * len(layout.COMPONENT)
    first_flow = first_call + i_n * len(layout.CALL)
    return (
        row[1:first_call].reshape(c_n, len(layout.COMPONENT)),
        row[first_call:first_flow].reshape(i_n, len(layout.CALL)),
        row[first_flow:].reshape(f_n, len(layout.FLOW)),
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
    part, own_wait = np.zeros((parts.shape[0], at.PART)), np.zeros((parts.shape[0], at.POINTS, 2))
    for c, component in enumerate(system.parts):
        said, x = parts[c], part[c]
        if said[layout.ARRIVAL_SCV] != 1.0:
            raise NotPlayed(
                Why.NOT_POISSON,
                f"arrival_scv {said[layout.ARRIVAL_SCV]:g}",
                where=f"components.{system.components[c]}.arrival_scv",
                hint="leave it out, or let the events play it",
            )
        x[at.ERROR] = 1.0 - (1.0 - said[layout.ERROR_SHARE]) * said[layout.UP_FACTOR]
        x[at.PLACES], x[at.MAX_WAIT_S], x[at.HITS_LEFT] = said[layout.QUEUE_LIMIT], said[layout.MAX_WAIT_S], 1.0
        x[at.REPLICAS], x[at.TTL_S], x[at.QUEUES] = said[layout.REPLICAS], math.inf, 1.0
        x[at.TOKENS_PER_S] = math.inf
        if not component.traits.is_ours:
            x[at.SERVICE_S], x[at.SERVICE_SCV] = said[layout.LATENCY_MS] * _MS, said[layout.LATENCY_SCV]
            x[at.SERVERS], x[at.PLACES], x[at.MAX_WAIT_S] = math.inf, math.inf, math.inf
            x[at.TOKENS_PER_S] = said[layout.RATE_LIMIT]
            x[at.MOST_TOKENS] = max(_LEAST_BURST, said[layout.RATE_LIMIT])
        else:
            _ours(system, c, said, x, active)
            if x[at.QUEUES] > 1.0:
                own_wait[c] = _own_waits(
                    int(max(round(x[at.SERVERS] / x[at.QUEUES]), 1)), float(x[at.SERVICE_SCV])
                )
        for change in active:
            if change.change not in (Change.LOAD, Change.SET) and change.index in (c, -1):
                _broken(x, change, now_s)
    rate = row[0] * flows[:, layout.SHARE] * (1.0 - flows[:, layout.SHED_SHARE])
    for change in active:
        if change.change is Change.LOAD:
            grown = 1.0
            if change.ramp_s > 0.0:
                grown = min(max((now_s - change.from_s) / change.ramp_s, 0.0), 1.0)
            factor = 1.0 + (change.amount - 1.0) * grown
            if change.index < 0:
                rate = rate * factor
            else:
                rate[change.index] *= factor
    return Tables(part, _calls(calls), rate, own_wait)


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
    x[at.SERVERS] = up * each * shards
    x[at.REPLICAS] = max(up, 1)
    is_shared = said[layout.BALANCING] in (layout.SHARED, layout.LEAST_CONNECTIONS)
    x[at.QUEUES] = shards * (1 if is_shared else max(up, 1))
    if traits.keeps_copies:
        if said[layout.COPY_WORK] > 0.0 and replicas > 1:
            raise NotPlayed(
                Why.COPIES_WORK,
                f"{replicas} copies that all work on a call (copy_work {said[layout.COPY_WORK]:g})",
                where=f"components.{system.components[c]}.copy_work",
                hint="copy_work: 0, if the others apply a write at next to no cost",
            )
        write = said[layout.WRITE_QUORUM]
        write = replicas if math.isnan(write) else min(int(write), replicas)
        read = min(int(said[layout.READ_QUORUM]), replicas)
        x[at.NO_READS], x[at.NO_WRITES] = up < max(read, 1), up < max(write, 1)
        if said[layout.RTT_MS] > 0.0:
            law = (float(said[layout.RTT_MS] * _MS), float(said[layout.RTT_SCV]))
            x[at.READ_S], x[at.READ_VAR] = kth_of_gamma(min(read - 1, up - 1), up - 1, *law)
            x[at.WRITE_S], x[at.WRITE_VAR] = kth_of_gamma(min(write - 1, up - 1), up - 1, *law)
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


def _broken(x: Array, change: TimedChange, now_s: float) -> None:
    """What a fault changes of a component."""
    kind = change.change
    if kind is Change.PAUSED:
        x[at.RESUMES_AT] = max(x[at.RESUMES_AT], change.to_s)
    elif kind is Change.SLOWED:
        grown = 1.0
        if change.ramp_s > 0.0:
            grown = min(max((now_s - change.from_s) / change.ramp_s, 0.0), 1.0)
        x[at.SLOWED], x[at.SLOWED_S] = change.share, change.amount * grown
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


@lru_cache(maxsize=256)
def _own_waits(servers: int, scv: float) -> Array:
    """Mean and variance of the wait in a queue of one's own, in services, by utilisation, `(POINTS, 2)`.

    Allen and Cunneen's mean (Allen 1990) with Erlang's probability to wait, C (1 + scv)/2 / (c (1 - u)); who waits
    does so for an exponential time. From 0.97 on the common backlog tells the rest.
    """
    found = np.zeros((at.POINTS, 2))
    for k, u in enumerate(np.linspace(0.0, 1.0, at.POINTS)):
        u = min(float(u), 0.97)
        if u <= 0.0:
            continue
        load, blocked = servers * u, 1.0
        for j in range(1, servers + 1):
            blocked = load * blocked / (j + load * blocked)
        waits = blocked / (1.0 - u * (1.0 - blocked))
        each = 0.5 * (1.0 + scv) / (servers * (1.0 - u))
        found[k] = waits * each, waits * (2.0 - waits) * each * each
    return found
