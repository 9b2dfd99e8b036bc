"""The knee: where fronts with a known one have it, and what must not move it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from instances import LOSSES
from models.evaluation import Dimension, Evaluation
from optimizer.decide.choose.knee import knee, mean_regret
from optimizer.pareto.dominance import non_dominated
from optimizer.pareto.front import Front


def front_with(losses):
    n, m = losses.shape
    return Front(
        Evaluation(
            X=np.arange(n, dtype=float)[:, None],
            values=np.array(losses, dtype=float),
            excess=np.zeros((n, 0)),
            dimensions=tuple(Dimension(f"d{j}", "", "lower") for j in range(m)),
        )
    )


def deb2dk(n):
    """DEB2DK with K = 1 and g = 1 (Branke et al. 2004, section 4.1): symmetric, its knee at x1 = 1/2."""
    x = np.linspace(0.0, 1.0, n)
    radius = 5.0 + 10.0 * (x - 0.5) ** 2 + np.cos(2.0 * math.pi * x)
    return np.column_stack([radius * np.sin(math.pi * x / 2.0), radius * np.cos(math.pi * x / 2.0)])


@pytest.mark.parametrize("n", [5, 11, 21, 51])
def test_the_knee_of_deb2dk(n):
    losses = deb2dk(n)
    assert non_dominated(losses).all()
    assert knee(front_with(losses)) == n // 2


@pytest.mark.parametrize("corner", [(0.1, 0.1), (0.2, 0.1), (0.1, 0.3), (0.3, 0.35), (0.05, 0.6)])
def test_the_knee_of_two_straight_lines_is_where_they_meet(corner):
    a, b = corner
    share = np.linspace(0.0, 1.0, 9)[:, None]
    left = np.array([0.0, 1.0]) * (1 - share) + np.array([a, b]) * share
    right = np.array([a, b]) * (1 - share) + np.array([1.0, 0.0]) * share
    losses = np.concatenate([left, right[1:]])
    assert knee(front_with(losses)) == 8


def test_the_knee_of_a_plane_curve_is_farthest_from_the_line_through_its_ends():
    # Kneedle's and Das's picture: the distance of a point below the line from end to end.
    t = np.linspace(0.0, 1.0, 101)
    losses = np.column_stack([10.0 + 4.0 * t, (1.0 - t) ** 3])
    below = (1.0 - t) - (1.0 - t) ** 3  # largest where 3 (1 - t)^2 = 1
    assert knee(front_with(losses)) == int(np.argmax(below))
    assert t[knee(front_with(losses))] == pytest.approx(1.0 - math.sqrt(1.0 / 3.0), abs=0.01)


@given(losses=arrays(np.float64, (6, 4), elements=st.integers(0, 9).map(float)), seed=st.integers(0, 999))
@settings(deadline=None, max_examples=25)
def test_the_regret_is_the_mean_over_opinions(losses, seed):
    # Brute force: many opinions at random (Dirichlet: even over the simplex), and the loss to the best.
    losses = losses[non_dominated(losses)]
    low, high = losses.min(axis=0), losses.max(axis=0)
    varies = high > low
    regret = mean_regret(losses)
    if not varies.any():
        assert not regret.any()
        return
    scaled = ((losses - low) / np.where(varies, high - low, 1.0))[:, varies]
    opinions = np.random.default_rng(seed).dirichlet(np.ones(int(varies.sum())), size=4000)
    cost = scaled @ opinions.T
    mean = (cost - cost.min(axis=0)).mean(axis=1)
    # The standard error of a mean of 4,000 numbers within 0..1 is at most 0.5 / sqrt(4000) = 0.008.
    assert regret == pytest.approx(mean - mean.min(), abs=5 * 2 * 0.008)


def test_near_copies_of_the_knee_do_not_hide_it():
    losses = np.array([[0.0, 1.0], [0.1, 0.1 + 1e-9], [0.1 + 1e-9, 0.1], [1.0, 0.0]])
    assert knee(front_with(losses)) in (1, 2)


def test_on_a_front_that_bulges_the_other_way_it_is_an_end():
    assert knee(front_with(np.array([[0.0, 1.0], [0.55, 0.55], [1.0, 0.0]]))) in (0, 2)


def test_empty_one_and_all_alike():
    assert knee(front_with(np.empty((0, 3)))) is None
    assert knee(front_with(np.array([[1.0, 2.0]]))) == 0
    assert knee(front_with(np.ones((5, 3)))) == 0
    assert knee(front_with(LOSSES["two points"])) in (0, 1)


def test_of_two_the_one_that_is_better_in_more_dimensions():
    assert knee(front_with(np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 0.0]]))) == 0
    assert knee(front_with(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))) == 1


@pytest.mark.parametrize("name", LOSSES)
def test_regrets_are_numbers_for_any_losses(name):
    regret = mean_regret(LOSSES[name])
    assert regret.shape == (len(LOSSES[name]),)
    assert np.isfinite(regret).all()
    assert (regret >= 0.0).all()


@given(
    factor=st.sampled_from([1e-6, 0.25, 1.0, 1e9]),
    offset=st.sampled_from([-1.0, 0.0, 2.0]),
    constant=st.sampled_from([0.0, 7.0]),
)
@settings(deadline=None, max_examples=15)
def test_units_zero_points_and_constant_dimensions_do_not_move_it(factor, offset, constant):
    losses = deb2dk(11)
    moved = np.column_stack([losses[:, 0] * factor + offset * factor, losses[:, 1], np.full(11, constant)])
    assert knee(front_with(moved)) == knee(front_with(losses))


@given(losses=arrays(np.float64, (5, 3), elements=st.integers(0, 9).map(float)), twice=st.integers(0, 4))
@settings(deadline=None, max_examples=25)
def test_a_copy_does_not_move_it(losses, twice):
    losses = losses[non_dominated(losses)]
    twice = min(twice, len(losses) - 1)
    found = knee(front_with(losses))
    copied = knee(front_with(np.concatenate([losses, losses[[twice]]])))
    assert np.array_equal(losses[found], np.concatenate([losses, losses[[twice]]])[copied])
