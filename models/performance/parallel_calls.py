"""Calls that run at the same time: the slowest of a few, of many, or the r-th of n.

See `models.formulas.parallel` and `models.formulas.fan_out`.
"""

from __future__ import annotations

import math

import numpy as np

from models.formulas.fan_out import _NODES as _FAN_NODES
from models.formulas.parallel import MOST_COMBINED, NODES, _nodes
from models.performance.compiled import beta_lower, compiled, gamma_lower
from models.performance.mixture import Cumulants, from_raw, merge
from models.performance.response_law import far_point, shifted_gamma

_NEAR_SD = 6.0
_ORDER_NODES = 32
_LEAST = np.array([least for least, _ in NODES])
_COUNTS = np.array([count for _, count in NODES])
_U = np.zeros((len(NODES), 64))
_V = np.zeros((len(NODES), 64))
for _i, (_, _count) in enumerate(NODES):
    _U[_i, :_count], _V[_i, :_count] = _nodes(_count)
_ORDER_U, _ORDER_V = (np.array(part) for part in _nodes(_ORDER_NODES))
_FAN_U, _FAN_V = (np.array(part) for part in _nodes(_FAN_NODES))
#: Places of the memory of quadratures, and numbers of one: three laws, and the result.
MEMORY, MEMORY_WIDTH = 4096, 12


