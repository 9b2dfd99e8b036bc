"""The workload: phases of the scenario, each with one arrival rate."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.scenario.effect import Effect
from models.scenario.part import Name, Number, Part, Text
from models.scenario.quantity import Hours, PerSecond


class Phase(Part):
    """A stretch of the scenario with one arrival rate."""

    name: Name
    rate: PerSecond
    """User requests per second."""
    hours: Hours
    """How long it lasts, h."""
    peak: bool = False
    """The phase that counts as the peak; the highest rate when none is marked."""
    effect: Effect = Effect()
    """What happens in this phase (a network hiccup, a lost zone)."""
    drivers: dict[Name, Number] = {}
    """Values of the drivers in this phase."""


class Trace(Part):
    """A measured load, from which phases are cut."""

    file: Annotated[str, Field(min_length=1, max_length=500)]
    """CSV beside the scenario with the columns `time` (seconds) and `rate` (requests/s)."""
    phases: Annotated[int, Field(ge=1, le=24)] = 4
    """Number of phases to cut."""


class Workload(Part):
    """What the system is asked to serve: phases, or a measured trace from which they are cut."""

    phases: Annotated[tuple[Phase, ...], Field(max_length=100)] = ()
    trace: Trace | str | None = None
    source: Text | None = None

    @property
    def peak(self) -> int | None:
        """Position of the peak: the phase that is marked, or the highest rate; None without phases."""
        marked = [i for i, phase in enumerate(self.phases) if phase.peak]
        if marked or not self.phases:
            return marked[0] if marked else None
        return max(range(len(self.phases)), key=lambda i: self.phases[i].rate)
