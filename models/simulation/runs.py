"""One design in one phase, simulated until it is known well enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.evaluation import Array
from models.simulation.readings import Availability, Simulated
from models.simulation.settings import Settings
from models.system.system import System


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a simulation has come.

    Attributes:
        share: Share of what it may take at the most, 0 to 1: it may end long before.
        events: Events so far.
        seconds: Simulated time so far, s.
    """

    share: float
    events: int
    seconds: float


def simulate(
    system: System,
    design: Array,
    phase: int,
    settings: Settings | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Simulated:
    """Simulates one design in one phase, everything being up.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        settings: When it ends; None = the defaults.
        progress: Told every tenth of a second or so; from one thread at a time.
        stop: Asked as often; True ends the run with what was found (`ended` = "stopped"). An interrupt from
            the keyboard goes through: who wants to keep what was found sets a flag that `stop` reads.

    Raises:
        NotSimulated: It can't be simulated; says what and where.
    """
    raise NotImplementedError


def simulate_states(
    system: System,
    design: Array,
    phase: int,
    settings: Settings | None = None,
    *,
    most_states: int = 16,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Availability:
    """Simulates the likeliest states of replicas and zones, each weighted by its probability.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        settings: When the run of a state ends.
        most_states: States that are looked at.
        progress: As for `simulate`.
        stop: As for `simulate`; states that weren't reached count as unseen.

    Raises:
        NotSimulated: It can't be simulated; says what and where.
    """
    raise NotImplementedError
