"""A queue of messages with the consumers that work on them while nobody waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import ClassVar, Literal

from models.errors import Code, Finding
from models.scenario.kinds.scaling import Scaled
from models.scenario.kinds.station import Traits
from models.scenario.prerequisite import Prerequisite
from models.scenario.quantity import Count, Milliseconds, Seconds

#: What turns calls away, or stands beside a thread that keeps its slot: a queue keeps all messages.
NOT_OF_A_QUEUE = ("queue_limit", "max_wait_s", "cpu_quota", "contention", "coherency", "balancing")


class Queue(Scaled):
    """A queue of messages; its replicas and slots are the consumers, who work while nobody waits."""

    traits: ClassVar[Traits] = Traits(101, losses=(), keeps_messages=True)
    prerequisites: ClassVar[tuple[Prerequisite, ...]] = (
        *Scaled.prerequisites,
        Prerequisite(
            ("batch",),
            ("batch_ms",),
            lambda part: part.batch_ms > 0.0,
            "batch_ms is 0: messages that come together save nothing",
            "add batch_ms",
        ),
    )

    newer_defaults: ClassVar[Mapping[str, str | float]] = MappingProxyType({})

    kind: Literal["queue"]
    service_ms: Milliseconds = 0.0
    """Mean time of a consumer's own work for one message, ms."""
    blocking: bool = True
    """A consumer keeps its message while the calls under it run; false = it takes the next one meanwhile."""
    visibility_s: Seconds | None = None
    """A message that is worked on for longer is given to another consumer too, s; null = never."""
    max_receives: Count = 1
    """How often a message is given to a consumer at the most while work on it fails; then it goes to the dead
    letters."""
    batch: Count = 1
    """Messages that a consumer takes at a time."""
    batch_ms: Milliseconds = 0.0
    """Time that a consumer needs to take them, however many, ms."""
    retention_s: Seconds | None = None
    """A message that waits for longer is lost, s; null = none is."""

    def contradictions(self, where: str) -> Iterator[Finding]:
        """What only a station has that can turn away; a message that no time is left for."""
        yield from super().contradictions(where)
        for key in NOT_OF_A_QUEUE:
            if key in self.model_fields_set and getattr(self, key) != type(self).model_fields[key].default:
                found, hint = f"{key} of a queue, which keeps all messages", "remove it"
                yield Finding(f"{where}.{key}", found, "no such key here", hint, code=Code.CONFLICT)
        for key in ("visibility_s", "retention_s"):
            if getattr(self, key) == 0.0:
                yield Finding(f"{where}.{key}", "the number 0", "above 0, or null", code=Code.OUT_OF_RANGE)
