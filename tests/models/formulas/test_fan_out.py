"""The slowest of many branches with several outcomes, by adaptive quadrature of the product of their laws."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from models.performance.fan_out import MOST_STATES
from shipped import collapse, either, maximum, single
from shipped import gamma as gamma_law

#: Worst error of the quadrature, mean and standard deviation, as docs/model.md states.
OF_MEAN, OF_DEVIATION = 5e-3, 0.02

Outcome = tuple[float, float]  # mean, shape
Branch = tuple[Outcome, Outcome | None, float]  # the second outcome with its probability


def gamma(outcome: Outcome) -> tuple[float, float, float]:
    return gamma_law(outcome[0], 1.0 / outcome[1])


def mixture(branch: Branch) -> np.ndarray:
    first, second, share = branch
    if second is None:
        return single(gamma(first))
    return either([1.0 - share, share], [single(gamma(first)), single(gamma(second))])


def below(branch: Branch, x: float) -> float:
    def law(outcome: Outcome) -> float:
        return float(special.gammainc(outcome[1], x * outcome[1] / outcome[0]))

    first, second, share = branch
    return law(first) if second is None else (1.0 - share) * law(first) + share * law(second)


def moments(branches: list[Branch]) -> tuple[float, float]:
    """Mean and standard deviation of the slowest: E[M^k] = integral of k x^(k-1) (1 - prod F_i(x))."""
    outcomes = [o for first, second, _ in branches for o in (first, second) if o is not None]
    far = max(m + 60.0 * m / min(a, 1.0) for m, a in outcomes)
    ends = {0.0, far}
    for m, a in outcomes:
        ends |= {max(m + z * m / math.sqrt(a), 0.0) for z in (-4.0, -1.0, 0.0, 1.0, 4.0, 12.0)}

    def above(x: float) -> float:
        return 1.0 - math.prod(below(branch, x) for branch in branches)

    first = second = 0.0
    for low, high in itertools.pairwise(sorted(e for e in ends if e <= far)):
        first += integrate.quad(above, low, high, limit=200)[0]
        second += integrate.quad(lambda x: 2.0 * x * above(x), low, high, limit=200)[0]
    return first, math.sqrt(max(second - first**2, 0.0))


def found(branches: list[Branch]) -> tuple[float, float]:
    mean, variance, _ = collapse(maximum([mixture(b) for b in branches]))
    return mean, math.sqrt(variance)


OUTCOME = st.tuples(st.floats(0.1, 10.0), st.floats(0.5, 40.0))
ONE = st.tuples(OUTCOME, st.none(), st.just(0.0))
TWO = st.tuples(OUTCOME, OUTCOME, st.floats(0.005, 0.995))
MANY = st.lists(st.one_of(ONE, TWO), min_size=4, max_size=9)


@settings(deadline=None, max_examples=30)
@given(branches=MANY)
def test_mean_and_deviation_by_adaptive_quadrature(branches: list[Branch]) -> None:
    mean, deviation = moments(branches)
    assert found(branches)[0] == pytest.approx(mean, rel=OF_MEAN)
    assert found(branches)[1] == pytest.approx(deviation, rel=OF_DEVIATION)


@settings(deadline=None, max_examples=30)
@given(branches=MANY, data=st.data())
def test_the_order_of_branches_does_not_matter(branches: list[Branch], data: st.DataObject) -> None:
    other = data.draw(st.permutations(branches))
    assert found(other) == pytest.approx(found(branches), rel=1e-9)


@settings(deadline=None, max_examples=30)
@given(branches=MANY)
def test_outcomes_are_few_and_keep_all_of_the_weight(branches: list[Branch]) -> None:
    slowest = maximum([mixture(b) for b in branches])
    assert len(slowest) <= MOST_STATES + 1
    assert slowest[:, 0].sum() == pytest.approx(1.0, rel=1e-9)


@settings(deadline=None, max_examples=20)
@given(branch=TWO, count=st.integers(4, 100))
def test_many_equal_branches_are_a_power_of_one(branch: Branch, count: int) -> None:
    mean, deviation = moments([branch] * count)
    assert found([branch] * count)[0] == pytest.approx(mean, rel=OF_MEAN)
    assert found([branch] * count)[1] == pytest.approx(deviation, rel=OF_DEVIATION)


@settings(deadline=None, max_examples=20)
@given(branches=MANY, more=st.one_of(ONE, TWO))
def test_one_branch_more_is_never_faster(branches: list[Branch], more: Branch) -> None:
    assert found([*branches, more])[0] >= found(branches)[0] * (1.0 - 1e-6)


def test_a_branch_that_never_ends_makes_as_many_requests_endless() -> None:
    """Five branches that never end in a tenth of the cases: 1 - 0.9^5 = 41 % wait for ever."""
    endless = single((math.inf, math.inf, math.inf))
    branch = either([0.9, 0.1], [single(gamma((1.0, 4.0))), endless])
    slowest = maximum([branch] * 5)
    assert slowest[np.isinf(slowest[:, 1]), 0].sum() == pytest.approx(1.0 - 0.9**5, rel=1e-9)
