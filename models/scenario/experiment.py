"""Chaos experiments: what is expected to hold when something is broken on purpose."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from models.scenario.part import Name, Number, Part, Text
from models.scenario.quantity import Minutes


def _list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Statements = Annotated[tuple[Text, ...], BeforeValidator(_list)]


class Hypothesis(Part):
    """What is expected, and why."""

    if_: Annotated[Text, Field(alias="if")]
    then: Text
    because: Text | None = None


class Injection(Part):
    """What is broken, and for how long."""

    kind: Name
    target: Annotated[str, Field(min_length=1, max_length=300)]
    amount: Number | None = None
    minutes: Minutes = 5.0


class Experiment(Part):
    """One chaos experiment."""

    name: Name | None = None
    title: Text | None = None
    steady_state: Statements = ()
    hypothesis: Hypothesis
    inject: Injection
    abort: Statements = ()
    success: Statements = ()
