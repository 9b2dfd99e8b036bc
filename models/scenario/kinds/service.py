"""Something that computes: a web tier, a pricing engine."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.scenario.kinds.station import Station, Traits


class Service(Station):
    """Something that computes: a web tier, a pricing engine."""

    traits: ClassVar[Traits] = Traits(0)

    kind: Literal["service"]
