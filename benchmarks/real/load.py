"""Open load: requests come at random times, whether or not the ones before were answered.

A latency counts from the time at which the request was meant to be sent (Tene 2013, on coordinated omission):
a generator that falls behind shows it in the numbers instead of hiding it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array

#: One request: takes a service time, s; True where it was answered well.
Request = Callable[[float], Awaitable[bool]]
#: The first part of a measurement is left out.
WARM_UP_SHARE = 0.15
#: Windows of a measurement, whose spread is told.
WINDOWS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What users saw, and what was really asked: random numbers are never quite what was ordered.

    Attributes:
        latency_ms: Of each answered request, in the order of their arrivals.
        success: Share of the requests that were answered.
        rate: Requests/s that came.
        work_ms: Mean work that they asked for.
        work_scv: Its squared coefficient of variation.
        beside_ms: Mean of what an answer took beside its work: waits, proxies, timers, this program.
    """

    latency_ms: Array
    success: float
    rate: float
    work_ms: float
    work_scv: float
    beside_ms: float

    @property
    def mean_ms(self) -> float:
        """Mean latency."""
        return float(self.latency_ms.mean())

    def quantile_ms(self, share: float) -> float:
        """A percentile of the latency."""
        return float(np.quantile(self.latency_ms, share))

    @property
    def spread(self) -> float:
        """Standard error of the mean as a share of it, from windows of the measurement."""
        means = [part.mean() for part in np.array_split(self.latency_ms, WINDOWS)]
        return float(np.std(means, ddof=1) / np.sqrt(WINDOWS) / np.mean(means))


@dataclass(frozen=True, slots=True)
class Load:
    """What comes.

    Attributes:
        rate: Requests/s, at the times of a Poisson process.
        service_s: Mean time of the work of one, s.
        scv: Its squared coefficient of variation; gamma.
        seconds: How long requests come, s.
        seed: Of all random numbers.
    """

    rate: float
    service_s: float
    scv: float
    seconds: float
    seed: int

    async def measure(self, request: Request) -> Measured:
        """Sends the requests and waits for what comes back."""
        rng = np.random.default_rng(self.seed)
        gaps = rng.exponential(1.0 / self.rate, int(self.rate * self.seconds * 1.5) + 50)
        times = np.cumsum(gaps)
        times = times[times < self.seconds]
        work = rng.gamma(1.0 / self.scv, self.service_s * self.scv, times.size)
        loop = asyncio.get_running_loop()
        start = loop.time() + 0.05
        found: list[tuple[float, bool]] = [(0.0, False)] * times.size

        async def one(k: int) -> None:
            is_good = await request(float(work[k]))
            found[k] = (loop.time() - start - times[k], is_good)

        tasks = []
        for k, at in enumerate(times):
            await asyncio.sleep(start + at - loop.time())
            tasks.append(asyncio.create_task(one(k)))
        await asyncio.gather(*tasks)
        counts = times >= WARM_UP_SHARE * self.seconds
        is_answered = np.array([one[1] for one in found]) & counts
        latency = np.array([one[0] for one in found])[is_answered]
        return Measured(
            latency_ms=1e3 * latency,
            success=float(is_answered.sum() / counts.sum()),
            rate=float(counts.sum() / ((1.0 - WARM_UP_SHARE) * self.seconds)),
            work_ms=float(1e3 * work[counts].mean()),
            work_scv=float(work[counts].var() / work[counts].mean() ** 2),
            beside_ms=float(1e3 * (latency - work[is_answered]).mean()),
        )
