"""Erlang B and C against published values and against the recursion in many digits."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from models.performance.erlang import erlang_b, erlang_c
from oracles.cases import assert_within, cases
from shipped import each

LOADS = st.floats(0.01, 5.0)


def b(offered: float, servers: float) -> float:
    return erlang_b(float(offered), float(servers))


def c(offered: float, servers: float) -> float:
    return erlang_c(float(offered), float(servers), b(offered, servers))


def b_by_recursion(offered: float, servers: int) -> float:
    """Erlang 1917: B(k) = a B(k-1) / (k + a B(k-1)), here as 1/B."""
    inverse = mpmath.mpf(1)
    for k in range(1, servers + 1):
        inverse = 1 + k / mpmath.mpf(offered) * inverse
    return float(1 / inverse)


def b_by_integral(offered: float, servers: float) -> float:
    """Jagerman 1974: B = a^c e^-a / Gamma(c + 1, a)."""
    with mpmath.workdps(40):
        a, n = mpmath.mpf(offered), mpmath.mpf(servers)
        return float(mpmath.exp(n * mpmath.log(a) - a) / mpmath.gammainc(n + 1, a))


@pytest.mark.parametrize("case", cases("erlang_b"), ids=lambda case: case["id"])
def test_erlang_b_agrees_with_the_reference(case: dict[str, Any]) -> None:
    given_ = case["inputs"]
    if "blocking" in given_:
        found = brentq(lambda a: b(a, given_["servers"]) - given_["blocking"], 1e-6, 100.0, xtol=1e-12)
    else:
        found = b(given_["offered_erlangs"], given_["servers"])
        found = math.log(found) if "natural log" in given_.get("output", "") else found
    assert_within(case, found)


@pytest.mark.parametrize("case", cases("erlang_c"), ids=lambda case: case["id"])
def test_erlang_c_agrees_with_the_reference(case: dict[str, Any]) -> None:
    given_, output = case["inputs"], case["inputs"].get("output", "")
    servers = given_["servers"]
    unit = "h" if "arrival_rate_per_h" in given_ else "s"
    if f"arrival_rate_per_{unit}" in given_:
        rate, mu = given_[f"arrival_rate_per_{unit}"], given_[f"service_rate_per_{unit}"]
        wait = c(rate / mu, servers) / (servers * mu - rate)
        assert_within(case, [rate * wait, wait + 1.0 / mu])
        return
    share = c(given_["offered_erlangs"], servers)
    if isinstance(output, list):
        w = given_["mean_service_s"] / (servers - given_["offered_erlangs"])
        assert_within(case, [share * w, share * (2.0 - share) * w * w, w * math.log(share / 0.01)])
    else:
        assert_within(case, math.log(share) if "natural log" in output else share)


@settings(max_examples=150, deadline=None)
@given(servers=st.integers(1, 400), load=LOADS)
def test_erlang_b_equals_the_recursion(servers: int, load: float) -> None:
    wanted = b_by_recursion(load * servers, servers)
    assert b(load * servers, servers) == pytest.approx(wanted, rel=1e-10, abs=1e-300)


@settings(max_examples=60, deadline=None)
@given(servers=st.floats(0.1, 300.0), load=LOADS)
def test_erlang_b_equals_the_incomplete_gamma_function_for_servers_that_are_not_whole(
    servers: float, load: float
) -> None:
    wanted = b_by_integral(load * servers, servers)
    assert b(load * servers, servers) == pytest.approx(wanted, rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("servers", [0.5, 19.5, 20.0, 20.001, 21.0, 40.0, 1e3, 1e5, 1e6])
def test_erlang_b_has_no_seam_between_its_ways(servers: float) -> None:
    """From B(c - 1) to B(c) = a B(c-1) / (c + a B(c-1)), whatever way each was worked out."""
    offered = servers * np.geomspace(0.02, 6.0, 2000) + 1e-9
    above, below = each(erlang_b, offered, servers + 1.0), each(erlang_b, offered, servers)
    wanted = offered * below / (servers + 1.0 + offered * below)
    seen = above > 1e-280
    assert seen.sum() > 300
    np.testing.assert_allclose(above[seen], wanted[seen], rtol=3e-10)


@given(
    offered=st.floats(0.0, 1e308),
    servers=st.one_of(st.floats(0.1, 1e6), st.integers(1, 60).map(float)),
)
def test_probabilities_for_every_finite_load(offered: float, servers: float) -> None:
    blocked, waits = b(offered, servers), c(offered, servers)
    assert 0.0 <= blocked <= waits <= 1.0
    assert offered < servers or waits == 1.0
    assert offered > 0.0 or waits == 0.0


@given(servers=st.integers(1, 200), load=st.floats(0.05, 3.0), more=st.floats(1e-3, 1.0))
def test_more_load_blocks_more_and_more_servers_less(servers: int, load: float, more: float) -> None:
    offered = load * servers
    assert b(offered * (1.0 + more), servers) > b(offered, servers) or b(offered, servers) == 0.0
    assert b(offered, servers + more) < b(offered, servers) or b(offered, servers) == 0.0


def test_a_known_erlang_b_is_used() -> None:
    """C = B / (1 - rho (1 - B)) of the B that is handed in: 0.5 at rho = 0.5 gives 2/3."""
    assert erlang_c(1.0, 2.0, 0.5) == pytest.approx(2.0 / 3.0, rel=1e-15)
