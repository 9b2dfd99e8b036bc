"""The simulator's clock, random streams and components: who waits, who is served, who is turned away.

Everything happens in seconds. Nothing here knows a formula of the model: attempts meet queues and servers
one by one, so that the analytic model can be held against it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from heapq import heappop, heappush, heapreplace
from itertools import chain, count, repeat

import numpy as np

#: Called when something ends: at which time (s), and whether it succeeded.
Done = Callable[[float, bool], None]
#: What follows the own work of a component.
After = Callable[[float, Done], None]
BLOCK = 4096  # random numbers that are drawn at once: numpy is slow for single ones


class Clock:
    """Events to come, in the order of time; those of the same time in the order in which they were made."""

    __slots__ = ("_events", "_numbers")

    def __init__(self) -> None:
        self._events: list[tuple[float, int, Callable, object]] = []
        self._numbers = count()

    def at(self, t: float, what: Callable, argument: object) -> None:
        """Calls `what(t, argument)` when it is t (s)."""
        heappush(self._events, (t, next(self._numbers), what, argument))

    def run_until(self, end: float) -> None:
        """Lets everything happen that is due before `end` (s)."""
        events = self._events
        while events and events[0][0] <= end:
            t, _, what, argument = heappop(events)
            what(t, argument)


class Streams:
    """Endless random numbers, one independent stream for each use, all from one seed."""

    def __init__(self, seed: int) -> None:
        self._seeds = np.random.SeedSequence(seed)

    def generator(self) -> np.random.Generator:
        """A new independent generator."""
        return np.random.default_rng(self._seeds.spawn(1)[0])

    def uniform(self) -> Iterator[float]:
        """Uniform numbers in [0, 1)."""
        rng = self.generator()
        return _endless(lambda: rng.random(BLOCK))

    def gamma(self, mean: float, scv: float) -> Iterator[float]:
        """Gamma distributed with this mean and squared coefficient of variation; 0 = always the mean."""
        rng = self.generator()
        if mean == 0 or scv == 0:
            return repeat(mean)
        return _endless(lambda: rng.gamma(1 / scv, mean * scv, BLOCK))

    def quorum(self, mean: float, scv: float, replicas: int, heard: int) -> Iterator[float]:
        """The `heard`-th smallest of `replicas` independent gamma round trips; 0 when none must be heard."""
        rng = self.generator()
        if heard <= 0 or mean == 0:
            return repeat(0.0)
        if scv == 0:
            return repeat(mean)

        def block() -> np.ndarray:
            trips = rng.gamma(1 / scv, mean * scv, (BLOCK, replicas))
            return np.partition(trips, heard - 1, axis=1)[:, heard - 1]

        return _endless(block)

    def zipf(self, keys: int, exponent: float) -> Iterator[int]:
        """Numbers of keys, the most popular first."""
        rng = self.generator()
        shares = np.cumsum(np.arange(1, keys + 1, dtype=float) ** -exponent)
        shares /= shares[-1]
        return _endless(lambda: np.searchsorted(shares, rng.random(BLOCK), side="right"))


def _endless(block: Callable[[], np.ndarray]) -> Iterator:
    return chain.from_iterable(block().tolist() for _ in repeat(None))


class Tally:
    """What a component saw during the measured time [start, end) (s)."""

    __slots__ = ("arrivals", "blocked", "busy_s", "end", "hits", "lookups", "stale", "start", "waited_s")

    def __init__(self, start: float, end: float) -> None:
        self.start, self.end = start, end
        self.arrivals = self.blocked = self.lookups = self.hits = self.stale = 0
        self.busy_s = self.waited_s = 0.0

    def busy(self, since: float, until: float) -> None:
        """Counts the part of a server's busy time that lies in the measured time."""
        self.busy_s += max(0.0, min(until, self.end) - max(since, self.start))


