"""The scenario: everything that a user wrote, with names resolved and nothing worked out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from models.evaluation import COST
from models.scenario.complexity import ComplexityBudget
from models.scenario.component import Component
from models.scenario.decision import Decision, Rule, Value
from models.scenario.defaults import with_defaults
from models.scenario.experiment import AnyExperiment, Experiment, as_the_schema_says
from models.scenario.first_keys import without_newer
from models.scenario.flow import Flow
from models.scenario.goals import Goals, Limits
from models.scenario.part import Name, Number, Part, Path, Text
from models.scenario.region import Link
from models.scenario.uncertainty import Distribution
from models.scenario.workload import Workload

#: Names that paths begin with and that no component may take.
RESERVED = ("flows", "calls", "workload", "complexity", "drivers")


class DriverCost(Part):
    """A cost that grows as the product of powers of drivers, each relative to its first phase."""

    label: Text
    usd: Number
    """Cost in a phase in which every driver has the value of the first phase, USD."""
    drivers: Annotated[dict[Name, Number], Field(min_length=1)]
    """Exponent of each driver."""
    basis: Literal["sum", "peak"] = "sum"
    """`sum`: spent in every phase; `peak`: the highest phase counts once (capital that must be held)."""


def _described(value: Any) -> Any:
    """Drivers may be a list of names, or names with a sentence each."""
    is_list = isinstance(value, (tuple, list)) and all(isinstance(name, str) for name in value)
    return dict.fromkeys(value, "") if is_list else value


class Scenario(Part):
    """One scenario, as it was written; compared by value, identified by its digest."""

    schema_: Annotated[Literal[1, 2], Field(alias="schema")]
    """Version of the format. What isn't written means what it meant in that version."""
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
    """Short name: small letters, digits and `-`."""
    title: Text = ""
    summary: Text = ""
    sources: tuple[Text, ...] = ()
    """Where numbers come from."""
    assumptions: tuple[Text, ...] = ()
    """Numbers that are guesses; they are listed in every report."""
    workload: Workload
    drivers: Annotated[dict[Name, Text], BeforeValidator(_described)] = {}
    """Named quantities that are not request rates and change by phase."""
    costs: tuple[DriverCost, ...] = ()
    components: Annotated[dict[Name, Component], Field(min_length=1, max_length=200)]
    flows: Annotated[dict[Name, Flow], Field(min_length=1, max_length=100)]
    links: Annotated[dict[Name, Link], Field(max_length=100)] = {}
    """The network between regions; every region that a component or a flow names is at one of them."""
    decisions: Annotated[dict[Name, Decision], Field(max_length=500)] = {}
    today: dict[Name, Value | dict[Name, Value]] = {}
    """Values of the decisions in the running system; for an adaptive decision a value, or one a phase."""
    rules: tuple[Rule, ...] = ()
    dimensions: Goals = Goals()
    limits: Limits = Limits()
    complexity: ComplexityBudget = ComplexityBudget()
    uncertainty: dict[Path, Distribution] = {}
    """How far numbers may be off, by path. `workload.rate` is assumed to be off by 10 % unless it stands
    here; `none` takes a number as it stands."""
    confidence: Annotated[float, Field(ge=0.5, le=0.999)] = 0.9
    """Share of the draws of `uncertainty` in which a recommended design must keep all limits."""
    decide_by: Text = COST.name
    """The dimension that decides between designs that keep everything that was asked."""
    experiments: Annotated[tuple[AnyExperiment, ...], Field(max_length=100)] = ()
    """Chaos experiments; in schema 1 they are texts, which are read and computed by nobody."""

    @model_validator(mode="before")
    @classmethod
    def _as_the_schema_says(cls, tree: Any) -> Any:
        tree = with_defaults(tree)
        if isinstance(tree, Mapping) and "experiments" in tree:
            return {**tree, "experiments": as_the_schema_says(tree["experiments"], tree.get("schema"))}
        return tree

    @property
    def typed_experiments(self) -> tuple[Experiment, ...]:
        """The experiments that can be computed: none of schema 1."""
        return tuple(one for one in self.experiments if isinstance(one, Experiment))

    def digest(self) -> str:
        """SHA-256 of the content, the same whatever the order or spelling of the file; 64 hex digits.

        It stays the same when the format gets a new key: fronts and runs of older versions belong to it.
        """
        content = without_newer(self, self.model_dump(mode="json", by_alias=True))
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def __hash__(self) -> int:
        return hash(self.digest())
