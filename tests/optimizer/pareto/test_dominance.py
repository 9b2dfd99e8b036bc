"""Dominance, ranks, crowding and hypervolume against the definitions and published values."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from instances import LOSSES, dominates, non_dominated_by_hand
from optimizer.pareto.dominance import crowding_distance, hypervolume, non_dominated, ranks
from oracles.cases import assert_within, cases

# Few different values, so that ties, duplicates and dominance are common; infinities among them.
LOSS = st.sampled_from([0.0, 1.0, 2.0, 3.0, -1.0, 0.5, np.inf, -np.inf])
MATRICES = st.tuples(st.integers(0, 14), st.integers(1, 4)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=LOSS)
)


@pytest.mark.parametrize("name", LOSSES)
def test_non_dominated_is_what_the_definition_says(name):
    assert non_dominated(LOSSES[name]).tolist() == non_dominated_by_hand(LOSSES[name].tolist())


@given(losses=MATRICES)
@settings(deadline=None)
def test_non_dominated_is_what_the_definition_says_of_anything(losses):
    assert non_dominated(losses).tolist() == non_dominated_by_hand(losses.tolist())


@given(losses=MATRICES)
@settings(deadline=None)
def test_ranks_peel_one_front_after_the_other(losses):
    left = {i: row for i, row in enumerate(losses.tolist())}
    expected = [0] * len(losses)
    level = 0
    while left:
        front = [i for i, row in left.items() if not any(dominates(other, row) for other in left.values())]
        for i in front:
            expected[i] = level
            del left[i]
        level += 1
    assert ranks(losses).tolist() == expected


@pytest.mark.parametrize("case", cases("pareto"), ids=lambda case: case["id"])
def test_published_fronts_ranks_and_distances(case):
    points = np.array(case["inputs"]["points"], dtype=float)
    found = {
        "pareto-2d": lambda: np.flatnonzero(non_dominated(points)),
        "pareto-ranks": lambda: ranks(points),
        "pareto-crowding": lambda: np.where(
            np.isinf(crowding_distance(points)), -1, crowding_distance(points)
        ),
    }[case["id"]]()
    assert_within(case, [float(value) for value in found])


def _points(inputs):
    """The points of a case; a continuous front in many points, which miss a known little of it."""
    if "points" in inputs:
        return np.array(inputs["points"], dtype=float), 0.0
    if inputs["front"].startswith("f2 = 1 - sqrt(f1)"):
        # n steps of f1 miss at most the rectangles between them: sum of df1 * df2 <= the largest df1 * 1.
        f1 = np.linspace(0.0, 1.0, 20_001)
        return np.column_stack([f1, 1.0 - np.sqrt(f1)]), 1.0 / 20_000
    # Boxes of a grid on the octant: what is missed lies in cells that the sphere crosses, at most 3 n^2 of
    # volume 1/n^3 (each line of cells along the steepest axis is crossed in at most two cells).
    n = 60
    x, y = (v.ravel() for v in np.meshgrid(np.arange(n + 1) / n, np.arange(n + 1) / n))
    inside = x**2 + y**2 <= 1.0
    x, y = x[inside], y[inside]
    return np.column_stack([x, y, np.sqrt(np.maximum(1.0 - x**2 - y**2, 0.0))]), 3.0 / n


@pytest.mark.parametrize("case", cases("hypervolume"), ids=lambda case: case["id"])
def test_published_hypervolumes(case):
    points, missed = _points(case["inputs"])
    found = hypervolume(points, reference=np.array(case["inputs"]["reference"], dtype=float))
    if missed == 0.0:
        assert_within(case, found)
    else:
        assert case["expected"] - missed <= found <= case["expected"]


@given(
    losses=st.tuples(st.integers(1, 7), st.integers(1, 4)).flatmap(
        lambda shape: arrays(np.float64, shape, elements=st.integers(0, 6).map(float))
    )
)
@settings(deadline=None)
def test_hypervolume_is_the_union_of_boxes_by_inclusion_and_exclusion(losses):
    reference = np.full(losses.shape[1], 5.0)
    total = 0.0
    for size in range(1, len(losses) + 1):
        for chosen in combinations(losses, size):
            corner = np.max(chosen, axis=0)
            total += (-1.0) ** (size + 1) * float(np.prod(np.maximum(reference - corner, 0.0)))
    assert hypervolume(losses, reference=reference) == pytest.approx(total, abs=1e-6)


def test_nothing_below_the_reference_has_no_volume():
    assert hypervolume(np.array([[3.0, 3.0], [np.inf, 0.0]]), reference=np.array([2.0, 2.0])) == 0.0
    assert hypervolume(np.empty((0, 2)), reference=np.array([2.0, 2.0])) == 0.0


def test_an_unbounded_loss_takes_no_volume_away():
    losses = np.array([[1.0, 1.0], [np.inf, 0.0], [0.0, np.inf]])
    assert hypervolume(losses, reference=np.array([2.0, 2.0])) == pytest.approx(1.0)


@pytest.mark.parametrize("name", LOSSES)
def test_crowding_is_finite_only_between_neighbours_and_never_nan(name):
    distance = crowding_distance(LOSSES[name])
    assert distance.shape == (len(LOSSES[name]),)
    assert not np.isnan(distance).any()
    assert (distance >= 0.0).all()
    if len(distance):
        assert np.isinf(distance).any()


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        non_dominated(np.array([[np.nan, 1.0]]))
    with pytest.raises(ValueError, match="shape"):
        non_dominated(np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        hypervolume(np.array([[1.0, 2.0]]), reference=np.array([1.0]))
