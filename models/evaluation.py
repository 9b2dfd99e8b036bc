"""Evaluation: what a model says of n designs, and the only thing an optimizer ever sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One objective.

    Attributes:
        name: Its name, as in the scenario file.
        unit: Unit of its values.
        better: Which direction is wanted.
    """

    name: str
    unit: str
    better: Literal["lower", "higher"]

    @property
    def sign(self) -> float:
        """What a value is multiplied by to become a loss, which is minimised."""
        return 1.0 if self.better == "lower" else -1.0


DIMENSIONS = (
    Dimension("latency", "ms", "lower"),
    Dimension("throughput", "requests/s", "higher"),
    Dimension("consistency", "fraction", "higher"),
    Dimension("availability", "fraction", "higher"),
    Dimension("cost", "USD", "lower"),
    Dimension("complexity", "fraction", "lower"),
)
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
