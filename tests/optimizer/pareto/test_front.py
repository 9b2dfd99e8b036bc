"""The front of an evaluation: feasible, non-dominated, each design once, in one order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instances import LOSSES, Grid, Shop, dominates
from models.evaluation import Dimension, Evaluation
from optimizer.pareto.front import front_of


def evaluation_of(losses, excess=None, X=None):
    n, m = losses.shape
    return Evaluation(
        X=np.arange(n, dtype=float)[:, None] if X is None else X,
        values=losses.copy(),
        excess=np.zeros((n, 1)) if excess is None else np.asarray(excess, dtype=float)[:, None],
        constraints=("limit",),
        dimensions=tuple(Dimension(f"d{j}", "", "lower") for j in range(m)),
    )


@pytest.mark.parametrize("name", LOSSES)
def test_every_design_is_on_the_front_or_beaten_by_one_on_it_and_none_there_is_beaten(name):
    losses = LOSSES[name]
    front = front_of(evaluation_of(losses))
    here = front.losses.tolist()
    assert not any(dominates(a, b) for a in here for b in here)
    on_it = {int(x[0]) for x in front.X}
    for i, row in enumerate(losses.tolist()):
        assert i in on_it or any(dominates(best, row) for best in here)
    assert len(on_it) == len(front)


def test_equal_designs_count_once_and_different_designs_with_equal_losses_each():
    losses = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]])
    assert len(front_of(evaluation_of(losses, X=np.array([[5.0], [5.0], [6.0]])))) == 2


def test_an_infeasible_design_neither_stands_on_the_front_nor_beats_anything():
    losses = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.5], [3.0, 3.0]])
    front = front_of(evaluation_of(losses, excess=[1e-300, 0.0, -1.0, 0.0]))
    assert {int(x[0]) for x in front.X} == {1, 2}


def test_without_a_feasible_design_the_front_is_empty():
    front = front_of(evaluation_of(np.array([[1.0, 2.0]]), excess=[1.0]))
    assert len(front) == 0
    assert front.X.shape == (0, 1)


@given(seed=st.integers(0, 2**32 - 1), most=st.integers(0, 10), least=st.integers(-20, 40))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_designs_does_not_matter(seed, most, least):
    space, shop = Grid(5, 4, 3), Shop(most_price=most, least_speed=least)
    X = space.designs(0, space.size)
    shuffled = X[np.random.default_rng(seed).permutation(len(X))]
    one, other = front_of(shop(X)), front_of(shop(shuffled))
    assert np.array_equal(one.X, other.X)
    assert np.array_equal(one.losses, other.losses)
    assert {tuple(x) for x in one.X} == shop.front_by_hand(space)


def test_the_front_is_sorted_by_its_losses():
    front = front_of(Shop()(Grid(5, 4, 3).designs(0, 60)))
    rows = [(*losses, *x) for losses, x in zip(front.losses.tolist(), front.X.tolist(), strict=True)]
    assert rows == sorted(rows)
