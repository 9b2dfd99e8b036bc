"""Mixtures: a response time as a short list of outcomes, each with its weight and three cumulants.

Hit or miss, first attempt or second: outcomes that differ in shape are kept apart, since one distribution
for all of them would be off by a factor where the whole has two humps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.formulas.cumulants import Array, Cumulants, from_raw, scale_count, to_raw


class Entry(NamedTuple):
    """One outcome of a mixture; arrays that broadcast against each other.

    Attributes:
        weight: Its probability.
        mean: Mean, s; infinite where a queue grows without end.
        variance: Variance, s^2.
        third: Third cumulant, s^3.
    """

    weight: Array
    mean: Array
    variance: Array
    third: Array

    @property
    def cumulants(self) -> Cumulants:
        """The cumulants without the weight."""
        return Cumulants(self.mean, self.variance, self.third)


Mixture = tuple[Entry, ...]
"""Outcomes whose weights add up to 1 for every design."""


def single(part: Cumulants) -> Mixture:
    """A mixture of one outcome."""
    return (Entry(np.ones((1, 1)), *part),)


def product(a: Mixture, b: Mixture) -> Mixture:
    """The sum of two independent durations: every outcome of one with every outcome of the other."""
    return tuple(
        Entry(x.weight * y.weight, x.mean + y.mean, x.variance + y.variance, x.third + y.third)
        for x in a
        for y in b
    )


def either(weights: Sequence[Array], mixtures: Sequence[Mixture]) -> Mixture:
    """One of several mixtures, with the probability of each.

    Args:
        weights: Probability of each mixture; they add up to 1 for every design.
        mixtures: The mixtures.
    """
    return tuple(
        Entry(weight * entry.weight, *entry[1:])
        for weight, mixture in zip(weights, mixtures, strict=True)
        for entry in mixture
    )


def repeat(mixture: Mixture, times: Array, *, most: int = 12) -> Mixture:
    """The sum of `times` independent durations of one kind.

    A fractional number is one more in that share of the cases. Up to four repetitions are kept apart by
    outcome; beyond, the sum of the rest is close to one hump and its cumulants are simply scaled.

    Args:
        mixture: The duration that is repeated.
        times: How often, `>= 0`, broadcasting against the entries.
        most: Outcomes that are kept at the most.
    """
    whole = np.floor(times)
    rest = times - whole
    if len(mixture) == 1:
        entry = mixture[0]
        fewer = Entry(entry.weight * (1.0 - rest), *scale_count(entry.cumulants, whole))
        if not bool(np.any(rest > 0.0)):
            return (fewer,)
        return (fewer, Entry(entry.weight * rest, *scale_count(entry.cumulants, whole + 1.0)))
    result = _switched(mixture, np.minimum(whole, 1.0))
    for already in (1.0, 2.0, 3.0):
        if not bool(np.any(whole > already)):
            break
        once = _switched(mixture, (whole > already).astype(np.float64))
        result = merge(product(result, once), most)
    if bool(np.any(whole > 4.0)):
        beyond = scale_count(collapse(mixture), np.maximum(whole - 4.0, 0.0))
        result = product(result, single(beyond))
    if bool(np.any(rest > 0.0)):
        once_more = product(result, mixture)
        result = merge(either([1.0 - rest, rest], [result, once_more]), most)
    return result


def _switched(mixture: Mixture, on: Array) -> Mixture:
    """The mixture where `on` is 1, no duration where it is 0."""
    return tuple(Entry(entry.weight, *scale_count(entry.cumulants, on)) for entry in mixture)


def collapse(mixture: Mixture) -> Cumulants:
    """The cumulants of the mixture as a whole, exactly; outcomes of weight 0 don't count."""
    moments = [np.zeros((1, 1)) for _ in range(3)]
    for entry in mixture:
        for i, moment in enumerate(to_raw(entry.cumulants)):
            with np.errstate(invalid="ignore"):
                moments[i] = moments[i] + np.where(entry.weight > 0.0, entry.weight * moment, 0.0)
    with np.errstate(invalid="ignore"):
        whole = from_raw(*moments)
    endless = np.isinf(moments[0])
    return Cumulants(whole.mean, *(np.where(endless, np.inf, value) for value in whole[1:]))


def merge(mixture: Mixture, most: int) -> Mixture:
    """At most `most` outcomes: the two nearest become one, for each design on its own, until few are left.

    Nearest is what widens least: w1 w2 / (w1 + w2) times the squared distance of the means, among neighbours
    in the order of the means. The first three moments of the mixture stay what they are.
    """
    if len(mixture) <= most:
        return mixture
    shape = np.broadcast_shapes(*(part.shape for entry in mixture for part in entry))
    stack = [np.stack([np.broadcast_to(entry[i], shape) for entry in mixture]) for i in range(4)]
    order = np.argsort(stack[1], axis=0, kind="stable")
    weight, mean, variance, third = (np.take_along_axis(part, order, axis=0) for part in stack)
    while weight.shape[0] > most:
        weight, mean, variance, third = _merge_nearest(weight, mean, variance, third)
    return tuple(
        Entry(*(np.ascontiguousarray(part[i]) for part in (weight, mean, variance, third)))
        for i in range(weight.shape[0])
    )


def _merge_nearest(weight: Array, mean: Array, variance: Array, third: Array) -> tuple[Array, ...]:
    """One outcome fewer, `(e - 1, ...)`: the neighbours whose merging costs least are joined."""
    a, b = slice(None, -1), slice(1, None)
    both = weight[a] + weight[b]
    with np.errstate(invalid="ignore", divide="ignore"):
        cost = np.where(both > 0.0, weight[a] * weight[b] / both, 0.0) * (mean[b] - mean[a]) ** 2
    cost = np.where(np.isnan(cost), np.inf, cost)
    best = np.argmin(cost, axis=0)
    place = np.arange(weight.shape[0] - 1).reshape(-1, *([1] * best.ndim))
    joined = _joined(
        tuple(part[a] for part in (weight, mean, variance, third)),
        tuple(part[b] for part in (weight, mean, variance, third)),
    )
    kept = []
    for part, one in zip((weight, mean, variance, third), joined, strict=True):
        kept.append(np.where(place < best, part[a], np.where(place == best, one, part[b])))
    return tuple(kept)


def _joined(x: tuple[Array, ...], y: tuple[Array, ...]) -> tuple[Array, ...]:
    """Two outcomes as one, through their raw moments."""
    weight = x[0] + y[0]
    share = np.where(weight > 0.0, y[0] / np.where(weight > 0.0, weight, 1.0), 0.0)
    with np.errstate(invalid="ignore"):
        gap = np.where(share > 0.0, y[1] - x[1], 0.0)
        mean = np.where(share >= 1.0, y[1], x[1] + share * gap)
        low, high = x[1] - mean, y[1] - mean
        variance = (1.0 - share) * (x[2] + low**2) + share * (y[2] + high**2)
        third = (1.0 - share) * (x[3] + 3.0 * low * x[2] + low**3)
        third = third + share * (y[3] + 3.0 * high * y[2] + high**3)
    only_first, only_second = share <= 0.0, share >= 1.0
    variance = np.where(only_first, x[2], np.where(only_second, y[2], variance))
    third = np.where(only_first, x[3], np.where(only_second, y[3], third))
    return weight, np.where(only_first, x[1], mean), variance, third
