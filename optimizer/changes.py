"""What sets two designs apart: the decisions that differ, in writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from optimizer.phrases import written
from optimizer.space import SearchSpace

#: What a design is called that decides as today's does, wherever designs are listed.
TODAYS = "today's design"


@dataclass(frozen=True, slots=True)
class Change:
    """One decision that differs.

    Attributes:
        decision: Its name.
        before: Its value in the one design, as a person writes it.
        after: Its value in the other.
    """

    decision: str
    before: object
    after: object

    def __str__(self) -> str:
        return f"{self.decision} {written(self.before)} -> {written(self.after)}"


def changes(space: SearchSpace, a: Array, b: Array) -> tuple[Change, ...]:
    """The decisions in which two designs differ, `(d,)` each, in the order of the scenario."""
    before, after = space.decode(a), space.decode(b)
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        Change(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def distances(space: SearchSpace, X: Array, x: Array) -> NDArray[np.intp]:
    """Number of decisions in which each of some designs differs from one, `(n,)`."""
    found = np.zeros(X.shape[0], dtype=np.intp)
    for decision in space.decisions:
        places = list(decision.columns)
        found += np.any(X[:, places] != x[places], axis=1)
    return found


def told(found: Sequence[Change]) -> str:
    """Changes in one line."""
    return ", ".join(str(change) for change in found) or "nothing"


def is_today(space: SearchSpace, x: Array) -> bool:
    """Whether a design decides as today's does."""
    return not changes(space, today_of(space), x)


def marked(space: SearchSpace, x: Array, name: str) -> str:
    """What a design is called in a list: its name, and that it is today's where it decides as that."""
    return f"{name} ({TODAYS})" if is_today(space, x) else name


def called(space: SearchSpace, X: Array, i: int) -> str:
    """What a design of a front is called in a sentence and on a button: `design 3`, or `today's design`.

    Args:
        space: The designs there are.
        X: The designs of the front, `(n, d)`.
        i: Its position, from 0.
    """
    return TODAYS if is_today(space, X[i]) else f"design {i + 1}"


def numbered(space: SearchSpace, X: Array, i: int) -> str:
    """What a design of a front is called where its number is asked for: `design 3 (today's design)`.

    Args:
        space: The designs there are.
        X: The designs of the front, `(n, d)`.
        i: Its position, from 0.
    """
    return marked(space, X[i], f"design {i + 1}")


def place_of_today(space: SearchSpace, X: Array) -> int | None:
    """Position of today's design among those of a front, `(n, d)`; None = it isn't there."""
    here = np.flatnonzero(np.all(today_of(space) == X, axis=1))
    return int(here[0]) if here.size else None


def today_of(space: SearchSpace) -> Array:
    """Today's design as the front writes designs, `(d,)`."""
    today: Array = space.canonical(np.asarray(space.today)[None, :])[0]
    return today
