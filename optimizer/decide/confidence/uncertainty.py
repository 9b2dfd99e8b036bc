"""What if my numbers are wrong: bands, the probability of each limit, the robust front, what to measure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import COST, DIMENSIONS, Array, Dimension
from models.evaluator import run
from models.system.system import System
from models.system.uncertainty import Draws, base_of, draws_at, draws_of, guesses_of, stress_of
from optimizer.decide.choose.ranking import rank
from optimizer.decide.confidence.sobol import Indices, sobol_indices
from optimizer.pareto.dominance import non_dominated

#: Designs times draws that are evaluated together.
TOGETHER = 16_384
#: Bins by which the value of knowing a number is worked out, and orders by chance that it is held against.
BINS, SHUFFLES = 8, 20


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Designs under joint draws of all guesses.

    Attributes:
        values: The dimensions, `(n, s, m)`.
        excess: Amount over each limit, `(n, s, k)`.
        constraints: Names of the limits.
        dimensions: What the dimensions are.
    """

    values: Array
    excess: Array
    constraints: tuple[str, ...]
    dimensions: tuple[Dimension, ...] = DIMENSIONS

    @property
    def losses(self) -> Array:
        """The values as losses, `(n, s, m)`."""
        return np.asarray(self.values * np.array([d.sign for d in self.dimensions]))

    @property
    def feasible(self) -> NDArray[np.bool_]:
        """Which design is within every limit in which draw, `(n, s)`."""
        return np.asarray(np.all(self.excess <= 0.0, axis=2))


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """What it is worth to measure a number before deciding.

    Attributes:
        paths: The guesses.
        total: Share of each dimension's variance on the chosen design that goes with each, `(guesses, m)`.
        total_error: Its standard error.
        value_usd: Money that knowing it saves on average, because one would decide otherwise, `(guesses,)`; 0
            where that can't be told from chance.
        error_usd: Its standard error.
        all_usd: Money that knowing everything would save on average.
    """

    paths: tuple[str, ...]
    total: Array
    total_error: Array
    value_usd: Array
    error_usd: Array
    all_usd: float


def under(system: System, X: Array, draws: Draws) -> Outcomes:
    """Evaluates designs under every draw.

    Args:
        system: The system.
        X: The designs, `(n, d)`.
        draws: Joint draws of the guesses.
    """
    n, s = X.shape[0], len(draws)
    design, draw = np.repeat(np.arange(n), s), np.tile(np.arange(s), n)
    values, excess = [], []
    names: tuple[str, ...] = ()
    for start in range(0, n * s, TOGETHER):
        rows = slice(start, start + TOGETHER)
        steps = run(
            system,
            X[design[rows]],
            base=base_of(system, draws, draw[rows]),
            stress=stress_of(system, draws, draw[rows]),
        )
        values.append(steps.values)
        size = len(steps.values)
        excess.append(np.column_stack([np.broadcast_to(e, (size,)) for e in steps.excess.values()]))
        names = tuple(steps.excess)
    return Outcomes(np.concatenate(values).reshape(n, s, -1), np.concatenate(excess).reshape(n, s, -1), names)


def bands(outcomes: Outcomes, quantiles: tuple[float, ...] = (0.1, 0.5, 0.9)) -> Array:
    """Quantiles of every dimension in its own direction, `(len(quantiles), n, m)`; may be infinite."""
    return np.asarray(np.quantile(outcomes.values, quantiles, axis=1, method="nearest"))


def probabilities(outcomes: Outcomes) -> tuple[Array, Array]:
    """How likely each limit holds, and all together, `(n, k + 1)`; with standard errors (binomial)."""
    holds = np.concatenate([outcomes.excess <= 0.0, outcomes.feasible[:, :, None]], axis=2)
    share = holds.mean(axis=1)
    return share, np.sqrt(share * (1.0 - share) / outcomes.values.shape[1])


def robust_front(outcomes: Outcomes, *, quantile: float = 0.9, probability: float = 0.9) -> NDArray[np.intp]:
    """Designs whose limits hold likely enough, and that none of them dominates in bad luck.

    Args:
        outcomes: Designs under draws.
        quantile: Which quantile of every loss counts: 0.9 = only one draw in ten is worse.
        probability: How likely all limits together must hold.
    """
    likely = np.flatnonzero(outcomes.feasible.mean(axis=1) >= probability)
    bad_luck = np.quantile(outcomes.losses[likely], quantile, axis=1, method="nearest")
    if not likely.size:
        return likely
    return np.asarray(likely[non_dominated(bad_luck)])


