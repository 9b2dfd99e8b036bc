"""The six dimensions of a design, and what a user's own model says of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Dimension:
    """One objective.

    Attributes:
        name: Its name, as in the scenario file.
        unit: Unit of its values.
        better: Which direction is wanted.
    """

    name: str
    unit: str
    better: Literal["lower", "higher"]

    @property
    def sign(self) -> float:
        """What a value is multiplied by to become a loss, which is minimised."""
        return 1.0 if self.better == "lower" else -1.0


DIMENSIONS = (
    Dimension("latency", "ms", "lower"),
    Dimension("throughput", "requests/s", "higher"),
    Dimension("consistency", "fraction", "higher"),
    Dimension("availability", "fraction", "higher"),
    Dimension("cost", "USD", "lower"),
    Dimension("complexity", "fraction", "lower"),
)
"""The six dimensions, in the order of the columns of `Evaluation.values`."""
