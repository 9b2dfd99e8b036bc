"""Evaluation: what a model says of n designs, and the only thing an optimizer ever sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.units import KNOWN_AVAILABILITY

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Words:
    """What designs are called by a dimension.

    Attributes:
        better: One that is better in it than another: `cheaper`.
        worse: One that is worse: `dearer`.
        best: The best of several: `cheapest`.
        is_so: What follows a value of it, where both values tell a difference: `99.9 % available`.
        broken: What it means that a limit on it is broken, for users or for those who run the system.
        verb: What stands before `better` and `worse`: it `is` cheaper, it `has` more throughput.
    """

    better: str
    worse: str
    best: str
    is_so: str = ""
    broken: str = ""
    verb: Literal["is", "has"] = "has"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One objective.

    Attributes:
        name: Its name, as in the scenario file.
        unit: Unit of its values.
        better: Which direction is wanted.
        words: What designs are called by it; None = what follows from its name.
        range: Smallest and largest value that a limit may have; None = no bound.
        scale: How differences count: as they are, or in `nines` (0.99 and 0.999 are one apart), as a share
            does that nearly always is close to 1.
        noticed: A difference that people notice and the model can tell, in the unit of a step or as a share
            of the value; 0 = nothing is known, every difference counts.
        is_noticed_relatively: Whether it is a share of the value.
        known_to: Values that are better than this can't be told apart; None = all can.
    """

    name: str
    unit: str
    better: Literal["lower", "higher"]
    words: Words | None = None
    range: tuple[float | None, float | None] = (None, None)
    scale: Literal["linear", "nines"] = "linear"
    noticed: float = 0.0
    is_noticed_relatively: bool = False
    known_to: float | None = None

    @property
    def sign(self) -> float:
        """What a value is multiplied by to become a loss, which is minimised."""
        return 1.0 if self.better == "lower" else -1.0

    @property
    def step_unit(self) -> str:
        """Unit of a step, the difference that matters to somebody."""
        return "nines" if self.scale == "nines" else self.unit

    @property
    def shown_unit(self) -> str:
        """Unit in which its values are written (`models.units.quantity`)."""
        return self.unit if self.known_to is None else "uptime"

    @property
    def called(self) -> Words:
        """What designs are called by it."""
        return self.words or Words(f"better {self.name}", f"worse {self.name}", f"best {self.name}")

    def on_scale(self, values: Array) -> Array:
        """Values so that equal differences count the same, in the unit of a step."""
        return nines_of(values) if self.scale == "nines" else values


def nines_of(share: Array) -> Array:
    """A share in nines: -log10(1 - a); 12 where what misses is rounding."""
    return np.asarray(-np.log10(np.maximum(1.0 - share, 1e-12)))


def values_of_dimension(dimension: Dimension) -> dict[str, Any]:
    """A dimension as plain values, which JSON holds (`dimension_from` reads them)."""
    return {**asdict(dimension), "range": list(dimension.range)}


def dimension_from(told: Mapping[str, Any]) -> Dimension:
    """A dimension out of plain values (`values_of_dimension`).

    Args:
        told: The plain values; where they hold no scale they were written when a dimension was a name, a unit
            and a direction: then one of the six has all that belongs to it.
    """
    plain = Dimension(told["name"], told["unit"], told["better"])
    if told.get("scale") is None:
        bare = (Dimension(known.name, known.unit, known.better) for known in DIMENSIONS)
        return dict(zip(bare, DIMENSIONS, strict=True)).get(plain, plain)
    words, (lowest, highest) = told["words"], told["range"]
    return replace(
        plain,
        words=Words(**words) if words else None,
        range=(lowest, highest),
        scale=told["scale"],
        noticed=told.get("noticed", 0.0),
        is_noticed_relatively=told.get("is_noticed_relatively", False),
        known_to=told.get("known_to"),
    )


