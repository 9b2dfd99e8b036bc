"""The Universal Scalability Law against the fits and predictions of the R package usl."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit, minimize_scalar

from models.performance.scalability import busy_service, stretch
from oracles.cases import assert_within, cases
from shipped import each

CONTENTION = st.floats(0.0, 0.3)
COHERENCY = st.floats(0.0, 0.01)


def throughput(load: Any, sigma: float, kappa: float, gamma: float) -> Any:
    """X(N) of N replicas that each carry gamma alone and take longer by the stretch (Gunther 2007)."""
    return gamma * np.asarray(load, dtype=float) / each(stretch, load, sigma, kappa)


def peak_load(sigma: float, kappa: float) -> float:
    """Replicas beyond which throughput falls."""
    found = minimize_scalar(
        lambda n: -float(throughput(n, sigma, kappa, 1.0)),
        bounds=(1.0, 1e4),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(found.x)


def answer(inputs: dict[str, Any]) -> list[float]:
    if "throughput_per_h" in inputs:
        start = (0.05, 1e-4, inputs["throughput_per_h"][0])
        fitted, _ = curve_fit(throughput, inputs["load"], inputs["throughput_per_h"], p0=start)
        return [float(x) for x in fitted]
    sigma, kappa = inputs["sigma"], inputs.get("kappa", 0.0)
    gamma = inputs.get("gamma_per_h", inputs.get("gamma", 1.0))
    if inputs["output"] == "Amdahl asymptote per h":
        # Amdahl 1967: what no number of replicas passes, coherency aside.
        return [float(throughput(1e12, sigma, 0.0, gamma))]
    if "load" in inputs:
        return [float(x) for x in np.atleast_1d(throughput(inputs["load"], sigma, kappa, gamma))]
    peak = peak_load(sigma, kappa)
    if isinstance(inputs["output"], list):
        return [peak, float(throughput(peak, sigma, kappa, gamma))]
    return [peak]


@pytest.mark.parametrize("case", cases("usl"), ids=lambda case: case["id"])
def test_law_agrees_with_the_reference(case: dict[str, Any]) -> None:
    assert_within(case, answer(case["inputs"]))


@given(replicas=st.floats(1.0, 200.0), sigma=CONTENTION, kappa=COHERENCY)
def test_all_busy_is_the_law_and_none_busy_is_no_stretch(replicas: float, sigma: float, kappa: float) -> None:
    full = busy_service(1e9, 2.0, replicas, replicas, sigma, kappa)
    # N servers of the stretched time carry what the law says of N: N / s' = X(N).
    assert replicas / full == pytest.approx(float(throughput(replicas, sigma, kappa, 0.5)), rel=1e-12)
    assert busy_service(0.0, 2.0, replicas, replicas, sigma, kappa) == 2.0


@given(replicas=st.floats(1.0, 200.0), sigma=CONTENTION, kappa=COHERENCY, rate=st.floats(0.0, 500.0))
def test_four_passes_stay_below_the_fixed_point_and_grow_with_the_rate(
    replicas: float, sigma: float, kappa: float, rate: float
) -> None:
    found = each(busy_service, [rate, rate * 1.1], 0.1, 4.0 * replicas, replicas, sigma, kappa)
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
    found = each(busy_service, np.array([0.05, 5.0]) * most, 1.0, 36.0, 36.0, sigma, kappa)
    np.testing.assert_allclose(found, [1.02, 2.10], atol=0.006)


@pytest.mark.parametrize("load", [0.05, 0.3, 0.5, 0.7])
def test_four_passes_are_within_a_percent_of_the_fixed_point(load: float) -> None:
    """Of the published system, up to 70 % of what 36 replicas carry; the fixed point by many passes."""
    sigma, kappa = 0.02773, 1.0437e-4
    rate = load * float(throughput(36.0, sigma, kappa, 1.0))
    fixed = 1.0
    for _ in range(2000):
        busy = 1.0 + 35.0 * min(1.0, rate * fixed / 36.0)
        fixed = 1.0 + sigma * (busy - 1.0) + kappa * busy * (busy - 1.0)
    assert busy_service(rate, 1.0, 36.0, 36.0, sigma, kappa) == pytest.approx(fixed, rel=0.01)


@given(replicas=st.floats(1.0, 1e6))
def test_no_cost_has_no_limit(replicas: float) -> None:
    assert throughput(replicas, 0.0, 0.0, 3.0) == 3.0 * replicas
