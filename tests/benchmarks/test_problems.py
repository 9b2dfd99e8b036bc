"""The benchmark problems against published values, other implementations and plain loops."""

from __future__ import annotations

import math
from itertools import combinations, product

import numpy as np
import pytest

from benchmarks.problems import (
    PROBLEMS,
    WIRES,
    coil_spring,
    dtlz2,
    dtlz2_hypervolume,
    mnk_landscape,
    tiers,
    water_planning,
)
from optimizer.pareto.dominance import hypervolume

# Values of the authors' own Python code, github.com/ryojitanabe/reproblems, reproblem_python_ver/reproblem.py
# at commit 28845742cc72910e301d5c9d1d806ef54185c074, in full digits.
RE25 = {
    (2.0, 1.2, 0.2): (0.5074832147787335, 245928.9213353044),
    (9.0, 1.2231, 0.283): (2.658687394295669, 0.00018087971186564467),
    (70.0, 3.0, 0.5): (133.23965941470632, 58.623043478260875),
    (1.0, 0.6, 0.09): (0.037591349242869145, 2224669.4424175746),
    (5.0, 0.75, 0.244): (0.7712207575055235, 16324.443515444349),
    (7.0, 0.9, 0.1): (0.2203450867570706, 2128965.876172632),
}
RE61 = {
    (0.01, 0.01, 0.01): (
        63840.2774,
        30.0,
        285346.89649417804,
        6575303.126234903,
        346734.99999999994,
        93789.32252,
    ),
    (0.45, 0.1, 0.1): (83060.744, 1350.0, 2853468.9649417805, 447902.6720089092, 11122.222222222223, 0.0),
    (0.2, 0.05, 0.05): (72382.707, 600.0, 1426734.4824708903, 1992361.6220307073, 7650.0, 0.0),
    (0.45, 0.01, 0.1): (73450.5107, 1350.0, 285346.89649417804, 16027735.333049627, 18072.222222222223, 0.0),
    (0.3, 0.02, 0.09): (73450.5107, 900.0, 570693.7929883561, 9755397.092921592, 14906.666666666666, 0.0),
    (0.05, 0.08, 0.015): (71848.80515, 150.0, 2282775.1719534243, 427552.0172842998, 8539.999999999998, 0.0),
}


@pytest.mark.parametrize("point", RE25)
def test_re25_is_what_its_authors_say(point):
    coils, diameter, wire = point
    nearest = float(np.argmin(np.abs(WIRES - wire)))
    found = coil_spring().evaluator(np.array([[coils, diameter, nearest]])).values[0]
    # A limit that is met with equality in theory leaves rounding of 1e-12 or so in the sum.
    assert found == pytest.approx(RE25[point], rel=1e-9, abs=1e-9)


def test_re25_spans_the_published_ideal_point():
    # ideal_nadir_points/ideal_point_RE25.dat of the same commit: the least volume, and a sum of nothing.
    corner = coil_spring().evaluator(np.array([[1.0, 0.6, 0.0]])).values[0]
    assert corner[0] == pytest.approx(0.037591349242869145, rel=1e-12)
    X = coil_spring().space.sample(4096, seed=1)
    values = coil_spring().evaluator(X).values
    assert values[:, 0].min() >= corner[0]
    assert values[:, 1].min() >= 0.0


@pytest.mark.parametrize("point", RE61)
def test_re61_is_what_its_authors_say(point):
    assert water_planning().evaluator(np.array([point])).values[0] == pytest.approx(RE61[point], rel=1e-12)


def test_dtlz2_is_what_pymoo_says():
    from pymoo.problems import get_problem

    for m, k in [(6, 10), (3, 4), (2, 1)]:
        X = np.random.default_rng(m).random((50, m + k - 1))
        theirs = get_problem("dtlz2", n_var=m + k - 1, n_obj=m).evaluate(X)
        assert dtlz2(m, k).evaluator(X).values == pytest.approx(theirs, rel=1e-12, abs=1e-15)


