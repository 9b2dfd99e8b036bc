"""Capture and recapture: what independent searches agree on, and how many designs all of them missed.

Each search is one occasion on which designs of the front are caught. The estimates assume that searches are
independent; they do not know a design that is hard to find for every search. Where designs differ in how
hard they are to find, as they always do, the estimates lie below the truth on average: a lower bound.

Sources: Chapman 1951; Seber 1970 (two searches); Chao 1987; Chao and Colwell 2017 (three and more).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from optimizer.pareto.dominance import non_dominated
from optimizer.pareto.front import Front

#: Confidence level of the intervals.
LEVEL = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Which designs were found by which of K searches.

    Attributes:
        rows: The distinct designs that any search found, sorted, `(n, d)`.
        found: Whether each search found each of them, `(n, K)`; every row has at least one.
    """

    rows: Array
    found: NDArray[np.bool_]

    @property
    def times(self) -> NDArray[np.intp]:
        """In how many searches each design was found, `(n,)`."""
        return np.asarray(self.found.sum(axis=1), dtype=np.intp)

    @property
    def share_agreed(self) -> float:
        """Share of the designs that every search found; NaN where there are none."""
        return float(self.found.all(axis=1).mean()) if len(self.found) else math.nan


@dataclass(frozen=True, slots=True)
class Recapture:
    """An estimate of how many designs there are to be found.

    Attributes:
        method: `chapman` for two searches, `chao` for more.
        searches: Number of searches, K >= 2.
        found: Distinct designs that any of them found.
        times: How many designs were found by exactly 1, 2, ... K searches.
        estimate: Estimated number of designs, found or not; a lower bound where designs differ in how hard
            they are to find.
        standard_error: Standard error of `estimate`; 0 where no design was found only once, which is a weak
            point of the formulas, not certainty: the interval then rests on another formula.
        low: Lower end of the 95 % confidence interval, >= `found`.
        high: Upper end; of the estimate, not of what unequal designs may hide beyond it.
    """

    method: Literal["chapman", "chao"]
    searches: int
    found: int
    times: tuple[int, ...]
    estimate: float
    standard_error: float
    low: float
    high: float

    @property
    def missed(self) -> float:
        """Estimated number of designs that no search found."""
        return self.estimate - self.found

    @property
    def share_missed(self) -> float:
        """Estimated share of all designs that no search found."""
        return self.missed / self.estimate

    @property
    def share_missed_interval(self) -> tuple[float, float]:
        """The same at both ends of the confidence interval."""
        return 1.0 - self.found / self.low, 1.0 - self.found / self.high


def agreement(searches: Sequence[Array]) -> Agreement:
    """Finds each search's rows in those of the others.

    Args:
        searches: What each search found, `(n_k, d)` each: designs, or boxes of losses where decisions are
            reals and no two searches ever meet in the very same design. Rows that repeat count once.

    Raises:
        ValueError: There are no searches, or they differ in their columns.
    """
    if not searches:
        raise ValueError("agreement needs at least one search, but got none")
    shapes = [np.shape(rows) for rows in searches]
    if any(len(shape) != 2 or shape[1] != shapes[0][-1] for shape in shapes):
        raise ValueError(f"searches must be matrices with the same number of columns, but got {shapes}")
    stacked = np.concatenate([np.asarray(rows, dtype=np.float64) for rows in searches])
    stacked = stacked + 0.0  # -0 and 0 are the same value
    rows, place = np.unique(stacked, axis=0, return_inverse=True)
    found = np.zeros((len(rows), len(searches)), dtype=bool)
    found[place.ravel(), np.repeat(np.arange(len(searches)), [shape[0] for shape in shapes])] = True
    return Agreement(rows, found)


def agreement_of_fronts(fronts: Sequence[Front]) -> Agreement:
    """The agreement on designs that no other search's design dominates.

    A design that another search beat isn't on the front that is to be found, so it doesn't count as found.

    Raises:
        ValueError: There are no fronts, or they differ in their columns.
    """
    met = agreement([front.X for front in fronts])
    losses = np.concatenate([front.losses for front in fronts])
    X = np.concatenate([front.X for front in fronts]) + 0.0
    best = agreement([met.rows, X[non_dominated(losses)]])
    keep = best.found[:, 1]  # the rows of `best` are those of `met`, in the same order
    return Agreement(met.rows[keep], met.found[keep])


