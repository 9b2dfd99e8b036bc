"""What can't be played by steps is refused by name, before anything runs."""

from __future__ import annotations

from enum import StrEnum

from models.errors import RefusedError


class Why(StrEnum):
    """Why something can't be played by steps."""

    NOT_POISSON = "not_poisson"
    """Arrivals are told to be more or less regular than by chance."""
    GIVEN_HITS = "given_hits"
    """A cache has a given hit ratio: nothing is known of its keys, so that none can be forgotten."""
    HEDGED = "hedged"
    """A second attempt is sent beside a slow first one."""
    DEADLINE = "deadline"
    """A time-out is passed on to what is under the call."""
    CLOSED = "closed"
    """Only connected clients ask, who wait for their answers: their load isn't pushed."""
    NO_REQUESTS = "no_requests"
    """Nobody asks anything."""
    HORIZON = "horizon"
    """The time is too short, too long, or ends before something begins."""
    TOO_LONG = "too_long"
    """A time-out or a pause is too long for the length of the steps that the shortest one asks for."""
    NO_SUCH = "no_such"
    """A change names what isn't there."""


class NotPlayed(RefusedError):  # noqa: N818  (it says what happened)
    """Something that isn't played by steps."""

    refusal = "can't be played by steps"
