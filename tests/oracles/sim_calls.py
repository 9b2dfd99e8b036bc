"""The simulator's requests: traces as functions `start(t, done)` that end with `done(t, succeeded)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import repeat
from typing import Literal

from models.scenario.component import Component
from models.scenario.flow import Call, Parallel
from models.scenario.kinds.cache import Cache
from models.scenario.kinds.external import External
from models.scenario.kinds.store import Store
from oracles.sim_caches import FixedHits, KeyedCache
from oracles.sim_stations import (
    Clock,
    Done,
    FreeStation,
    HoldingStation,
    Outside,
    Shards,
    Streams,
    Tally,
)
from oracles.sim_steps import (
    Start,
    at_most,
    cached,
    delayed,
    failing,
    nothing,
    one_then,
    optional,
    repeated,
    sampled,
    together,
    with_fallback,
    with_timeout,
)

#: Which round trips a quorum waits for. `others`: the replica that works on the call is one of those that
#: must be heard, so it is the (R-1)-th smallest of N-1. `all`: the R-th smallest of N, as if all were remote.
Quorum = Literal["others", "all"]
S_PER_MS = 1e-3


class Part:
    """One component while it is simulated: its queue, servers and what it holds."""

    def __init__(
        self, name: str, component: Component, clock: Clock, streams: Streams, tally: Tally, burst: float
    ) -> None:
        refuse_unknown(name, component)
        self.component, self.clock, self.streams, self.tally = component, clock, streams, tally
        self.samples: list[float] | None = None
        self.timed_out = 0
        if isinstance(component, External):
            work = streams.gamma(component.latency_ms * S_PER_MS, component.latency_scv)
            self.servers = 0
            limit = component.rate_limit_per_s
            self.visit = Outside(clock, tally, work, _or_inf(limit), burst).visit
            return
        shards = component.shards if isinstance(component, Store) else 1
        servers = component.replicas * component.slots
        self.servers = servers * shards
        mean = component.service_ms * S_PER_MS / (1.0 - component.gc_share)
        kind = HoldingStation if component.blocking else FreeStation
        places, longest = _or_inf(component.queue_limit), _or_inf(component.max_wait_s)
        work = streams.gamma(mean, component.service_scv)
        stations = [kind(clock, tally, work, servers, places, longest) for _ in range(shards)]
        self.visit = stations[0].visit if shards == 1 else Shards(stations, streams.uniform()).visit
        self.cache = self._cache(component) if isinstance(component, Cache) else None

    def _cache(self, cache: Cache) -> FixedHits | KeyedCache:
        if cache.hit_ratio is not None:
            return FixedHits(self.tally, self.streams.uniform(), cache.hit_ratio)
        if cache.keys is None:
            raise ValueError("a cache needs `hit_ratio` or `keys`")
        writes = cache.writes_per_key_per_s
        until_write = self.streams.gamma(1.0 / writes, 1.0) if writes > 0 else repeat(float("inf"))
        keys = self.streams.zipf(int(cache.keys), cache.zipf)
        ttl, capacity = _or_inf(cache.ttl_s), _or_inf(cache.capacity_keys)
        return KeyedCache(self.tally, keys, ttl, capacity, until_write, cache.coalescing)


def refuse_unknown(name: str, component: Component) -> None:
    """Raises ValueError for what the simulator can't do literally."""
    for parameter, plain in (("contention", 0.0), ("coherency", 0.0), ("arrival_scv", 1.0)):
        if getattr(component, parameter, plain) != plain:
            raise ValueError(f"{name}.{parameter} is not simulated")


def _or_inf(value: float | None) -> float:
    return float("inf") if value is None else value


class Compiler:
    """Turns traces into functions; the components are shared by all calls."""

    def __init__(self, parts: dict[str, Part], clock: Clock, streams: Streams, quorum: Quorum) -> None:
        self._parts, self._clock, self._streams, self._quorum = parts, clock, streams, quorum

    def steps(self, steps: Sequence[Call | Parallel]) -> Start:
        """Steps one after the other; the first that fails ends them."""
        starts = [self._step(step) for step in steps if not (isinstance(step, Call) and not step.enabled)]
        if not starts:
            return nothing
        start = starts[-1]
        for before in reversed(starts[:-1]):
            start = partial(one_then, before, start)
        return start

    def _step(self, step: Call | Parallel) -> Start:
        if isinstance(step, Parallel):
            return together([self.steps(branch) for branch in step.parallel])
        start = self._attempt(step)
        if step.bulkhead_slots is not None:
            start = at_most(start, step.bulkhead_slots)
        if step.timeout_ms is not None:
            start = with_timeout(start, self._clock, step.timeout_ms * S_PER_MS, self._parts[step.call])
        if step.retries:
            start = self._with_retries(start, step)
        if step.fallback is not None and step.fallback.enabled:
            start = with_fallback(start, self._clock, step.fallback.latency_ms * S_PER_MS)
        elif step.optional:
            start = optional(start)
        return repeated(start, step.times, self._streams)

    def _attempt(self, call: Call) -> Start:
        """One attempt: wait and own work, then an error, other replicas, a hit or the calls under it."""
        part = self._parts[call.call]
        component = part.component
        after = self.steps(call.then)
        if isinstance(component, Cache):
            after = cached(part.cache, after)
        if isinstance(component, Store) and component.rtt_ms > 0:
            after = delayed(after, self._clock, self._round_trips(component, call.write))
        if component.error_share > 0:
            after = failing(after, self._streams.uniform(), component.error_share)
        visit = part.visit
        if part.samples is not None:
            visit = sampled(visit, part)

        def start(t: float, done: Done) -> None:
            visit(t, done, after)

        return start

    def _round_trips(self, store: Store, write: bool) -> Iterator[float]:
        replicas = store.replicas
        heard = store.read_quorum
        if write:
            heard = replicas if store.write_quorum is None else store.write_quorum
        heard = min(heard, replicas)
        if self._quorum == "others":
            replicas, heard = replicas - 1, heard - 1
        return self._streams.quorum(store.rtt_ms * S_PER_MS, store.rtt_scv, replicas, heard)

    def _with_retries(self, start: Start, call: Call) -> Start:
        clock, chance = self._clock, self._streams.uniform()
        pause, jitter = call.backoff_ms * S_PER_MS, call.jitter

        def attempt(t: float, state: tuple[Done, int]) -> None:
            done, left = state

            def ended(t: float, succeeded: bool) -> None:
                if succeeded or left == 0:
                    done(t, succeeded)
                elif pause == 0.0:
                    attempt(t, (done, left - 1))
                else:
                    clock.at(t + pause * (1.0 - jitter * next(chance)), attempt, (done, left - 1))

            start(t, ended)

        return lambda t, done: attempt(t, (done, call.retries))
