"""Capture and recapture against published numbers, exact expectations and simulations of known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.evaluation import Dimension, Evaluation
from optimizer.pareto.front import Front
from optimizer.search.recapture import agreement, agreement_of_fronts, chao, chapman, recapture

FOUND = (
    st.tuples(st.integers(1, 30), st.integers(2, 6))
    .flatmap(lambda shape: arrays(np.bool_, shape))
    .map(lambda found: found[found.any(axis=1)])
)


def test_trees_of_barro_colorado_island():
    # 50 plots of Barro Colorado Island: 225 species, 21 of them in one plot only and 19 in two. R's vegan,
    # `specpool(BCI)`, prints chao = 236.3732 with chao.se = 6.54361. (The 21 and 19 follow from its other
    # columns: jack1 = 245.58 = 225 + 21 * 49/50, jack2 = 247.8722 = 225 + 21 * 97/50 - 19 * 48^2/2450.)
    missed, variance = chao(225, 21, 19, 50)
    assert 225 + missed == pytest.approx(236.3732, abs=5e-5)
    assert math.sqrt(variance) == pytest.approx(6.54361, abs=5e-6)


@pytest.mark.parametrize("size", [5, 12, 30])
@pytest.mark.parametrize(("first", "second"), [(0.9, 0.5), (0.6, 0.6), (0.5, 0.5)])
def test_two_searches_are_right_on_average(size, first, second):
    # With n1 and n2 given, the overlap of two independent searches is hypergeometric. Chapman 1951 proved the
    # mean of his estimate to be N exactly when n1 + n2 >= N; Seber 1970 the same for the variance.
    n1, n2 = math.ceil(first * size), math.ceil(second * size)
    assert n1 + n2 >= size
    low = max(0, n1 + n2 - size)
    weights = {
        m: math.comb(n1, m) * math.comb(size - n1, n2 - m) / math.comb(size, n2)
        for m in range(low, min(n1, n2) + 1)
    }
    estimates = {m: n1 + n2 - m + chapman(n1, n2, m)[0] for m in weights}
    mean = sum(weight * estimates[m] for m, weight in weights.items())
    spread = sum(weight * (estimates[m] - mean) ** 2 for m, weight in weights.items())
    said = sum(weight * chapman(n1, n2, m)[1] for m, weight in weights.items())
    assert mean == pytest.approx(size)
    assert said == pytest.approx(spread, abs=1e-9)


@pytest.mark.parametrize("searches", [3, 5, 10])
@pytest.mark.parametrize("chance", [0.2, 0.5])
def test_of_expected_counts_the_bound_is_the_truth(searches, chance):
    # Where all designs are equally easy, the expected counts are binomial and the inequality an equality.
    size = 10**9
    expected = [
        size * math.comb(searches, i) * chance**i * (1 - chance) ** (searches - i)
        for i in range(searches + 1)
    ]
    missed, _ = chao(size, round(expected[1]), round(expected[2]), searches)
    assert missed == pytest.approx(expected[0], rel=1e-6)


def simulated(chances, searches, rounds, seed):
    """Recaptures of designs found with the given chances, in many rounds."""
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        found = rng.random((len(chances), searches)) < chances[:, None]
        yield recapture(found[found.any(axis=1)])


@pytest.mark.parametrize(("searches", "chance"), [(2, 0.6), (3, 0.5), (5, 0.3), (8, 0.25)])
def test_equally_easy_designs(searches, chance):
    # 400 rounds of 500 designs. The interval holds the truth in about 95 % of them; with 400 rounds the share
    # strays by 0.011 (one standard error), so 0.90 would be 4.5 of them below.
    size, rounds = 500, 400
    ones = list(simulated(np.full(size, chance), searches, rounds, seed=7))
    estimates = np.array([one.estimate for one in ones])
    held = np.mean([one.low <= size <= one.high for one in ones])
    assert estimates.mean() == pytest.approx(size, rel=0.01)
    assert held >= 0.90
    said = np.mean([one.standard_error for one in ones])
    assert said == pytest.approx(estimates.std(), rel=0.15)


@pytest.mark.parametrize("searches", [3, 5, 8])
def test_unequal_designs_make_it_a_lower_bound(searches):
    # From nearly never to nearly always found: the estimate gains on what was found, but on average doesn't
    # reach the truth. Its limit is E f1^2 / (2 E f2) (Cauchy and Schwarz; Chao 1987).
    chances = np.linspace(0.01, 0.95, 600)
    ones = list(simulated(chances, searches, 200, seed=3))
    found = np.mean([one.found for one in ones])
    estimate = np.mean([one.estimate for one in ones])
    f1 = np.sum(searches * chances * (1 - chances) ** (searches - 1))
    f2 = np.sum(math.comb(searches, 2) * chances**2 * (1 - chances) ** (searches - 2))
    bound = np.sum(1 - (1 - chances) ** searches) + (searches - 1) / searches * f1**2 / (2 * f2)
    assert found < estimate < 600
    assert estimate == pytest.approx(bound, rel=0.02)


def test_full_agreement_is_no_certainty():
    one = recapture(np.ones((40, 3), dtype=bool))
    assert (one.found, one.estimate, one.missed, one.low) == (40, 40.0, 0.0, 40.0)
    assert one.high > 40.0
    assert one.share_missed_interval[1] > 0.0


def test_which_method_and_which_counts():
    found = np.array([[1, 1], [1, 0], [0, 1], [1, 0]], dtype=bool)
    one = recapture(found)
    assert (one.method, one.searches, one.found, one.times) == ("chapman", 2, 4, (3, 1))
    assert one.estimate == pytest.approx((3 + 1) * (2 + 1) / (1 + 1) - 1)
    more = recapture(np.column_stack([found, found[:, 0]]))
    assert (more.method, more.searches, more.times) == ("chao", 3, (1, 2, 1))


@given(found=FOUND, order=st.randoms(use_true_random=False))
def test_what_always_holds(found, order):
    assume(len(found))
    one = recapture(found)
    assert one.found == len(found) == sum(one.times)
    assert one.found <= one.low <= one.high
    assert one.missed >= 0.0
    assert 0.0 <= one.share_missed < 1.0
    assert one.standard_error >= 0.0
    assert math.isfinite(one.high)
    if one.missed > 0.0:
        assert one.low <= one.estimate <= one.high
    rows, columns = list(range(len(found))), list(range(found.shape[1]))
    order.shuffle(rows)
    order.shuffle(columns)
    assert recapture(found[rows][:, columns]) == one


@given(
    searches=st.lists(
        st.lists(st.tuples(st.integers(-2, 2), st.integers(0, 2)), max_size=8), min_size=1, max_size=4
    )
)
def test_agreement_is_what_sets_say(searches):
    met = agreement([np.array(rows, dtype=float).reshape(-1, 2) for rows in searches])
    every = sorted({row for rows in searches for row in rows})
    assert [tuple(row) for row in met.rows] == every
    assert met.found.tolist() == [[row in rows for rows in searches] for row in every]
    assert met.times.tolist() == [sum(row in rows for rows in searches) for row in every]
    if every:
        share = sum(all(row in rows for rows in searches) for row in every) / len(every)
        assert met.share_agreed == pytest.approx(share)
    else:
        assert math.isnan(met.share_agreed)


def test_minus_zero_is_zero():
    met = agreement([np.array([[0.0]]), np.array([[-0.0]])])
    assert met.found.tolist() == [[True, True]]


def front(X, losses):
    dimensions = tuple(Dimension(f"d{j}", "", "lower") for j in range(np.shape(losses)[1]))
    X, losses = np.array(X, dtype=float), np.array(losses, dtype=float)
    return Front(Evaluation(X=X, values=losses, excess=np.zeros((len(X), 0)), dimensions=dimensions))


def test_what_another_search_beat_does_not_count():
    first = front([[1], [2]], [[0.0, 3.0], [3.0, 0.0]])
    second = front([[1], [3], [4]], [[0.0, 3.0], [2.0, 0.0], [5.0, -1.0]])
    met = agreement_of_fronts([first, second])
    assert met.rows.tolist() == [[1.0], [3.0], [4.0]]  # 2 is beaten by 3
    assert met.found.tolist() == [[True, True], [False, True], [False, True]]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: agreement([]), "at least one search"),
        (lambda: agreement([np.zeros((1, 2)), np.zeros((1, 3))]), "same number of columns"),
        (lambda: recapture(np.ones((3, 1), dtype=bool)), "searches >= 2"),
        (lambda: recapture(np.ones((0, 3), dtype=bool)), "nothing to estimate"),
        (lambda: recapture(np.zeros((2, 3), dtype=bool)), "at least one search"),
        (lambda: chapman(3, 2, 3), "from 0 to 2"),
        (lambda: chao(3, 2, 2, 3), "at most found"),
        (lambda: chao(3, 1, 1, 1), "searches must be >= 2"),
    ],
)
def test_what_makes_no_sense_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
