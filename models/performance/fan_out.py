"""Many calls at the same time: the slowest of a fan-out, whatever the number of its branches.

Each branch may end in one of several outcomes, so that b branches with two of them have 2^b combinations.
What is carried from branch to branch instead are a few outcomes of the maximum, each as its distribution
function on one grid: functions of independent branches multiply, and those of outcomes that are put together
are averaged, so that nothing is lost but the difference between outcomes that are about as slow.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import compiled, log_gamma
from models.performance.gamma_table import gamma_below
from models.performance.mixture import from_raw
from models.performance.quadrature import FAN_NODES, NEAR_SD, gauss_legendre
from models.performance.response_law import far_point, shifted_gamma

#: Outcomes of a branch, and of the maximum, that are kept apart; more are put together by their means.
MOST_OUTCOMES, MOST_STATES = 2, 4
#: A point of the grid by outcome beside its mean and the ends of its law, in standard deviations above it.
BEND_SD = 3.0
_FAN_U, _FAN_V = gauss_legendre(FAN_NODES)


@compiled
def slowest_of_many(branches: np.ndarray, counts: np.ndarray, b: int, out: np.ndarray) -> int:
    """The time until all branches are done, as at most `MOST_STATES` outcomes and one that never ends.

    Args:
        branches: Of each branch, independent of each other, its outcomes, `(b, 2, 4)`.
        counts: Number of outcomes of each.
        b: Number of branches.
        out: Their maximum.

    Source: P(M <= x) = prod F_i(x); E[M^k] = integral of k x^(k-1) (1 - P(M <= x)), by Gauss-Legendre between
    the points where the branches' laws begin, bend and end.
    """
    laws = np.zeros((2 * b, 7))
    law_of = np.zeros((b, 2), dtype=np.int64)
    known = 0
    total, ending = 1.0, 1.0
    for i in range(b):
        whole, kept = 0.0, 0.0
        for e in range(counts[i]):
            weight, mean = branches[i, e, 0], branches[i, e, 1]
            variance, third = branches[i, e, 2], branches[i, e, 3]
            whole += weight
            if math.isinf(mean):
                law_of[i, e] = -1
                continue
            kept += weight
            place = -1
            for other in range(known):
                if laws[other, 0] == mean and laws[other, 1] == variance and laws[other, 2] == third:
                    place = other
                    break
            if place < 0:
                place = known
                known += 1
                laws[place, 0], laws[place, 1], laws[place, 2] = mean, variance, third
                laws[place, 3], laws[place, 4], laws[place, 5] = shifted_gamma(mean, variance, third)
            law_of[i, e] = place
        total *= whole
        ending *= kept
    edges = np.zeros(4 * known + 1)
    for j in range(known):
        mean, sd = laws[j, 0], math.sqrt(laws[j, 1])
        edges[4 * j + 1] = max(max(laws[j, 5], mean - NEAR_SD * sd), 0.0)
        edges[4 * j + 2] = mean
        edges[4 * j + 3] = mean + BEND_SD * sd
        edges[4 * j + 4] = far_point(laws[j, 3], laws[j, 4], laws[j, 5])
    _sort(edges)
    nodes = (edges.size - 1) * _FAN_U.size
    x, w = np.zeros(nodes), np.zeros(nodes)
    for g in range(edges.size - 1):
        width = edges[g + 1] - edges[g]
        for q in range(_FAN_U.size):
            x[g * _FAN_U.size + q] = edges[g] + width * _FAN_U[q]
            w[g * _FAN_U.size + q] = width * _FAN_V[q]
    below = np.zeros((known, nodes))
    for j in range(known):
        shape = laws[j, 3]
        root, norm = 1.0 / math.sqrt(shape), log_gamma(shape + 1.0, 0)
        for q in range(nodes):
            if w[q] > 0.0:
                below[j, q] = gamma_below(shape, root, norm, max((x[q] - laws[j, 5]) / laws[j, 4], 0.0))
    states, functions = np.zeros(2 * MOST_STATES), np.zeros((2 * MOST_STATES, nodes))
    n = 1
    states[0] = 1.0
    for q in range(nodes):
        functions[0, q] = 1.0
    grown, new = np.zeros(2 * MOST_STATES), np.zeros((2 * MOST_STATES, nodes))
    for i in range(b):
        m = 0
        for e in range(counts[i]):
            if law_of[i, e] < 0:
                continue
            for s in range(n):
                grown[m] = states[s] * branches[i, e, 0]
                for q in range(nodes):
                    new[m, q] = functions[s, q] * below[law_of[i, e], q]
                m += 1
        n = _few(grown, new, m, w, states, functions)
    for s in range(n):
        m0, m1, m2 = 0.0, 0.0, 0.0
        for q in range(nodes):
            above = (1.0 - functions[s, q]) * w[q]
            m0 += above
            m1 += 2.0 * x[q] * above
            m2 += 3.0 * x[q] * x[q] * above
        out[s, 0] = states[s]
        out[s, 1], out[s, 2], out[s, 3] = from_raw(m0, m1, m2)
    if total - ending > 0.0:
        out[n, 0], out[n, 1], out[n, 2], out[n, 3] = total - ending, math.inf, math.inf, math.inf
        n += 1
    return n


@compiled
def _sort(values: np.ndarray) -> None:
    """By insertion: there are few, and mostly in order."""
    for i in range(1, values.size):
        x = values[i]
        j = i
        while j > 0 and values[j - 1] > x:
            values[j] = values[j - 1]
            j -= 1
        values[j] = x


@compiled
def _few(
    grown: np.ndarray, new: np.ndarray, m: int, w: np.ndarray, states: np.ndarray, functions: np.ndarray
) -> int:
    """Puts outcomes of the maximum together by their means, `MOST_STATES` at the most; returns how many."""
    if m <= MOST_STATES:
        for s in range(m):
            states[s] = grown[s]
            for q in range(w.size):
                functions[s, q] = new[s, q]
        return m
    means = np.zeros(m)
    for s in range(m):
        for q in range(w.size):
            means[s] += (1.0 - new[s, q]) * w[q]
    label = np.zeros(m, dtype=np.int64)
    for groups in (1, 2):
        for g in range(groups):
            total, first = 0.0, 0.0
            for s in range(m):
                if label[s] == g:
                    total += grown[s]
                    first += grown[s] * means[s]
            mean = first / (total if total > 0.0 else 1.0)
            for s in range(m):
                if label[s] == g:
                    label[s] = groups + 2 * g + (0 if means[s] <= mean else 1)
        for s in range(m):
            label[s] -= groups
    k = 0
    for g in range(MOST_STATES):
        total = 0.0
        for s in range(m):
            if label[s] == g:
                total += grown[s]
        if not total > 0.0:
            continue
        states[k] = total
        for q in range(w.size):
            mixed = 0.0
            for s in range(m):
                if label[s] == g:
                    mixed += grown[s] * new[s, q]
            functions[k, q] = mixed / total
        k += 1
    return k
