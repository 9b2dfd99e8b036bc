"""A problem as peers see it: coded in plain numbers, within a budget, all that is evaluated on record."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import numpy as np

from benchmarks.problems import Problem
from models.evaluation import Array, Evaluation, concatenate
from optimizer.pareto.front import Front, front_of

#: Stands for an infinite loss, and for the losses of a design that isn't allowed.
LARGE = 1e9
#: Designs that are kept before those that are dominated are let go; the clock stands still meanwhile.
MOST_KEPT = 300_000
#: Evaluations and seconds up to which peers work with the small population.
SMALL_EVALUATIONS, SMALL_SECONDS = 5_000, 5.0


@dataclass
class Task:
    """One problem, one budget, one seed.

    Attributes:
        problem: What is searched.
        seed: Seed of the search.
        evaluations: Designs that may be evaluated; None = as many as the time allows.
        seconds: Time there is, s; None = as much as it takes.
        patience: Longest time that is waited for a number of evaluations, s.
    """

    problem: Problem
    seed: int
    evaluations: int | None = None
    seconds: float | None = None
    patience: float = math.inf
    used: int = 0
    _kept: list[Evaluation] = field(default_factory=list)
    _waiting: int = 0
    _began: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        first = self.problem.evaluator(np.asarray(self.problem.space.today)[None, :])
        self.m = first.losses.shape[1]
        self.k = len(first.constraints) + bool(self.problem.space.rules)
        self.counts = [column.count for column in self.problem.space.columns]
        self.d = len(self.counts)
        self._kept.append(_bare(first).take(np.arange(0)))
        self.restart()

    def restart(self) -> None:
        """Starts the clock."""
        self._began = time.perf_counter()

    def __deepcopy__(self, memo: object) -> Task:
        return self  # some libraries copy problems; there is one record

    @property
    def elapsed(self) -> float:
        """Time since the start, s."""
        return time.perf_counter() - self._began

    @property
    def is_small(self) -> bool:
        """Whether the budget asks for a small population."""
        if self.evaluations is not None:
            return self.evaluations <= SMALL_EVALUATIONS
        return self.seconds is not None and self.seconds <= SMALL_SECONDS

    @property
    def directions(self) -> int:
        """Divisions of the simplex (Das and Dennis 1998) with the most directions up to 128 or 256."""
        most = 128 if self.is_small else 256
        divisions = 1
        while math.comb(self.m + divisions, divisions + 1) <= most:
            divisions += 1
        return divisions

    @property
    def population(self) -> int:
        """Size of a population: as many as there are directions, a multiple of 4."""
        count = math.comb(self.m + self.directions - 1, self.directions)
        return 4 * math.ceil(count / 4)

    def may(self, designs: int) -> bool:
        """Whether so many more designs are within the budget."""
        if self.elapsed > self.patience or (self.seconds is not None and self.elapsed >= self.seconds):
            return False
        return self.evaluations is None or self.used + designs <= self.evaluations

    def from_unit(self, U: Array) -> Array:
        """Designs for points of the unit cube: each value owns an equal part of its axis."""
        U = np.clip(np.asarray(U, dtype=np.float64), 0.0, 1.0)
        return np.column_stack(
            [column.spread(U[:, j]) for j, column in enumerate(self.problem.space.columns)]
        )

    def from_places(self, P: Array) -> Array:
        """Designs for positions in the lists of values; reals by their place in 0..1."""
        widths = np.array([1.0 if count is None else count for count in self.counts])
        shift = np.array([0.0 if count is None else 0.5 for count in self.counts])
        return self.from_unit((np.asarray(P, dtype=np.float64) + shift) / widths)

    def score(self, X: Array) -> tuple[Array, Array]:
        """Evaluates and records designs.

        Returns:
            Losses `(n, m)`, finite; and by how much limits are exceeded `(n, k)`, 0 within: log(1 + excess),
            since limits have different units, and 1 for a rule that is broken.
        """
        space = self.problem.space
        X = space.canonical(X)
        allowed = space.is_allowed(X)
        losses = np.full((len(X), self.m), LARGE)
        exceeded = np.zeros((len(X), self.k))
        self.used += int(len(X) - allowed.sum())
        if space.rules:
            exceeded[:, -1] = ~allowed
        if allowed.any():
            seen = self.observe(X[allowed])
            losses[allowed] = np.clip(np.nan_to_num(seen.losses, posinf=LARGE), -LARGE, LARGE)
            over = np.minimum(np.maximum(seen.excess, 0.0), 1e12)
            exceeded[allowed, : over.shape[1]] = np.log1p(over)
        return losses, exceeded

    def observe(self, X: Array) -> Evaluation:
        """Evaluates and records allowed designs; what comes after the time is up doesn't count."""
        seen = self.problem.evaluator(X)
        if self.seconds is None or self.elapsed <= self.seconds:
            self.used += len(seen)
            self.keep(seen)
        return seen

    def count(self, X: Array) -> Evaluation:
        """Evaluates and counts allowed designs, for a search that keeps its own record."""
        seen = self.problem.evaluator(X)
        self.used += len(seen)
        return seen

    def keep(self, seen: Evaluation) -> None:
        """Records the feasible ones of some designs."""
        self._kept.append(_bare(seen).take(np.flatnonzero(seen.feasible)))
        self._waiting += len(self._kept[-1])
        if self._waiting > MOST_KEPT:
            stopped = time.perf_counter()
            self._kept = [self.front().evaluation]
            self._waiting = 0
            self._began += time.perf_counter() - stopped

    def front(self) -> Front:
        """The best feasible designs among all that were evaluated."""
        return front_of(concatenate(self._kept))


def _bare(seen: Evaluation) -> Evaluation:
    """Without what a front doesn't need."""
    return Evaluation(seen.X, seen.values, seen.excess, seen.constraints, seen.dimensions)
