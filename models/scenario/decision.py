"""Decisions: what is still open, one type for each kind of value."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from models.scenario.effect import Effect
from models.scenario.part import Name, Number, Part, Path, Text
from models.scenario.quantity import Minutes, Points, Usd

#: A value of a decision in a file: true/false or on/off, an option's name, a number, null for none.
Value = bool | int | float | str | None
#: A condition on one decision: a value, or a list of values of which one must hold.
OneOf = Value | tuple[Value, ...]


class _Decision(Part):
    label: Text | None = None
    """Name for people."""
    why: Text | None = None
    """Why one would decide so."""
    notice: Text | None = None
    """What users are told while it is on."""
    source: Text | None = None
    effort_days: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """Work to change it from today's value, days."""
    one_time_usd: Usd = 0.0
    """Money to change it from today's value, USD."""
    complexity: Points = 0.0
    """Expense in the complexity budget while it is on, or differs from today's value; negative = income."""
    switch_minutes: Minutes | None = None
    """Time in which it can be switched while the system runs; null = not at all."""
    adaptive: bool = False
    """One value for each phase instead of one for all."""
    component: Name | None = None
    """The component it belongs to, for grouping."""
    flow: Name | None = None
    """The flow it belongs to, for grouping."""
    when: dict[Name, OneOf] = {}
    """The decision exists only while the named decisions have these values."""


def _paths(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Sets = Annotated[tuple[Path, ...], BeforeValidator(_paths), Field(min_length=1)]


class Toggle(_Decision):
    """On or off."""

    on: Effect
    """What it does while it is on."""


class Option(Effect):
    """One option of a choice: its effect, and what it takes."""

    label: Text | None = None
    why: Text | None = None
    notice: Text | None = None
    effort_days: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    one_time_usd: Usd = 0.0
    complexity: Points = 0.0


class Choice(_Decision):
    """One of several named options; the first is today's unless `today` says otherwise."""

    options: Annotated[dict[Name, Option], Field(min_length=1, max_length=1000)]


class Integer(_Decision):
    """A whole number that parameters are set to."""

    integer: Annotated[tuple[int, ...], Field(min_length=2, max_length=2)]
    """Smallest and largest value."""
    step: Annotated[int, Field(ge=1, le=10**9)] = 1
    """Distance between allowed values, counted from the smallest."""
    sets: Sets


class Real(_Decision):
    """A number that parameters are set to."""

    real: Annotated[tuple[Number, ...], Field(min_length=2, max_length=2)]
    """Smallest and largest value."""
    scale: Literal["linear", "log"] = "linear"
    """How values are spread between them."""
    sets: Sets


def _kind_of_decision(value: Any) -> str:
    kinds: dict[str, type[Part]] = {"on": Toggle, "options": Choice, "integer": Integer, "real": Real}
    for key, kind in kinds.items():
        if isinstance(value, kind) or (isinstance(value, dict) and key in value):
            return key
    return "on"


Decision = Annotated[
    Annotated[Toggle, Tag("on")]
    | Annotated[Choice, Tag("options")]
    | Annotated[Integer, Tag("integer")]
    | Annotated[Real, Tag("real")],
    Discriminator(_kind_of_decision),
]


class Rule(Part):
    """A combination that must, or must not, be."""

    if_: Annotated[dict[Name, OneOf], Field(alias="if")] = {}
    """Where all of these hold ..."""
    then: dict[Name, OneOf] = {}
    """... all of these must hold too (requires)."""
    not_: Annotated[dict[Name, OneOf], Field(alias="not")] = {}
    """These must not hold all at the same time (excludes)."""
    why: Text | None = None
