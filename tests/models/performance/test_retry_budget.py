"""Retry budgets: retries are a share of the calls at the most, in model and simulation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.explanation.explain import explain
from models.performance.retry import allowed_share, tries_of
from simulated import external, is_known, played, station, system_of


def phase_of(parts, call, rate):
    system = system_of(parts, call, rate=rate)
    return explain(system, system.space.today)["phases"][0]


@pytest.mark.parametrize(("fails", "budget"), [(0.5, 0.2), (1.0, 0.1), (0.8, 0.0)])
def test_a_share_of_the_calls(fails, budget):
    """Each attempt succeeds alike, so that 1 + budget attempts of a call answer so many times one's share."""
    parts, call = {"x": external(0.1, error_share=fails)}, {"call": "x", "retries": 3, "retry_budget": budget}
    told = phase_of(parts, call, 10.0)
    assert told["components"]["x"]["arrivals_per_s"] == pytest.approx(10.0 * (1.0 + budget), rel=1e-6)
    answered = (1.0 + budget) * (1.0 - fails)
    assert told["flows"]["all"]["success_share"] == pytest.approx(answered, rel=1e-6, abs=1e-9)
    found = played(parts, call, rate=10.0, events=200_000)
    assert is_known(found.components[0].arrivals_per_s, 10.0 * (1.0 + budget))
    assert found.overall.success.value == pytest.approx(answered, abs=0.01)


def test_a_budget_that_is_never_used_up_changes_nothing():
    parts = {"x": external(0.1, error_share=0.2)}
    free, rich = (
        phase_of(parts, {"call": "x", "retries": 2, **more}, 10.0) for more in ({}, {"retry_budget": 0.5})
    )
    assert rich == free


def test_a_budget_takes_the_failed_state_away():
    """Ten servers of 0.1 s at 70/s with a time-out of 0.5 s: three retries hold them down, a tenth can't."""
    parts = {"x": station(0.1, 10)}
    call = {"call": "x", "timeout_ms": 500, "retries": 3}
    free, bounded = (system_of(parts, call | more, rate=70.0) for more in ({}, {"retry_budget": 0.1}))
    margins = [explain(system, system.space.today)["retry_margin"] for system in (free, bounded)]
    assert margins[0] == pytest.approx(100.0 / 280.0)
    assert margins[1] == pytest.approx(100.0 / 77.0)


@given(
    first=st.floats(0.0, 0.9),
    more=st.floats(0.0, 1.0),
    others=st.floats(0.0, 1.0),
    opening=st.floats(0.05, 1.0),
    stays=st.floats(0.0, 1.0),
    retries=st.integers(1, 20),
    budget=st.floats(0.0, 5.0),
)
def test_what_is_allowed_is_within_the_budget_and_uses_it_up(
    first, more, others, opening, stays, retries, budget
):
    refused, shut = (first, first + (1.0 - first) * more), (opening, stays)
    allowed = allowed_share(refused, others, shut, float(retries), budget)
    made = tries_of(refused, others, shut, (float(retries), allowed))[0] - 1.0
    assert 0.0 <= allowed <= 1.0
    assert made <= budget + 1e-9
    assert allowed == 1.0 or made == pytest.approx(budget, abs=1e-6)
