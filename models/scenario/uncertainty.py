"""Uncertainty: how far a number may be off, as a distribution of its value."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from models.scenario.part import Number, Part, Text

PositiveNumber = Annotated[float, Field(gt=0, le=1e15, allow_inf_nan=False)]


class _Distribution(Part):
    source: Text | None = None


class Normal(_Distribution):
    """Normal distribution, cut off at the parameter's bounds."""

    distribution: Literal["normal"]
    mean: Number
    sd: PositiveNumber


class Lognormal(_Distribution):
    """Lognormal distribution; `sigma` is the standard deviation of the logarithm (0.2 = about 20 %)."""

    distribution: Literal["lognormal"]
    median: PositiveNumber
    sigma: Annotated[float, Field(gt=0, le=10)]


class Triangular(_Distribution):
    """Triangular distribution."""

    distribution: Literal["triangular"]
    low: Number
    mode: Number
    high: Number


class Uniform(_Distribution):
    """Uniform distribution."""

    distribution: Literal["uniform"]
    low: Number
    high: Number


class Certain(_Distribution):
    """The number is taken as it stands; may be written as the one word `none`."""

    distribution: Literal["none"]


def _spelled_out(value: Any) -> Any:
    return {"distribution": value} if value == "none" else value


#: A number that may be off.
Spread = Normal | Lognormal | Triangular | Uniform
#: What may be said of a number: how far it may be off, or that it isn't.
Distribution = Annotated[
    Annotated[Spread | Certain, Field(discriminator="distribution")], BeforeValidator(_spelled_out)
]
