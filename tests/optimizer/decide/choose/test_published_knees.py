"""Knees of published fronts, and of small ones that can be checked by eye."""

from __future__ import annotations

import numpy as np
import pytest

from fronts import deb2dk, do2dk, front, random_front
from optimizer.decide.choose.knee import MOST, knee, knees, mean_regret, reason
from optimizer.pareto.scaling import scale_of


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_all_knees_of_deb2dk_are_found(number):
    found = deb2dk(number)
    at = sorted(found.X[k.position, 0] for k in knees(found))
    # The dents of the radius lie where its cosine is smallest; the parabola moves them a little inwards.
    dents = [(2 * i + 1) / (2 * number) for i in range(number)]
    assert len(at) == number
    assert np.allclose(at, dents, atol=0.025)


def test_the_knee_of_do2dk_is_its_middle():
    # Symmetric about x = 1/2: there both are r (1 - sin(pi/4)), with r = 5 - 1.
    found = do2dk(1)
    i = knee(found)
    assert found.X[i, 0] == pytest.approx(0.5)
    assert found.losses[i] == pytest.approx([4 * (1 - np.sqrt(0.5))] * 2)


def test_the_first_knee_is_the_knee_and_no_other_is_near_it():
    rng = np.random.default_rng(3)
    for _ in range(20):
        found = random_front(rng, n=60, m=4)
        all_of_them = knees(found)
        assert all_of_them[0].position == knee(found)
        assert all_of_them[0].regret == 0.0
        scaled = (found.losses - found.losses.min(0)) / np.ptp(found.losses, axis=0)
        for one in all_of_them:
            near = np.abs(scaled - scaled[one.position]).max(axis=1) <= 0.1
            assert scaled[near].sum(axis=1).min() >= scaled[one.position].sum() - 1e-9
            assert one.worth >= 1.0 - 1e-9


@pytest.mark.parametrize(
    "losses", [[[1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]], [[1.0, 5.0, 2.0], [2.0, 5.0, 1.0]]]
)
def test_fronts_of_one_and_two_designs_and_constant_dimensions(losses):
    found = front(losses)
    assert knees(found)[0].position == knee(found)
    assert isinstance(reason(found, knee(found)), str)


def test_an_empty_front_has_none():
    nothing = front([[1.0, 2.0]])
    nothing = type(nothing)(nothing.evaluation.take(np.arange(0)))
    assert knees(nothing) == ()
    assert reason(nothing, 0) == ""


def test_the_reason_tells_the_step_to_it_and_the_next():
    # 5 ms for 900 USD, then 3 ms for 41,000 USD: of the range 5/8 for 9/419, then 3/8 for 410/419.
    found = front([[10.0, 50_000.0], [13.0, 9_000.0], [18.0, 8_100.0]], names=["wait", "price"])
    i = knee(found)
    assert found.losses[i].tolist() == [13.0, 9_000.0]
    text = reason(found, i)
    assert "900 worse price, but 5.00 better wait" in text
    assert "the next step: 41,000 worse price, but 3.00 better wait" in text


@pytest.mark.parametrize("seed", range(6))
def test_knees_are_those_that_a_loop_over_all_pairs_finds(seed):
    rng = np.random.default_rng(seed)
    found = random_front(rng, n=300, m=int(rng.integers(2, 5)))
    scaled = scale_of(found.losses).apply(found.losses)
    regret = np.round(mean_regret(found.losses), 12)
    n, near = len(found), 0.1
    best_near = [
        all(regret[j] >= regret[i] or np.abs(scaled[i] - scaled[j]).max() > near for j in range(n))
        for i in range(n)
    ]
    ends = [
        any(sum(scaled[k, j] <= scaled[i, j] for k in range(n)) == 1 for j in range(scaled.shape[1]))
        for i in range(n)
    ]
    wanted = []
    for i in sorted(range(n), key=lambda i: (regret[i], i)):
        is_alone = all(np.abs(scaled[i] - scaled[k]).max() > near for k in wanted)
        if not wanted or (best_near[i] and not ends[i] and is_alone):
            wanted.append(i)
    assert [k.position for k in knees(found, near=near)] == wanted[:MOST]
