"""What can't be played by steps is refused by name, before anything runs."""

from __future__ import annotations

from enum import StrEnum

from models.errors import TradespaceError


class Why(StrEnum):
    """Why something can't be played by steps."""

    NOT_POISSON = "not_poisson"
    """Arrivals are told to be more or less regular than by chance."""
    GIVEN_HITS = "given_hits"
    """A cache has a given hit ratio: nothing is known of its keys, so that none can be forgotten."""
    HEDGED = "hedged"
    """A second attempt is sent beside a slow first one."""
    NO_REQUESTS = "no_requests"
    """Nobody asks anything."""
    HORIZON = "horizon"
    """The time is too short, too long, or ends before something begins."""
    TOO_LONG = "too_long"
    """A time-out or a pause is too long for the length of the steps that the shortest one asks for."""
    NO_SUCH = "no_such"
    """A change names what isn't there."""


class NotPlayed(TradespaceError, ValueError):  # noqa: N818  (it says what happened)
    """Something that isn't played by steps.

    Attributes:
        code: Why.
        what: What was found.
        where: The place in the scenario; empty = the whole.
        hint: What to do.
    """

    def __init__(self, code: Why, what: str, *, where: str = "", hint: str = "") -> None:
        self.code, self.what, self.where, self.hint = code, what, where, hint
        place = f"{where}: " if where else ""
        super().__init__(f"can't be played by steps: {place}{what}" + (f"; {hint}" if hint else ""))
