"""Requests that wait for many calls at once."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models import compile_system
from scenarios import scenario
from small_cases import case, evaluated, told

#: One answer in a hundred takes a second more; the others take 10 ms.
SLOW = 0.01
FAST_MS, SLOW_MS = 10.0, 1000.0


def fast_and_slow(percentile: float, branches: int) -> float:
    """A percentile of the slowest of equal branches of two outcomes, ms: the root of a power of their law.

    The fast outcome is a gamma law of mean 10 and scv 0.01, the slow one has 1000 +- 10 ms more.
    """
    fast = stats.gamma(a=100.0, scale=FAST_MS / 100.0)
    # 1000 ms with scv 1e-4 and 10 ms with scv 1e-2: the sum is nearly normal, its deviation 10.05 ms.
    slow = stats.norm(FAST_MS + SLOW_MS, np.sqrt(100.0 + 1.0))
    low, high = 0.0, 3000.0
    for _ in range(100):
        middle = 0.5 * (low + high)
        one = (1.0 - SLOW) * fast.cdf(middle) + SLOW * slow.cdf(middle)
        low, high = (middle, high) if one**branches < percentile else (low, middle)
    return high


def test_of_those_who_wait_for_a_hundred_most_wait_over_a_second():
    """Dean and Barroso 2013: 1 - 0.99^100 = 63 % of the requests take over a second."""
    over = 1.0 - (1.0 - SLOW) ** 100
    assert over == pytest.approx(0.634, abs=5e-4)
    flows = told(case("tail-at-scale"))["flows"]
    hundred, one = flows["hundred"], flows["one"]
    # The median lies within the slow outcomes, and a quarter of the requests are fast.
    assert hundred["p50_ms"] > SLOW_MS > 50 * one["p50_ms"]
    assert hundred["p50_ms"] == pytest.approx(fast_and_slow(0.50, 100), rel=0.01)
    assert hundred["p99_ms"] == pytest.approx(fast_and_slow(0.99, 100), rel=0.01)
    # Of the mean the slow ones make up what they are of the requests: over x 1 s and the fast rest.
    assert hundred["response_ms"] == pytest.approx(over * SLOW_MS + FAST_MS, rel=0.03)
    assert one["response_ms"] == pytest.approx(FAST_MS + SLOW * SLOW_MS, rel=1e-9)


@pytest.mark.parametrize(
    ("percentile", "is_slow"), [(0.60, False), (0.63, False), (0.64, True), (0.70, True)]
)
def test_the_share_that_is_slow_can_be_read_from_percentiles(percentile, is_slow):
    """With 45 branches 0.99^45 = 63.6 % are fast: with 100 as many are slow."""
    assert (percentile > (1.0 - SLOW) ** 45) == is_slow
    latency = float(evaluated(fan_out(45, dimensions={"latency": {"percentile": percentile}})).values[0, 0])
    assert (latency > 0.5 * SLOW_MS) == is_slow


def test_eight_branches():
    flow = told(case("fan-out-8"))["flows"]["hundred"]
    assert flow["p50_ms"] == pytest.approx(fast_and_slow(0.50, 8), rel=0.01)
    assert flow["p99_ms"] == pytest.approx(fast_and_slow(0.99, 8), rel=0.01)
    slow = 1.0 - (1.0 - SLOW) ** 8
    assert flow["response_ms"] == pytest.approx(slow * SLOW_MS + FAST_MS, rel=0.05)


def fan_out(branches, **parts):
    components = {
        "leaf": {"kind": "external", "latency_ms": FAST_MS, "latency_scv": 0.01},
        "slow": {"kind": "external", "latency_ms": SLOW_MS, "latency_scv": 0.0001},
    }
    parallel = [
        [{"call": "leaf", "name": f"l{i}"}, {"call": "slow", "name": f"s{i}", "times": SLOW}]
        for i in range(branches)
    ]
    flows = {"all": {"share": 1.0, "trace": [{"parallel": parallel}]}}
    return compile_system(scenario(components=components, flows=flows, **parts))


@pytest.mark.parametrize("branches", [2, 3, 4, 5, 24, 100])
def test_every_branch_is_made_and_a_mean_of_exponentials_is_a_harmonic_number(branches):
    """Renyi 1953: the slowest of n exponentials of mean m takes m (1 + 1/2 + ... + 1/n) in the mean."""
    components = {"leaf": {"kind": "external", "latency_ms": 10}}
    parallel = [[{"call": "leaf", "name": f"l{i}"}] for i in range(branches)]
    flows = {"all": {"share": 1.0, "trace": [{"parallel": parallel}]}}
    phase = told(compile_system(scenario(components=components, flows=flows)))
    assert phase["components"]["leaf"]["arrivals_per_s"] == pytest.approx(100.0 * branches)
    harmonic = sum(1.0 / k for k in range(1, branches + 1))
    assert phase["flows"]["all"]["response_ms"] == pytest.approx(10.0 * harmonic, rel=5e-3)
    # Of the maximum P(M <= x) = (1 - e^(-x/m))^n.
    assert phase["flows"]["all"]["p99_ms"] == pytest.approx(
        -10.0 * np.log1p(-(0.99 ** (1 / branches))), rel=0.02
    )
