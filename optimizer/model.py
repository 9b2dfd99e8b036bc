"""A model as one value: designs and what scores them, with all that the optimizer wants to know of both.

`optimizer.scenario_model.model_of` makes it of a scenario, `optimizer.own_model.OwnModel.model` of a function
of one's own. Everything that solves, decides, reports and keeps works with either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from models.evaluation import LATENCY, Array, Dimension, Evaluation
from models.system.system import System
from optimizer.evaluator import Evaluator, checked
from optimizer.phrases import written
from optimizer.space import SearchSpace

#: Operations in a second of two slow cores: only by it work is told as time.
PER_S = 2_000_000.0
#: By limit a lower bound of the excess of designs, above 0 only where it is certain.
Screen = Callable[[Array], Mapping[str, Array]]


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted of a dimension: its limit, whether that is a constraint, and what doesn't matter.

    Attributes:
        limit: In the unit of the dimension.
        is_constraint: Whether a design beyond the limit is infeasible.
        tolerance: How readily it is given up: `never`, `rare`, `sometimes`, `pay`.
        step: A difference that doesn't matter, in the unit of the dimension's steps.
        breach: What users would see when the limit is broken.
        target: The value that is hoped for.
    """

    limit: float | None = None
    is_constraint: bool = False
    tolerance: str | None = None
    step: float | None = None
    breach: str | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit that stands at a number.

    Attributes:
        at: The number, in the unit of the limit.
        is_least: Whether that much must be there at least; else it may be there at the most.
        is_default: Whether nobody wrote it.
    """

    at: float
    is_least: bool = False
    is_default: bool = False

    def needed(self, over: float) -> float:
        """Where it would have to be for a design to be within it that is over it by an amount."""
        return self.at - over if self.is_least else self.at + over


@dataclass(frozen=True, slots=True)
class Labels:
    """Names for people.

    Attributes:
        decisions: Of decisions; what isn't named goes by its own name.
        options: Of the options of choices, by decision.
        units: What stands behind the values of decisions that are numbers: ` ms`, `/s`.
        dimensions: Of dimensions where a value is told in full: `latency (p99)`.
    """

    decisions: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    dimensions: Mapping[str, str] = field(default_factory=dict)

    def dimension(self, dimension: Dimension) -> str:
        """A dimension's name where a value of it is told in full."""
        return self.dimensions.get(dimension.name, dimension.name)

    def decision(self, name: str) -> str:
        """A decision's name for people."""
        return self.decisions.get(name, name)

    def value(self, name: str, value: object) -> str:
        """A decision's value for people: an option's label, a number with its unit, settings by phase."""
        if isinstance(value, Mapping):
            parts = {phase: self.value(name, part) for phase, part in value.items()}
            if len(set(parts.values())) == 1:
                return next(iter(parts.values()))
            return " / ".join(f"{phase}: {part}" for phase, part in parts.items())
        if isinstance(value, str):
            value = self.options.get(name, {}).get(value, value)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        told = f"{value:,}" if is_whole else written(value)
        return f"{told}{self.units[name]}" if value is not None and name in self.units else told


@dataclass(frozen=True, slots=True)
class ModelError:
    """How far a model is off.

    Attributes:
        version: When and on what it was measured.
        relative: By dimension the usual error relative to the value, `(utilisation below, error)` each, for
            designs whose busiest station is below that; what isn't named follows from closed formulas, and
            showed no error beyond the noise of the simulation.
    """

    version: str
    relative: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)


#: Latency: what p99 of 19 of 20 flows is within, by class of utilisation.
MODEL_ERROR = ModelError(
    "2026-11-30, 396 random systems of 33 families, against simulation",
    {LATENCY.name: ((0.5, 0.018), (0.7, 0.055), (np.inf, 0.058))},
)
#: A model of one's own, of which nothing is known.
NO_ERROR = ModelError("none known")


