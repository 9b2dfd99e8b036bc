"""What is answered while replicas and zones are lost: each state simulated, weighted by how likely it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.evaluation import Array
from models.evaluator import run
from models.simulation.readings import Availability
from models.simulation.runs import Progress, simulate_states
from models.simulation.settings import Settings
from models.system.system import System
from optimizer.resilience.verification import Compared

#: States that are looked at where nothing else is said.
MOST_STATES = 16


@dataclass(frozen=True, slots=True)
class LostReplicas:
    """The states of a design in a phase, and what is answered over all of them.

    Attributes:
        phase: Name of the phase.
        found: The states, simulated.
        compared: By flow the share of requests that is answered over all states: predicted, and simulated
            with the states that weren't seen counted as all failed and as all answered.
    """

    phase: str
    found: Availability
    compared: tuple[Compared, ...]


def lost_replicas(
    system: System,
    design: Array,
    phase: int,
    settings: Settings,
    *,
    most_states: int = MOST_STATES,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> LostReplicas:
    """Simulates the likeliest states of replicas and zones of a design in a phase.

    Raises:
        NotSimulated: It can't be simulated; says what and where.
    """
    found = simulate_states(
        system, design, phase, settings, most_states=most_states, progress=progress, stop=stop
    )
    predicted = run(system, design[None, :]).success
    compared = tuple(
        Compared(name, True, "success", float(said[0, min(phase, said.shape[1] - 1)]), simulated)
        for name, said, simulated in zip(system.flows, predicted, found.success, strict=True)
    )
    return LostReplicas(system.phases[phase], found, compared)
