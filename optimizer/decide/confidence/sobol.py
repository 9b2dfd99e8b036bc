"""What a result depends on: the share of its variance that goes with each input (Sobol indices)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from models.evaluation import DIMENSIONS, Array
from models.evaluator import evaluate
from models.space.sampling import spread, unit_points
from models.system.system import System

#: Resamples for the standard errors.
RESAMPLES = 200
#: Coordinates of points that are looked at in one call.
AT_A_TIME = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Indices:
    """Sobol indices.

    Attributes:
        total: Share of the variance of each output that goes with each input, alone and together with others,
            `(inputs, m)`; 0 where the output doesn't vary.
        error: Its standard error, `(inputs, m)`.
        first: Share that goes with each input alone, `(inputs, m)`.
        ranked: Outputs of which the ranks were taken, because some of their values are infinite, `(m,)`.
        evaluations: Evaluations it took.
    """

    total: Array
    error: Array
    first: Array
    ranked: NDArray[np.bool_]
    evaluations: int


def sobol_indices(
    function: Callable[[Array], Array],
    groups: Sequence[Sequence[int]],
    n_columns: int,
    *,
    n: int = 512,
    seed: int = 0,
) -> Indices:
    """Sobol indices of a function of independent inputs.

    Args:
        function: Points of the unit cube `(rows, columns)` -> outputs `(rows, m)`.
        groups: The columns of each input; they change together.
        n_columns: Number of columns.
        n: Points of each of the two samples, rounded up to a power of two: others aren't balanced.
        seed: Same seed, same answer.

    Source: Saltelli et al. 2010, "Variance based sensitivity analysis of model output", table 2: (b) for
    first-order and (f), Jansen's, for total indices, as `scipy.stats.sobol_indices` takes them. Where an
    output is infinite anywhere, its ranks take its place (Saltelli and Sobol' 1995). Standard errors come
    from resampling (Archer et al. 1997).
    """
    n = 1 << max(n - 1, 0).bit_length()
    points = unit_points(n, 2 * n_columns, seed=seed)
    a, b = points[:, :n_columns], points[:, n_columns:]
    most = max(1, AT_A_TIME // max(a.size, 1))
    blocks, answers = _blocks(a, b, groups), []
    while block := list(islice(blocks, most)):
        answers.append(np.asarray(function(np.concatenate(block)), dtype=np.float64))
    found = np.concatenate(answers)
    ranked = np.asarray(~np.isfinite(found).all(axis=0))
    for j in np.flatnonzero(ranked):
        found[:, j] = np.unique(found[:, j], return_inverse=True)[1]
    parts = found.reshape(len(groups) + 2, n, -1)
    # Small variances of large values lose digits: what is common to all is taken off first.
    parts = parts - parts[:2].mean(axis=(0, 1))
    parts = np.where(_varies(parts[:2]), parts, 0.0)
    rows = np.random.default_rng(seed).integers(n, size=(RESAMPLES, n))
    total, first = _indices(parts)
    spread = np.array([_indices(parts[:, r])[0] for r in rows])
    return Indices(total, spread.std(axis=0, ddof=1), first, ranked, len(found))


def _blocks(a: Array, b: Array, groups: Sequence[Sequence[int]]) -> Iterator[Array]:
    """The two samples, and the first with each input of the second."""
    yield a
    yield b
    for group in groups:
        mixed = a.copy()
        mixed[:, list(group)] = b[:, list(group)]
        yield mixed


def _varies(samples: Array) -> NDArray[np.bool_]:
    """Whether each output varies over the samples `(2, n, m)`, centred, by more than rounding, `(m,)`."""
    return np.asarray(samples.std(axis=(0, 1)) > 1e-12 * np.abs(samples).max(axis=(0, 1)))


def _indices(parts: Array) -> tuple[Array, Array]:
    """Total and first-order indices `(inputs, m)` of what came out at each block `(2 + inputs, n, m)`."""
    from scipy import stats

    padded = np.pad(parts, ((0, 0), (0, 0), (0, 1)))  # one output of one input alone is too little for SciPy
    ya, yb, mixed = padded[0].T, padded[1].T, padded[2:].transpose(0, 2, 1)
    found = stats.sobol_indices(func={"f_A": ya, "f_B": yb, "f_AB": mixed}, n=ya.shape[1])
    shape = (ya.shape[0], len(mixed))
    return found.total_order.reshape(shape)[:-1].T, found.first_order.reshape(shape)[:-1].T


def decision_shares(system: System, *, n: int = 256, seed: int = 0) -> Indices:
    """Share of the variance of each dimension that goes with each decision, over the whole design space.

    Every value of a decision is as likely as any other. Designs that a rule forbids are looked at all the
    same: with them left out, decisions wouldn't be independent.

    Args:
        system: The system.
        n: Points of each of the two samples.
        seed: Same seed, same answer.
    """
    space = system.space
    if not space.decisions:
        nothing = np.empty((0, len(DIMENSIONS)))
        return Indices(nothing, nothing, nothing, np.zeros(len(DIMENSIONS), dtype=bool), 0)
    return sobol_indices(
        partial(_values_at, system), [d.columns for d in space.decisions], space.n_columns, n=n, seed=seed
    )


def _values_at(system: System, points: Array) -> Array:
    space = system.space
    distinct, back = np.unique(space.canonical(spread(space, points)), axis=0, return_inverse=True)
    return evaluate(system, distinct).values[np.ravel(back)]
