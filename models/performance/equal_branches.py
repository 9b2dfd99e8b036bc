"""A fan-out to equal branches, of which some must answer: `each` of them, `needed` answers.

The branches are independent, and each answers with the same probability and the same law. The time until
enough have answered is an order statistic of one law; where a branch has two outcomes (a hit or a miss, a
first attempt or a second) the fan-out has two as well: enough were quick, or the slow ones were waited for.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import beta_lower, compiled, log_gamma
from models.performance.gamma_table import gamma_below
from models.performance.mixture import from_raw
from models.performance.quadrature import FAN_NODES, NEAR_SD, gauss_legendre
from models.performance.response_law import far_point, shifted_gamma

#: Points of the grid by outcome: where the law begins and ends, its mean, and where the first of many are.
_EDGES = 5
_BEND_SD = 3.0
_NODE_U, _NODE_V = gauss_legendre(FAN_NODES)


@compiled
def enough(each: float, needed: float, one: float) -> float:
    """Probability that at least `needed` of `each` independent branches hold, where one does with `one`.

    Source: the binomial tail as an incomplete beta function (Abramowitz and Stegun 1964, 26.5.24).
    """
    if one <= 0.0:
        return 0.0
    if needed == each:
        return one if each == 1.0 else one**each
    return beta_lower(needed, each - needed + 1.0, min(one, 1.0), 0)


@compiled
def nth_of_equal(
    branch: np.ndarray, n: int, success: float, counts: tuple[float, float], out: np.ndarray
) -> int:
    """The time until enough of a number of equal branches have answered, where enough do.

    Args:
        branch: Outcomes of the branches that answer, weights adding up to 1, `(2, 4)`.
        n: Number of outcomes, 1 or 2.
        success: Probability that a branch answers, in (0, 1].
        counts: Branches, and answers that are needed.
        out: The time, three outcomes at the most; one that never ends comes last.

    Source: P(enough by x) = P(Bin(each, success F(x)) >= needed) (David and Nagaraja 2003, section 2.1);
    E[T^k] = integral of k x^(k-1) (1 - P), by Gauss-Legendre between points of the law.
    """
    each, needed = counts
    laws = np.zeros((2, 6))
    known, kept = 0, 0.0
    for e in range(n):
        if branch[e, 0] > 0.0 and not math.isinf(branch[e, 1]):
            place = known
            # The quick one first.
            if known == 1 and branch[e, 1] < laws[0, 1]:
                laws[1] = laws[0]
                place = 0
            laws[place, 0], laws[place, 1] = branch[e, 0], branch[e, 1]
            laws[place, 2] = branch[e, 2]
            laws[place, 3], laws[place, 4], laws[place, 5] = shifted_gamma(
                branch[e, 1], branch[e, 2], branch[e, 3]
            )
            kept += branch[e, 0]
            known += 1
    k = 0
    whole = enough(each, needed, success)
    ends = enough(each, needed, success * min(kept, 1.0))
    if known > 0 and ends > 0.0:
        k = _laws_of(laws, known, success, counts, out)
        for j in range(k):
            out[j, 0] *= ends / whole
    if whole > ends or k == 0:
        out[k, 0] = 1.0 - ends / whole if whole > 0.0 and k > 0 else 1.0
        out[k, 1], out[k, 2], out[k, 3] = math.inf, math.inf, math.inf
        k += 1
    return k


@compiled
def _laws_of(
    laws: np.ndarray, known: int, success: float, counts: tuple[float, float], out: np.ndarray
) -> int:
    """Moments of the two outcomes; their weights add up to 1."""
    each, needed = counts
    edges = np.zeros(_EDGES * known + 1)
    for j in range(known):
        mean, sd = laws[j, 1], math.sqrt(laws[j, 2])
        begin = max(max(laws[j, 5], mean - NEAR_SD * sd), 0.0)
        edges[_EDGES * j + 1] = begin
        edges[_EDGES * j + 2] = begin + (mean - begin) * min(2.0 * needed / each, 0.5)
        edges[_EDGES * j + 3] = mean
        edges[_EDGES * j + 4] = mean + _BEND_SD * sd
        edges[_EDGES * j + 5] = far_point(laws[j, 3], laws[j, 4], laws[j, 5])
    edges = np.sort(edges)
    quick = enough(each, needed, success * laws[0, 0])
    total = 0.0
    for j in range(known):
        total += laws[j, 0]
    every = enough(each, needed, success * min(total, 1.0))
    share = min(quick / every, 1.0) if known > 1 else 1.0
    moments = np.zeros((2, 3))
    norms = np.zeros((2, 2))
    for j in range(known):
        norms[j, 0], norms[j, 1] = 1.0 / math.sqrt(laws[j, 3]), log_gamma(laws[j, 3] + 1.0, 0)
    for g in range(edges.size - 1):
        width = edges[g + 1] - edges[g]
        if not width > 0.0:
            continue
        for q in range(_NODE_U.size):
            x, w = edges[g] + width * _NODE_U[q], width * _NODE_V[q]
            below, first = 0.0, 0.0
            for j in range(known):
                place = max((x - laws[j, 5]) / laws[j, 4], 0.0)
                own = laws[j, 0] * gamma_below(laws[j, 3], norms[j, 0], norms[j, 1], place)
                below += own
                if j == 0:
                    first = own
            by_all = enough(each, needed, success * min(below, 1.0)) / every
            by_quick = by_all
            if known > 1:
                by_quick = enough(each, needed, success * first) / every
            # What is left of each outcome at x, each against its own weight.
            left = (share - by_quick, (1.0 - share) - (by_all - by_quick))
            for j in range(known):
                above = max(left[j], 0.0) * w
                moments[j, 0] += above
                moments[j, 1] += 2.0 * x * above
                moments[j, 2] += 3.0 * x * x * above
    k = 0
    for j in range(known):
        weight = share if j == 0 else 1.0 - share
        if not weight > 0.0:
            continue
        out[k, 0] = weight
        out[k, 1], out[k, 2], out[k, 3] = from_raw(
            moments[j, 0] / weight, moments[j, 1] / weight, moments[j, 2] / weight
        )
        k += 1
    return k
