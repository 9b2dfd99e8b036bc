"""What a wish reaches: against brute force over all designs and all sets of dimensions."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest

from fronts import front, random_front
from models.evaluation import DIMENSIONS
from optimizer.decide.choose.aspiration import reach, wish_from
from optimizer.decide.choose.classification import next_designs
from optimizer.model import NO_ERROR


def smallest_sets(losses, asked, target):
    """Minimal sets of dimensions without which some design meets the rest of the wish, by trying all."""
    every = chain.from_iterable(combinations(asked, k) for k in range(len(asked) + 1))
    working = [
        set(given)
        for given in every
        if any(all(row[j] <= target[j] for j in asked if j not in given) for row in losses)
    ]
    return {frozenset(a) for a in working if not any(b < a for b in working)}


def test_relaxations_are_the_minimal_ones():
    rng = np.random.default_rng(5)
    unmet = 0
    for _ in range(40):
        found = random_front(rng, n=25, m=4)
        asked = sorted(rng.choice(4, size=int(rng.integers(1, 5)), replace=False).tolist())
        target = {j: float(np.quantile(found.losses[:, j], rng.uniform(0.0, 0.4))) for j in asked}
        told = reach(found, target)
        meets = [i for i, row in enumerate(found.losses) if all(row[j] <= target[j] for j in asked)]
        assert sorted(told.meeting.tolist()) == meets
        if meets:
            assert told.relaxations == ()
            continue
        unmet += 1
        sets = {frozenset(one.dimensions) for one in told.relaxations}
        assert sets == smallest_sets(found.losses, asked, target)
        for one in told.relaxations:
            relaxed = {**target, **dict(zip(one.dimensions, one.to, strict=True))}
            assert all(found.losses[one.design, j] <= relaxed[j] for j in asked)
            # No design misses less of all of these dimensions at once.
            for row in found.losses:
                if all(row[j] <= target[j] for j in asked if j not in one.dimensions):
                    assert not all(row[j] < to for j, to in zip(one.dimensions, one.to, strict=True))
    assert unmet > 10


def test_the_closest_design_misses_least():
    found = front([[0.0, 10.0], [4.0, 4.0], [10.0, 0.0]])
    # Missed by, of the range: (0, 0.9), (0.3, 0.3), (0.9, 0).
    told = reach(found, {0: 1.0, 1: 1.0})
    assert found.losses[told.order[0]].tolist() == [4.0, 4.0]
    assert not told.meeting.size
    assert reach(found, {0: 5.0}).meeting.size == 2


def test_wishes_have_names_and_bounds():
    assert wish_from({"cost": 5.0, "availability": 0.999}, DIMENSIONS) == {4: 5.0, 3: 0.999}
    for wrong in ({"speed": 1.0}, {"availability": 99.9}, {"cost": -1.0}, {"latency": float("nan")}):
        with pytest.raises(ValueError, match="found"):
            wish_from(wrong, DIMENSIONS)
    with pytest.raises(ValueError, match="at least one"):
        reach(front([[1.0, 2.0]]), {})


def test_better_in_this_worse_in_that_by_brute_force():
    rng = np.random.default_rng(11)
    some = 0
    for _ in range(30):
        found = random_front(rng, n=60, m=4)
        i = int(rng.integers(len(found)))
        told = next_designs(found, i, better=[0], worse=[1, 2], most=100, error=NO_ERROR)
        L = found.losses
        fits = {k for k in range(len(found)) if L[k, 0] < L[i, 0] and L[k, 3] <= L[i, 3]}
        assert set(told.tolist()) == fits
        some += len(fits) > 0
        if len(told) > 1:
            assert L[told[0], 0] <= L[told[-1], 0] + 1e-2
    assert some > 5


@pytest.mark.parametrize(("better", "worse"), [([], [1]), ([0], []), ([0], [0]), ([7], [1])])
def test_nothing_is_had_for_nothing(better, worse):
    with pytest.raises(ValueError, match="for nothing"):
        next_designs(front([[0.0, 1.0], [1.0, 0.0]]), 0, better=better, worse=worse)
