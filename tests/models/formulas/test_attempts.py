"""Retries and timeouts: published examples, truncated geometric laws term by term, and drawn durations."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from models.formulas.attempts import attempts, retry_margin, settled, success, sustaining_rate, timed_out
from models.formulas.cumulants import Cumulants, from_raw, gamma_cumulants
from oracles.cases import assert_within, cases
from oracles.formulas.attempts import given_up_after, layered_attempts

#: Cases that nothing in this module covers.
NOT_COVERED = {
    "retry-collapse-des": "needs a station's whole fixed point; tests of models/performance/network_state.py"
}


def cell(x: float) -> np.ndarray:
    return np.full((1, 1), float(x))


def found_for(case: dict[str, Any]) -> list[float]:
    i = case["inputs"]
    if case["id"] == "retry-layers":
        each = attempts(cell(i["attempt_failure"]), retries=cell(i["attempts_per_layer"] - 1))
        return [float(layered_attempts([each] * i["layers"])[0, 0])]
    if case["id"] == "retry-metastable":
        load = i["offered_rate_per_s"] * attempts(cell(i["failed_share"]), retries=cell(i["retries"]))
        return [float(load[0, 0]), float(load[0, 0] > i["service_limit_per_s"])]
    if case["id"] == "retry-threshold":
        return [float(sustaining_rate(cell(i["service_limit_per_s"]), retries=cell(i["retries"]))[0, 0])]
    if case["id"] == "retry-sustain-des":
        capacity = cell(i["servers"] / i["mean_service_s"])
        rates = np.array([i["offered_rate_per_s"]], dtype=float)
        margin = retry_margin(capacity, retries=cell(i["retries"]), rate_per_s=rates)
        return [float(m < 1.0) for m in margin[0]]
    f, r = cell(i["attempt_failure"]), cell(i["retries"])
    return [float(attempts(f, retries=r)[0, 0]), float(success(f, retries=r)[0, 0])]


@pytest.mark.parametrize(
    "case", [c for c in cases("retries") if c["id"] not in NOT_COVERED], ids=lambda c: c["id"]
)
def test_published_and_simulated(case: dict[str, Any]) -> None:
    assert_within(case, found_for(case))


@given(failure=st.floats(0.0, 1.0), retries=st.integers(0, 12))
def test_attempts_term_by_term(failure: float, retries: int) -> None:
    f, r = cell(failure), cell(retries)
    mean = sum(failure**k for k in range(retries + 1))  # attempt k + 1 is made if k have failed
    won = sum(failure**k * (1.0 - failure) for k in range(retries + 1))
    assert attempts(f, retries=r)[0, 0] == pytest.approx(mean, rel=1e-9)
    assert success(f, retries=r)[0, 0] == pytest.approx(won, abs=1e-12)


@given(limit=st.floats(-100.0, 100.0), away=st.floats(0.1, 10.0), ratio=st.floats(-0.8, 0.94))
def test_geometric_iterates_lead_to_their_limit(limit: float, away: float, ratio: float) -> None:
    x = [cell(limit + away * ratio**k) for k in range(3)]
    found, runs_away = settled(*x)
    assert found[0, 0] == pytest.approx(limit, abs=1e-6 * max(1.0, abs(limit), away))
    assert runs_away[0, 0] == 0.0


@given(step=st.floats(0.01, 10.0), ratio=st.floats(0.96, 3.0))
def test_steps_that_hardly_shrink_run_away(step: float, ratio: float) -> None:
    assert settled(cell(0.0), cell(step), cell(step + ratio * step))[1][0, 0] == 1.0


def test_what_has_arrived_stays() -> None:
    found, runs_away = settled(cell(0.0), cell(0.0), cell(5.0))
    assert np.isfinite(found).all()
    assert runs_away[0, 0] == 0.0
    assert settled(cell(3.0), cell(3.0), cell(3.0))[0][0, 0] == 3.0


@settings(deadline=None, max_examples=40)
@given(
    shape=st.floats(0.2, 50.0),
    mean=st.floats(0.1, 10.0),
    shift=st.floats(0.0, 5.0),
    timeout=st.floats(0.05, 30.0),
)
def test_given_up_after_is_the_integral(shape: float, mean: float, shift: float, timeout: float) -> None:
    assume(abs(timeout - shift) > 1e-6)  # closer, the shift's own rounding decides
    m, v, k = gamma_cumulants(cell(mean), scv=cell(1.0 / shape))
    part = Cumulants(m + shift, v, k)
    scale = mean / shape

    def above(x: float) -> float:
        return float(special.gammaincc(shape, max(x - shift, 0.0) / scale))

    middle = min(shift, timeout)
    points = sorted({middle, min(shift + scale * special.gammaincinv(shape, 0.5), timeout), timeout})
    raw = [middle**j for j in (1, 2, 3)]
    for low, high in itertools.pairwise(points):
        for j in (1, 2, 3):
            raw[j - 1] += integrate.quad(lambda x, j=j: j * x ** (j - 1) * above(x), low, high, limit=200)[0]
    wanted = from_raw(*(cell(x) for x in raw))
    found = given_up_after(part, timeout_s=cell(timeout))
    assert timed_out(part, timeout_s=cell(timeout))[0, 0] == pytest.approx(
        above(timeout), rel=1e-6, abs=1e-12
    )
    for power, (x, y) in enumerate(zip(found, wanted, strict=True), start=1):
        assert abs(x[0, 0] - y[0, 0]) <= 1e-6 * min(timeout, shift + 20.0 * mean) ** power


def test_no_timeout_and_no_end() -> None:
    part = gamma_cumulants(cell(2.0), scv=cell(0.7))
    assert given_up_after(part, timeout_s=cell(np.inf)) == part
    assert timed_out(part, timeout_s=cell(np.inf))[0, 0] == 0.0
    endless = Cumulants(*(cell(np.inf) for _ in range(3)))
    assert [float(x[0, 0]) for x in given_up_after(endless, timeout_s=cell(3.0))] == [3.0, 0.0, 0.0]
    assert timed_out(endless, timeout_s=cell(3.0))[0, 0] == 1.0
    assert np.isinf(given_up_after(endless, timeout_s=cell(np.inf)).mean[0, 0])
    # Nobody answers before the delay is over.
    assert given_up_after(Cumulants(cell(5.0), cell(0.0), cell(0.0)), timeout_s=cell(1.0)).mean[0, 0] == 1.0


def test_without_calls_the_margin_is_infinite() -> None:
    assert np.isinf(retry_margin(cell(10.0), retries=cell(2), rate_per_s=cell(0.0))[0, 0])


@pytest.mark.parametrize("n", [0, 1])
def test_shapes(n: int) -> None:
    part = gamma_cumulants(np.ones((n, 1)), scv=cell(0.5))
    limit = np.ones((1, 2))
    assert given_up_after(part, timeout_s=limit).mean.shape == (n, 2)
    assert timed_out(part, timeout_s=limit).shape == (n, 2)
    assert attempts(np.full((n, 1), 0.5), retries=limit).shape == (n, 2)


def test_bits_alone_and_among_ten_thousand() -> None:
    rng = np.random.default_rng(8)
    part = gamma_cumulants(rng.exponential(1.0, (10_000, 1)), scv=rng.exponential(1.0, (10_000, 1)))
    limit = rng.exponential(2.0, (10_000, 1))
    together = given_up_after(part, timeout_s=limit)
    many = attempts(rng_share := rng.random((10_000, 1)), retries=cell(3))
    for i in range(0, 10_000, 500):
        row = slice(i, i + 1)
        alone = given_up_after(Cumulants(*(x[row] for x in part)), timeout_s=limit[row])
        assert all(x[0, 0] == y[i, 0] for x, y in zip(alone, together, strict=True))
        assert attempts(rng_share[row], retries=cell(3))[0, 0] == many[i, 0]
