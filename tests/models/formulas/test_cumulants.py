"""Cumulants: against gamma sums, raw moments by hand, and drawn inputs one by one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.performance.mixture import from_raw, gamma_cumulants, scaled, to_raw
from shipped import collapse, product, single

POSITIVE = st.floats(1e-3, 1e3)


@given(mean=POSITIVE, scv=st.floats(0.01, 100.0))
def test_gamma_cumulants_are_those_of_its_raw_moments(mean: float, scv: float) -> None:
    shape, scale = 1.0 / scv, mean * scv
    wanted = [scale * shape, scale**2 * shape * (shape + 1), scale**3 * shape * (shape + 1) * (shape + 2)]
    assert to_raw(gamma_cumulants(mean, scv)) == pytest.approx(wanted, rel=1e-11)


def test_two_exponentials_in_a_row_are_an_erlang_law() -> None:
    one, erlang = gamma_cumulants(3.0, 1.0), gamma_cumulants(6.0, 0.5)
    assert collapse(product(single(one), single(one))) == pytest.approx(erlang, rel=1e-13)
    assert scaled(one, 2.0) == pytest.approx(erlang, rel=1e-14)


@given(mean=POSITIVE, variance=POSITIVE, third=st.floats(-10.0, 1e3))
def test_raw_moments_and_back(mean: float, variance: float, third: float) -> None:
    found = from_raw(*to_raw((mean, variance, third)))
    size = max(mean, variance**0.5, abs(third) ** (1 / 3))
    for power, (have, want) in enumerate(zip(found, (mean, variance, third), strict=True), start=1):
        assert abs(have - want) <= 1e-12 * size**power


def test_never_times_endless_is_nothing() -> None:
    endless = (math.inf, math.inf, math.inf)
    assert scaled(endless, 0.0) == (0.0, 0.0, 0.0)
    assert math.isinf(scaled(endless, 0.5)[0])


def test_a_variance_below_zero_by_rounding_is_zero() -> None:
    assert from_raw(0.1, 0.01 - 1e-18, 0.001)[1] == 0.0
