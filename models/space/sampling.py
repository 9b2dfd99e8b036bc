"""Samples of a design space: points of a low-discrepancy or stratified design, mapped to mixed variables."""

from __future__ import annotations

from typing import Literal

import numpy as np

from models.evaluation import Array
from models.space.domain import Domain
from models.space.sobol import MOST_COLUMNS, Points, sobol

Method = Literal["sobol", "latin-hypercube"]
#: Rounds in which missing designs are drawn again, where designs repeat or break rules.
ROUNDS = 24


def sample(domain: Domain, n: int, *, seed: int, method: Method = "sobol") -> Array:
    """Up to n different allowed designs, spread over the space.

    Each column's values share the unit interval evenly; what doesn't exist is set to its default, and what
    breaks a rule or was met already is drawn again for some rounds.

    Args:
        domain: Which rows are designs; a design space is one.
        n: Number of designs wanted, >= 0.
        seed: Same seed, same sample.
        method: `sobol`: scrambled Sobol points (Sobol' 1967; Owen 1995); `latin-hypercube`: one point in each
            of n strata of every column (McKay, Beckman, Conover 1979). It takes the place of Sobol points
            where there are more columns than these are known for (21,201 in SciPy).

    Returns:
        Designs in canonical form, `(m, d)`, m <= n; fewer where the space has fewer or rules leave few.
    """
    if n < 0:
        raise ValueError(f"n must be >= 0, but got {n}")
    d = domain.n_columns
    if n == 0 or d == 0:
        return np.empty((min(n, 1), d))
    method = method if d <= MOST_COLUMNS else "latin-hypercube"
    engine = sobol(d, seed=seed) if method == "sobol" else _strata(d, seed=seed)
    found = np.empty((0, d))
    for _ in range(ROUNDS):
        wanted = max(n - len(found), 16)
        # Sobol points keep their balance in blocks of powers of two.
        count = 1 << (wanted - 1).bit_length() if method == "sobol" else wanted
        points = engine.random(count)
        X = domain.canonical(spread(domain, points))
        found = _first_of_each(np.concatenate([found, X[domain.is_allowed(X)]]))
        if len(found) >= n:
            break
    return found[:n]


def spread(domain: Domain, points: Array) -> Array:
    """Designs at points of the unit cube, `(n, d)`: all values of a column alike, rules aside."""
    X = np.empty(points.shape)
    for j, column in enumerate(domain.columns):
        X[:, j] = column.spread(points[:, j])
    return X


def _strata(d: int, *, seed: int) -> Points:
    """Points of a Latin hypercube."""
    from scipy.stats import qmc  # takes long to load

    found: Points = qmc.LatinHypercube(d, seed=seed)
    return found


def _first_of_each(X: Array) -> Array:
    _, first = np.unique(X, axis=0, return_index=True)
    return X[np.sort(first)]


def unit_points(n: int, d: int, *, seed: int) -> Array:
    """Scrambled Sobol points in the unit cube, `(n, d)`, without 0 and 1 (Sobol' 1967; Owen 1995).

    Args:
        n: Number of points; a power of two keeps their balance.
        d: Number of dimensions.
        seed: Same seed, same points.
    """
    if d == 0:
        return np.empty((n, 0))
    engine = sobol(d, seed=seed) if d <= MOST_COLUMNS else _strata(d, seed=seed)
    points = engine.random(1 << max(n - 1, 0).bit_length())[:n]
    return np.asarray(np.clip(points, 2.0**-40, 1.0 - 2.0**-40))
