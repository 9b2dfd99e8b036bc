"""Looking at every design: in chunks, keeping only what may still be on the front."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from models.errors import EvaluationError
from models.evaluation import Array
from optimizer.evaluator import Evaluator
from optimizer.model import Screen
from optimizer.pareto.tally import Progress, Tally, tell
from optimizer.space import Space


def ranges(size: int, *, chunk: int, begin: int = 0) -> Iterator[tuple[int, int]]:
    """Numbers of designs, in chunks: first and one after the last."""
    for start in range(begin, size, chunk):
        yield start, min(start + chunk, size)


@dataclass(frozen=True, slots=True)
class Look:
    """Looks at a range of designs of a space; can be sent to another process."""

    evaluator: Evaluator
    space: Space
    screen: Screen | None = None

    def __call__(self, numbers: tuple[int, int]) -> Tally:
        return looked(self.evaluator, self.space.designs(*numbers), self.screen)


@dataclass(frozen=True, slots=True)
class LookAt:
    """Looks at designs that are handed over; can be sent to another process."""

    evaluator: Evaluator
    screen: Screen | None = None

    def __call__(self, X: Array) -> Tally:
        return looked(self.evaluator, X, self.screen)


def looked(evaluator: Evaluator, X: Array, screen: Screen | None) -> Tally:
    """Looks at some designs: those that are over a limit for certain are only counted."""
    tally = Tally()
    if screen is not None:
        over = screen(X)
        out = np.zeros(len(X), dtype=bool)
        for excess in over.values():
            out |= excess > 0.0
        tally.skip(X[out], {name: excess[out] for name, excess in over.items()})
        X = X[~out]
    if len(X):
        tally.add(evaluator(X))
    return tally


def look_at(
    tally: Tally,
    seen: Iterable[Tally],
    *,
    total: int,
    progress: Progress | None = None,
    keep: Callable[[Tally], None] | None = None,
) -> str:
    """Gathers what was seen, piece by piece.

    Args:
        tally: What was seen before; grows.
        seen: What is seen piece by piece, worked out as it is asked for.
        total: How many designs there are, for the progress.
        progress: Told after every piece.
        keep: Given what was seen after every piece.

    Returns:
        Why it ended early: nothing, or a few words. Ctrl-C, and a model that fails, keep what was found.
    """
    try:
        for part in seen:
            tally.merge(part)
            tell(progress, tally.evaluated, total, tally.front_size, tally.front)
            if keep is not None:
                keep(tally)
    except KeyboardInterrupt:
        return "interrupted"
    except EvaluationError as error:
        if not tally.evaluated:
            raise
        return f"the model failed ({error})"
    return ""
