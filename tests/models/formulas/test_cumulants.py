"""Cumulants: against gamma sums, raw moments by hand, and drawn inputs one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.formulas.cumulants import Cumulants, add, from_raw, gamma_cumulants, scale_count, to_raw

POSITIVE = st.floats(1e-3, 1e3)


@given(mean=POSITIVE, scv=st.floats(0.01, 100.0))
def test_gamma_cumulants_are_those_of_its_raw_moments(mean: float, scv: float) -> None:
    shape, scale = 1.0 / scv, mean * scv
    raw = [scale * shape, scale**2 * shape * (shape + 1), scale**3 * shape * (shape + 1) * (shape + 2)]
    found = to_raw(gamma_cumulants(np.array(mean), scv=np.array(scv)))
    assert [float(x) for x in found] == pytest.approx(raw, rel=1e-11)


def test_two_exponentials_in_a_row_are_an_erlang_law() -> None:
    one = gamma_cumulants(np.full((1, 1), 3.0), scv=np.ones((1, 1)))
    erlang = gamma_cumulants(np.full((1, 1), 6.0), scv=np.full((1, 1), 0.5))
    for found, twice, wanted in zip(
        add(one, one), scale_count(one, np.full((1, 1), 2.0)), erlang, strict=True
    ):
        assert found == pytest.approx(wanted, rel=1e-14)
        assert twice == pytest.approx(wanted, rel=1e-14)


@given(mean=POSITIVE, variance=POSITIVE, third=st.floats(-10.0, 1e3))
def test_raw_moments_and_back(mean: float, variance: float, third: float) -> None:
    part = Cumulants(np.array(mean), np.array(variance), np.array(third))
    found = from_raw(*to_raw(part))
    size = max(mean, variance**0.5, abs(third) ** (1 / 3))
    for i in range(3):
        assert abs(float(found[i] - part[i])) <= 1e-12 * size ** (i + 1)


def test_nothing_adds_up_to_nothing_and_never_times_endless_is_nothing() -> None:
    assert [float(x[0, 0]) for x in add()] == [0.0, 0.0, 0.0]
    endless = Cumulants(*(np.full((1, 1), np.inf) for _ in range(3)))
    assert [float(x[0, 0]) for x in scale_count(endless, np.zeros((1, 1)))] == [0.0, 0.0, 0.0]
    assert np.isinf(scale_count(endless, np.full((1, 1), 0.5)).mean[0, 0])


def test_a_variance_below_zero_by_rounding_is_zero() -> None:
    assert from_raw(np.array(0.1), np.array(0.01 - 1e-18), np.array(0.001)).variance == 0.0


@pytest.mark.parametrize("n", [0, 1, 3])
def test_shapes_broadcast(n: int) -> None:
    part = gamma_cumulants(np.ones((n, 1)), scv=np.ones((1, 2)))
    assert all(x.shape in ((n, 2), (n, 1)) for x in part)
    assert np.broadcast_shapes(*(x.shape for x in add(part, part))) == (n, 2)
