"""What is kept and what stays reachable: against a loop over all designs."""

from __future__ import annotations

import numpy as np
import pytest

from fronts import random_front
from optimizer.decide.choose.ranges import kept, reachable
from reports import exercise


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_reachable_is_what_the_other_ranges_leave(seed):
    rng = np.random.default_rng(seed)
    evaluation = random_front(rng, n=60, m=4).evaluation
    dimensions = evaluation.dimensions
    ranges = {
        d.name: (None, float(np.quantile(evaluation.values[:, j], 0.6))) for j, d in enumerate(dimensions[:3])
    }
    told = reachable(evaluation, ranges)
    for j, dimension in enumerate(dimensions):
        left = [
            row[j]
            for row in evaluation.values
            if all(
                row[k] <= ranges[d.name][1] for k, d in enumerate(dimensions) if d.name in ranges and k != j
            )
        ]
        best, worst = (min, max) if dimension.better == "lower" else (max, min)
        assert told[j] == ((worst(left), best(left)) if left else None)


def test_nothing_is_reachable_where_the_others_leave_nothing():
    evaluation = random_front(np.random.default_rng(1), n=10, m=2).evaluation
    first = evaluation.dimensions[0].name
    nothing = {first: (1e12, None)}
    assert not kept(evaluation, nothing).any()
    assert reachable(evaluation, nothing)[1] is None
    assert reachable(evaluation, nothing)[0] is not None


def test_worst_and_best_follow_the_direction_of_each_dimension():
    evaluation = exercise()[1].front.evaluation
    told = reachable(evaluation, {})
    for j, dimension in enumerate(evaluation.dimensions):
        low, high = float(evaluation.values[:, j].min()), float(evaluation.values[:, j].max())
        assert told[j] == ((high, low) if dimension.better == "lower" else (low, high))
    assert {dimension.better for dimension in evaluation.dimensions} == {"lower", "higher"}
