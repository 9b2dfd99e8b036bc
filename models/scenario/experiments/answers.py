"""Answers that are errors, that never come, or that aren't to be trusted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.scenario.experiments.fault import OnCalls, OnComponent
from models.scenario.quantity import Share


class _Answers(OnCalls):
    @property
    def touches(self) -> tuple[tuple[str, str | None], ...]:
        """Answers."""
        return (("answers", self.target),)


class Errors(_Answers):
    """Calls come to nothing."""

    kind: Literal["errors"]
    seen_as: Literal["error", "timeout", "refusal"] = "error"
    """`error`: after the usual time; `timeout`: there is no answer; `refusal`: turned away at once."""


class Refuse(_Answers):
    """Calls are turned away at once."""

    kind: Literal["refuse"]


class Expiry(_Answers):
    """A certificate or a key is no longer valid, until it is renewed: calls are turned away at once."""

    kind: Literal["expiry"]
    of: Literal["certificate", "key"] = "certificate"
    """What expires."""


class Corruption(_Answers):
    """Answers are wrong; validation catches some of them, which then fail: people state how many."""

    kind: Literal["corruption"]
    caught_share: Share
    """Share of the wrong answers that validation catches: an input, nothing that a model can know."""


class ClockSkew(OnComponent):
    """The clock of a component is off: some calls are refused (tokens, certificates, locks)."""

    kind: Literal["clock_skew"]
    skew_s: Annotated[float, Field(gt=-1e9, lt=1e9, allow_inf_nan=False, json_schema_extra={"unit": "s"})]
    """How far it is off, s."""
    refused_share: Share
    """Share of the calls that is refused because of it: an input, nothing that a model can know."""

    @property
    def touches(self) -> tuple[tuple[str, str | None], ...]:
        """Answers."""
        return (("answers", self.target),)