def chosen_share(outcomes: Outcomes, weights: Array) -> tuple[Array, float]:
    """In which share of the draws each design would be chosen, `(n,)`, and in which none is feasible.

    Args:
        outcomes: Designs under draws.
        weights: How much each dimension counts, `(m,)` (see `ranking.rank`).
    """
    n, s, _ = outcomes.values.shape
    losses, feasible = outcomes.losses, outcomes.feasible
    won = np.zeros(n)
    for draw in range(s):
        rows = np.flatnonzero(feasible[:, draw])
        if rows.size:
            won[rows[rank(losses[rows, draw], weights).order[0]]] += 1.0
    return won / s, float(np.mean(~feasible.any(axis=0)))


def value_of_knowing(
    cost: Array, parameter: Array, *, bins: int = BINS, seed: int = 0
) -> tuple[float, float]:
    """Money saved on average by knowing one number before deciding, and its standard error.

    Draws are put in order of the number and into bins; in each bin the design that is cheapest there on
    average is taken, instead of the one that is cheapest over all. Bins also separate draws by chance; what
    an order by chance would give is taken off. 0 where what is left isn't twice its error.

    Args:
        cost: What each design costs in each draw, `(n, s)`.
        parameter: The number in each draw, `(s,)`.
        bins: Number of bins; fewer where the number has fewer values.
        seed: Of the orders by chance.

    Raises:
        ValueError: A cost is infinite or NaN: no average can be formed.

    Source: expected value of partial perfect information by ordering (Strong and Oakley 2013, "An efficient
    method for computing single-parameter partial expected value of perfect information").
    """
    if not np.isfinite(cost).all():
        raise ValueError("costs must be finite: an unbounded cost has no average; leave that design out")
    values = np.unique(parameter)
    if len(values) <= bins:
        group = np.searchsorted(values, parameter)
    else:
        group = np.argsort(np.argsort(parameter, kind="stable"), kind="stable") * bins // len(parameter)
    rng = np.random.default_rng(seed)
    by_chance = np.array([_saved(cost, rng.permutation(group)) for _ in range(SHUFFLES)])
    found = _saved(cost, group) - float(by_chance.mean())
    resampled = []
    for _ in range(SHUFFLES):
        rows = rng.integers(len(group), size=len(group))
        resampled.append(_saved(cost[:, rows], group[rows]))
    error = float(np.hypot(np.std(resampled, ddof=1), by_chance.std(ddof=1)))
    return (found if found > 2.0 * error else 0.0), error


def value_of_knowing_all(cost: Array) -> float:
    """Money saved on average by knowing all numbers before deciding (value of perfect information)."""
    return float(cost.mean(axis=1).min() - cost.min(axis=0).mean())


def what_to_measure(
    system: System,
    X: Array,
    chosen: Array,
    *,
    n: int = 256,
    seed: int = 0,
    drawn: tuple[Draws, Outcomes] | None = None,
) -> Knowledge:
    """Which guess to measure first.

    Args:
        system: The system.
        X: The designs one would choose from, `(n, d)`.
        chosen: The design chosen, `(d,)`.
        n: Draws; a power of two.
        seed: Same seed, same answer.
        drawn: Draws, and what the designs come to under them, where that is known.
    """
    guesses = guesses_of(system)
    k = len(guesses)
    if not k:
        none = np.zeros((0, len(DIMENSIONS)))
        return Knowledge((), none, none, np.zeros(0), np.zeros(0), 0.0)

    def outputs(points: Array) -> Array:
        found: Array = under(system, chosen[None, :], draws_at(guesses, points)).values[0]
        return found

    indices: Indices = sobol_indices(outputs, [(j,) for j in range(k)], k, n=n, seed=seed)
    if drawn is None:
        draws = draws_of(system, n, seed=seed + 1)
        drawn = draws, under(system, X, draws)
    draws, outcomes = drawn
    cost = outcomes.values[:, :, outcomes.dimensions.index(COST)]
    cost = cost[np.isfinite(cost).all(axis=1)]
    worth = [
        value_of_knowing(cost, draws.values[:, j], seed=seed) if len(cost) else (0.0, 0.0) for j in range(k)
    ]
    return Knowledge(
        tuple(guess.path for guess in guesses),
        indices.total,
        indices.error,
        np.array([w[0] for w in worth]),
        np.array([w[1] for w in worth]),
        value_of_knowing_all(cost) if len(cost) else 0.0,
    )


def _saved(cost: Array, group: NDArray[np.intp]) -> float:
    """What deciding by group saves against deciding once."""
    size = np.bincount(group).astype(np.float64)
    sums = np.array([np.bincount(group, weights=row) for row in cost])
    there = size > 0
    return float(cost.mean(axis=1).min() - (sums[:, there].min(axis=0)).sum() / cost.shape[1])
