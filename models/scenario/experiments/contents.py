"""What a cache holds is gone."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.scenario.experiments.fault import CACHES, Fault, Reach
from models.scenario.part import Name
from models.scenario.quantity import ShareAboveZero


class CacheFlush(Fault):
    """Keys of a cache are forgotten at once; they are loaded again as they are asked for."""

    reach: ClassVar[Reach] = CACHES

    kind: Literal["cache_flush"]
    target: Name
    """The cache."""
    share: ShareAboveZero = 1.0
    """Share of the keys that is forgotten."""

    @property
    def ends_s(self) -> float | None:
        """It is over at once: what follows is the refill."""
        return self.start_s

    @property
    def touches(self) -> tuple[tuple[str, str | None], ...]:
        """Contents."""
        return (("contents", self.target),)
