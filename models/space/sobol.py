"""Scrambled Sobol points, to the bit those of `scipy.stats.qmc.Sobol`, without loading scipy.stats.

That alone takes 40 to 70 MB and most of a second before the first design is looked at. The direction numbers
are read from SciPy's own file; where it isn't found, SciPy makes the points.

Sources: Sobol' (1967); Bratley and Fox (1988), algorithm 659, for the recurrence; Joe and Kuo (2008) for
the direction numbers; Matousek (1998) for the scrambling by a linear matrix and a digital shift; Antonov and
Saleev (1979) for the order by Gray code.
"""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array

Words = NDArray[np.uint32]
#: Binary digits of a point.
BITS = 30
#: Columns that direction numbers are known for.
MOST_COLUMNS = 21_201
#: Points that are made together: a power of two.
BLOCK = 1 << 14


class Points(Protocol):
    """Points of the unit cube, one after the other."""

    def random(self, n: int) -> Array:
        """The next n points, `(n, d)`."""


def sobol(d: int, *, seed: int) -> Points:
    """Scrambled Sobol points of d columns, 1 to `MOST_COLUMNS`."""
    try:
        return Sobol(d, seed=seed)
    except (OSError, KeyError, ValueError):
        from scipy.stats import qmc

        made: Points = qmc.Sobol(d, seed=seed)
        return made


class Sobol:
    """Points of one sequence, `d` columns, one after the other.

    Args:
        d: Number of columns, 1 to `MOST_COLUMNS`.
        seed: Same seed, same points.
    """

    def __init__(self, d: int, *, seed: int) -> None:
        rng = np.random.default_rng(seed)
        powers = np.left_shift(np.uint32(1), np.arange(BITS, dtype=np.uint32))
        self._shift: Words = rng.integers(2, size=(d, BITS), dtype=np.uint32) @ powers
        lower = np.tril(rng.integers(2, size=(d, BITS, BITS), dtype=np.uint32))
        self._directions = _scrambled(directions(d), lower)
        self._drawn = 0

    def random(self, n: int) -> Array:
        """The next n points in the unit cube, `(n, d)`.

        Raises:
            ValueError: The sequence has no more points.
        """
        if self._drawn + n > 1 << BITS:
            raise ValueError(f"a Sobol sequence of {BITS} digits has {1 << BITS:,} points")
        first, end = self._drawn, self._drawn + n
        size = min(1 << max(n - 1, 0).bit_length(), BLOCK)
        block = self._block(size)
        points = np.empty((n, len(self._shift)), dtype=np.uint32)
        for start in range(first - first % size, end, size):
            low, high = max(start, first), min(start + size, end)
            # A sum without carries: its Gray code is that of the one and that of the other.
            points[low - first : high - first] = block[low - start : high - start] ^ self._at(start)
        self._drawn = end
        unit: Array = points * np.float64(2.0**-BITS)
        return unit

    def _block(self, size: int) -> Words:
        """The first points without the shift, a power of two of them, `(size, d)`."""
        block = np.zeros((size, len(self._shift)), dtype=np.uint32)
        done = 1
        while done < size:
            block[done : 2 * done] = block[:done] ^ self._at(done) ^ self._shift
            done *= 2
        return block

    def _at(self, place: int) -> Words:
        """The point at a place of the sequence, `(d,)`."""
        gray, point = place ^ (place >> 1), self._shift
        for bit in range(gray.bit_length()):
            if gray >> bit & 1:
                point = point ^ self._directions[:, bit]
        return point


@lru_cache(maxsize=4)
def directions(d: int) -> Words:
    """Direction numbers of the first d columns, `(d, BITS)`.

    Raises:
        OSError, KeyError, ValueError: SciPy's file isn't where it was, or holds something else.
    """
    found = importlib.util.find_spec("scipy")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("scipy")
    path = Path(found.submodule_search_locations[0]) / "stats" / "_sobol_direction_numbers.npz"
    with np.load(path) as kept:
        first, polynomials = kept["vinit"][:d].astype(np.uint32), kept["poly"][:d].astype(np.int64)
    if first.shape != (d, 18) or polynomials.shape != (d,):
        raise ValueError(f"{path.name} holds something else")
    v = np.ones((d, BITS), dtype=np.uint32)
    degrees = np.array([int(p).bit_length() - 1 for p in polynomials])
    degrees[0] = 0  # the first column is van der Corput's sequence
    for m in range(1, int(degrees.max()) + 1):
        rows = np.flatnonzero(degrees == m)
        v[rows, :m] = first[rows, :m]
        for j in range(m, BITS):
            new = v[rows, j - m]
            for k in range(m):
                has = (polynomials[rows] >> (m - 1 - k)) & 1
                new = new ^ (has.astype(np.uint32) * (v[rows, j - k - 1] << np.uint32(k + 1)))
            v[rows, j] = new
    return v << np.arange(BITS - 1, -1, -1, dtype=np.uint32)


def _scrambled(v: Words, lower: NDArray[np.uint32]) -> Words:
    """Direction numbers times a lower triangular matrix of bits with ones on its diagonal, by column.

    Args:
        v: Direction numbers, `(d, BITS)`.
        lower: The matrices, `(d, BITS, BITS)`; the first row makes the highest bit.
    """
    lower[:, np.arange(BITS), np.arange(BITS)] = 1
    places = np.arange(BITS - 1, -1, -1, dtype=np.uint32)
    rows = (lower << places).sum(axis=2, dtype=np.uint32)
    scrambled = np.zeros_like(v)
    for place, row in zip(places, rows.T, strict=True):
        scrambled |= (np.bitwise_count(row[:, None] & v).astype(np.uint32) & np.uint32(1)) << place
    return scrambled
