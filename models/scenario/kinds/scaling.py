"""What runs in as many copies as its load asks for: an autoscaler decides how many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from models.errors import Code, Finding
from models.scenario.kinds.station import Station
from models.scenario.prerequisite import Prerequisite
from models.scenario.quantity import Count, Seconds

#: What says how an autoscaler decides, and what it takes.
SCALING = (
    "min_replicas",
    "max_replicas",
    "target_utilisation",
    "look_back_s",
    "start_up_s",
    "cool_down_s",
    "scale_in",
)


class Scaled(Station):
    """What an autoscaler may run in as many copies as its load asks for."""

    prerequisites: ClassVar[tuple[Prerequisite, ...]] = (
        *Station.prerequisites,
        Prerequisite(
            SCALING,
            ("autoscaling",),
            lambda part: part.autoscaling,
            "autoscaling isn't true: as many copies run as replicas says",
            "add autoscaling: true",
        ),
        Prerequisite(
            ("replicas",),
            ("autoscaling",),
            lambda part: not part.autoscaling,
            "autoscaling is true: it decides how many copies run",
        ),
        Prerequisite(
            ("cool_down_s",),
            ("scale_in",),
            lambda part: part.scale_in,
            "scale_in is false: copies that run go on running",
        ),
    )

    autoscaling: bool = False
    """An autoscaler decides how many copies run: as many as keep each at `target_utilisation`."""
    min_replicas: Count = 1
    """Fewest copies that the autoscaler lets run."""
    max_replicas: Count = 10
    """Most copies that it lets run."""
    target_utilisation: Annotated[float, Field(ge=0.01, le=1.0)] = 0.7
    """Busy share of a copy's slots that it aims at."""
    look_back_s: Annotated[float, Field(ge=0.1, le=1e6, json_schema_extra={"unit": "s"})] = 15.0
    """Time over which it measures the load, and between two of its decisions, s."""
    start_up_s: Seconds = 30.0
    """Time from its decision until a new copy serves, s: a machine, an image, a warm-up."""
    cool_down_s: Seconds = 300.0
    """It stops copies only when for so long no more were needed, s."""
    scale_in: bool = True
    """False: it never stops a copy while the system runs."""

    @property
    def may_have_copies(self) -> bool:
        """Whether more than one copy may run."""
        return self.autoscaling or self.replicas > 1

    def contradictions(self, where: str) -> Iterator[Finding]:
        """Fewer copies at the most than at the least."""
        yield from super().contradictions(where)
        if self.min_replicas > self.max_replicas:
            found = f"max_replicas {self.max_replicas} below min_replicas {self.min_replicas}"
            allowed = f"a whole number from {self.min_replicas} on"
            yield Finding(f"{where}.max_replicas", found, allowed, code=Code.WRONG_ORDER)
