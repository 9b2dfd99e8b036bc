"""Many calls at the same time: the slowest of a fan-out, whatever the number of its branches.

Each branch may end in one of several outcomes, so that b branches with two of them have 2^b combinations.
What is carried from branch to branch instead are a few outcomes of the maximum, each as its distribution
function on one grid: functions of independent branches multiply, and those of outcomes that are put together
are averaged, so that nothing is lost but the difference between outcomes that are about as slow.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import gammainc

from models.performance.fan_out import BEND_SD, MOST_OUTCOMES, MOST_STATES
from models.performance.quadrature import FAN_NODES, NEAR_SD, gauss_legendre
from oracles.formulas.cumulants import Array, from_raw
from oracles.formulas.mixtures import Entry, Mixture, merge
from oracles.formulas.percentiles import far_point, shifted_gamma


def slowest_of_many(branches: Sequence[Mixture]) -> Mixture:
    """The time until all branches are done, as at most `MOST_STATES` outcomes and one that never ends.

    Args:
        branches: The branches, independent of each other.

    Source: P(M <= x) = prod F_i(x); E[M^k] = integral of k x^(k-1) (1 - P(M <= x)), by Gauss-Legendre between
    the points where the branches' laws begin, bend and end.
    """
    few = [merge(branch, MOST_OUTCOMES) for branch in branches]
    shape = np.broadcast_shapes(*(part.shape for branch in few for entry in branch for part in entry))
    flat = [
        [Entry(*(np.broadcast_to(part, shape).reshape(-1) for part in entry)) for entry in branch]
        for branch in few
    ]
    endless, finite = _without_endless(flat)
    x, w = _grid(finite)
    states: list[tuple[Array, Array]] = [(np.ones(x.shape[0]), np.ones_like(x))]
    seen: list[tuple[Entry, Array]] = []
    for branch in finite:
        grown = []
        for entry in branch:
            below = _distribution(entry, x, seen)
            grown += [(weight * entry.weight, together * below) for weight, together in states]
        states = _few(grown, x, w)
    found = [Entry(weight, *_cumulants(together, x, w)) for weight, together in states]
    if bool((endless > 0.0).any()):
        found.append(Entry(endless, *(np.full(endless.shape, np.inf) for _ in range(3))))
    return tuple(Entry(*(part.reshape(shape) for part in entry)) for entry in found)


def _without_endless(flat: list[list[Entry]]) -> tuple[Array, list[list[Entry]]]:
    """Weight of the maxima that never end, and the outcomes of the branches that do."""
    total, ending = np.ones_like(flat[0][0].weight), np.ones_like(flat[0][0].weight)
    finite = []
    for branch in flat:
        whole, kept = np.zeros_like(total), np.zeros_like(total)
        own = []
        for entry in branch:
            counts = (entry.weight > 0.0) & np.isfinite(entry.mean)
            whole = whole + entry.weight
            kept = kept + np.where(counts, entry.weight, 0.0)
            own.append(Entry(*(np.where(counts, part, 0.0) for part in entry)))
        total, ending = total * whole, ending * kept
        finite.append(own)
    return np.maximum(total - ending, 0.0), finite


def _grid(branches: list[list[Entry]]) -> tuple[Array, Array]:
    """Places and weights of the quadrature, `(m, nodes)` each; the first column begins it, with weight 0."""
    points = []
    known: list[Entry] = []
    for branch in branches:
        for entry in branch:
            if any(_same(entry, other) for other in known):
                continue
            known.append(entry)
            law, sd = shifted_gamma(entry.mean, entry.variance, entry.third), np.sqrt(entry.variance)
            begin = np.maximum(np.maximum(law.shift, entry.mean - NEAR_SD * sd), 0.0)
            marks = [begin, *(entry.mean + side * sd for side in (0.0, BEND_SD)), far_point(law)]
            points += [np.where(entry.weight > 0.0, mark, 0.0) for mark in marks]
    edges = np.sort(np.column_stack([np.zeros_like(points[0]), *points]), axis=1)
    u, v = gauss_legendre(FAN_NODES)
    width = np.diff(edges, axis=1)
    x = (edges[:, :-1, None] + width[:, :, None] * u).reshape(len(edges), -1)
    return x, (width[:, :, None] * v).reshape(len(edges), -1)


def _same(a: Entry, b: Entry) -> bool:
    return all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))


def _distribution(entry: Entry, x: Array, seen: list[tuple[Entry, Array]]) -> Array:
    """P(outcome <= x), `(m, nodes)`; equal branches are worked out once."""
    for other, below in seen:
        if all(np.array_equal(p, q) for p, q in zip(entry[1:], other[1:], strict=True)):
            return below
    law = shifted_gamma(entry.mean, entry.variance, entry.third)
    u = np.maximum((x - law.shift[:, None]) / law.scale[:, None], 0.0)
    found: Array = gammainc(law.shape[:, None], u)
    seen.append((entry, found))
    return found


def _few(states: list[tuple[Array, Array]], x: Array, w: Array) -> list[tuple[Array, Array]]:
    """At most `MOST_STATES` outcomes: groups up to the mean and above it, and these again."""
    if len(states) <= MOST_STATES:
        return states
    weights = np.stack([weight for weight, _ in states])
    functions = np.stack([together for _, together in states])
    means = np.sum((1.0 - functions) * w, axis=2)
    groups = [weights]
    while len(groups) < MOST_STATES:
        halves = []
        for group in groups:
            total = group.sum(axis=0)
            mean = (group * means).sum(axis=0) / np.where(total > 0.0, total, 1.0)
            halves += [np.where(means <= mean, group, 0.0), np.where(means <= mean, 0.0, group)]
        groups = halves
    found = []
    for group in groups:
        total = group.sum(axis=0)
        mixed = (group[:, :, None] * functions).sum(axis=0) / np.where(total > 0.0, total, 1.0)[:, None]
        found.append((total, np.where(total[:, None] > 0.0, mixed, 1.0)))
    return found


def _cumulants(together: Array, x: Array, w: Array) -> tuple[Array, Array, Array]:
    """Cumulants of the time with a distribution function on the grid."""
    above = (1.0 - together) * w
    raw = [np.sum(above, axis=1), np.sum(2.0 * x * above, axis=1), np.sum(3.0 * x * x * above, axis=1)]
    part = from_raw(*raw)
    return part.mean, part.variance, part.third
