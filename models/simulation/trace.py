"""One request, followed: every wait, service, retry and time-out with its time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.evaluation import Array
from models.system.system import System


class Happening(StrEnum):
    """What happens to a request."""

    REQUEST = "request"
    SHED = "shed"
    ATTEMPT = "attempt"
    REFUSED = "refused"
    BREAKER_OPEN = "breaker_open"
    BULKHEAD_FULL = "bulkhead_full"
    WAIT = "wait"
    SERVICE = "service"
    SERVED = "served"
    ERROR = "error"
    QUORUM = "quorum"
    HIT = "hit"
    MISS = "miss"
    JOINED_LOAD = "joined_load"
    TIMED_OUT = "timed_out"
    RETRY = "retry"
    FALLBACK = "fallback"
    GIVEN_UP = "given_up"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        at_ms: When, ms after the request came.
        what: What happened.
        component: Where; empty = at the user's door.
        span: Number of the attempt (0 = the request itself).
        parent: Number of the attempt that made the call; -1 = none.
        call: Position of the call in `System.nodes`; -1 = none.
        for_ms: How long what begins here lasts, where that is known (a wait, a service, a pause), ms.
    """

    at_ms: float
    what: Happening
    component: str
    span: int
    parent: int
    call: int
    for_ms: float | None = None


def trace_request(system: System, design: Array, phase: int, flow: int, seed: int = 1) -> tuple[Event, ...]:
    """Follows one request of a flow through the warm system, work that goes on after its answer included.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        flow: Position of the flow.
        seed: The same seed gives the same request.

    Raises:
        NotSimulated: It can't be simulated; says what and where.
    """
    raise NotImplementedError
