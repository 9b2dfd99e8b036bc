"""One request, followed: every wait, service, retry and time-out with its time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.refused import NotSimulated, Reason
from models.system.system import System

_MS_PER_S = 1e3


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
    NETWORK = "network"


#: What happens by its number in the log (`models.simulation.columns`).
_HAPPENINGS = tuple(Happening)
_WITH_LENGTH = (
    Happening.SERVICE,
    Happening.NETWORK,
    Happening.QUORUM,
    Happening.RETRY,
    Happening.FALLBACK,
    Happening.TIMED_OUT,
)


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
        for_ms: How long what begins here lasts (a wait, a service, a pause), ms; of a time-out, how long was
            waited; None = no time.
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
    from models.simulation.follow import followed
    from models.simulation.program import program_of

    program = program_of(system, design, phase)
    if not 0 <= flow < len(system.flows):
        raise NotSimulated(Reason.NO_SUCH_FLOW, f"there are {len(system.flows)} flows, not {flow + 1}")
    if not program.requests_per_s[flow] > 0.0:
        name = system.flows[flow]
        raise NotSimulated(Reason.NO_REQUESTS, "it has no requests in this phase", where=f"flows.{name}")
    return events_of(system, followed(program, flow=flow, requests=1, seed=seed))


def events_of(system: System, rows: Array) -> tuple[Event, ...]:
    """What rows of the log tell (`models.simulation.columns`), with the length of each wait.

    A wait has the length that it came to; a service, a pause and a round trip have the one that was drawn.
    """
    start = float(rows[0, at.L_AT]) if len(rows) else 0.0
    first = int(rows[0, at.L_UID]) if len(rows) else 0
    events: list[Event] = []
    parents: dict[int, int] = {}
    for k, row in enumerate(rows):
        what = _HAPPENINGS[int(row[at.L_WHAT])]
        span, call = int(row[at.L_UID]), int(row[at.L_CALL])
        parent = parents.setdefault(span, int(row[at.L_PARENT]))
        for_ms: float | None = None
        if what is Happening.WAIT:
            ends = next((r for r in rows[k + 1 :] if r[at.L_UID] == row[at.L_UID] and _ends_a_wait(r)), None)
            for_ms = None if ends is None else float(ends[at.L_AT] - row[at.L_AT]) * _MS_PER_S
        elif what in _WITH_LENGTH:
            for_ms = float(row[at.L_VALUE]) * _MS_PER_S
        events.append(
            Event(
                at_ms=float(row[at.L_AT] - start) * _MS_PER_S,
                what=what,
                component=system.components[int(row[at.L_WHERE])] if call >= 0 else "",
                span=span - first,
                parent=parent - first if parent >= first else -1,
                call=call,
                for_ms=for_ms,
            )
        )
    return tuple(events)


def _ends_a_wait(row: Array) -> bool:
    return _HAPPENINGS[int(row[at.L_WHAT])] in (Happening.SERVICE, Happening.REFUSED)
