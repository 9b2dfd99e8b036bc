"""Breaking points: worked out by hand for the exercise, just below and just above for random designs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models import compile_system, load_scenario
from models.evaluator import run
from models.scenario.paths import Slot
from optimizer.resilience.breaking_points import MOST, breaking_points, first_falls

DATA = Path(__file__).parents[3] / "data" / "scenarios"


def solved(name):
    return compile_system(load_scenario(DATA / f"black_friday_{name}.yaml"))


@pytest.fixture(scope="module")
def exercise():
    return solved("exercise")


def test_the_exercise_breaks_where_its_capacity_ends(exercise):
    X = exercise.space.designs(0, exercise.space.size)
    points = breaking_points(exercise, X)
    j = points.limits.index("saturation")
    # The limit of saturation is a utilisation of 0.7: the peak of 50,000/s times this is the most.
    by_hand = 0.7 * run(exercise, X).values[:, 1] / 50_000.0
    never = np.isinf(points.fails[:, j])
    assert np.all(by_hand[never] > MOST * 0.999)
    narrow = ~never & (points.holds[:, j] > 0.0)
    assert narrow.sum() >= 16
    assert np.all(points.holds[narrow, j] <= by_hand[narrow] * (1 + 1e-6))
    assert np.all(points.fails[narrow, j] >= by_hand[narrow] * (1 - 1e-6))
    assert np.all(points.fails[narrow, j] / points.holds[narrow, j] < 1.0002)


def test_a_limit_holds_just_below_and_fails_just_above():
    system = solved("week")
    X = system.space.sample(12, seed=9)
    points = breaking_points(system, X)
    rate = Slot("workload", "", "rate")
    checked = 0
    for j, name in enumerate(points.limits):
        inside = (points.holds[:, j] > 0.0) & np.isfinite(points.fails[:, j])
        if not inside.any():
            continue
        for multiples, falls in ((points.holds[:, j], False), (points.fails[:, j], True)):
            stressed = run(system, X[inside], stress={rate: multiples[inside, None]})
            over = np.broadcast_to(stressed.excess[name], (int(inside.sum()),)) > 0.0
            assert (over == falls).all()
        checked += int(inside.sum())
    assert checked > 12
    assert np.array_equal(points.margin, points.fails.min(axis=1))


def test_a_slower_component_breaks_what_hangs_on_it(exercise):
    system = solved("week")
    today = system.space.today[None, :]
    with pytest.raises(ValueError, match="payments"):
        breaking_points(system, today, component="paymnets")
    points = breaking_points(system, system.space.sample(3, seed=2), component="payments")
    assert points.what == "payments"
    assert points.margin.shape == (3,)


def test_the_first_fall_is_found_also_where_a_limit_recovers():
    # Falls between 2 and 5, holds above: the first fall is at 2.
    def excess(X, multiple):
        return np.column_stack([np.where((multiple >= 2.0) & (multiple <= 5.0), 1.0, -1.0)])

    holds, fails = first_falls(excess, np.zeros((3, 1)))
    assert np.all(holds < 2.0)
    assert np.all(fails >= 2.0)
    assert np.all(fails / holds < 1.0002)


def test_what_never_falls_and_what_never_holds():
    def excess(X, multiple):
        return np.column_stack([np.full(multiple.size, -1.0), np.full(multiple.size, 1.0)])

    holds, fails = first_falls(excess, np.zeros((2, 1)))
    assert np.all(np.isinf(fails[:, 0]))
    assert np.all(holds[:, 0] == MOST)
    assert np.all(holds[:, 1] == 0.0)
