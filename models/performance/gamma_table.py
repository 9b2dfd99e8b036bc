"""The distribution function of gamma laws from a table: integrals and searches ask for it all the time.

The table is made of scipy's function when the program starts: polynomials in two variables in which it is
smooth and nearly the same for all shapes, the reciprocal root of the shape and the place that Wilson and
Hilferty make nearly normal. Small places, at which the function is a power, have its series instead.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.polynomial import chebyshev
from scipy.special import gammainc

from models.performance.compiled import compiled, gamma_lower

#: Shapes that the table holds; others take the function itself.
LEAST_SHAPE, MOST_SHAPE = 0.25, 1e6
#: Up to this place the series is taken, until its terms are as small as this, of so many at the most.
SMALL, LEFT_OUT, TERMS = 1.5, 1e-14, 30
#: Beyond so many standard deviations of the nearly normal place nothing is left: less than `ERROR`.
FAR = 7.0
#: Absolute error at the most (tests/models/test_gamma_table.py looks for more).
ERROR = 1e-10
#: Cells and degrees by reciprocal root and by place.
_ROOTS, _PLACES, _DEGREE_ROOT, _DEGREE_PLACE = 16, 14, 5, 9
_MOST_ROOT = 2.0


def _table() -> np.ndarray:
    """Coefficients of powers by cell, `(roots, places, degree + 1, degree + 1)`, from Chebyshev's nodes."""

    def nodes(degree: int) -> np.ndarray:
        return np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))

    def powers(degree: int) -> np.ndarray:
        """Of each of Chebyshev's polynomials the coefficients of powers."""
        rows = [chebyshev.cheb2poly(np.eye(degree + 1)[k]) for k in range(degree + 1)]
        return np.array([np.pad(row, (0, degree + 1 - row.size)) for row in rows])

    at_roots, at_places = nodes(_DEGREE_ROOT), nodes(_DEGREE_PLACE)
    step = _MOST_ROOT / _ROOTS
    root = ((np.arange(_ROOTS)[:, None] + 0.5 + 0.5 * at_roots) * step)[:, None, :, None]
    place = (np.arange(_PLACES)[:, None] + 0.5 + 0.5 * at_places - FAR)[None, :, None, :]
    shape = 1.0 / root**2
    x = shape * np.maximum(1.0 - root**2 / 9.0 + root * place / 3.0, 0.0) ** 3
    values = gammainc(np.broadcast_to(shape, x.shape), x)
    by_root = np.linalg.inv(chebyshev.chebvander(at_roots, _DEGREE_ROOT))
    by_place = np.linalg.inv(chebyshev.chebvander(at_places, _DEGREE_PLACE))
    # First Chebyshev's coefficients, then powers: in one step rounding would grow.
    waves = np.einsum("pi,cdij,qj->cdpq", by_root, values, by_place)
    found = np.einsum("cdij,ip,jq->cdpq", waves, powers(_DEGREE_ROOT), powers(_DEGREE_PLACE))
    return np.ascontiguousarray(found)


TABLE = _table()


@compiled
def gamma_below(shape: float, root: float, norm: float, x: float) -> float:
    """P(shape, x), the regularised lower incomplete gamma function, to an absolute error below `ERROR`.

    Args:
        shape: Shape, > 0.
        root: 1 over its square root.
        norm: Logarithm of gamma(shape + 1).
        x: Place, >= 0.

    Source: Wilson and Hilferty 1931; the series is 6.5.29 of Abramowitz and Stegun 1964.
    """
    if not (shape >= LEAST_SHAPE and shape <= MOST_SHAPE):
        return gamma_lower(shape, x, 0)
    if not x > 0.0:
        return 0.0
    if x <= SMALL:
        total, term = 1.0, 1.0
        for n in range(1, TERMS):
            term *= x / (shape + n)
            total += term
            if term < LEFT_OUT:
                break
        return min(total * math.exp(shape * math.log(x) - x - norm), 1.0)
    place = (np.cbrt(x * (root * root)) - 1.0 + root * root / 9.0) * (3.0 / root)
    if place >= FAR:
        return 1.0
    if place <= -FAR:
        return 0.0
    r, p = root * (_ROOTS / _MOST_ROOT), place + FAR
    row, column = min(int(r), _ROOTS - 1), min(int(p), _PLACES - 1)
    s, t = 2.0 * (r - row) - 1.0, 2.0 * (p - column) - 1.0
    cell = TABLE[row, column]
    value = 0.0
    for i in range(_DEGREE_ROOT, -1, -1):
        inner = 0.0
        for j in range(_DEGREE_PLACE, -1, -1):
            inner = inner * t + cell[i, j]
        value = value * s + inner
    return min(max(value, 0.0), 1.0)
