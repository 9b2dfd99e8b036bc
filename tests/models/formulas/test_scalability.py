"""The Universal Scalability Law against the fits and predictions of the R package usl."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from models.formulas.scalability import stretched_service
from oracles.cases import assert_within, cases
from oracles.formulas.scalability import amdahl_limit, busy_stretch, peak_load, usl_throughput

CONTENTION = st.floats(0.0, 0.3)
COHERENCY = st.floats(0.0, 0.01)


def throughput(load: Any, sigma: float, kappa: float, gamma: float) -> Any:
    return usl_throughput(
        np.array(load), single=np.array(gamma), contention=np.array(sigma), coherency=np.array(kappa)
    )


def answer(inputs: dict[str, Any]) -> list[float]:
    if "throughput_per_h" in inputs:
        start = (0.05, 1e-4, inputs["throughput_per_h"][0])
        fitted, _ = curve_fit(throughput, inputs["load"], inputs["throughput_per_h"], p0=start)
        return [float(x) for x in fitted]
    sigma, kappa = inputs["sigma"], inputs.get("kappa", 0.0)
    gamma = inputs.get("gamma_per_h", inputs.get("gamma", 1.0))
    if inputs["output"] == "Amdahl asymptote per h":
        return [float(amdahl_limit(single=np.array(gamma), contention=np.array(sigma)))]
    if "load" in inputs:
        return [float(x) for x in np.atleast_1d(throughput(inputs["load"], sigma, kappa, gamma))]
    peak = float(peak_load(contention=np.array(sigma), coherency=np.array(kappa)))
    if isinstance(inputs["output"], list):
        return [peak, float(throughput(peak, sigma, kappa, gamma))]
    return [peak]


@pytest.mark.parametrize("case", cases("usl"), ids=lambda case: case["id"])
def test_law_agrees_with_the_reference(case: dict[str, Any]) -> None:
    assert_within(case, answer(case["inputs"]))


@given(replicas=st.floats(1.0, 200.0), sigma=CONTENTION, kappa=COHERENCY)
def test_all_busy_is_the_law_and_none_busy_is_no_stretch(replicas: float, sigma: float, kappa: float) -> None:
    given_ = {
        "replicas": np.array(replicas),
        "contention": np.array(sigma),
        "coherency": np.array(kappa),
    }
    full = stretched_service(np.array(2.0), busy_share=np.array([1.0, 7.0]), **given_)
    # N servers of the stretched time carry what the law says of N: N / s' = X(N).
    np.testing.assert_allclose(replicas / full, throughput(replicas, sigma, kappa, 0.5), rtol=1e-12)
    assert stretched_service(np.array(2.0), busy_share=np.array(0.0), **given_) == 2.0


@given(replicas=st.floats(1.0, 200.0), sigma=CONTENTION, kappa=COHERENCY, rate=st.floats(0.0, 500.0))
def test_four_passes_stay_below_the_fixed_point_and_grow_with_the_rate(
    replicas: float, sigma: float, kappa: float, rate: float
) -> None:
    given_ = {
        "service_s": np.array(0.1),
        "servers": np.array(4.0 * replicas),
        "replicas": np.array(replicas),
        "contention": np.array(sigma),
        "coherency": np.array(kappa),
    }
    found = busy_stretch(np.array([rate, rate * 1.1]), **given_)
    assert 0.1 <= found[0] <= found[1] * (1.0 + 1e-12)
    fixed = 0.1
    for _ in range(2000):
        y = min(1.0, rate * fixed / (4.0 * replicas))
        busy = 1.0 + (replicas - 1.0) * y
        fixed = 0.1 * (1.0 + sigma * (busy - 1.0) + kappa * busy * (busy - 1.0))
    assert found[0] <= fixed * (1.0 + 1e-12)


def test_published_stretch_of_36_replicas() -> None:
    """docs/model.md: at 5 % of the load that 36 can carry work takes 2 % longer, at full load 2.1 times."""
    sigma, kappa = 0.02773, 1.0437e-4
    most = float(throughput(36.0, sigma, kappa, 1.0))
    found = busy_stretch(
        np.array([0.05, 5.0]) * most,
        service_s=np.array(1.0),
        servers=np.array(36.0),
        replicas=np.array(36.0),
        contention=np.array(sigma),
        coherency=np.array(kappa),
    )
    np.testing.assert_allclose(found, [1.02, 2.10], atol=0.006)


def test_no_cost_has_no_limit_and_no_designs_no_answer() -> None:
    nothing = np.array(0.0)
    assert np.isinf(peak_load(contention=nothing, coherency=nothing))
    assert np.isinf(amdahl_limit(single=np.array(3.0), contention=nothing))
    empty = busy_stretch(
        np.empty((0, 1)),
        service_s=np.ones((1, 1)),
        servers=np.ones((1, 1)),
        replicas=np.ones((1, 1)),
        contention=np.zeros((1, 1)),
        coherency=np.zeros((1, 1)),
    )
    assert empty.shape == (0, 1)
