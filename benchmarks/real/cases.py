"""What is measured: a real arrangement of servers beside the same as a scenario."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.real.backend import Backend
from benchmarks.real.clients import Connections, Sleeper, get, redis
from benchmarks.real.load import Request
from benchmarks.real.servers import haproxy, nginx, pool_of_queries, redis_server

#: Mean time of the work of a call, s: long against what a proxy and a timer of 1 ms take.
SERVICE_S = 0.04
COPIES, SLOTS = 4, 2
#: The two-tier cases: time-out of a call, its retries, and the longest wait in a queue.
TIMEOUT_S, RETRIES, QUEUE_S = 0.25, 2, 0.06
KEYS, ZIPF, TTL_S = 100, 0.9, 1.0

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One arrangement.

    Attributes:
        name: What it shows.
        arranged: The servers, while they run, and a request to them; takes a seed.
        component: The station as the format says it.
        call: The call to it.
        before: A component before it, through which the call goes: a cache.
        share: Part of the requests that reaches the station, as far as known beforehand, to choose a rate.
        alone: The servers without what answers in their place, to measure what a call takes beside its work;
            None = as they are.
    """

    name: str
    arranged: Callable[[int], Any]
    component: Tree
    call: Tree
    before: Tree | None = None
    share: float = 1.0
    alone: Callable[[int], Any] | None = None


@asynccontextmanager
async def _copies(count: int, slots: int) -> AsyncIterator[list[int]]:
    copies = [Backend(slots) for _ in range(count)]
    for one in copies:
        await one.start()
    try:
        yield [one.port for one in copies]
    finally:
        for one in copies:
            await one.stop()


def _balanced(method: str) -> Callable[[int], Any]:
    @asynccontextmanager
    async def arranged(seed: int) -> AsyncIterator[Request]:
        async with AsyncExitStack() as stack:
            ports = await stack.enter_async_context(_copies(COPIES, SLOTS))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            connections = Connections(stack.enter_context(nginx(folder, ports, method=method)))
            yield lambda service_s: get(connections, service_s)

    return arranged


def _one_queue(*, copies: int = COPIES, queue_s: float = 600.0) -> Callable[[int], Any]:
    @asynccontextmanager
    async def arranged(seed: int) -> AsyncIterator[Request]:
        async with AsyncExitStack() as stack:
            ports = await stack.enter_async_context(_copies(copies, 1000))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            port = stack.enter_context(haproxy(folder, ports, slots=SLOTS, queue_s=queue_s))
            connections = Connections(port)
            yield lambda service_s: get(connections, service_s)

    return arranged


@asynccontextmanager
async def _pool(seed: int) -> AsyncIterator[Request]:
    with tempfile.TemporaryDirectory() as folder, pool_of_queries(Path(folder), COPIES * SLOTS) as port:
        sleeper = Sleeper(port, 150)
        await sleeper.start()
        try:
            yield sleeper.ask
        finally:
            await sleeper.stop()


@asynccontextmanager
async def _impatient(seed: int) -> AsyncIterator[Request]:
    async with _copies(1, COPIES * SLOTS) as ports:
        connections = Connections(ports[0])
        late: set[asyncio.Task[bool]] = set()
        rng, asked = np.random.default_rng(seed + 1), list[float]()

        async def request(service_s: float) -> bool:
            asked.append(service_s)
            for attempt in range(1 + RETRIES):
                if attempt:
                    service_s = asked[int(rng.integers(len(asked)))]  # another try is other work
                # What is given up is still served: the task goes on.
                task = asyncio.create_task(get(connections, service_s))
                late.add(task)
                task.add_done_callback(late.discard)
                done, _ = await asyncio.wait([task], timeout=TIMEOUT_S)
                if done and task.result():
                    return True
            return False

        yield request
        await asyncio.gather(*late)


@asynccontextmanager
async def _cached(seed: int) -> AsyncIterator[Request]:
    rng = np.random.default_rng(seed + 1)
    weights = np.arange(1, KEYS + 1) ** -ZIPF
    weights /= weights.sum()
    async with AsyncExitStack() as stack:
        ports = await stack.enter_async_context(_copies(1, COPIES * SLOTS))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cache, origin = Connections(stack.enter_context(redis_server(folder))), Connections(ports[0])

        async def request(service_s: float) -> bool:
            key = f"k{rng.choice(KEYS, p=weights)}"
            if await redis(cache, "GET", key) is not None:
                return True
            is_answered = await get(origin, service_s)
            await redis(cache, "SET", key, "x", "PX", str(round(1e3 * TTL_S)))
            return is_answered

        yield request


_STATION: Tree = {"kind": "service", "replicas": COPIES, "slots": SLOTS}
_WHOLE: Tree = {"kind": "service", "slots": COPIES * SLOTS}
CASES = (
    Case("pool of connections (pgbouncer, PostgreSQL)", _pool, _WHOLE, {}),
    Case("one queue (HAProxy)", _one_queue(), {**_STATION, "balancing": "shared"}, {}),
    Case("in turn (nginx)", _balanced(""), {**_STATION, "balancing": "round_robin"}, {}),
    Case(
        "fewest connections (nginx)",
        _balanced("least_conn"),
        {**_STATION, "balancing": "least_connections"},
        {},
    ),
    Case(
        "two choices (nginx)",
        _balanced("random two least_conn"),
        {**_STATION, "balancing": "two_choices"},
        {},
    ),
    Case(
        "longest wait (HAProxy)",
        _one_queue(queue_s=QUEUE_S),
        {**_STATION, "balancing": "shared", "max_wait_s": QUEUE_S},
        {},
    ),
    Case(
        "time-out with retries",
        _impatient,
        _WHOLE,
        {"timeout_ms": 1e3 * TIMEOUT_S, "retries": RETRIES},
    ),
    Case(
        "cache with a lifetime (Redis)",
        _cached,
        _WHOLE,
        {},
        share=0.5,
        alone=_impatient,
        before={
            "kind": "cache",
            "service_ms": 0.0,
            "slots": 1000,
            "keys": KEYS,
            "zipf": ZIPF,
            "ttl_s": TTL_S,
        },
    ),
)
