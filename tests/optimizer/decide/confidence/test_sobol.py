"""Sobol indices against their closed forms, and against the whole factorial of the exercise."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from models import compile_system, load_scenario
from models.evaluator import evaluate
from optimizer.decide.confidence.sobol import decision_shares, sobol_indices

DATA = Path(__file__).parents[4] / "data" / "scenarios"


def test_ishigami():
    # Ishigami and Homma 1990: sin x1 + a sin^2 x2 + b x3^4 sin x1 on (-pi, pi)^3.
    a, b, pi = 7.0, 0.1, np.pi
    v1 = 0.5 * (1 + b * pi**4 / 5) ** 2
    v2 = a**2 / 8
    v13 = b**2 * pi**8 * (1 / 18 - 1 / 50)
    whole = v1 + v2 + v13

    def function(u):
        x = pi * (2 * u - 1)
        return (np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0]))[:, None]

    found = sobol_indices(function, [(0,), (1,), (2,)], 3, n=4096, seed=1)
    assert found.first[:, 0] == pytest.approx([v1 / whole, v2 / whole, 0.0], abs=0.02)
    assert found.total[:, 0] == pytest.approx([(v1 + v13) / whole, v2 / whole, v13 / whole], abs=0.02)
    assert found.evaluations == 5 * 4096


def test_the_g_function():
    # Saltelli and Sobol' 1995: product of (|4u - 2| + a) / (1 + a).
    a = np.array([0.0, 1.0, 4.5, 99.0])
    v = 1 / (3 * (1 + a) ** 2)
    whole = np.prod(1 + v) - 1
    totals = v * np.array([np.prod(np.delete(1 + v, i)) for i in range(4)]) / whole
    function = lambda u: np.prod((np.abs(4 * u - 2) + a) / (1 + a), axis=1)[:, None]  # noqa: E731
    found = sobol_indices(function, [(i,) for i in range(4)], 4, n=4096, seed=2)
    assert found.first[:, 0] == pytest.approx(v / whole, abs=0.02)
    assert found.total[:, 0] == pytest.approx(totals, abs=0.02)
    assert np.all(np.abs(found.total[:, 0] - totals) <= 6 * found.error[:, 0] + 1e-3)


def test_constant_infinite_and_grouped_outputs():
    def function(u):
        return np.column_stack([np.full(len(u), 3.0), np.where(u[:, 0] > 0.5, np.inf, 1.0), u.sum(axis=1)])

    found = sobol_indices(function, [(0, 1), (2,)], 3, n=1024, seed=3)
    assert found.ranked.tolist() == [False, True, False]
    assert np.all(found.total[:, 0] == 0.0)
    assert found.total[:, 1] == pytest.approx([1.0, 0.0], abs=0.05)
    # A sum of three equal parts: two of them in the first group.
    assert found.total[:, 2] == pytest.approx([2 / 3, 1 / 3], abs=0.03)


def test_one_input_and_one_output_and_any_number_of_points():
    found = sobol_indices(lambda u: u**2, [(0,)], 1, n=100, seed=5)
    assert found.evaluations == 3 * 128  # Sobol' points are balanced in powers of two
    assert found.total == pytest.approx(np.ones((1, 1)), abs=0.05)
    assert found.first == pytest.approx(np.ones((1, 1)), abs=0.1)


def test_a_small_variance_of_a_large_value_is_none_the_less_one():
    found = sobol_indices(lambda u: 1e9 + 1e-2 * u[:, :1], [(0,), (1,)], 2, n=512, seed=6)
    assert found.total[:, 0] == pytest.approx([1.0, 0.0], abs=0.05)


def test_shares_of_the_decisions_against_the_whole_factorial():
    system = compile_system(load_scenario(DATA / "black_friday_exercise.yaml"))
    everything = np.array(list(product([0.0, 1.0], repeat=5)))
    values = evaluate(system, everything).values
    finite = np.isfinite(values).all(axis=0)
    by_hand = []
    for i in range(5):
        off, on = values[everything[:, i] == 0], values[everything[:, i] == 1]
        with np.errstate(invalid="ignore"):
            by_hand.append((((off - on) / 2) ** 2).mean(axis=0) / values.var(axis=0))
    found = decision_shares(system, n=1024, seed=4)
    assert finite.sum() >= 4
    assert np.array_equal(found.ranked, ~finite)
    assert found.total[:, finite] == pytest.approx(np.array(by_hand)[:, finite], abs=0.06)