@compiled
def maximum(branches: np.ndarray, counts: np.ndarray, b: int, memory: np.ndarray, out: np.ndarray) -> int:
    """The time until all branches are done.

    Args:
        branches: Of each branch its outcomes, merged to two at most where there are several branches,
            `(b, 2, 4)`.
        counts: Number of outcomes of each.
        b: Number of branches, 2 or more.
        memory: Quadratures that were worked out, `(MEMORY, MEMORY_WIDTH)`.
        out: Their maximum.
    """
    if b > MOST_COMBINED:
        return _fan_out(branches, counts, b, out)
    total = 1
    for i in range(b):
        total *= counts[i]
    parts = np.zeros((MOST_COMBINED, 3))
    k = 0
    for code in range(total):
        rest = code
        weight = 1.0
        is_endless = False
        for i in range(b - 1, -1, -1):
            e = rest % counts[i]
            rest //= counts[i]
            for m in range(3):
                parts[i, m] = branches[i, e, 1 + m]
            is_endless = is_endless or math.isinf(branches[i, e, 1])
        rest = code
        stride = total
        for i in range(b):
            stride //= counts[i]
            e = (code // stride) % counts[i]
            weight *= branches[i, e, 0]
        if not weight > 0.0:
            continue
        out[k, 0] = weight
        if is_endless:
            out[k, 1], out[k, 2], out[k, 3] = math.inf, math.inf, math.inf
        else:
            out[k, 1], out[k, 2], out[k, 3] = _remembered(parts, b, memory)
        k += 1
    return k


@compiled
def _remembered(parts: np.ndarray, b: int, memory: np.ndarray) -> Cumulants:
    """The slowest of a few laws, from memory where the same bits were met before."""
    code = np.uint64(1469598103934665603)
    bits = parts.view(np.uint64)
    for i in range(b):
        for j in range(3):
            code = (code ^ bits[i, j]) * np.uint64(0x9E3779B97F4A7C15)
            code = code ^ (code >> np.uint64(29))
    place = np.int64(code % np.uint64(memory.shape[0]))
    row = memory[place]
    is_same = True
    for i in range(MOST_COMBINED):
        for j in range(3):
            wanted = parts[i, j] if i < b else -1.0
            if row[3 * i + j] != wanted:
                is_same = False
    if not is_same:
        for i in range(MOST_COMBINED):
            for j in range(3):
                row[3 * i + j] = parts[i, j] if i < b else -1.0
        row[9], row[10], row[11] = _slowest(parts, b)
    return row[9], row[10], row[11]


@compiled
def _slowest(parts: np.ndarray, b: int) -> Cumulants:
    """Cumulants of the largest of a few durations."""
    laws = np.zeros((MOST_COMBINED, 3))
    start, far = 0.0, 0.0
    for i in range(b):
        shape, scale, shift = shifted_gamma(parts[i, 0], parts[i, 1], parts[i, 2])
        laws[i, 0], laws[i, 1], laws[i, 2] = shape, scale, shift
        start = max(start, max(shift, parts[i, 0] - _NEAR_SD * math.sqrt(parts[i, 1])))
        far = max(far, far_point(shape, scale, shift))
    width = max(far - start, 0.0)
    some = width if width > 0.0 else 1.0
    filled = math.inf
    for i in range(b):
        sd = math.sqrt(parts[i, 1])
        low = math.sqrt(min(max((parts[i, 0] - sd - start) / some, 0.0), 1.0))
        high = math.sqrt(min(max((parts[i, 0] + sd - start) / some, 0.0), 1.0))
        if high > 0.0:
            filled = min(filled, high - low)
    row = _LEAST.size - 1
    for i in range(_LEAST.size):
        if filled >= _LEAST[i]:
            row = i
            break
    m0, m1, m2 = 0.0, 0.0, 0.0
    for j in range(_COUNTS[row]):
        u = _U[row, j]
        x = width * (u * u)
        together = 1.0
        for i in range(b):
            place = max((start + x - laws[i, 2]) / laws[i, 1], 0.0)
            together = together * gamma_lower(laws[i, 0], place, 0)
        above = (1.0 - together) * (width * (2.0 * _V[row, j] * u))
        m0 += above
        m1 += 2.0 * x * above
        m2 += 3.0 * x * x * above
    part = from_raw(m0, m1, m2)
    return start + part[0], part[1], part[2]


@compiled
def _fan_out(branches: np.ndarray, counts: np.ndarray, b: int, out: np.ndarray) -> int:
    """The slowest of many, outcomes of the maximum as functions on one grid (`models.formulas.fan_out`)."""
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
        edges[4 * j + 1] = max(max(laws[j, 5], mean - _NEAR_SD * sd), 0.0)
        edges[4 * j + 2] = mean
        edges[4 * j + 3] = mean + 3.0 * sd
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
        for q in range(nodes):
            if w[q] > 0.0:
                below[j, q] = gamma_lower(laws[j, 3], max((x[q] - laws[j, 5]) / laws[j, 4], 0.0), 0)
    states, functions = np.zeros(8), np.zeros((8, nodes))
    n = 1
    states[0] = 1.0
    for q in range(nodes):
        functions[0, q] = 1.0
    grown, new = np.zeros(8), np.zeros((8, nodes))
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
    """Puts outcomes of the maximum together by their means, four at the most; returns how many are left."""
    if m <= 4:
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
    for g in range(4):
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


@compiled
def order_statistic(
    mean: float, scv_variance: float, third: float, replicas: float, needed: float
) -> Cumulants:
    """The time until `needed` of `replicas` independent equal durations are over."""
    if not needed >= 1.0 or not mean > 0.0:
        return 0.0, 0.0, 0.0
    shape, scale, shift = shifted_gamma(mean, scv_variance, third)
    r = needed
    n = max(replicas, r)
    start = max(max(shift, mean - _NEAR_SD * math.sqrt(scv_variance)), 0.0)
    width = far_point(shape, scale, shift) - start
    m0, m1, m2 = 0.0, 0.0, 0.0
    for j in range(_ORDER_U.size):
        u = _ORDER_U[j]
        x = width * (u * u)
        below = gamma_lower(shape, max((start + x - shift) / scale, 0.0), 0)
        above = (1.0 - beta_lower(r, n - r + 1.0, below, 0)) * (width * (2.0 * _ORDER_V[j] * u))
        m0 += above
        m1 += 2.0 * x * above
        m2 += 3.0 * x * x * above
    part = from_raw(m0, m1, m2)
    return start + part[0], part[1], part[2]


@compiled
def merged_branch(a: np.ndarray, n: int, out: np.ndarray) -> int:
    """A branch as two outcomes at the most."""
    return merge(a, n, 2, out)