LATENCY = Dimension(
    "latency",
    "ms",
    "lower",
    Words("faster", "slower", "fastest", "", "the slowest wait longer than the limit allows", "is"),
    (0.0, None),
    noticed=0.05,  # what the model can tell of a percentile where stations are busy (docs/model.md)
    is_noticed_relatively=True,
)
THROUGHPUT = Dimension(
    "throughput",
    "requests/s",
    "higher",
    Words("more throughput", "less throughput", "most throughput", "", "it carries less than is asked of it"),
    (0.0, None),
    noticed=0.05,
    is_noticed_relatively=True,
)
CONSISTENCY = Dimension(
    "consistency",
    "fraction",
    "higher",
    Words(
        "more consistent",
        "less consistent",
        "most consistent",
        "consistent",
        "answers are older, or less full, than the limit allows",
        "is",
    ),
    (0.0, 1.0),
    noticed=0.002,
)
AVAILABILITY = Dimension(
    "availability",
    "fraction",
    "higher",
    Words(
        "more available",
        "less available",
        "most available",
        "available",
        "more requests fail than the limit allows",
        "is",
    ),
    (0.0, 1.0),
    "nines",
    noticed=0.1,
    known_to=KNOWN_AVAILABILITY,
)
#: It may be negative: income.
COST = Dimension(
    "cost",
    "USD",
    "lower",
    Words("cheaper", "dearer", "cheapest", "", "it costs more than the limit allows", "is"),
    noticed=0.02,
    is_noticed_relatively=True,
)
COMPLEXITY = Dimension(
    "complexity",
    "fraction",
    "lower",
    Words(
        "simpler",
        "more complex",
        "simplest",
        "",
        "more of the complexity budget is spent than the limit allows",
        "is",
    ),
    (0.0, 10.0),
    noticed=0.02,
)
DIMENSIONS = (LATENCY, THROUGHPUT, CONSISTENCY, AVAILABILITY, COST, COMPLEXITY)
"""The six dimensions, in the order of the columns of `Evaluation.values`."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Values and limits of n designs; the arrays are read-only.

    Attributes:
        X: Decision matrix, `(n, d)`.
        values: One column for each dimension, `(n, 6)`, in natural unit and direction. `inf` where a queue
            grows without end (latency of a collapsed design); never NaN.
        excess: Amount over each limit, `(n, k)`; <= 0 is within it.
        constraints: Names of the k limits, in the order of the columns of `excess`.
        dimensions: What the columns of `values` are.
        indicators: What stands beside the dimensions, `(n,)` each (emergence score, utilisation ...).
    """

    X: Array
    values: Array
    excess: Array
    constraints: tuple[str, ...] = ()
    dimensions: tuple[Dimension, ...] = DIMENSIONS
    indicators: Mapping[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.X.ndim != 2 or self.values.ndim != 2 or self.excess.ndim != 2:
            raise ValueError(
                f"X, values and excess must be matrices, but got shapes {self.X.shape}, "
                f"{self.values.shape} and {self.excess.shape}"
            )
        n = self.X.shape[0]
        wanted = {"values": (n, len(self.dimensions)), "excess": (n, len(self.constraints))}
        for name, shape in wanted.items():
            found = getattr(self, name).shape
            if found != shape:
                raise ValueError(f"{name} must have the shape {shape} (designs, columns), but got {found}")
        for name in ("values", "excess"):
            if np.isnan(getattr(self, name)).any():
                raise ValueError(f"{name} must not hold NaN")
        for array in (self.X, self.values, self.excess, *self.indicators.values()):
            array.setflags(write=False)

    def __len__(self) -> int:
        return int(self.X.shape[0])

    @property
    def losses(self) -> Array:
        """The values as losses, `(n, 6)`: lower is better in every column."""
        losses: Array = self.values * np.array([dimension.sign for dimension in self.dimensions])
        return losses

    @property
    def feasible(self) -> NDArray[np.bool_]:
        """Which designs are within every limit, `(n,)`."""
        feasible: NDArray[np.bool_] = np.all(self.excess <= 0.0, axis=1)
        return feasible

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Evaluation:
        """The same for some of the designs, in the order of `rows`."""
        return Evaluation(
            X=self.X[rows],
            values=self.values[rows],
            excess=self.excess[rows],
            constraints=self.constraints,
            dimensions=self.dimensions,
            indicators={name: array[rows] for name, array in self.indicators.items()},
        )


def concatenate(parts: list[Evaluation]) -> Evaluation:
    """Several evaluations of one model as one, in their order.

    Raises:
        ValueError: There are none, or they differ in their dimensions or limits.
    """
    if not parts:
        raise ValueError("nothing to concatenate")
    first = parts[0]
    if any((p.constraints, p.dimensions) != (first.constraints, first.dimensions) for p in parts):
        raise ValueError("evaluations of different models can't be concatenated")
    return Evaluation(
        X=np.concatenate([part.X for part in parts]),
        values=np.concatenate([part.values for part in parts]),
        excess=np.concatenate([part.excess for part in parts]),
        constraints=first.constraints,
        dimensions=first.dimensions,
        indicators={
            name: np.concatenate([part.indicators[name] for part in parts]) for name in first.indicators
        },
    )
