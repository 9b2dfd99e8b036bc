"""What the model can't tell apart, by hand."""

from __future__ import annotations

import numpy as np

from fronts import front
from optimizer.decide.choose.knee import mean_cost
from optimizer.decide.noise import alike, best_in_each, contenders, error_of, is_equal
from optimizer.model import MODEL_ERROR, NO_ERROR, ModelError
from optimizer.pareto.scaling import scale_of

TENTH = ModelError("by hand", {"latency": ((0.5, 0.01), (np.inf, 0.1))})


def test_errors_follow_how_busy_a_design_is():
    found = front([[100.0, 3.0], [200.0, 1.0]], names=["latency", "price"], utilisation=[0.5, 0.6])
    assert error_of(found.evaluation, TENTH).tolist() == [[1.0, 0.0], [20.0, 0.0]]
    untold = front([[100.0, 3.0], [200.0, 1.0]], names=["latency", "price"])
    assert error_of(untold.evaluation, TENTH)[:, 0].tolist() == [10.0, 20.0]
    assert error_of(untold.evaluation, NO_ERROR).sum() == 0.0


def test_designs_are_equal_within_the_larger_error():
    found = front([[100.0, 3.0], [109.0, 2.0], [121.0, 1.0]], names=["latency", "price"])
    assert is_equal(found.evaluation, 0, TENTH)[:, 0].tolist() == [True, True, False]
    assert is_equal(found.evaluation, 0, TENTH)[:, 1].tolist() == [True, False, False]
    assert is_equal(found.evaluation, 2, TENTH)[:, 0].tolist() == [False, True, True]


def test_a_dimension_within_the_error_is_told_and_a_constant_one_is_not():
    found = front([[100.0, 3.0, 5.0], [109.0, 2.0, 5.0]], names=["latency", "price", "risk"])
    assert alike(found.evaluation, TENTH).tolist() == [True, False, False]
    assert not alike(found.evaluation, NO_ERROR).any()


def test_contenders_are_those_that_could_be_first():
    found = front([[100.0, 3.0], [130.0, 2.0], [200.0, 1.0]], names=["latency", "price"])
    scale = scale_of(found.losses)
    score = lambda losses: mean_cost(losses, scale)  # noqa: E731
    # Scaled: (0, 1), (0.3, 0.5), (1, 0); sums 1, 0.8, 1. Off by 0.1, 0.13 and 0.2 of the scale.
    assert contenders(found.evaluation, score, TENTH).tolist() == [True, True, True]
    assert contenders(found.evaluation, score, NO_ERROR).tolist() == [False, True, False]
    less = ModelError("by hand", {"latency": ((np.inf, 0.05),)})
    # Lucky sums: 0.95, 0.735, 0.9; unlucky second: 0.865.
    assert contenders(found.evaluation, score, less).tolist() == [False, True, False]


def test_what_is_unbounded_is_equal_to_itself_alone():
    found = front([[np.inf, 1.0], [5.0, 2.0]], names=["latency", "price"])
    own = int(np.flatnonzero(np.isinf(found.losses[:, 0]))[0])
    assert is_equal(found.evaluation, own, MODEL_ERROR)[:, 0].sum() == 1


def test_the_best_of_each_dimension_and_what_is_like_it():
    # Latency: 100 is best, 109 is within the larger error of 10.9, 121 isn't. Price: 1 is best.
    found = front(
        [[100.0, 3.0, 5.0], [109.0, 2.0, 5.0], [121.0, 1.0, 5.0]], names=["latency", "price", "risk"]
    )
    is_best, is_close = best_in_each(found.evaluation, TENTH)
    assert is_best.tolist() == [[True, False, False], [False, False, False], [False, True, False]]
    assert is_close.tolist() == [[False, False, False], [True, False, False], [False, False, False]]
    both = front([[100.0, 3.0], [100.0, 3.0], [200.0, 4.0]], names=["latency", "price"]).evaluation
    assert best_in_each(both.take(np.array([0, 1])), TENTH)[0].sum() == 0
