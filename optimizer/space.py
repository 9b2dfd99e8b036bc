"""What the optimizer asks of a space of designs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import SpaceTooLargeError
from models.evaluation import Array
from models.space.columns import Column
from models.space.conditions import DecisionColumns


class Space(Protocol):
    """The designs there are (see `models.space.space.DesignSpace`, which is one)."""

    @property
    def n_columns(self) -> int:
        """Number of columns of the decision matrix."""

    @property
    def size(self) -> int | None:
        """Number of designs; None = uncountable."""

    @property
    def today(self) -> Array:
        """The design to compare with, `(d,)`."""

    def designs(self, start: int, stop: int) -> Array:
        """Designs by number, `(stop - start, d)`."""

    def sample(self, n: int, *, seed: int) -> Array:
        """Up to n different designs, spread over the space."""

    def decode(self, x: Array) -> dict[str, object]:
        """A design in writing."""


class SearchSpace(Space, Protocol):
    """A space whose columns are known: designs can be changed (`models.space.space.DesignSpace` is one)."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the decision matrix."""

    @property
    def decisions(self) -> tuple[DecisionColumns, ...]:
        """The decisions, with the columns they own."""

    def canonical(self, X: Array) -> Array:
        """The one form of each design."""

    def is_allowed(self, X: Array) -> NDArray[np.bool_]:
        """Which designs break no rule."""

    def encode(self, design: Mapping[str, object], *, check_rules: bool = True) -> Array:
        """The row for a design in writing, `(d,)`."""


def can_be_searched(space: object) -> bool:
    """Whether a space tells enough of itself to change designs."""
    return all(hasattr(space, name) for name in ("columns", "decisions", "canonical", "is_allowed"))


def size_of(space: Space) -> int | None:
    """Designs there are; None where they can't be counted."""
    try:
        return space.size
    except SpaceTooLargeError:
        return None
