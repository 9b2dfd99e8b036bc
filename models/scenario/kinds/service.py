"""Something that computes: a web tier, a pricing engine."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.scenario.kinds.scaling import Scaled
from models.scenario.kinds.station import Traits


class Service(Scaled):
    """Something that computes: a web tier, a pricing engine."""

    traits: ClassVar[Traits] = Traits(0)

    kind: Literal["service"]
