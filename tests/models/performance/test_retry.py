"""Attempts that are repeated: fixed points in closed form or solved here."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from models import compile_system
from oracles.simulation import Pulse, simulate
from scenarios import scenario
from small_cases import case, designs_of, evaluated, told


@pytest.mark.parametrize("name", ["fallback-always", "fallback-ignores-retries"])
def test_a_fallback_does_not_stop_the_retries_before_it(name):
    """30 % fail, three attempts: (1 - 0.3^3) / 0.7 = 1.39 for each call; simulated 139.3/s (0.5 %)."""
    attempts = 100.0 * (1.0 - 0.3**3) / (1.0 - 0.3)
    search = told(case(name))["components"]["search"]
    assert search["arrivals_per_s"] == pytest.approx(attempts, rel=1e-6)
    assert search["arrivals_per_s"] == pytest.approx(139.3, rel=0.005)
    assert search["utilisation"] == pytest.approx(attempts * 0.050 / 8, rel=1e-6)
    steps = evaluated(case(name))
    assert float(steps.success[0][0, 0]) == 1.0
    # 160 calls/s can be served; with all repeated 300/s would come.
    assert float(steps.retry_margin[0]) == pytest.approx(160.0 / 300.0, rel=1e-9)


def test_a_fallback_of_the_file_and_one_by_decision_are_the_same():
    """Written or set by a decision: one system, one answer, bit by bit."""
    by_decision = compile_system(
        scenario(
            components={"a": {"kind": "service", "slots": 8, "service_ms": 50, "error_share": 0.3}},
            flows={
                "all": {
                    "share": 1.0,
                    "trace": [{"call": "a", "retries": 2, "fallback": {"fidelity": 0.5, "enabled": False}}],
                }
            },
            decisions={"rescue": {"on": {"set": {"calls.a.fallback.enabled": True}}}},
        )
    )
    written = compile_system(
        scenario(
            components={"a": {"kind": "service", "slots": 8, "service_ms": 50, "error_share": 0.3}},
            flows={
                "all": {"share": 1.0, "trace": [{"call": "a", "retries": 2, "fallback": {"fidelity": 0.5}}]}
            },
        )
    )
    on = evaluated(by_decision, designs_of(by_decision, rescue=1.0))
    np.testing.assert_array_equal(on.values[0, :4], evaluated(written).values[0, :4])
    assert float(on.metastable[0]) == float(evaluated(written).metastable[0])


def attempts_at_a_rate_limit(rate, limit, retries):
    """Attempts a call: a = (1 - f^(r+1)) / (1 - f) with f = 1 - limit / (rate a)."""

    def off(a):
        f = max(1.0 - limit / (rate * a), 0.0)
        return sum(f**k for k in range(retries + 1)) - a

    return brentq(off, 1.0, retries + 1.0 + 1e-9, xtol=1e-13) if retries else 1.0


@pytest.mark.parametrize("retries", range(11))
def test_retries_at_a_rate_limit_rest_at_their_fixed_point(retries):
    """Of 10,100 requests/s 10,000 are answered, however often the others come back."""
    system = case("retries-at-a-rate-limit")
    X = designs_of(system, retries=float(retries))
    wanted = 10_100.0 * attempts_at_a_rate_limit(10_100.0, 10_000.0, retries)
    backend = told(system, X[0])["components"]["backend"]
    room = 1e-6
    assert backend["arrivals_per_s"] == pytest.approx(wanted, rel=room)
    steps = evaluated(system, X)
    assert float(steps.success[0][0, 0]) == pytest.approx(10_000 / 10_100, rel=0.1 * room)
    assert float(steps.metastable[0]) == 0.0
    assert float(steps.unsettled[0]) == 0.0


def test_the_fixed_points_that_are_published_with_the_case():
    """11,105, 12,734 and 29,183 attempts/s with 1, 2 and 10 retries."""
    found = [round(10_100 * attempts_at_a_rate_limit(10_100, 10_000, r)) for r in (1, 2, 10)]
    assert found == [11_105, 12_734, 29_183]


@pytest.mark.parametrize("retries", [0, 2])
def test_a_bulkhead_without_slots_lets_nobody_through(retries):
    trace = [{"call": "web", "bulkhead_slots": 0, "retries": retries}]
    system = compile_system(scenario(flows={"shop": {"share": 1.0, "trace": trace}}))
    assert float(evaluated(system).success[0][0, 0]) == 0.0
    assert told(system)["components"]["web"]["arrivals_per_s"] == 0.0


def test_the_case_of_a_closed_bulkhead():
    steps = evaluated(case("closed-bulkhead"))
    assert float(steps.success[0][0, 0]) == 0.0
    assert np.isinf(steps.values[0, 0])


def unlimited(rate, error, retries, **call):
    """Eight slots of 50 ms (160 calls/s) with a queue without end."""
    return scenario(
        components={"a": {"kind": "service", "slots": 8, "service_ms": 50, "error_share": error}},
        flows={"all": {"share": 1.0, "trace": [{"call": "a", "retries": retries, **call}]}},
        phases=[{"name": "p", "rate": rate, "hours": 1}],
    )


@pytest.mark.parametrize("name", ["fallback-always", "fallback-ignores-retries"])
def test_who_waits_without_a_time_out_repeats_nothing_and_comes_back(name):
    assert float(evaluated(case(name)).metastable[0]) == 0.0


@pytest.mark.parametrize(
    ("rate", "error", "retries", "call", "stays_down"),
    [
        (100, 0.3, 2, {}, False),
        (100, 0.3, 2, {"fallback": {"fidelity": 0.5}}, False),
        (100, 0.0, 2, {}, False),
        (60, 0.0, 3, {"timeout_ms": 500}, True),
        (100, 0.0, 3, {"timeout_ms": 500}, True),
    ],
)
def test_whether_a_push_keeps_an_endless_queue_down_is_as_simulated(rate, error, retries, call, stays_down):
    """The simulation gets three times the rate for 20 s, and is looked at long after."""
    written = unlimited(rate, error, retries, **call)
    assert bool(evaluated(compile_system(written)).metastable[0]) == stays_down
    after = simulate(written, requests=rate * 300, seed=3, warm_up=0.7, pulse=Pulse(3.0, 20.0))
    assert (after.overall.success.value < 0.5) == stays_down


def attempts_of_an_overload(rate, capacity, error, retries):
    """Calls/s that arrive where only `capacity` of them end in a second, and those that failed are repeated.

    x = rate (1 + y + ... + y^r) with y = error x capacity / x: the right side falls, so there is one x.
    """

    def off(x):
        return rate * sum((error * capacity / x) ** k for k in range(retries + 1)) - x

    return brentq(off, rate, rate * (retries + 1), xtol=1e-10)


@pytest.mark.parametrize(
    ("rate", "error", "retries", "simulated"),
    [(150, 0.3, 2, 196.7), (200, 0.0, 3, 200.0), (150, 0.5, 1, 208)],
)
def test_an_overload_without_a_time_out_repeats_what_has_failed_by_then(rate, error, retries, simulated):
    component = told(compile_system(unlimited(rate, error, retries)))["components"]["a"]
    expected = attempts_of_an_overload(rate, 160.0, error, retries)
    assert component["arrivals_per_s"] == pytest.approx(expected, rel=1e-6)
    assert expected == pytest.approx(simulated, rel=0.01)
    assert float(evaluated(compile_system(unlimited(rate, error, retries))).metastable[0]) == 0.0


@pytest.mark.parametrize("at_store", [False, True])
@pytest.mark.parametrize("at_web", [False, True])
def test_a_call_above_an_endless_wait_is_repeated_only_after_a_time_out(at_web, at_store):
    """200/s for a store that serves 160/s: who has a time-out makes all its attempts, others one."""
    inner = {"call": "store", "retries": 1, **({"timeout_ms": 300} if at_store else {})}
    outer = {"call": "web", "retries": 1, "then": [inner], **({"timeout_ms": 900} if at_web else {})}
    components = {
        "web": {"kind": "service", "slots": 1000, "service_ms": 1},
        "store": {"kind": "store", "slots": 8, "service_ms": 50},
    }
    flows = {"all": {"share": 1.0, "trace": [outer]}}
    found = told(
        compile_system(
            scenario(components=components, flows=flows, phases=[{"name": "p", "rate": 200, "hours": 1}])
        )
    )["components"]
    # A failure of the store is an answer of the web tier: it is seen there with a time-out or without.
    web = 200 * (2 if at_web or at_store else 1)
    assert found["web"]["arrivals_per_s"] == pytest.approx(web, rel=1e-6)
    assert found["store"]["arrivals_per_s"] == pytest.approx(web * (2 if at_store else 1), rel=1e-6)
