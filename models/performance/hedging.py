"""Hedged calls: a second attempt beside a first that takes long; the first answer counts."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import compiled, log_gamma
from models.performance.gamma_table import gamma_below
from models.performance.mixture import added, copied, from_raw, merge
from models.performance.quadrature import FAN_NODES, gauss_legendre
from models.performance.response_law import far_point, shifted_gamma, split_at

#: Outcomes that are told apart where the two attempts run side by side.
_APART = 2
#: Points between which the integrals run, of one outcome: where its law begins, its mean, far out, its end.
_EDGES = 4
_BEND_SD = 3.0
_NODE_U, _NODE_V = gauss_legendre(FAN_NODES)

#: What a hedge comes to: share of the attempts that get a second one; share of the pairs that fail.
Hedged = tuple[float, float]


@compiled
def hedged(
    once: np.ndarray, n: int, after_s: float, fails: tuple[float, float], out: np.ndarray, room: np.ndarray
) -> tuple[float, float, int]:
    """A first attempt with a second one that is sent where the first isn't back by then.

    Both take the same law, independent of each other. Where both answer the first answer counts; where one
    fails the other is waited for.

    Args:
        once: Outcomes of the time of an attempt, weights adding up to 1, `(4, 4)`.
        n: Their number.
        after_s: Time after which the second one is sent, s.
        fails: Share of the first attempts that fail, and of the second ones.
        out: The time until the answer, four outcomes at the most.
        room: Room to work in.

    Returns:
        Share of the attempts that get a second one, share of the pairs that fail, and outcomes in `out`.

    Source: the smaller of two independent times, E[T^k] = integral of k t^(k-1) P(T1 > t) P(T2 > t - h);
    hedged requests after Dean and Barroso 2013.
    """
    first, second = fails
    sent, k = split_at(once, n, after_s, room)
    answered = 1.0 - (1.0 - sent) * first - sent * first * second
    if not sent > 0.0:
        for j in range(k):
            copied(room, j, out, j)
        return 0.0, first, k
    laws = np.zeros((3, 4))
    ends = _side_by_side(once, n, after_s, sent, laws)
    total = 0.0
    weights = (1.0 - first) * (1.0 - second), (1.0 - first) * second, first * (1.0 - second)
    both = np.zeros((3 * _APART + 8, 4))
    m = added(room, k, (1.0 - sent) * (1.0 - first), both, 0) if sent < 1.0 else 0
    for j in range(3):
        if weights[j] > 0.0:
            both[m, 0] = sent * weights[j]
            both[m, 1], both[m, 2], both[m, 3] = laws[j, 1], laws[j, 2], laws[j, 3]
            if not ends[j]:
                both[m, 1], both[m, 2], both[m, 3] = math.inf, math.inf, math.inf
            m += 1
    for j in range(m):
        total += both[j, 0]
    if not total > 0.0:
        both[0, 0], both[0, 1], both[0, 2], both[0, 3] = 1.0, laws[1, 1], laws[1, 2], laws[1, 3]
        m, total = 1, 1.0
    for j in range(m):
        both[j, 0] /= total
    return sent, min(max(1.0 - answered, 0.0), 1.0), merge(both, m, 4, out)


@compiled
def _side_by_side(
    once: np.ndarray, n: int, after_s: float, sent: float, laws: np.ndarray
) -> tuple[bool, bool, bool]:
    """Cumulants, in columns 1 to 3 of `laws`, where a second one was sent; and whether each ends.

    They are those of the first answer, of that of the first attempt, and of that of the second.
    """
    two = np.zeros((_APART + 2, 4))
    known = merge(once, n, _APART, two)
    shapes = np.zeros((known, 5))
    edges = np.zeros(2 * _EDGES * known + 1)
    kept, count = 0.0, 0
    for j in range(known):
        if math.isinf(two[j, 1]):
            continue
        shape, scale, shift = shifted_gamma(two[j, 1], two[j, 2], two[j, 3])
        row = shapes[count]
        row[0], row[1], row[2], row[3], row[4] = two[j, 0], shape, scale, shift, log_gamma(shape + 1.0, 0)
        sd = math.sqrt(max(two[j, 2], 0.0))
        marks = max(shift, 0.0), two[j, 1], two[j, 1] + _BEND_SD * sd, far_point(shape, scale, shift)
        for k in range(_EDGES):
            edges[2 * (_EDGES * count + k)] = marks[k]
            edges[2 * (_EDGES * count + k) + 1] = max(marks[k] - after_s, 0.0)
        kept += two[j, 0]
        count += 1
    if count == 0 or not kept > 0.0:
        return False, False, False
    endless = max(1.0 - kept, 0.0)
    # Of those that were sent: the first never comes back.
    lost = min(endless / sent, 1.0)
    edges = np.sort(edges)
    moments = np.zeros((3, 3))
    for g in range(edges.size - 1):
        width = edges[g + 1] - edges[g]
        if not width > 0.0:
            continue
        for q in range(_NODE_U.size):
            x, w = edges[g] + width * _NODE_U[q], width * _NODE_V[q]
            one = max(_above(shapes, count, after_s + x) + endless, 0.0) / sent
            other = _above(shapes, count, x) + endless
            own = min(one, 1.0) * other, min(one, 1.0) - lost, (other - endless)
            for j in range(3):
                above = max(own[j], 0.0) * w
                moments[j, 0] += above
                moments[j, 1] += 2.0 * x * above
                moments[j, 2] += 3.0 * x * x * above
    for j in range(3):
        share = 1.0
        if j == 1:
            share = 1.0 - lost
        elif j == 2:
            share = kept
        if share > 0.0:
            mean, variance, third = from_raw(
                moments[j, 0] / share, moments[j, 1] / share, moments[j, 2] / share
            )
            laws[j, 1], laws[j, 2], laws[j, 3] = after_s + mean, variance, third
    return endless == 0.0, lost < 1.0, kept > 0.0


@compiled
def _above(shapes: np.ndarray, count: int, x: float) -> float:
    """Probability that an attempt ends, and takes longer than x (s)."""
    total = 0.0
    for j in range(count):
        row = shapes[j]
        place = max((x - row[3]) / row[2], 0.0)
        total += row[0] * (1.0 - gamma_below(row[1], 1.0 / math.sqrt(row[1]), row[4], place))
    return total
