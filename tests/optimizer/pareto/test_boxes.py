"""Boxes of what somebody would notice: fixed, in order, as wide as they say; and what is shown of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.evaluation import (
    AVAILABILITY,
    COMPLEXITY,
    CONSISTENCY,
    COST,
    DIMENSIONS,
    LATENCY,
    THROUGHPUT,
    Evaluation,
)
from optimizer.pareto.boxes import ROUNDING, SMALLEST, Width, boxed, visible, widths_of

DEFAULTS = widths_of(DIMENSIONS, [None] * len(DIMENSIONS))
SHARES = st.floats(0.0, 1.0)
AMOUNTS = st.floats(-1e9, 1e9) | st.floats(-1.0, 1.0) | st.sampled_from([0.0, 300.0, 150.0])
VALUES = {
    LATENCY: st.floats(0.0, 1e9) | st.just(np.inf),
    THROUGHPUT: st.floats(0.0, 1e9),
    CONSISTENCY: SHARES,
    AVAILABILITY: SHARES | st.floats(0.99, 1.0),
    COST: AMOUNTS,
    COMPLEXITY: st.floats(0.0, 10.0),
}
ANY = st.sampled_from(DEFAULTS).flatmap(
    lambda width: st.tuples(st.just(width), VALUES[width.dimension], VALUES[width.dimension])
)
BOXES = st.integers(1, 40).flatmap(
    lambda n: arrays(np.float64, (n, 3), elements=st.integers(0, 4).map(float))
)


def box(width: Width, value: float) -> float:
    return float(width.boxes(np.array([value]))[0])


@given(ANY)
def test_the_better_value_is_never_in_the_worse_box(drawn):
    width, one, other = drawn
    better, worse = sorted((one, other), key=lambda value: value * width.dimension.sign)
    assert box(width, better) <= box(width, worse)


@given(ANY)
def test_a_box_does_not_depend_on_who_else_is_there(drawn):
    width, one, other = drawn
    together = width.boxes(np.array([one, other, one]))
    assert together.tolist() == [box(width, one), box(width, other), box(width, one)]


@given(ANY)
def test_values_in_one_box_differ_by_less_than_would_be_noticed(drawn):
    width, one, other = drawn
    if box(width, one) != box(width, other) or not (np.isfinite(one) and np.isfinite(other)):
        return
    if width.is_relative:
        large, small = max(abs(one), abs(other)), min(abs(one), abs(other))
        if one * other >= 0.0:
            assert large + SMALLEST <= (small + SMALLEST) * (1.0 + width.size) * (1.0 + 1e-9)
    else:
        scaled = width.dimension.on_scale(np.array([one, other]))
        assert abs(scaled[0] - scaled[1]) <= width.size * (1.0 + 2.0 * ROUNDING)


@given(st.sampled_from(DIMENSIONS), st.floats(1e-3, 1e3), st.data())
def test_a_step_that_was_asked_for_is_the_width(dimension, step, data):
    (width,) = widths_of([dimension], [step])
    one, other = data.draw(VALUES[dimension]), data.draw(VALUES[dimension])
    scaled = dimension.on_scale(np.array([one, other]))
    if np.isfinite(scaled).all() and abs(scaled[0] - scaled[1]) > 1.001 * step:
        assert box(width, one) != box(width, other)


def test_boxes_by_hand():
    nines = widths_of([AVAILABILITY], [None])[0]
    assert box(nines, 0.99) - box(nines, 0.999) == 10  # a tenth of a nine
    costs = widths_of([COST], [50.0])[0]
    assert [box(costs, usd) for usd in (0.0, 49.0, 50.0, 99.0, 150.0)] == [0, 0, 1, 1, 3]
    assert box(costs, 150.0 - 1e-9) == box(costs, 150.0)  # 150 USD are 150 USD, however they were added up
    relative = widths_of([COST], [None])[0]
    assert box(relative, 100.0) < box(relative, 103.0)
    assert box(relative, 1e6) < box(relative, 1.03e6)
    assert box(relative, -100.0) < box(relative, 0.0) < box(relative, 100.0)
    times = widths_of([LATENCY], [None])[0]
    assert box(times, np.inf) == np.inf
    rates = widths_of([THROUGHPUT], [None])[0]
    assert box(rates, 2000.0) < box(rates, 1000.0)


def test_every_dimension_says_what_can_be_noticed():
    for dimension in DIMENSIONS:
        assert dimension.noticed > 0.0
    # Latency can't be told apart more finely than the model is off where stations are half busy or more.
    assert LATENCY.is_noticed_relatively


def dominates(one, other) -> bool:
    return bool(np.all(one <= other) and np.any(one < other))


@given(BOXES, st.randoms(use_true_random=False))
def test_one_design_is_shown_for_each_box_that_none_dominates(boxes, random):
    prefer = list(range(len(boxes)))
    random.shuffle(prefer)
    shown = visible(boxes, np.array(prefer, dtype=np.intp))
    whole = {tuple(row) for row in boxes}
    best = {one for one in whole if not any(dominates(np.array(other), np.array(one)) for other in whole)}
    assert sorted(tuple(boxes[i]) for i in shown) == sorted(best)
    for i in shown:
        alike = [k for k in prefer if np.array_equal(boxes[k], boxes[i])]
        assert i == alike[0]
    assert sorted(shown) == list(shown)


@given(BOXES, st.randoms(use_true_random=False))
def test_the_order_of_the_designs_does_not_matter(boxes, random):
    n = len(boxes)
    prefer = np.arange(n, dtype=np.intp)
    moved = list(range(n))
    random.shuffle(moved)
    back = np.argsort(moved)
    shown = set(visible(boxes, prefer).tolist())
    again = visible(boxes[moved], back[prefer].astype(np.intp))
    assert {moved[i] for i in again} == shown


@given(BOXES)
def test_every_design_has_one_that_is_shown_and_no_worse_box(boxes):
    shown = visible(boxes, np.arange(len(boxes), dtype=np.intp))
    for row in boxes:
        assert any(np.all(boxes[i] <= row) for i in shown)


@given(BOXES)
def test_a_design_that_is_dominated_changes_nothing(boxes):
    more = np.vstack([boxes, boxes.max(axis=0) + 1.0])
    before = visible(boxes, np.arange(len(boxes), dtype=np.intp))
    assert visible(more, np.arange(len(more), dtype=np.intp)).tolist() == before.tolist()


def test_nothing_is_shown_of_nothing():
    assert visible(np.zeros((0, 3)), np.zeros(0, dtype=np.intp)).size == 0


def test_an_evaluation_is_boxed_by_dimension():
    values = np.array([[100.0, 1000.0, 0.99, 0.999, 50.0, 0.5], [np.inf, 500.0, 0.5, 0.9, 60.0, 0.6]])
    evaluation = Evaluation(X=np.zeros((2, 1)), values=values, excess=np.zeros((2, 0)))
    boxes = boxed(evaluation, DEFAULTS)
    assert boxes.shape == (2, 6)
    assert np.all(boxes[0] < boxes[1])
    for j, width in enumerate(DEFAULTS):
        assert boxes[:, j].tolist() == pytest.approx([box(width, value) for value in values[:, j]])


def test_availabilities_beyond_five_nines_are_a_tie_and_those_below_are_not():
    """Without a model of failures that come together nobody can tell 99.9995 % from 99.99999 %."""
    width = Width(AVAILABILITY, 0.1, is_relative=False)
    boxes = width.boxes(np.array([0.999, 0.9999, 0.999995, 0.9999999, 1.0]))
    assert boxes[0] > boxes[1] > boxes[2]
    assert boxes[2] == boxes[3] == boxes[4]
