"""What is kept and what stays reachable: against a loop over all designs."""

from __future__ import annotations

import numpy as np
import pytest

from fronts import random_front
from optimizer.decide.selecting import kept, reachable


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
                np.float32(row[k]) <= np.float32(ranges[d.name][1])
                for k, d in enumerate(dimensions)
                if d.name in ranges and k != j
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
