"""Dimensions: what they carry, and that they come back from plain values as they were."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation import DIMENSIONS, Dimension, Words, dimension_from, values_of_dimension

OWN = Dimension("uptime", "fraction", "higher", Words("safer", "riskier", "safest"), (0.5, None), "nines")


@pytest.mark.parametrize("dimension", [*DIMENSIONS, OWN, Dimension("cost", "EUR", "lower")], ids=str)
def test_a_dimension_comes_back_from_json_as_it_was(dimension):
    assert dimension_from(json.loads(json.dumps(values_of_dimension(dimension)))) == dimension


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=str)
def test_one_of_the_six_that_was_written_without_its_words_has_them_again(dimension):
    told = {"name": dimension.name, "unit": dimension.unit, "better": dimension.better}
    assert dimension_from(told) == dimension
    other = {**told, "unit": "something else"}
    assert dimension_from(other) == Dimension(**other)


@given(st.integers(0, 9))
def test_nines_count_the_zeros_of_what_misses(count):
    assert OWN.on_scale(np.array([1.0 - 10.0**-count])) == pytest.approx(count, abs=1e-6)


def test_what_is_not_in_nines_counts_as_it_is():
    values = np.array([-1.0, 0.0, 3.5])
    assert np.array_equal(Dimension("price", "USD", "lower").on_scale(values), values)


def test_a_dimension_without_words_is_called_by_its_name():
    called = Dimension("speed", "1/s", "higher").called
    assert (called.better, called.worse, called.best) == ("better speed", "worse speed", "best speed")
    assert (OWN.step_unit, Dimension("speed", "1/s", "higher").step_unit) == ("nines", "1/s")
