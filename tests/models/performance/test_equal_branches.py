"""Fan-outs to equal branches of which some must answer: order statistics in closed form, and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import compile_system
from models.explanation.explain import explain
from models.performance.equal_branches import enough, nth_of_equal
from scenarios import scenario
from simulated import is_known, played, station

EXPONENTIAL = np.array([[1.0, 1.0, 1.0, 2.0], [0.0] * 4])


def moments(branch, n, success, counts):
    out = np.zeros((4, 4))
    k = nth_of_equal(branch, n, success, counts, out)
    weights, means = out[:k, 0], out[:k, 1]
    mean = float(np.sum(weights * means))
    return mean, float(np.sum(weights * (out[:k, 2] + means**2))) - mean**2, float(weights.sum())


@pytest.mark.parametrize(
    ("each", "needed"), [(1, 1), (2, 1), (2, 2), (10, 9), (100, 1), (100, 50), (100, 100), (1000, 999)]
)
def test_order_statistics_of_exponentials(each, needed):
    """The spacings of n exponentials are exponentials of rates n, n - 1, ... (Renyi 1953)."""
    spacings = [1.0 / (each - i) for i in range(needed)]
    mean, variance, whole = moments(EXPONENTIAL, 1, 1.0, (float(each), float(needed)))
    assert whole == pytest.approx(1.0)
    assert mean == pytest.approx(sum(spacings), rel=3e-3)
    assert math.sqrt(variance) == pytest.approx(math.sqrt(sum(x * x for x in spacings)), rel=0.03)


@given(each=st.integers(1, 60), data=st.data(), one=st.floats(0.0, 1.0))
def test_enough_is_the_binomial_tail(each, data, one):
    needed = data.draw(st.integers(1, each))
    tail = sum(math.comb(each, k) * one**k * (1.0 - one) ** (each - k) for k in range(needed, each + 1))
    assert enough(float(each), float(needed), one) == pytest.approx(tail, rel=1e-9, abs=1e-12)


def flow_of(trace, **components):
    flows = {"all": {"share": 1.0, "trace": trace}}
    phases = [{"name": "p", "rate": 20, "hours": 1}]
    system = compile_system(scenario(components=components, flows=flows, phases=phases))
    return explain(system, system.space.today)["phases"][0]


LEAF = {"kind": "service", "slots": 400, "service_ms": 10, "service_scv": 0.3, "error_share": 0.02}


def test_equal_branches_are_branches():
    """Three that are written out and `each: 3` say the same, within the quadratures."""
    web = {"kind": "service", "slots": 100, "service_ms": 2}
    written = flow_of([{"call": "web", "then": [{"parallel": ["leaf", "leaf", "leaf"]}]}], web=web, leaf=LEAF)
    short = flow_of([{"call": "web", "then": [{"each": 3, "parallel": ["leaf"]}]}], web=web, leaf=LEAF)
    for number in ("arrivals_per_s", "utilisation", "response_ms"):
        assert short["components"]["leaf"][number] == pytest.approx(
            written["components"]["leaf"][number], rel=1e-9
        )
    for number, within in (("success_share", 1e-12), ("response_ms", 2e-3), ("p99_ms", 5e-3)):
        assert short["flows"]["all"][number] == pytest.approx(written["flows"]["all"][number], rel=within)


def test_what_comes_after_begins_when_enough_have_answered():
    """Of ten leaves that fail every fifth time eight are enough: a binomial share of requests goes on."""
    trace = [{"each": 10, "needed": 8, "parallel": ["leaf"]}, "db"]
    db = {"kind": "store", "slots": 10, "service_ms": 1}
    told = flow_of(trace, leaf=LEAF | {"error_share": 0.2}, db=db)
    on = sum(math.comb(10, k) * 0.8**k * 0.2 ** (10 - k) for k in (8, 9, 10))
    assert told["components"]["leaf"]["arrivals_per_s"] == pytest.approx(200.0)
    assert told["components"]["db"]["arrivals_per_s"] == pytest.approx(20.0 * on)
    assert told["flows"]["all"]["success_share"] == pytest.approx(on)


@pytest.mark.parametrize(("each", "needed"), [(20, 20), (20, 17)])
def test_simulated_fan_outs(each, needed):
    """Leaves that never wait: order statistics of exponentials, 1 s each, and what may fail."""
    group = {"each": each, "needed": needed, "parallel": ["leaf"]}
    found = played({"leaf": station(1.0, 10_000)}, group, rate=20.0, events=600_000)
    assert is_known(found.overall.mean_ms, 1e3 * sum(1.0 / (each - i) for i in range(needed)))
    assert is_known(found.components[0].arrivals_per_s, 20.0 * each)
    failing = played({"leaf": station(1.0, 10_000, error_share=0.05)}, group, rate=20.0, events=600_000)
    share = sum(math.comb(each, k) * 0.95**k * 0.05 ** (each - k) for k in range(needed, each + 1))
    assert is_known(failing.overall.success, share)
