"""Scaling of losses: ideal to 0, nadir to 1, whatever else is in them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from instances import LOSSES
from optimizer.pareto.scaling import scale_of


@pytest.mark.parametrize("name", LOSSES)
def test_scaled_losses_are_numbers_and_finite_ones_lie_between_0_and_1(name):
    losses = LOSSES[name]
    scale = scale_of(losses)
    scaled = scale.apply(losses)
    assert scaled.shape == losses.shape
    assert np.isfinite(scaled).all()
    finite = np.isfinite(losses)
    assert ((scaled[finite] >= 0.0) & (scaled[finite] <= 1.0)).all()
    for j in np.flatnonzero(scale.nadir - scale.ideal > 1e-9):
        assert scaled[finite[:, j], j].min() == 0.0
        assert scaled[finite[:, j], j].max() == 1.0


def test_the_ends_of_each_dimension_are_its_best_and_worst_finite_loss():
    scale = scale_of(np.array([[1.0, -5.0, 7.0], [3.0, np.inf, 7.0], [2.0, 5.0, 7.0]]))
    assert scale.ideal.tolist() == [1.0, -5.0, 7.0]
    assert scale.nadir.tolist() == [3.0, 5.0, 7.0]
    assert scale.varies.tolist() == [True, True, False]


def test_an_unbounded_loss_is_worse_than_the_worst_finite_one():
    losses = np.array([[0.0], [4.0], [np.inf]])
    assert scale_of(losses).apply(losses)[:, 0].tolist() == [0.0, 1.0, 2.0]


def test_unbounded_losses_differ_from_finite_ones_that_are_all_alike():
    losses = np.array([[5.0, np.inf], [np.inf, np.inf], [5.0, np.inf]])
    scale = scale_of(losses)
    assert scale.varies.tolist() == [True, False]
    scaled = scale.apply(losses)
    assert scaled[1, 0] > scaled[0, 0] == scaled[2, 0] == 0.0
    assert not scaled[:, 1].any()


def test_an_unbounded_good_loss_is_not_the_worst_one():
    losses = np.array([[0.0], [4.0], [-np.inf]])
    assert scale_of(losses).apply(losses)[2, 0] < 0.0


def test_the_largest_numbers_are_scaled_too():
    losses = np.array([[-1.7e308], [1.7e308], [0.0]])
    assert scale_of(losses).apply(losses)[:, 0].tolist() == [0.0, 1.0, 0.5]


@given(
    losses=arrays(np.float64, (6, 3), elements=st.integers(-50, 50).map(float)),
    factor=st.sampled_from([1e-6, 0.125, 1.0, 3.0, 1e9]),
    offset=st.integers(-5, 5),
)
def test_units_and_zero_points_do_not_matter(losses, factor, offset):
    moved = losses * factor + offset * factor
    assert scale_of(moved).apply(moved) == pytest.approx(scale_of(losses).apply(losses), abs=1e-9)
