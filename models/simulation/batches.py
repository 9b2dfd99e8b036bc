"""What was counted in a run as batches, and the intervals that follow from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.readings import Interval

#: Batches that an interval follows from at the least; twice as many are put together in pairs.
LEAST_BATCHES = 20
#: Answers beyond a percentile that it takes to tell it.
_LEAST_BEYOND = 10.0
_MOST_CORRELATED = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Batches:
    """Counts by batch (b) of one run or of several.

    Attributes:
        seconds: Simulated time of each batch, s, `(b,)`.
        answers: What was counted of the flows (`columns.ANSWER`), `(b, f, 4)`.
        counted: What was counted of the components (`columns.COUNTED`), `(b, c, 8)`.
        histogram: Answers by response, `(b, f, bins)`.
        run: The run of each batch, `(b,)`.
    """

    seconds: Array
    answers: Array
    counted: Array
    histogram: Array
    run: Array


def together(parts: Sequence[Batches]) -> Batches:
    """The batches of several runs."""
    return Batches(
        seconds=np.concatenate([part.seconds for part in parts]),
        answers=np.concatenate([part.answers for part in parts]),
        counted=np.concatenate([part.counted for part in parts]),
        histogram=np.concatenate([part.histogram for part in parts]),
        run=np.concatenate([np.full(part.seconds.size, k) for k, part in enumerate(parts)]),
    )


def ratio(above: Array, below: Array, run: Array, confidence: float) -> Interval | None:
    """The ratio of two totals with its interval; None where nothing was counted.

    Args:
        above: What was counted in each batch, `(b,)`.
        below: What it is divided by, `(b,)`.
        run: The run of each batch; only neighbours in a run can be correlated.
        confidence: Probability with which the interval holds the ratio.

    Source: non-overlapping batch means (Schmeiser 1982), of a ratio by its residuals (Cochran 1977, ch. 6);
    widened by the correlation of neighbouring batches where it is positive, (1 + r) / (1 - r).
    """
    total = float(below.sum())
    if not total > 0.0:
        return None
    value = float(above.sum()) / total
    half = _half(above - value * below, total / below.size, run, confidence)
    return Interval(value, value - half, value + half)


def _half(residuals: Array, mean: float, run: Array, confidence: float) -> float:
    count = residuals.size
    if count < 2:
        return math.inf
    squares = float(residuals @ residuals)
    if squares == 0.0:
        return 0.0
    is_next = run[1:] == run[:-1]
    correlated = float(np.sum(residuals[1:] * residuals[:-1] * is_next)) / squares
    correlated = min(max(correlated, 0.0), _MOST_CORRELATED)
    variance = squares / (count * (count - 1)) * (1.0 + correlated) / (1.0 - correlated)
    return student(confidence, count - 1) * math.sqrt(variance) / mean


def student(confidence: float, freedom: int) -> float:
    """The two-sided quantile of Student's t.

    Source: Abramowitz and Stegun 1964, 26.7.5, from the normal quantile; within 1e-3 from 9 degrees on.
    """
    x = NormalDist().inv_cdf(0.5 + 0.5 * confidence)
    terms = (
        (x**3 + x) / 4.0,
        (5.0 * x**5 + 16.0 * x**3 + 3.0 * x) / 96.0,
        (3.0 * x**7 + 19.0 * x**5 + 17.0 * x**3 - 15.0 * x) / 384.0,
        (79.0 * x**9 + 776.0 * x**7 + 1482.0 * x**5 - 1920.0 * x**3 - 945.0 * x) / 92160.0,
    )
    return x + sum(term / freedom ** (k + 1) for k, term in enumerate(terms))


def quantile_ms(histogram: Array, share: float, run: Array, confidence: float) -> Interval | None:
    """A percentile of the response times with its interval, ms; None where too few lie beyond it.

    Args:
        histogram: Answers by response in each batch, `(b, bins)`; they may be weighted.
        share: The percentile as a share.
        run: The run of each batch.
        confidence: Probability with which the interval holds it.

    Source: batch means of the share below the percentile, turned into times by the distribution that was
    found (Law and Kelton 2000, section 9.5.2, after Iglehart 1976).
    """
    whole = histogram.sum(axis=0)
    total = float(whole.sum())
    largest = float(histogram.max(initial=0.0))
    if not total * (1.0 - share) >= _LEAST_BEYOND or largest == 0.0:
        return None
    below = np.cumsum(whole) / total
    value = _at(below, share)
    edge = _bin_of(value)
    under = histogram[:, : edge + 1].sum(axis=1)
    count = histogram.sum(axis=1)
    half = _half(under - float(under.sum()) / total * count, total / count.size, run, confidence)
    if not share + half < 1.0 - 1.0 / total or not share - half > 0.0:
        return None
    return Interval(value * 1e3, _at(below, share - half) * 1e3, _at(below, share + half) * 1e3)


def response_s(histogram: Array, share: float) -> float:
    """The response, s, below which a share of the answers of a histogram lies, `(bins,)`."""
    below = np.cumsum(histogram)
    return _at(below / below[-1], share)


def _at(below: Array, share: float) -> float:
    """The response, s, below which a share lies; even within a bin, by the logarithm."""
    b = int(np.searchsorted(below, share, side="left"))
    b = min(b, below.size - 1)
    if b == 0:
        return 0.0
    before = below[b - 1]
    inside = (share - before) / (below[b] - before) if below[b] > before else 0.5
    return float(at.SHORTEST_S * math.exp((b - 1 + min(max(inside, 0.0), 1.0)) / at.BINS_PER_E))


def _bin_of(response_s: float) -> int:
    if response_s <= at.SHORTEST_S:
        return 0
    return min(1 + int(math.log(response_s / at.SHORTEST_S) * at.BINS_PER_E), at.BINS - 1)