@dataclass(frozen=True, slots=True)
class Work:
    """What a model takes, in operations (`models.operations`).

    Attributes:
        each: One whole evaluation.
        all: Looking at every design; infinite where they can't be counted.
    """

    each: float
    all: float

    @property
    def seconds(self) -> float:
        """About how long looking at every design takes on two slow cores, s."""
        return self.all / PER_S


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of a model beyond its answers; none of it changes what is true of a design.

    Attributes:
        threaded: The model with so many threads of its own; None = it has none, and further cores are
            reached by processes only.
        is_built_in: Whether it is part of this program: what it raises is a defect of that, and no model of
            somebody's is blamed.
        suggest: Proposes changes of some designs (`optimizer.search.breeding`); None = nobody does.
        work: What it takes, counted with a seed (`optimizer.solver.choice`); None = it is timed on the spot.
        screen: Tells cheaply which designs are over a limit for certain.
        counted: Limits that `screen` tells exactly and for every design.
        spent: What a design, `(d,)`, spends its cost on, USD by what it is for; None = nobody knows.
        effort: What getting from today's design to each of some takes, `(n, d)` to days and USD, `(n,)`
            each; None = nobody knows.
    """

    threaded: Callable[[int], Evaluator] | None = None
    is_built_in: bool = False
    suggest: Callable[[Evaluation], Array] | None = None
    work: Callable[[int], Work] | None = None
    screen: Screen | None = None
    counted: tuple[str, ...] = ()
    spent: Callable[[Array], Mapping[str, float]] | None = None
    effort: Callable[[Array], tuple[Array, Array]] | None = None


@dataclass(frozen=True, eq=False)
class Model:
    """A model; can be sent to another process where its callable can.

    Attributes:
        name: Its name.
        space: The designs.
        evaluator: What scores them, as it was given: ask `evaluate`, which checks the answers.
        identity: The same for the same model, and another for one that may answer differently; empty = it has
            none, and nothing of it is kept.
        title: What it is called.
        summary: What it is about.
        goals: What is wanted, by the names of dimensions; nothing of those that aren't named.
        limits: Where limits stand, by their names; what isn't named stands at no number, or nobody knows.
        labels: Names for people.
        error: How far it is off.
        hints: What is known of it beyond its answers.
        origin: What a store keeps of a model that no text makes again: its name, version, parameters.
        system: What answers of load, phases and guesses; None = the model knows of none.
        decide_by: Name of the dimension that decides between designs that keep everything; empty = none.
        confidence: Share of the draws of the guesses in which a recommended design must keep all limits.
    """

    name: str
    space: SearchSpace
    evaluator: Evaluator
    identity: str = ""
    title: str = ""
    summary: str = ""
    goals: Mapping[str, Goal] = field(default_factory=dict)
    limits: Mapping[str, Bound] = field(default_factory=dict)
    labels: Labels = field(default_factory=Labels)
    error: ModelError = NO_ERROR
    hints: Hints = field(default_factory=Hints)
    origin: Mapping[str, object] = field(default_factory=dict)
    system: System | None = None
    decide_by: str = ""
    confidence: float = 0.9

    @property
    def has_load(self) -> bool:
        """Whether it knows of load, phases and guesses, so that it can be asked how sure a design is."""
        return self.system is not None

    @property
    def called(self) -> str:
        """Its title, or its name where it has none."""
        return self.title or self.name

    @cached_property
    def evaluate(self) -> Evaluator:
        """Scores designs, `(n, d)`.

        Raises (when it is called):
            EvaluationError: The model failed, or its answer is none (see `optimizer.evaluator.checked`).
        """
        return checked(self.evaluator, is_built_in=self.hints.is_built_in)

    def with_threads(self, threads: int) -> Evaluator:
        """The same with so many threads, where it has any of its own."""
        if self.hints.threaded is None:
            return self.evaluate
        return checked(self.hints.threaded(threads), is_built_in=self.hints.is_built_in)

    @cached_property
    def today(self) -> Evaluation:
        """The design to compare with, evaluated; one row.

        Raises:
            EvaluationError: The model failed.
            ValueError: It has goals for a dimension that it hasn't.
        """
        found = self.evaluate(np.asarray(self.space.today)[None, :])
        names = [dimension.name for dimension in found.dimensions]
        unknown = [name for name in self.goals if name not in names]
        if unknown:
            raise ValueError(
                f"{self.name} has goals for {', '.join(unknown)}; allowed: its dimensions {', '.join(names)}"
            )
        return found

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What it tells of each design, in the order of the columns of `Evaluation.values`."""
        return self.today.dimensions

    def goal(self, dimension: Dimension) -> Goal:
        """What is wanted of a dimension."""
        return self.goals.get(dimension.name) or Goal()

    @property
    def steps(self) -> list[float | None]:
        """Differences in each dimension that people care about, in the unit of its steps; None = unknown."""
        return [self.goal(dimension).step for dimension in self.dimensions]
