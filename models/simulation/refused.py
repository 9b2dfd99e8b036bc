"""What can't be simulated is refused by name, before anything runs."""

from __future__ import annotations

from enum import StrEnum

from models.errors import RefusedError


class Reason(StrEnum):
    """Why something can't be simulated."""

    NO_REQUESTS = "no_requests"
    """No flow has a request in this phase."""
    NO_TIME = "no_time"
    """The phase lasts no time."""
    TOO_MANY_IN_FLIGHT = "too_many_in_flight"
    """More requests would be under way at the same time than there is room for."""
    TOO_MANY_KEYS = "too_many_keys"
    """A cache holds more entries than there is room for."""
    TOO_MANY_QUEUES = "too_many_queues"
    """A component has more queues of its own than there is room for."""
    TOO_SMALL_BUDGET = "too_small_budget"
    """The events or seconds hold no batch from which an interval could follow."""
    NOT_POISSON = "not_poisson"
    """Arrivals of a component can't be told to be irregular where other calls decide when they come."""
    NOT_INJECTED = "not_injected"
    """A change that a run can't make while it runs."""
    NO_SUCH_PHASE = "no_such_phase"
    GROWS = "grows"
    """A queue of messages gets more than its consumers do: there is no steady state to be seen."""
    NO_SUCH_FLOW = "no_such_flow"


class NotSimulated(RefusedError):  # noqa: N818  (it says what happened)
    """Something that isn't simulated."""

    refusal = "can't be simulated"
