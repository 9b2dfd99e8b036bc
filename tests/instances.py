"""Small instances for tests of the optimizer: losses by shape, and a model that is no scenario."""

from __future__ import annotations

from itertools import product

import numpy as np

from models.evaluation import Dimension, Evaluation

_T = np.linspace(0.0, 1.0, 21)

#: Losses by their shape, `(n, m)`; lower is better in every column.
LOSSES = {
    "empty": np.empty((0, 3)),
    "one point": np.array([[1.0, 2.0, 3.0]]),
    "two points": np.array([[0.0, 1.0], [1.0, 0.0]]),
    "linear": np.column_stack([_T, 1.0 - _T]),
    "convex": np.column_stack([_T, (1.0 - np.sqrt(_T)) ** 2]),
    "concave": np.column_stack([_T, np.sqrt(1.0 - _T**2)]),
    "duplicates": np.repeat(np.array([[1.0, 5.0], [2.0, 3.0], [3.0, 3.0]]), 3, axis=0),
    "all alike": np.ones((7, 4)),
    "chain": np.column_stack([np.arange(9.0)] * 3),
    "constant column": np.column_stack([_T, 1.0 - _T, np.full(21, 7.0)]),
    "infinite": np.array([[np.inf, 1.0], [np.inf, 0.0], [3.0, np.inf], [2.0, 5.0], [-np.inf, 9.0]]),
    "all infinite": np.full((4, 2), np.inf),
    "tiny differences": 1.0 + 1e-15 * np.array([[0.0, 4.0], [1.0, 3.0], [2.0, 3.0]]),
    "huge": 1e290 * np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [3.0, 3.0]]),
    "sphere": np.array([v for v in product((0.0, 1.0, 2.0), repeat=3) if sum(v) in (2.0, 3.0)]),
}


def dominates(a, b) -> bool:
    """Whether loss vector a dominates b, by the definition."""
    return all(x <= y for x, y in zip(a, b, strict=True)) and any(x < y for x, y in zip(a, b, strict=True))


def non_dominated_by_hand(losses) -> list[bool]:
    """Which rows no other row dominates, by the double loop of the definition."""
    return [not any(dominates(other, one) for other in losses) for one in losses]


class Grid:
    """All whole-numbered points of a box, a space in the sense of `optimizer.space.Space`."""

    def __init__(self, *counts: int) -> None:
        self.counts = counts

    @property
    def n_columns(self) -> int:
        return len(self.counts)

    @property
    def size(self) -> int:
        return int(np.prod([int(c) for c in self.counts], dtype=object)) if self.counts else 1

    @property
    def today(self):
        return np.zeros(self.n_columns)

    def designs(self, start: int, stop: int):
        places = np.unravel_index(np.arange(start, stop), self.counts)
        return np.column_stack(places).astype(np.float64)

    def sample(self, n: int, *, seed: int):
        numbers = np.random.default_rng(seed).choice(self.size, size=min(n, self.size), replace=False)
        return np.column_stack(np.unravel_index(numbers, self.counts)).astype(np.float64)

    def decode(self, x) -> dict[str, object]:
        return {f"x{j}": int(value) for j, value in enumerate(x)}


PRICE = Dimension("price", "USD", "lower")
SPEED = Dimension("speed", "requests/s", "higher")


class Shop:
    """Price against speed over a grid, with two limits; every answer can be worked out by hand.

    price = x0 + x1 + ...; speed = 10 x0 - (x1 - 2)^2; the limits are `price` <= `most_price` and
    `speed` >= `least_speed`.
    """

    def __init__(self, most_price: float = np.inf, least_speed: float = -np.inf) -> None:
        self.most_price, self.least_speed = most_price, least_speed
        self.calls: list[int] = []

    def __call__(self, X) -> Evaluation:
        self.calls.append(len(X))
        values = np.array([self.values(x) for x in X]).reshape(len(X), 2)
        excess = np.array([self.excess(x) for x in X]).reshape(len(X), 2)
        return Evaluation(
            X=np.array(X),
            values=values,
            excess=excess,
            constraints=("price", "speed"),
            dimensions=(PRICE, SPEED),
            indicators={"steps": np.array([float(sum(x)) for x in X])},
        )

    def values(self, x) -> tuple[float, float]:
        return float(sum(x)), 10.0 * x[0] - (x[1] - 2.0) ** 2

    def excess(self, x) -> tuple[float, float]:
        price, speed = self.values(x)
        return max(price - self.most_price, -1e9), max(self.least_speed - speed, -1e9)

    def front_by_hand(self, space: Grid) -> set[tuple[float, ...]]:
        """The designs on the front, by the definitions alone."""
        X = [tuple(x) for x in space.designs(0, space.size)]
        feasible = [x for x in X if all(over <= 0.0 for over in self.excess(x))]
        losses = {x: (self.values(x)[0], -self.values(x)[1]) for x in feasible}
        return {x for x in feasible if not any(dominates(losses[y], losses[x]) for y in feasible)}
