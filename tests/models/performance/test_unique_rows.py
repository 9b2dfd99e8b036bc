"""Designs that put their components into one and the same situation: any number of rows, one answer each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import compile_system, evaluate
from scenarios import scenario
from small_cases import case, evaluated

#: Decisions that no queue feels.
UNFELT = {
    "contract": {"on": {}, "one_time_usd": 1000},
    "training": {"on": {}, "effort_days": 5},
    "worse": {"on": {"multiply": {"flows.shop.fidelity": 0.5}}},
    "dearer": {"on": {"multiply": {"flows.shop.value_usd": 2}}},
    "paid": {"on": {"multiply": {"web.price_usd_per_hour": 2}}},
    "growth": {"integer": [1, 9], "sets": "drivers.users"},
}

WEB = {"kind": "service", "service_ms": 20, "replicas": 4, "slots": 8, "price_usd_per_hour": 1}
PHASE = {"rate": 100, "hours": 1, "drivers": {"users": 1}}


def unfelt(names, phases=1):
    return compile_system(
        scenario(
            components={"web": WEB},
            flows={"shop": {"share": 1.0, "value_usd": 0.01, "trace": ["web"]}},
            phases=[{**PHASE, "name": f"p{k}"} for k in range(phases)],
            drivers=["users"],
            costs=[{"label": "capital", "usd": 100, "drivers": {"users": 1}}],
            decisions={name: UNFELT[name] for name in names},
        )
    )


@settings(deadline=None, max_examples=20)
@given(
    names=st.sets(st.sampled_from(sorted(UNFELT))),
    phases=st.integers(1, 3),
    rows=st.sampled_from([1, 2, 63, 64, 65, 200]),
)
def test_whatever_no_queue_feels_evaluates(names, phases, rows):
    """One service of 32 slots under 3.1 %: nobody waits, and 99 of 100 take 20 ms x log 100."""
    system = unfelt(sorted(names), phases)
    X = system.space.sample(rows, seed=1)
    X = X[np.arange(rows) % len(X)]
    values = evaluate(system, X).values
    assert values.shape == (rows, 6)
    assert np.isfinite(values).all()
    assert values[:, 0] == pytest.approx(20.0 * np.log(100.0), rel=1e-6)
    for row in (0, rows - 1):
        np.testing.assert_array_equal(evaluate(system, X[[row]]).values[0], values[row])


@pytest.mark.parametrize("rows", [1, 63, 64, 65, 500])
def test_phases_of_equal_rates(rows):
    system = unfelt([], phases=2)
    X = np.repeat(system.space.today[None, :], rows, axis=0)
    values = evaluate(system, X).values
    assert values.shape == (rows, 6)
    assert (values == values[0]).all()


@pytest.mark.parametrize("name", ["outage-on-the-only-path", "support-contract", "one-phase"])
@pytest.mark.parametrize("rows", [1, 2, 64, 300])
def test_cases_of_one_situation(name, rows):
    system = case(name)
    X = system.space.sample(rows, seed=3)
    X = X[np.arange(rows) % len(X)]
    steps = evaluated(system, X)
    assert steps.values.shape == (rows, 6)
    answered = 0.0 if name == "outage-on-the-only-path" else 1.0
    assert steps.values[:, 3].tolist() == [answered] * rows
