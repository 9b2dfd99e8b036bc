"""Representatives: the cover they promise, against the best cover by trying all."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from fronts import front, random_front
from optimizer.decide.choose.knee import knee
from optimizer.decide.choose.representatives import representatives


def test_the_cover_is_at_most_twice_the_best_one():
    rng = np.random.default_rng(2)
    for _ in range(10):
        found = random_front(rng, n=24, m=3)
        scaled = (found.losses - found.losses.min(0)) / np.ptp(found.losses, axis=0)
        apart = np.abs(scaled[:, None] - scaled[None]).max(axis=2)
        first = len(representatives(found, 4).positions)
        told = representatives(found, first + 3)
        forced = len({knee(found), *scaled.argmin(axis=0)})
        r = len(told.positions) - forced
        best = min(apart[:, list(some)].min(axis=1).max() for some in combinations(range(len(found)), r))
        assert told.radius <= 2.0 * best + 1e-12
        assert told.radius == pytest.approx(apart[:, told.positions].min(axis=1).max())
        nearest = apart[:, told.positions]
        assert np.allclose(nearest[np.arange(len(found)), told.group], nearest.min(axis=1))


def test_the_knee_and_the_ends_come_first():
    found = random_front(np.random.default_rng(4), n=50, m=3)
    told = representatives(found, 8)
    assert told.positions[0] == knee(found)
    assert {int(j) for j in found.losses.argmin(axis=0)} <= set(told.positions[:4])
    assert len(told.positions) == len(set(told.positions)) == 8
    assert told.names[0] == "balanced"


def test_no_two_are_within_the_steps_of_each_other():
    found = random_front(np.random.default_rng(6), n=200, m=3)
    steps = [0.3, 0.3, 0.3]
    told = representatives(found, 20, steps=steps)
    for a, b in combinations(told.positions, 2):
        assert np.any(np.abs(found.losses[a] - found.losses[b]) >= 0.3)
    assert len(told.positions) < 20


def test_names_say_what_sets_them_apart():
    losses = [[1.0, 30.0], [5.0, 5.0], [40.0, 1.0]]
    found = front(losses, names=["cost", "latency"])
    told = representatives(found, 3)
    by_name = dict(zip(told.names, [found.losses[i].tolist() for i in told.positions], strict=True))
    assert by_name["balanced"] == [5.0, 5.0]
    assert next(v for k, v in by_name.items() if k.startswith("cheapest")) == [1.0, 30.0]
    assert next(v for k, v in by_name.items() if k.startswith("fastest")) == [40.0, 1.0]


def test_small_and_flat_fronts():
    assert representatives(front([[1.0, 2.0]]), 5).positions == (0,)
    assert len(representatives(front([[1.0, 2.0], [2.0, 1.0]]), 5).positions) == 2
    with pytest.raises(ValueError, match="at least 1"):
        representatives(front([[1.0, 2.0]]), 0)