def test_the_front_of_dtlz2_is_the_unit_sphere():
    X = np.random.default_rng(1).random((200, 15))
    assert np.all(np.sum(dtlz2().evaluator(X).values ** 2, axis=1) >= 1.0)
    X[:, 5:] = 0.5
    assert np.sum(dtlz2().evaluator(X).values ** 2, axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize(("m", "n"), [(2, 2000), (3, 60)])
def test_the_hypervolume_of_dtlz2_is_approached_from_below(m, n):
    steps = np.linspace(0.0, math.pi / 2.0, n)
    angles = np.array(list(product(steps, repeat=m - 1)))
    if m == 2:
        points = np.column_stack([np.cos(angles[:, 0]), np.sin(angles[:, 0])])
    else:
        a, b = angles.T
        points = np.column_stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)])
    whole = dtlz2_hypervolume(m, 1.1)
    found = hypervolume(points, reference=np.full(m, 1.1))
    assert whole * (1.0 - 0.03) < found <= whole
    assert dtlz2_hypervolume(2, 1.0) == pytest.approx(1.0 - math.pi / 4.0)


def test_tiers_by_hand():
    # 10 large machines (190/s), batches of 4 (times 1.3), 6 replicas, quorum 2, 5 s in the cache, 2 zones.
    one = tiers().evaluator(np.array([[10.0, 2.0, 6.0, 2.0, 2.0, 1.0, 2.0, 0.0]]))
    speed, misses = 190 * 1.3, 20 / 25
    web, store = 900 / (10 * speed), 900 * misses * 2 / (6 * 200)
    assert store > 1.0
    capacity = min(10 * speed, 6 * 200 / (misses * 2))
    fresh = math.exp(-(1 - misses) * 5 / 600) * (1 - 0.5 * (4 / 6) ** 2)
    up = (1 - 0.01**2) * (1 - 0.01**6 - 6 * 0.99 * 0.01**5)
    cost = 10 * 4 + 1.5 * 6 * 2 + 0.002 * math.sqrt(5)
    rounded = [math.inf, round(capacity, -2), round(fresh, 2), round(up, 4), round(cost), 4 + 1 + 1 + 1 + 1.5]
    assert one.values[0] == pytest.approx(rounded)
    assert one.excess[0] == pytest.approx([web - 0.9, store - 0.9, 2 - 6, cost - 90])
    assert not one.feasible[0]
    other = tiers().evaluator(np.array([[10.0, 2.0, 6.0, 1.0, 4.0, 1.0, 2.0, 1.0]]))
    speed, misses = speed * 0.9, 0.25
    web, store = 900 / (10 * speed), 900 * misses / 1200
    latency = 1000 / speed / (1 - web) + misses * 5 / (1 - store) + 4 + 0.8 - 3
    assert other.values[0, 0] == round(latency)
    assert other.feasible[0]


def test_a_landscape_by_plain_loops():
    problem = mnk_landscape(bits=6, links=2, m=2, seed=3)
    rng = np.random.default_rng(3)
    others = [[rng.permutation([i for i in range(6) if i != bit])[:2] for bit in range(6)] for _ in range(2)]
    gains, weights = rng.random((2, 6, 8)), rng.random((2, 6))
    X = problem.space.designs(0, 64)
    found = problem.evaluator(X)
    for x, values, excess in zip(X, found.values, found.excess, strict=True):
        for j in range(2):
            total = 0.0
            for bit in range(6):
                a, b = others[j][bit]
                total += gains[j, bit, int(4 * x[bit] + 2 * x[a] + x[b])]
            assert values[j] == pytest.approx(total / 6)
            carried = sum(weights[j, bit] for bit in range(6) if x[bit])
            assert excess[j] == pytest.approx(carried - weights[j].sum() / 2)


def test_a_landscape_is_rugged_and_its_bits_interact():
    # Without interaction the effects of two flips add up for every pair of bits; here they must not.
    problem = mnk_landscape()
    X = np.zeros((1, 18))
    start = problem.evaluator(X).values[0]
    single = problem.evaluator(np.eye(18)).values - start
    additive = 0
    for i, j in combinations(range(18), 2):
        both = problem.evaluator(np.eye(18)[[i]] + np.eye(18)[[j]]).values[0] - start
        additive += bool(np.allclose(both, single[i] + single[j], rtol=0, atol=1e-12))
    assert additive < 0.5 * 18 * 17 / 2


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_scores_every_design(name):
    problem = PROBLEMS[name]()
    X = problem.space.sample(500, seed=2)
    one = problem.evaluator(X)
    assert problem.name == name
    assert len(one) == 500
    assert one.feasible.any()
    alone = problem.evaluator(X[7:8])
    assert np.array_equal(alone.losses[0], one.losses[7])
    assert problem.is_enumerable == (name in ("tiers", "MNK"))


def test_those_that_can_be_counted_have_the_size_that_was_asked_for():
    assert tiers().space.size == 16 * 4 * 12 * 4 * 8 * 4 * 3 * 2
    assert mnk_landscape().space.size == 2**18
