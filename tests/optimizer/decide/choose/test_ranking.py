"""Ranking and acceptability: closed forms of two criteria, a fine grid of weights, bad weights."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instances import LOSSES, PRICE, SPEED
from optimizer.decide.choose.acceptability import acceptability, acceptability_of
from optimizer.decide.choose.ranking import rank, weights_by_name, weights_by_tolerance

FRONT = st.lists(st.tuples(*(st.integers(0, 6) for _ in range(3))), min_size=1, max_size=12, unique=True).map(
    lambda rows: np.array(rows, dtype=float)
)


def test_the_design_that_is_never_far_behind_wins_and_weights_move_it():
    losses = np.array([[0.0, 10.0], [4.0, 4.0], [10.0, 0.0]])
    even = rank(losses, np.array([1.0, 1.0]))
    assert even.order[0] == 1
    # Scaled losses of the middle one are 0.4 each; 0.4 * w2 > 0.0 + ... decides by hand:
    # with w = (1.8, 0.2): first 0.2, middle max(0.72, 0.08), last 1.8.
    assert rank(losses, np.array([9.0, 1.0])).order.tolist() == [0, 1, 2]
    assert rank(losses, np.array([9.0, 1.0])).score[0] == pytest.approx(0.2 * 1.001)
    assert rank(losses, np.array([9.0, 1.0])).furthest.tolist() == [1, 0, 0]


@given(FRONT, st.lists(st.floats(0.1, 10.0), min_size=3, max_size=3))
@settings(max_examples=80, deadline=None)
def test_no_dominated_design_is_ranked_before_the_one_that_dominates_it(losses, weights):
    place = np.argsort(rank(losses, np.array(weights)).order)
    for i, j in itertools.permutations(range(len(losses)), 2):
        if np.all(losses[i] <= losses[j]) and np.any(losses[i] < losses[j]):
            assert place[i] < place[j]


@pytest.mark.parametrize("name", sorted(set(LOSSES) - {"empty"}))
def test_constant_infinite_and_equal_losses_are_ranked(name):
    losses = LOSSES[name]
    found = rank(losses, np.ones(losses.shape[1]))
    assert sorted(found.order) == list(range(len(losses)))
    assert np.isfinite(found.score).all()
    shares = acceptability(losses, opinions=500).share
    assert shares[:, 0].sum() == pytest.approx(1.0)


@pytest.mark.parametrize("weights", [[-1.0, 2.0], [0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0], [1.0]])
def test_bad_weights_are_refused(weights):
    with pytest.raises(ValueError, match="weight"):
        rank(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array(weights))


def test_names_and_tolerances_become_weights():
    assert weights_by_tolerance(["never", "rare", "sometimes", "pay", None]).tolist() == [8, 4, 2, 1, 2]
    assert weights_by_name({"speed": 3.0}, (PRICE, SPEED)).tolist() == [0.0, 3.0]
    with pytest.raises(ValueError, match="price, speed"):
        weights_by_name({"sped": 3.0}, (PRICE, SPEED))


def test_acceptability_of_two_designs_in_closed_form():
    # Costs w2 * 0.6 against w1 = 1 - w2: the first wins where w2 < 1 / 1.6.
    costs = np.array([[0.0, 0.6], [1.0, 0.0]])
    found = acceptability_of(
        costs, varies=np.array([True, True]), opinions=40_000, rng=np.random.default_rng(1)
    )
    assert abs(found.share[0, 0] - 0.625) < 4 * found.error[0, 0]
    assert abs(found.share[1, 0] - 0.375) < 4 * found.error[1, 0]
    # Mean of w2 over (0, 0.625) is half of it.
    assert abs(found.central_weights[0, 1] - 0.3125) < 0.01
    assert abs(found.central_weights[1, 1] - (1 + 0.625) / 2) < 0.01


def test_acceptability_of_three_criteria_against_a_fine_grid_of_weights():
    costs = np.array([[0.0, 0.5, 1.0], [0.5, 0.0, 0.6], [1.0, 0.7, 0.0], [0.4, 0.4, 0.4]])
    steps = 200
    grid = [
        (i / steps, j / steps, (steps - i - j) / steps)
        for i in range(steps + 1)
        for j in range(steps + 1 - i)
    ]
    winners = np.argmin(np.array(grid) @ costs.T, axis=1)
    by_hand = np.bincount(winners, minlength=4) / len(grid)
    found = acceptability_of(
        costs, varies=np.ones(3, dtype=bool), opinions=40_000, rng=np.random.default_rng(2)
    )
    assert np.allclose(found.share[:, 0], by_hand, atol=0.015)
    assert np.allclose(found.share.sum(axis=0)[0], 1.0)


def test_the_same_seed_asks_the_same_opinions():
    losses = LOSSES["convex"]
    assert np.array_equal(acceptability(losses, seed=3).share, acceptability(losses, seed=3).share)
    assert not np.array_equal(acceptability(losses, seed=3).share, acceptability(losses, seed=4).share)
