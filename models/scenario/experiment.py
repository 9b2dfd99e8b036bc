"""Chaos experiments: what is broken on purpose, and what is expected to hold meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag

from models.scenario.experiments.answers import ClockSkew, Corruption, Errors, Expiry, Refuse
from models.scenario.experiments.contents import CacheFlush
from models.scenario.experiments.demand import Driver, Load
from models.scenario.experiments.network import Latency, Partition
from models.scenario.experiments.servers import Pause, SlowLeak, Terminate
from models.scenario.experiments.statement import Expectations
from models.scenario.part import Name, Number, Part, Text
from models.scenario.quantity import Minutes

AnyFault = (
    Terminate
    | Partition
    | Latency
    | Errors
    | CacheFlush
    | Pause
    | Load
    | SlowLeak
    | Expiry
    | Refuse
    | Driver
    | ClockSkew
    | Corruption
)
"""The kinds of faults there are; a new one is a name more."""

FAULTS: Mapping[str, type[AnyFault]] = {
    get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in get_args(AnyFault)
}
"""The kinds by the name that stands in a file."""


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, (dict, Part)) else value


Faults = Annotated[
    tuple[Annotated[AnyFault, Field(discriminator="kind")], ...],
    BeforeValidator(_several),
    Field(min_length=1, max_length=20),
]


class Hypothesis(Part):
    """What is expected, and why."""

    if_: Annotated[Text, Field(alias="if")]
    """What is done, for people."""
    then: Expectations
    """What is expected to hold."""
    because: Text | None = None


class Experiment(Part):
    """One chaos experiment: a fault or several, in one phase, and what is expected."""

    name: Name | None = None
    title: Text | None = None
    phase: Name | None = None
    """The phase in which it is made; null = the peak."""
    steady_state: Expectations = ()
    hypothesis: Hypothesis
    inject: Faults
    abort: Expectations = ()
    success: Expectations = ()


def _list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


_Texts = Annotated[tuple[Text, ...], BeforeValidator(_list)]


class FreeHypothesis(Part):
    """What is expected, and why, as schema 1 has it."""

    if_: Annotated[Text, Field(alias="if")]
    then: Text
    because: Text | None = None


class FreeInjection(Part):
    """What is broken, and for how long, as schema 1 has it: read, and computed by nobody."""

    kind: Name
    target: Annotated[str, Field(min_length=1, max_length=300)]
    amount: Number | None = None
    minutes: Minutes = 5.0


class FreeExperiment(Part):
    """One chaos experiment in the words of people, as schema 1 has it: read, and computed by nobody."""

    name: Name | None = None
    title: Text | None = None
    steady_state: _Texts = ()
    hypothesis: FreeHypothesis
    inject: FreeInjection
    abort: _Texts = ()
    success: _Texts = ()


class Free(dict[str, Any]):
    """An experiment of a file in schema 1, before it is validated."""


def as_the_schema_says(experiments: Any, schema: object) -> Any:
    """Experiments as they were written, those of schema 1 marked: there they are texts."""
    if isinstance(schema, bool) or schema != 1 or not isinstance(experiments, (tuple, list)):
        return experiments
    return tuple(Free(one) if isinstance(one, Mapping) else one for one in experiments)


def _which(value: Any) -> str:
    return "free" if isinstance(value, (Free, FreeExperiment)) else "typed"


AnyExperiment = Annotated[
    Annotated[Experiment, Tag("typed")] | Annotated[FreeExperiment, Tag("free")], Discriminator(_which)
]