class FreeStation:
    """A FIFO queue before servers that are free again after their own work.

    Work times are known when an attempt arrives, so that its wait follows at once from the times at which the
    servers will be free: no queue is kept, and each attempt is a single event.
    """

    def __init__(
        self, clock: Clock, tally: Tally, work: Iterator[float], servers: int, places: float, longest_s: float
    ) -> None:
        self._clock, self._tally, self._work = clock, tally, work
        self._places, self._longest_s = places, longest_s
        self._free_at = [0.0] * servers
        self._starts: deque[float] = deque()  # when those who wait will start; only for bounded queues

    def visit(self, t: float, done: Done, after: After) -> None:
        """An attempt arrives; after its own work `after(t, done)` follows, or `done(t, False)` at once."""
        tally = self._tally
        measured = tally.start <= t < tally.end
        if measured:
            tally.arrivals += 1
        free_at = self._free_at
        begin = free_at[0]
        if begin <= t:
            begin = t
        elif begin - t > self._longest_s or self._is_full(t):
            if measured:
                tally.blocked += 1
            done(t, False)
            return
        elif self._places != math.inf:
            self._starts.append(begin)
        end = begin + next(self._work)
        heapreplace(free_at, end)
        if measured:
            tally.waited_s += begin - t
        if end > tally.start:
            tally.busy(begin, end)
        self._clock.at(end, after, done)

    def _is_full(self, t: float) -> bool:
        if self._places == math.inf:
            return False
        starts = self._starts
        while starts and starts[0] <= t:
            starts.popleft()
        return len(starts) >= self._places


class HoldingStation:
    """A FIFO queue before servers that are kept until the calls under them are done (a thread per request).

    How long that takes nobody knows beforehand: who has waited for `longest_s` leaves then.
    """

    def __init__(
        self, clock: Clock, tally: Tally, work: Iterator[float], servers: int, places: float, longest_s: float
    ) -> None:
        self._clock, self._tally, self._work = clock, tally, work
        self._places, self._longest_s = places, longest_s
        self._free = servers
        self._queue: deque[list] = deque()  # [arrival, done, after]; done = None: has left
        self._waiting = 0

    def visit(self, t: float, done: Done, after: After) -> None:
        """As for `FreeStation.visit`; the server is free again when `after` has called its done."""
        measured = self._tally.start <= t < self._tally.end
        if measured:
            self._tally.arrivals += 1
        if self._free:
            self._free -= 1
            self._begin(t, t, done, after)
        elif self._waiting >= self._places:
            self._turn_away(t, t, done)
        else:
            entry = [t, done, after]
            self._queue.append(entry)
            self._waiting += 1
            if self._longest_s != math.inf:
                self._clock.at(t + self._longest_s, self._leave, entry)

    def _begin(self, t: float, arrival: float, done: Done, after: After) -> None:
        if self._tally.start <= arrival < self._tally.end:
            self._tally.waited_s += t - arrival
        self._clock.at(t + next(self._work), after, partial(self._end, t, done))

    def _end(self, begin: float, done: Done, t: float, succeeded: bool) -> None:
        self._tally.busy(begin, t)
        self._next(t)
        done(t, succeeded)

    def _next(self, t: float) -> None:
        queue = self._queue
        while queue:
            entry = queue.popleft()
            arrival, done, after = entry
            if done is not None:
                entry[1] = None
                self._waiting -= 1
                self._begin(t, arrival, done, after)
                return
        self._free += 1

    def _leave(self, t: float, entry: list) -> None:
        arrival, done, _ = entry
        if done is not None:
            entry[1] = None
            self._waiting -= 1
            self._turn_away(t, arrival, done)

    def _turn_away(self, t: float, arrival: float, done: Done) -> None:
        if self._tally.start <= arrival < self._tally.end:
            self._tally.blocked += 1
        done(t, False)


class Shards:
    """Stations over which attempts are spread at random."""

    def __init__(self, stations: list, choice: Iterator[float]) -> None:
        self._visits = [station.visit for station in stations]
        self._choice = choice

    def visit(self, t: float, done: Done, after: After) -> None:
        """An attempt arrives at one of them (see `FreeStation.visit`)."""
        self._visits[int(next(self._choice) * len(self._visits))](t, done, after)


class Outside:
    """Somebody else's system: no queue, but perhaps a token bucket before it (burst in tokens)."""

    def __init__(self, clock: Clock, tally: Tally, work: Iterator[float], rate: float, burst: float) -> None:
        self._clock, self._tally, self._work = clock, tally, work
        self._rate, self._burst = rate, burst
        self._tokens, self._filled = burst, 0.0

    def visit(self, t: float, done: Done, after: After) -> None:
        """An attempt arrives (see `FreeStation.visit`)."""
        tally = self._tally
        measured = tally.start <= t < tally.end
        tally.arrivals += measured
        if self._rate != math.inf:
            self._tokens = min(self._burst, self._tokens + (t - self._filled) * self._rate)
            self._filled = t
            if self._tokens < 1.0:
                tally.blocked += measured
                done(t, False)
                return
            self._tokens -= 1.0
        self._clock.at(t + next(self._work), after, done)
