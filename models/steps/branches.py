"""What parallel branches come to that begin now: the slowest, or the slowest of enough of them."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import internal
from models.performance.program import Program
from models.steps import columns as at
from models.steps.response_time import normal_above, quantile, third_of_gamma
from models.steps.run import Run

_LEAST_S = 1e-12


@internal
def expect_group(program: Program, run: Run, g: int) -> None:
    """What parallel branches come to: the slowest, or the slowest of enough of them."""
    if program.group_rest[g] >= 0:
        _expect_choice(program, run, g)
        return
    first, last = program.group_start[g], program.group_start[g + 1]
    each, needed = float(program.group_each[g]), float(program.group_needed[g])
    found = run.together[g]
    success, fails_s, ends = 1.0, math.inf, 0.0
    mean, variance, third = 0.0, 0.0, 0.0
    for b in range(first, last):
        branch = run.sequence[program.group[b]]
        own = branch[at.SUCCESS]
        m, v, w = branch[at.MEAN_S], branch[at.VAR_S], branch[at.THIRD]
        if each > 1.0:
            own = _at_least(each, needed, own)
            m, v = _needed_of_equal(each, needed, branch)
            w = third_of_gamma(m, v)
        if b == first:
            mean, variance, third = m, v, w
        else:
            # The slowest is about as skew as the more skew one of two.
            skew = max(third / max(variance, 1e-300) ** 1.5, w / max(v, 1e-300) ** 1.5)
            mean, variance = _slower(mean, variance, m, v)
            third = skew * variance**1.5
        success *= own
        ends = max(ends, branch[at.ENDS_S])
        if own < 1.0:
            fails_s = min(fails_s, branch[at.FAILS_S])
    found[at.SUCCESS], found[at.MEAN_S], found[at.VAR_S], found[at.THIRD] = success, mean, variance, third
    found[at.FAILS_S] = fails_s if fails_s < math.inf else 0.0
    found[at.ENDS_S] = success * mean + (1.0 - success) * found[at.FAILS_S]


@internal
def _expect_choice(program: Program, run: Run, g: int) -> None:
    """What a choice comes to: a mixture of its branches; who goes none of them goes on at once."""
    rest, success, fails_s, ends = 1.0, 0.0, 0.0, 0.0
    mean, square, cube = 0.0, 0.0, 0.0
    for b in range(program.group_start[g], program.group_start[g + 1]):
        branch, share = run.sequence[program.group[b]], run.ways[program.group_branch[b]]
        rest -= share
        well, m, v = share * branch[at.SUCCESS], branch[at.MEAN_S], branch[at.VAR_S]
        success += well
        mean += well * m
        square += well * (v + m * m)
        cube += well * (branch[at.THIRD] + 3.0 * m * v + m**3)
        fails_s += (share - well) * branch[at.FAILS_S]
        ends += share * branch[at.ENDS_S]
    if rest > _LEAST_S:
        success += rest
    found = run.together[g]
    found[at.SUCCESS], found[at.ENDS_S] = min(success, 1.0), ends
    found[at.FAILS_S] = fails_s / (1.0 - success) if 1.0 - success > _LEAST_S else 0.0
    if success > 0.0:
        mean, square, cube = mean / success, square / success, cube / success
    variance = max(square - mean * mean, 0.0)
    found[at.MEAN_S], found[at.VAR_S] = mean, variance
    found[at.THIRD] = cube - mean * (3.0 * variance + mean * mean)


@internal
def _slower(a: float, v: float, b: float, w: float) -> tuple[float, float]:
    """Mean and variance of the larger of two independent times of which these are known.

    Of normal times as Clark (1961) has it, of exponential ones a + b - 1/(1/a + 1/b); what lies between by
    the smaller squared coefficient of variation.
    """
    spread = math.sqrt(v + w)
    if spread <= _LEAST_S or abs(a - b) > 6.0 * spread:
        return (a, v) if a >= b else (b, w)
    z = (a - b) / spread
    above, density = normal_above(-z), math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    mean = a * above + b * (1.0 - above) + spread * density
    square = (a * a + v) * above + (b * b + w) * (1.0 - above) + (a + b) * spread * density
    if a <= _LEAST_S or b <= _LEAST_S:
        return mean, max(square - mean * mean, 0.0)
    lumpy = min(v / (a * a), w / (b * b), 1.0)
    least = 1.0 / (1.0 / a + 1.0 / b)
    mean += lumpy * (a + b - least - mean)
    square += lumpy * (2.0 * (a * a + b * b - least * least) - square)
    return mean, max(square - mean * mean, 0.0)


@internal
def _at_least(n: float, k: float, p: float) -> float:
    """Probability that at least k of n come true."""
    if p >= 1.0:
        return 1.0
    if p <= 0.0:
        return 0.0
    chance = p**n
    total, j = 0.0, n
    while j >= k:
        total += chance
        chance *= j / (n - j + 1.0) * (1.0 - p) / p
        j -= 1.0
    return min(total, 1.0)


@internal
def _needed_of_equal(n: float, k: float, branch: np.ndarray) -> tuple[float, float]:
    """Mean and variance of the k-th of n equal times: by the quantiles of its beta law (Blom 1958)."""
    share = (k - 0.375) / (n + 0.25)
    spread = math.sqrt(share * (1.0 - share) / (n + 2.0))
    m, v, w = branch[at.MEAN_S], branch[at.VAR_S], branch[at.THIRD]
    middle = quantile(_deviate(share), m, v, w)
    high = quantile(_deviate(min(share + spread, 1.0 - 1e-6)), m, v, w)
    low = quantile(_deviate(max(share - spread, 1e-6)), m, v, w)
    return middle, 0.25 * (high - low) * (high - low)


@internal
def _deviate(share: float) -> float:
    """The normal deviate with this share below it (Hastings 1955, as Abramowitz and Stegun 1964 26.2.23)."""
    tail = min(share, 1.0 - share)
    t = math.sqrt(-2.0 * math.log(tail))
    below = 1.0 + t * (1.432788 + t * (0.189269 + 0.001308 * t))
    found = t - (2.515517 + t * (0.802853 + 0.010328 * t)) / below
    return found if share > 0.5 else -found
