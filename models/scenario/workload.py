"""The workload: phases of the scenario, each with one arrival rate."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.scenario.effect import Effect
from models.scenario.part import Name, Number, Part, Text
from models.scenario.quantity import CountFromZero, Hours, PerSecond, Seconds, Share


class Phase(Part):
    """A stretch of the scenario with one arrival rate."""

    name: Name
    rate: PerSecond
    """User requests per second; with `clients` those beside theirs."""
    clients: CountFromZero = 0
    """Clients that are connected: each has one request under way at most, and thinks before the next one."""
    hours: Hours
    """How long it lasts, h."""
    peak: bool = False
    """The phase that counts as the peak; the highest rate when none is marked."""
    effect: Effect = Effect()
    """What happens in this phase (a network hiccup, a lost zone)."""
    drivers: dict[Name, Number] = {}
    """Values of the drivers in this phase."""


class Clients(Part):
    """What connected clients do: they wait for an answer, and after a failure come back."""

    think_s: Seconds = 0.0
    """Mean time from an answer to the next request, s (exponential)."""
    backoff_s: Seconds = 1.0
    """Pause after a failure, s."""
    growth: Annotated[float, Field(ge=1.0, le=10.0)] = 2.0
    """Factor on the pause after each further failure."""
    most_backoff_s: Seconds = 60.0
    """Longest pause, s."""
    jitter: Share = 0.0
    """Share of the pause that is drawn at random."""


class Trace(Part):
    """A measured load, from which phases are cut."""

    file: Annotated[str, Field(min_length=1, max_length=500)]
    """CSV beside the scenario with the columns `time` (seconds) and `rate` (requests/s)."""
    phases: Annotated[int, Field(ge=1, le=24)] = 4
    """Number of phases to cut."""


class Workload(Part):
    """What the system is asked to serve: phases, or a measured trace from which they are cut."""

    phases: Annotated[tuple[Phase, ...], Field(max_length=100)] = ()
    clients: Clients | None = None
    """What connected clients do, where phases have some; null = they don't think, and pause for a second."""
    trace: Trace | str | None = None
    source: Text | None = None

    @property
    def peak(self) -> int | None:
        """Position of the peak: the phase that is marked, or the highest rate; None without phases."""
        marked = [i for i, phase in enumerate(self.phases) if phase.peak]
        if marked or not self.phases:
            return marked[0] if marked else None
        return max(range(len(self.phases)), key=lambda i: self.asked_per_s(self.phases[i]))

    @property
    def behaviour(self) -> Clients:
        """What connected clients do."""
        return self.clients or Clients()

    def asked_per_s(self, phase: Phase) -> float:
        """Requests of a phase if answers took no time, 1/s; a client that doesn't think counts as one."""
        return phase.rate + phase.clients / (self.behaviour.think_s or 1.0)
