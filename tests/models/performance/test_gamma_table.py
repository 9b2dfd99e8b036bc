"""The table of gamma laws against scipy's function, over all shapes that it holds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammainc, gammaln

from models.performance.gamma_table import ERROR, LEAST_SHAPE, MOST_SHAPE, SMALL, gamma_below

#: scipy's own error grows with the shape: beyond this one it is larger than the table's.
CERTAIN = 1e4


def _below(shape: float, x: float) -> float:
    return gamma_below(shape, 1.0 / math.sqrt(shape), float(gammaln(shape + 1.0)), x)


@pytest.mark.parametrize(("low", "high"), [(LEAST_SHAPE, 1.0), (1.0, 10.0), (10.0, 100.0), (100.0, CERTAIN)])
def test_the_error_of_the_table_is_below_what_it_says(low: float, high: float) -> None:
    rng = np.random.default_rng(5)
    shapes = np.exp(rng.uniform(math.log(low), math.log(high), 20_000))
    # From where next to nothing lies below to where next to nothing lies above.
    places = rng.uniform(-8.0, 8.0, shapes.size)
    x = shapes * np.maximum(1.0 - 1.0 / (9.0 * shapes) + places / (3.0 * np.sqrt(shapes)), 0.0) ** 3
    found = np.array([_below(float(a), float(u)) for a, u in zip(shapes, x, strict=True)])
    assert np.abs(found - gammainc(shapes, x)).max() < ERROR


@given(st.floats(LEAST_SHAPE, CERTAIN), st.floats(0.0, 1e5))
def test_anywhere(shape: float, x: float) -> None:
    assert abs(_below(shape, x) - gammainc(shape, x)) < ERROR


@given(st.floats(1e-3, LEAST_SHAPE, exclude_max=True) | st.floats(MOST_SHAPE, 1e9, exclude_min=True))
def test_beyond_the_table_it_is_the_function_itself(shape: float) -> None:
    assert _below(shape, 0.9 * shape) == gammainc(shape, 0.9 * shape)


@given(st.floats(LEAST_SHAPE, 1e3), st.floats(0.5, 2.0))
def test_the_series_and_the_table_meet(shape: float, stretch: float) -> None:
    at = SMALL * (1.0 + 1e-13 * stretch)
    assert abs(_below(shape, SMALL) - _below(shape, at)) < ERROR


def test_what_is_certain_is_told_as_such() -> None:
    assert _below(2.0, 0.0) == 0.0
    assert _below(2.0, 1e6) == 1.0
    assert _below(2.0, math.inf) == 1.0