def recapture(found: NDArray[np.bool_]) -> Recapture:
    """Estimates how many designs there are from which search found which.

    Args:
        found: `Agreement.found`, `(n, K)`, K >= 2.

    Raises:
        ValueError: There are fewer than two searches, no design, or a design that no search found.
    """
    found = np.asarray(found, dtype=bool)
    if found.ndim != 2 or found.shape[1] < 2:
        raise ValueError(f"found must have the shape (designs, searches >= 2), but got {found.shape}")
    if found.shape[0] == 0:
        raise ValueError("no search found any design: there is nothing to estimate from")
    if not found.any(axis=1).all():
        raise ValueError("every row of found must have at least one search that found it")
    n, searches = found.shape
    counts = np.bincount(found.sum(axis=1), minlength=searches + 1)[1:]
    times = tuple(int(count) for count in counts)
    if searches == 2:
        method: Literal["chapman", "chao"] = "chapman"
        first, second = (int(size) for size in found.sum(axis=0))
        missed, variance = chapman(first, second, times[1])
    else:
        method = "chao"
        missed, variance = chao(n, times[0], times[1], searches)
    if missed > 0.0:
        low, high = _log_normal_interval(n, missed, variance)
    else:
        low, high = _interval_without_singles(n, int(found.sum()))
    return Recapture(method, searches, n, times, n + missed, math.sqrt(variance), low, high)


def chapman(first: int, second: int, both: int) -> tuple[float, float]:
    """Designs that neither of two searches found, and the variance of that estimate.

    Lincoln and Petersen's estimate with the correction of Chapman 1951, N = (n1 + 1)(n2 + 1)/(m + 1) - 1,
    less the n1 + n2 - m designs found; variance of Seber 1970. Both have no bias where all designs are
    equally easy to find and n1 + n2 >= N.

    Args:
        first: Designs that the first search found, n1.
        second: Designs that the second search found, n2.
        both: Designs that both found, m.

    Raises:
        ValueError: The counts contradict each other.
    """
    if not 0 <= both <= min(first, second):
        raise ValueError(f"both must be from 0 to {min(first, second)}, but got {both}")
    only = (first - both) * (second - both)
    variance = (first + 1) * (second + 1) * only / ((both + 1) ** 2 * (both + 2))
    return only / (both + 1), variance


def chao(found: int, once: int, twice: int, searches: int) -> tuple[float, float]:
    """Designs that none of K searches found, at the least, and the variance of that estimate.

    Chao 1987 for few searches: f0 >= (K - 1)/K f1^2/(2 f2), and (K - 1)/K f1 (f1 - 1)/2 where f2 = 0
    (Chao and Colwell 2017, section 2; variances there, in the form that Colwell 2013, EstimateS user's guide,
    appendix B, writes out).

    Args:
        found: Distinct designs found.
        once: Designs that exactly one search found, f1.
        twice: Designs that exactly two searches found, f2.
        searches: Number of searches, K >= 2.

    Raises:
        ValueError: The counts contradict each other.
    """
    if searches < 2 or min(once, twice) < 0 or once + twice > found:
        raise ValueError(
            f"searches must be >= 2 and once + twice at most found, but got searches = {searches}, "
            f"once = {once}, twice = {twice}, found = {found}"
        )
    a = (searches - 1) / searches
    if twice > 0:
        ratio = once / twice
        variance = twice * (a * ratio**2 / 2.0 + a**2 * ratio**3 + a**2 * ratio**4 / 4.0)
        return a * once**2 / (2.0 * twice), variance
    missed = a * once * (once - 1) / 2.0
    if missed == 0.0:
        return 0.0, 0.0
    variance = missed + a**2 * once * (2 * once - 1) ** 2 / 4.0 - a**2 * once**4 / (4.0 * (found + missed))
    return missed, max(variance, 0.0)


def _log_normal_interval(found: int, missed: float, variance: float) -> tuple[float, float]:
    """Chao 1987, section 4: the logarithm of what is missed is about normal, so nothing found is undone."""
    z = NormalDist().inv_cdf(0.5 + LEVEL / 2.0)
    factor = math.exp(z * math.sqrt(math.log1p(variance / missed**2)))
    return found + missed / factor, found + missed * factor


def _interval_without_singles(found: int, catches: int) -> tuple[float, float]:
    """Where the estimate sees nothing missed: Poisson counts of catches (Colwell 2013, appendix B).

    With P = exp(-catches/found), the share that would be missed by chance: found/(1 - P) and its error.
    """
    z = NormalDist().inv_cdf(0.5 + LEVEL / 2.0)
    escaped = math.exp(-catches / found)
    centre = found / (1.0 - escaped)
    spread = z * math.sqrt(found * escaped * (1.0 - escaped)) / (1.0 - escaped)
    return max(float(found), centre - spread), centre + spread
