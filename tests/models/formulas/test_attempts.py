"""Retries and time-outs: published examples, truncated geometric laws term by term, and late shares."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special

from models import compile_system, explain
from models.performance.extrapolation import settled
from models.performance.retry import all_fail, any_succeeds, each_succeeds, mean_attempts
from oracles.cases import assert_within, cases
from scenarios import scenario
from shipped import gamma, single, split_at

#: Cases that nothing in this module covers.
NOT_COVERED = {
    "retry-collapse-des": "needs a station's whole fixed point; tests of models/performance/network_state.py"
}


def margin(limit_per_s: float, retries: float, *rates_per_s: float) -> float:
    """How far a load is below the one at which retries can sustain an overload; below 1 they can."""
    web = {"kind": "service", "replicas": 1, "slots": 10, "service_ms": 1e4 / limit_per_s}
    call = {"call": "web", "retries": retries, "timeout_ms": 500}
    system = compile_system(
        scenario(
            components={"web": web},
            flows={"all": {"share": 1.0, "trace": [call]}},
            phases=[{"name": f"p{i}", "rate": rate, "hours": 1} for i, rate in enumerate(rates_per_s)],
        )
    )
    told: Any = explain(system, system.space.today)["retry_margin"]
    return math.inf if told is None else float(told)


def found_for(case: dict[str, Any]) -> list[float]:
    i = case["inputs"]
    if case["id"] == "retry-layers":
        # Where every layer retries the attempts multiply.
        return [mean_attempts(i["attempt_failure"], i["attempts_per_layer"] - 1.0) ** i["layers"]]
    if case["id"] == "retry-metastable":
        load = i["offered_rate_per_s"] * mean_attempts(i["failed_share"], float(i["retries"]))
        return [load, float(load > i["service_limit_per_s"])]
    if case["id"] == "retry-threshold":
        return [100.0 * margin(i["service_limit_per_s"], i["retries"], 100.0)]
    if case["id"] == "retry-sustain-des":
        limit = i["servers"] / i["mean_service_s"]
        return [float(margin(limit, i["retries"], rate) < 1.0) for rate in i["offered_rate_per_s"]]
    f, r = i["attempt_failure"], float(i["retries"])
    return [mean_attempts(f, r), 1.0 - all_fail(f, r)]


@pytest.mark.parametrize(
    "case", [c for c in cases("retries") if c["id"] not in NOT_COVERED], ids=lambda c: c["id"]
)
def test_published_and_simulated(case: dict[str, Any]) -> None:
    assert_within(case, found_for(case))


@given(failure=st.floats(0.0, 1.0), retries=st.integers(0, 12))
def test_attempts_term_by_term(failure: float, retries: int) -> None:
    mean = sum(failure**k for k in range(retries + 1))  # attempt k + 1 is made if k have failed
    won = sum(failure**k * (1.0 - failure) for k in range(retries + 1))
    assert mean_attempts(failure, float(retries)) == pytest.approx(mean, rel=1e-9)
    assert 1.0 - all_fail(failure, float(retries)) == pytest.approx(won, abs=1e-12)
    assert any_succeeds(1.0 - failure, float(retries)) == pytest.approx(won, abs=1e-12)


@given(each=st.floats(1e-9, 0.9), retries=st.integers(0, 6).map(float))
def test_what_each_attempt_does_from_what_one_of_them_does(each: float, retries: float) -> None:
    assert each_succeeds(any_succeeds(each, retries), retries) == pytest.approx(each, rel=1e-8)


@given(limit=st.floats(-100.0, 100.0), away=st.floats(0.1, 10.0), ratio=st.floats(-0.8, 0.94))
def test_geometric_iterates_lead_to_their_limit(limit: float, away: float, ratio: float) -> None:
    found, runs_away = settled(*(limit + away * ratio**k for k in range(3)))
    assert found == pytest.approx(limit, abs=1e-6 * max(1.0, abs(limit), away))
    assert not runs_away


@given(step=st.floats(0.01, 10.0), ratio=st.floats(0.96, 3.0))
def test_steps_that_hardly_shrink_run_away(step: float, ratio: float) -> None:
    assert settled(0.0, step, step + ratio * step)[1]


def test_what_has_arrived_stays() -> None:
    assert settled(0.0, 0.0, 5.0) == (5.0, False)
    assert settled(3.0, 3.0, 3.0) == (3.0, False)


@settings(deadline=None, max_examples=40)
@given(
    shape=st.floats(0.2, 50.0),
    mean=st.floats(0.1, 10.0),
    shift=st.floats(0.0, 5.0),
    timeout=st.floats(0.05, 30.0),
)
def test_late_is_what_the_law_says(shape: float, mean: float, shift: float, timeout: float) -> None:
    assume(abs(timeout - shift) > 1e-6)  # closer, the shift's own rounding decides
    late, _ = split_at(single(gamma(mean, 1.0 / shape, shift=shift)), timeout)
    above = float(special.gammaincc(shape, max(timeout - shift, 0.0) * shape / mean))
    assert late == pytest.approx(above, rel=1e-6, abs=1e-12)


def test_what_never_ends_is_always_late() -> None:
    assert split_at(single((math.inf, math.inf, math.inf)), 3.0)[0] == 1.0


def test_without_calls_or_retries_the_margin_is_infinite() -> None:
    assert math.isinf(margin(300.0, 0, 100.0))
    assert margin(300.0, 2, 0.0, 50.0) == margin(300.0, 2, 50.0) == pytest.approx(2.0)
