"""Something that answers some calls itself and passes its misses on to the calls in its `then`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from models.errors import Code, Finding
from models.scenario.kinds.station import Station, Traits
from models.scenario.prerequisite import Prerequisite
from models.scenario.quantity import Keys, PerSecond, Seconds, Share, ZipfExponent


class Cache(Station):
    """Something that answers some calls itself and passes its misses on to the calls in its `then`."""

    traits: ClassVar[Traits] = Traits(2, passes_on_misses=True)
    prerequisites: ClassVar[tuple[Prerequisite, ...]] = (
        *Station.prerequisites,
        Prerequisite(
            ("keys", "zipf", "ttl_s", "capacity_keys", "writes_per_key_per_s", "coalescing"),
            ("hit_ratio",),
            lambda part: part.hit_ratio is None,
            "hit_ratio is given, so how it comes about isn't looked at",
            "remove it, or replace hit_ratio by keys",
        ),
    )

    kind: Literal["cache"]
    hit_ratio: Share | None = None
    """Share of calls it answers; null = worked out from keys, popularity, TTL and capacity."""
    keys: Keys | None = None
    """Number of different items that are asked for."""
    zipf: ZipfExponent = 0.8
    """Exponent of their popularity (Zipf)."""
    ttl_s: Seconds | None = None
    """Time an entry lives, s; null = for ever."""
    capacity_keys: Keys | None = None
    """Entries it can hold; null = all."""
    writes_per_key_per_s: PerSecond = 0.0
    """How often the same item changes behind the cache, 1/s."""
    coalescing: bool = False
    """Concurrent misses of one key are loaded once."""

    def contradictions(self, where: str) -> Iterator[Finding]:
        """Nothing that says how many calls it answers."""
        yield from super().contradictions(where)
        if self.hit_ratio is None and self.keys is None:
            found = "a cache with neither hit_ratio nor keys"
            yield Finding(where, found, "one of the two", "add hit_ratio", code=Code.MISSING_KEY)

    @property
    def may_miss(self) -> bool:
        """Whether it doesn't answer everything itself."""
        return self.hit_ratio != 1.0
