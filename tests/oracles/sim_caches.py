"""The simulator's caches: what a lookup finds, and when its answer is out of date."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import partial

from oracles.sim_stations import Done, Tally


class FixedHits:
    """A cache that knows the answer with a fixed probability, each time anew."""

    def __init__(self, tally: Tally, chance: Iterator[float], hit_ratio: float) -> None:
        self._tally, self._chance, self._hit_ratio = tally, chance, hit_ratio

    def look_up(self, t: float, done: Done, load: Callable[[float, Done], None]) -> None:
        """Answers, or lets `load(t, done)` make the calls under it."""
        hit = next(self._chance) < self._hit_ratio
        if self._tally.start <= t < self._tally.end:
            self._tally.lookups += 1
            self._tally.hits += hit
        if hit:
            done(t, True)
        else:
            load(t, done)


class KeyedCache:
    """A cache of keys: entries live `ttl_s` from the end of their load; the least recently used makes room.

    Args:
        keys: Key of each lookup.
        ttl_s: Time to live, s; infinity = for ever.
        capacity: Entries it can hold.
        until_write: Times from a load to the next write of that key, s: from then on its hits are stale.
        coalescing: Lookups of a key that is being loaded wait for that load.
    """

    def __init__(
        self,
        tally: Tally,
        keys: Iterator[int],
        ttl_s: float,
        capacity: float,
        until_write: Iterator[float],
        coalescing: bool,
    ) -> None:
        self._tally, self._keys, self._ttl_s, self._capacity = tally, keys, ttl_s, capacity
        self._until_write, self._coalescing = until_write, coalescing
        self._entries: OrderedDict[int, tuple[float, float]] = OrderedDict()  # key: (expires, next write)
        self._loading: dict[int, list[Done]] = {}

    def look_up(self, t: float, done: Done, load: Callable[[float, Done], None]) -> None:
        """Answers, or lets `load(t, done)` make the calls under it."""
        tally, key = self._tally, next(self._keys)
        entry = self._entries.get(key)
        hit = entry is not None and t < entry[0]
        if tally.start <= t < tally.end:
            tally.lookups += 1
            tally.hits += hit
            tally.stale += hit and t >= entry[1]
        if hit:
            self._entries.move_to_end(key)
            done(t, True)
        elif not self._coalescing:
            load(t, partial(self._loaded, key, (done,)))
        elif key in self._loading:
            self._loading[key].append(done)
        else:
            self._loading[key] = [done]
            load(t, partial(self._loaded, key, self._loading[key]))

    def _loaded(self, key: int, waiting: list[Done] | tuple[Done, ...], t: float, succeeded: bool) -> None:
        self._loading.pop(key, None)
        if succeeded:
            self._entries[key] = (t + self._ttl_s, t + next(self._until_write))
            self._entries.move_to_end(key)
            if len(self._entries) > self._capacity:
                self._entries.popitem(last=False)
        for done in waiting:
            done(t, succeeded)
