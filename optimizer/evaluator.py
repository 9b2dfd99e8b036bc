"""What scores designs: a callable from a decision matrix to an `Evaluation`, and its answers checked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.errors import EvaluationError
from models.evaluation import Array, Evaluation

Evaluator = Callable[[Array], Evaluation]


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
