"""Mean, variance and third cumulant of a duration: what adds up when things happen one after the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Cumulants(NamedTuple):
    """The first three cumulants of a duration; arrays that broadcast against each other.

    Attributes:
        mean: Mean, s.
        variance: Variance, s^2.
        third: Third cumulant (third central moment), s^3.
    """

    mean: Array
    variance: Array
    third: Array


#: No duration at all.
ZERO = Cumulants(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)))


def gamma_cumulants(mean: Array, *, scv: Array) -> Cumulants:
    """Cumulants of a gamma law with a mean and a squared coefficient of variation.

    Args:
        mean: Mean, s, finite.
        scv: Variance / mean^2, broadcasting against `mean`; 0 is a constant.

    Source: the n-th cumulant of a gamma law of shape a and scale t is (n-1)! a t^n, here with a = 1/scv.
    """
    variance = scv * mean**2
    return Cumulants(mean, variance, 2.0 * scv * mean * variance)


def add(*parts: Cumulants) -> Cumulants:
    """Cumulants of a sum of independent durations; with no parts those of no duration at all."""
    total = ZERO
    for part in parts:
        total = Cumulants(total.mean + part.mean, total.variance + part.variance, total.third + part.third)
    return total


def scale_count(part: Cumulants, times: Array) -> Cumulants:
    """Cumulants of `times` independent durations of a kind, one after the other; 0 times infinity is 0."""
    with np.errstate(invalid="ignore"):
        return Cumulants(*(np.where(times > 0.0, value * times, 0.0) for value in part))


def to_raw(part: Cumulants) -> tuple[Array, Array, Array]:
    """The first three raw moments E[X], E[X^2], E[X^3]."""
    m, v, k = part
    return m, v + m**2, k + 3.0 * m * v + m**3


def from_raw(first: Array, second: Array, third: Array) -> Cumulants:
    """Cumulants from the first three raw moments; a variance below 0 by rounding is 0."""
    variance = np.maximum(second - first**2, 0.0)
    return Cumulants(first, variance, third - 3.0 * first * variance - first**3)
