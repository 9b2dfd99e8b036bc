"""What a checkpoint must hold: its text, and the kind, shape and range of each of its arrays."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Self

import numpy as np
from numpy.lib.format import read_array, read_array_header_1_0, read_array_header_2_0, read_magic
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, model_validator

from models.evaluation import Evaluation
from models.space.columns import Column
from optimizer.space import SearchSpace
from optimizer.validation import SHOWN, Count, Form, Seconds


class Versioned(Form):
    """What every version of the file says of itself."""

    model_config = ConfigDict(extra="ignore")

    format: Count


class Identified(Form):
    """What a file says of whom it belongs to."""

    format: Count
    identity: dict[str, Any]


class About(Identified):
    """What the file of a search says beside its arrays."""

    generator: dict[str, Any]
    source: str
    yields: dict[str, Annotated[float, Field(ge=0.0, le=1.0)]]
    is_begun: bool
    idle: Count
    is_last: bool
    spent_s: Seconds
    evaluated: Count
    feasible: Count
    broken: dict[str, Count]
    broken_alone: dict[str, Count]
    moments: list[Count]

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.feasible > self.evaluated:
            raise ValueError(f"found {self.feasible} feasible designs of {self.evaluated} evaluated")
        if any(b < a for a, b in pairwise(self.moments)) or any(m > self.evaluated for m in self.moments):
            raise ValueError(f"found moments that don't rise up to {self.evaluated} evaluations")
        return self


@dataclass(frozen=True)
class Parts:
    """The arrays of a checkpoint, each asked for with what it must be.

    Attributes:
        arrays: By name.
        like: An evaluation by the same model.
        space: The designs there are.
    """

    arrays: Mapping[str, NDArray[Any]]
    like: Evaluation
    space: SearchSpace

    def array(self, name: str, kind: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
        """An array.

        Args:
            name: Its name.
            kind: Of its numbers: `f` = 64 bits, `u` = whole ones of 64 bits, `b` = true or false.
            shape: Its shape; None = any length.

        Raises:
            ValueError: It is missing or otherwise.
        """
        wanted = {"f": np.float64, "u": np.uint64, "b": np.bool_}[kind]
        found = self.arrays.get(name)
        if found is None:
            raise ValueError(f"{name} is missing")
        fits = len(found.shape) == len(shape) and all(
            b is None or a == b for a, b in zip(found.shape, shape, strict=True)
        )
        if found.dtype != wanted or not fits:
            raise ValueError(
                f"{name}: found {found.dtype} of the shape {found.shape}; allowed: {np.dtype(wanted)} of the "
                f"shape {tuple('any' if length is None else length for length in shape)}"
            )
        return found

    def designs(self, name: str) -> NDArray[Any]:
        """Designs of the space, `(n, d)`.

        Raises:
            ValueError: One of them can't be.
        """
        X = self.array(name, "f", (None, len(self.space.columns)))
        ranges = zip(X.T, self.space.columns, strict=True)
        if not all(_can_be(values, column) for values, column in ranges):
            raise ValueError(f"{name}: found a design with a value that its decision can't have")
        if not np.all(self.space.is_allowed(X) | np.all(self.space.today == X, axis=1)):
            raise ValueError(f"{name}: found a design that breaks a rule of the scenario")
        return X

    def evaluation(self, name: str, *, most: int) -> Evaluation:
        """Designs with what the model said of them.

        Raises:
            ValueError: There are too many, one of them can't be, or what is said of them can't.
        """
        X = self.designs(f"{name}_X")
        n = len(X)
        if n > most:
            raise ValueError(f"{name}: found {n:,} designs; allowed: up to {most:,}")
        values = self.array(f"{name}_values", "f", (n, len(self.like.dimensions)))
        excess = self.array(f"{name}_excess", "f", (n, len(self.like.constraints)))
        if np.isnan(values).any() or np.isnan(excess).any():
            raise ValueError(f"{name}: found a value that is no number")
        return Evaluation(
            X=X,
            values=values,
            excess=excess,
            constraints=self.like.constraints,
            dimensions=self.like.dimensions,
            indicators={
                key: self.array(f"{name}_indicator_{key}", "f", (n,)) for key in self.like.indicators
            },
        )


def _can_be(values: NDArray[Any], column: Column) -> bool:
    """Whether a decision can have these values; what today's system has, and what doesn't exist, counts."""
    held = (values == column.today) | (values == column.default)
    usual = values[~held]
    return bool(np.all(np.isfinite(usual))) and bool(np.all(column.clip(usual) == usual))


def arrays_of(content: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of a file; none is larger than the part of the file that holds it.

    Raises:
        ValueError: It holds something else.
        BadZipFile: It is damaged.
    """
    found: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        for entry in file.infolist():
            if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
                raise ValueError(f"{entry.filename[:SHOWN]!r} is packed; a checkpoint's arrays are not")
            part = io.BytesIO(file.read(entry))
            read_header = {(1, 0): read_array_header_1_0, (2, 0): read_array_header_2_0}.get(read_magic(part))
            if read_header is None:
                raise ValueError(f"{entry.filename[:SHOWN]!r} is no array")
            shape, _, kind = read_header(part)
            there, wanted = entry.file_size - part.tell(), math.prod(shape) * kind.itemsize
            if kind.hasobject or there != wanted or any(length < 0 for length in shape):
                raise ValueError(
                    f"{entry.filename[:SHOWN]!r} says that it has {wanted:,} bytes of numbers, "
                    f"but there are {there:,}"
                )
            part.seek(0)
            found[entry.filename.removesuffix(".npy")] = read_array(part, allow_pickle=False)
    return found
