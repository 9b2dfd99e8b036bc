"""What can't be exported is refused by name, before anything is written."""

from __future__ import annotations

from enum import StrEnum

from models.errors import RefusedError


class Why(StrEnum):
    """Why an experiment can't be exported."""

    NOT_MADE = "not_made"
    """The design can't have it, or it can't be played."""
    NOT_HEALTHY = "not_healthy"
    """Its steady state doesn't hold before the fault."""
    ABORT_INSIDE = "abort_inside"
    """An abort lies inside what is predicted: it would end an experiment in which all goes as predicted."""
    NO_SUCH_FAULT = "no_such_fault"
    """The tool has nothing that does this."""


class NotExported(RefusedError):  # noqa: N818  (it says what happened)
    """An experiment that can't be exported."""

    refusal = "can't be exported"
