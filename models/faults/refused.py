"""An experiment that can't be made with a design is refused by name, before anything runs."""

from __future__ import annotations

from enum import StrEnum

from models.errors import RefusedError


class Why(StrEnum):
    """Why an experiment can't be made."""

    NOT_CALLED = "not_called"
    """The design doesn't call the component: nothing would be seen of the fault."""
    TOO_MANY = "too_many"
    """More is to be lost than the design has."""
    GIVEN_HITS = "given_hits"
    """A cache has a given hit ratio: nothing is known of its keys, so that none can be forgotten."""
    NOT_MORE = "not_more"
    """What should grow is there already."""
    NO_SUCH_PHASE = "no_such_phase"
    TOO_LONG = "too_long"
    """The fault lasts beyond the phase."""
    NOT_STATED = "not_stated"
    """A number that people have to state isn't there."""
    TOO_SHORT = "too_short"
    """The run ends before a statement can be read."""


class NotInjected(RefusedError):  # noqa: N818  (it says what happened)
    """An experiment that can't be made."""

    refusal = "can't be made"
