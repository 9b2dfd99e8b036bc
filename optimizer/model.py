"""What the optimizer asks of a model: a space of designs, and a callable that scores them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import EvaluationError, SpaceTooLargeError
from models.evaluation import Array, Evaluation
from models.space.columns import Column
from models.space.conditions import DecisionColumns

Evaluator = Callable[[Array], Evaluation]


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


class checked:  # noqa: N801 - reads as what it does: checked(model)(X)
    """The callable with its answers checked.

    It raises `EvaluationError` when the model raises, or answers with something that is no `Evaluation` of
    the designs it was asked about, or that doesn't go with its first answer. What the built-in model raises
    is a defect of this program, not of somebody's model: it comes out as no error of the user's. It can be
    sent to another process when the model can.
    """

    def __init__(self, evaluator: Evaluator, *, is_built_in: bool = False) -> None:
        self._evaluator = evaluator
        self._is_built_in = is_built_in
        self._first: dict[str, object] = {}

    def __call__(self, X: Array) -> Evaluation:
        """Asks the model, and checks what it says."""
        try:
            return self._checked(X)
        except EvaluationError as error:
            if not self._is_built_in:
                raise
            raise RuntimeError(f"in the built-in model, {error}") from (error.__cause__ or error)

    def _checked(self, X: Array) -> Evaluation:
        try:
            answer = self._evaluator(X)
        except (EvaluationError, KeyboardInterrupt):
            raise
        except Exception as error:
            raise EvaluationError(
                f"the model raised {type(error).__name__} for {len(X):,} designs: {error}"
            ) from error
        if not isinstance(answer, Evaluation):
            raise EvaluationError(f"the model must return an Evaluation, but got {type(answer).__name__}")
        if len(answer) != len(X):
            raise EvaluationError(
                f"the model was asked for {len(X):,} designs but answered for {len(answer):,}"
            )
        if answer.X.shape[1] != X.shape[1]:
            raise EvaluationError(
                f"the model was asked for {X.shape[1]} columns, but answered {answer.X.shape[1]}"
            )
        for name, values in answer.indicators.items():
            if np.shape(values) != (len(X),):
                raise EvaluationError(
                    f"indicator {name} must have the shape ({len(X)},), but got {np.shape(values)}"
                )
        for part, found in _parts(answer).items():
            first = self._first.setdefault(part, found)
            if first != found:
                raise EvaluationError(
                    f"the model must answer with the same {part} every time, but said {first} first "
                    f"and {found} now"
                )
        return answer


def _parts(answer: Evaluation) -> dict[str, object]:
    """What must be the same in all answers of one model."""
    return {
        "dimensions": tuple(dimension.name for dimension in answer.dimensions),
        "limits": answer.constraints,
        "indicators": tuple(sorted(answer.indicators)),
    }
