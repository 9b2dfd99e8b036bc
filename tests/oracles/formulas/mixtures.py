"""Mixtures: a response time as a short list of outcomes, each with its weight and three cumulants.

Hit or miss, first attempt or second: outcomes that differ in shape are kept apart, since one distribution
for all of them would be off by a factor where the whole has two humps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from oracles.formulas.cumulants import Array, Cumulants, from_raw, scale_count, to_raw


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


def repeat(mixture: Mixture, times: Array, *, most: int = 4) -> Mixture:
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
    """The mixture where `on` is 1; where it is 0 one outcome of no duration."""
    found = []
    for i, entry in enumerate(mixture):
        otherwise = 1.0 if i == 0 else 0.0
        found.append(Entry(np.where(on > 0.0, entry.weight, otherwise), *scale_count(entry.cumulants, on)))
    return tuple(found)


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
    """At most `most` outcomes: those below and above the mean become groups, and these again.

    Done for each design on its own. The first three moments of the mixture stay what they are, and what makes
    it two-humped (hit and miss, in time and after a retry) stays apart.

    Args:
        mixture: The mixture.
        most: Outcomes at the most; the next lower power of two is used.
    """
    if len(mixture) <= most:
        return mixture
    # What a design has must not depend on its company: outcomes of weight 0 are none.
    count: Array = np.zeros((1, 1))
    for entry in mixture:
        count = count + (entry.weight > 0.0)
    few = count <= most
    if bool(few.all()):
        return _compacted(mixture, most)
    groups: list[list[tuple[Entry, Array | None]]] = [[(entry, None) for entry in mixture]]
    while 2 * len(groups) <= most:
        groups = [half for group in groups for half in _split(group)]
    grouped = tuple(entry for group in groups for entry in _grouped(group))
    if not bool(few.any()):
        return grouped
    kept = _compacted(mixture, len(grouped))
    return tuple(
        Entry(*(np.where(few, x, y) for x, y in zip(a, b, strict=True)))
        for a, b in zip(kept, grouped, strict=True)
    )


def _compacted(mixture: Mixture, places: int) -> Mixture:
    """The outcomes that have a weight, in their order, in the first places; for designs that have no more."""
    zero = np.zeros((1, 1))
    found = [[zero, zero, zero, zero] for _ in range(places)]
    rank: Array = np.zeros((1, 1))
    for entry in mixture:
        counts = entry.weight > 0.0
        for place in range(places):
            here = counts & (rank == place)
            found[place] = [np.where(here, x, y) for x, y in zip(entry, found[place], strict=True)]
        rank = rank + counts
    return tuple(Entry(*parts) for parts in found)


def _weight(entry: Entry, share: Array | None) -> Array:
    return entry.weight if share is None else np.where(share > 0.0, entry.weight, 0.0)


def _split(group: list[tuple[Entry, Array | None]]) -> list[list[tuple[Entry, Array | None]]]:
    """The members at or below the mean of a group, and those above."""
    total: Array = np.zeros((1, 1))
    above: Array = np.zeros((1, 1))
    for entry, share in group:
        weight = _weight(entry, share)
        total = total + weight
        with np.errstate(invalid="ignore"):
            above = above + np.where(weight > 0.0, weight * entry.mean, 0.0)
    mean = above / np.where(total > 0.0, total, 1.0)
    lower: list[tuple[Entry, Array | None]] = []
    upper: list[tuple[Entry, Array | None]] = []
    for entry, share in group:
        # What never ends is kept apart from what does.
        low = np.where(np.isinf(mean), np.isfinite(entry.mean), entry.mean <= mean)
        own = np.ones((1, 1)) if share is None else share
        lower.append((entry, np.where(low, own, 0.0)))
        upper.append((entry, np.where(low, 0.0, own)))
    return [lower, upper]


def _grouped(group: list[tuple[Entry, Array | None]]) -> Mixture:
    """The members of a group as one outcome, through their central moments; weight 0 where there are none."""
    total: Array = np.zeros((1, 1))
    first: Array = np.zeros((1, 1))
    weights = [_weight(entry, share) for entry, share in group]
    for (entry, _), weight in zip(group, weights, strict=True):
        total = total + weight
        with np.errstate(invalid="ignore"):
            first = first + np.where(weight > 0.0, weight * entry.mean, 0.0)
    some = np.where(total > 0.0, total, 1.0)
    mean = first / some
    variance: Array = np.zeros((1, 1))
    third: Array = np.zeros((1, 1))
    with np.errstate(invalid="ignore"):
        for (entry, _), weight in zip(group, weights, strict=True):
            counts = weight > 0.0
            off = np.where(counts, entry.mean - mean, 0.0)
            square = off * off
            variance = variance + np.where(counts, weight * (entry.variance + square), 0.0)
            moment = entry.third + off * (3.0 * entry.variance + square)
            third = third + np.where(counts, weight * moment, 0.0)
    endless = np.isinf(mean)
    variance = np.where(endless, np.inf, variance / some)
    third = np.where(endless, np.inf, third / some)
    return (Entry(total, mean, variance, third),)
