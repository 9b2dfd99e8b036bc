"""The knee: where fronts with a known one have it, and what must not move it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from instances import LOSSES

from models.dimension import Dimension
from models.evaluation import Evaluation
from optimizer.decide.knee import expected_marginal_utility, knee
from optimizer.front import Front
from optimizer.pareto import non_dominated


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


@pytest.mark.parametrize("corner", [(0.1, 0.1), (0.2, 0.1), (0.1, 0.3), (0.3, 0.35)])
def test_the_knee_of_two_straight_lines_is_where_they_meet(corner):
    a, b = corner
    share = np.linspace(0.0, 1.0, 9)[:, None]
    left = np.array([0.0, 1.0]) * (1 - share) + np.array([a, b]) * share
    right = np.array([a, b]) * (1 - share) + np.array([1.0, 0.0]) * share
    losses = np.concatenate([left, right[1:]])
    assert knee(front_with(losses)) == 8


def test_two_lines_by_the_integral_of_the_marginal_utility():
    # Ends (0, 1), (1, 0) and a knee (a, a): for the weight w of the first dimension the knee is best while
    # a < min(w, 1 - w), and what it saves is min(w, 1 - w) - a. Weights from exponential spacings are even
    # on [0, 1], so the mean is 2 times the integral of (w - a) from a to 1/2 = (1/2 - a)^2.
    a = 0.2
    utility = expected_marginal_utility(np.array([[0.0, 1.0], [a, a], [1.0, 0.0]]))
    assert utility[1] == pytest.approx((0.5 - a) ** 2, rel=0.01)
    # An end is best for w outside [a, 1 - a] and then saves (a - w) against the knee: a^2 / 2 each.
    assert utility[[0, 2]] == pytest.approx([a**2 / 2.0] * 2, rel=0.02)


def test_the_weights_are_even_over_the_simplex_in_six_dimensions():
    # The unit vectors as designs: design j costs w_j, so that its missing costs (second smallest - smallest
    # weight) where it is the smallest. Spacings of m - 1 uniforms: the smallest has the mean 1/m^2, the second
    # smallest 1/m^2 + 1/(m (m - 1)), so that the gains of all designs add up to 1 / (m (m - 1)).
    m = 6
    utility = expected_marginal_utility(np.eye(m))
    assert utility.sum() == pytest.approx(1.0 / (m * (m - 1)), rel=0.03)
    assert utility == pytest.approx(np.full(m, utility.mean()), rel=0.2)


def test_a_design_no_weighting_prefers_is_never_the_knee():
    losses = np.array([[0.0, 1.0], [0.55, 0.55], [1.0, 0.0]])
    assert expected_marginal_utility(losses)[1] == 0.0
    assert knee(front_with(losses)) in (0, 2)


def test_empty_one_and_all_alike():
    assert knee(front_with(np.empty((0, 3)))) is None
    assert knee(front_with(np.array([[1.0, 2.0]]))) == 0
    assert knee(front_with(np.ones((5, 3)))) == 0
    assert knee(front_with(LOSSES["two points"])) in (0, 1)


def test_of_two_the_one_that_is_better_in_more_dimensions():
    assert knee(front_with(np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 0.0]]))) == 0
    assert knee(front_with(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))) == 1


@pytest.mark.parametrize("name", LOSSES)
def test_utilities_are_numbers_for_any_losses(name):
    utility = expected_marginal_utility(LOSSES[name])
    assert utility.shape == (len(LOSSES[name]),)
    assert np.isfinite(utility).all()
    assert (utility >= 0.0).all()


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


def test_it_is_the_same_every_time():
    losses = np.random.default_rng(1).random((40, 6))
    first = expected_marginal_utility(losses)
    assert np.array_equal(first, expected_marginal_utility(losses))
