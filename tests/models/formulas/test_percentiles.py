"""Percentiles: published cases, and the tail in many digits on both sides of the answer."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaincc

from models.performance.response_law import shifted_gamma
from oracles.cases import assert_within, cases
from shipped import gamma, product, quantile, single, split_at, tail

#: Cases that nothing here covers.
NOT_COVERED = {"pbs-ssd-latency": "a mean of Pareto laws; test_quorums.py draws from it"}

ROW = st.tuples(
    st.floats(-12.0, 0.0),  # weight, decimal logarithm
    st.floats(-3.0, 3.0),  # mean, decimal logarithm
    st.floats(-3.0, 2.0),  # squared coefficient of variation, decimal logarithm: shapes 1e3 to 0.01
    st.floats(0.5, 3.0),  # third cumulant over that of the gamma law from 0
)
ROWS = st.lists(ROW, min_size=1, max_size=8)
PROBABILITY = st.floats(0.5, 0.9999)


def mixture_of(rows: list[tuple[float, float, float, float]]) -> np.ndarray:
    entries = []
    for weight, mean, scv, bent in rows:
        m, v, k = gamma(10.0**mean, 10.0**scv)
        entries.append((10.0**weight, m, v, k * bent))
    return np.array(entries)


def rounded_tail(mixture: np.ndarray, x: float) -> float:
    """P(X > x) in doubles, from the definition of the law."""
    weight, m, v, k = mixture.T
    shape, scale = 4.0 * v**3 / k**2, k / (2.0 * v)
    u = np.maximum((x - (m - shape * scale)) / scale, 0.0)
    return float(weight @ gammaincc(shape, u) / weight.sum())


def exact_tail(mixture: np.ndarray, x: float) -> mpmath.mpf:
    """P(X > x) in 30 digits, from the definition of the law."""
    total, above = mpmath.mpf(0), mpmath.mpf(0)
    for entry in mixture:
        w, m, v, k = (mpmath.mpf(float(part)) for part in entry)
        shape, scale = 4 * v**3 / k**2, k / (2 * v)
        u = (mpmath.mpf(x) - (m - shape * scale)) / scale
        total += w
        above += w * (mpmath.gammainc(shape, u, mpmath.inf, regularized=True) if u > 0 else 1)
    return above / total


@pytest.mark.parametrize("case", cases("gamma_tail"), ids=lambda c: c["id"])
def test_gamma_tail_and_quantile(case: dict[str, Any]) -> None:
    given_ = case["inputs"]
    shape = given_["shape"]
    law = gamma(shape, 1.0 / shape)  # scale 1
    if "probability" in given_:
        assert_within(case, quantile(single(law), given_["probability"]))
    else:
        assert_within(case, tail(law, given_["x_over_scale"]))


@pytest.mark.parametrize(
    "case", [c for c in cases("percentile_mixture") if c["id"] not in NOT_COVERED], ids=lambda c: c["id"]
)
def test_percentile_of_a_mixture(case: dict[str, Any]) -> None:
    i = case["inputs"]
    parts = zip(i["weight"], i["shape"], i["mean_s"], strict=True)
    mixture = np.array([(w, *gamma(m, 1.0 / a)) for w, a, m in parts])
    assert_within(case, quantile(mixture, i["probability"]))


@settings(deadline=None, max_examples=60)
@given(rows=ROWS, probability=PROBABILITY)
def test_the_exact_tail_crosses_within_the_stated_error(
    rows: list[tuple[float, float, float, float]], probability: float
) -> None:
    mixture = mixture_of(rows)
    x = quantile(mixture, probability)
    wanted = mpmath.mpf(1) - mpmath.mpf(probability)
    room = 1e-4 * abs(x) + 1e-14 * mixture[:, 1].max()
    with mpmath.workdps(30):
        # The second factor: where the tail is flat to rounding any point is an answer.
        assert exact_tail(mixture, x - room) >= wanted * (1 - mpmath.mpf(1e-11))
        assert exact_tail(mixture, x + room) <= wanted * (1 + mpmath.mpf(1e-11))


@settings(deadline=None, max_examples=15)
@given(rows=st.lists(ROW, min_size=1, max_size=3), probability=PROBABILITY)
def test_equals_bisection_in_many_digits(
    rows: list[tuple[float, float, float, float]], probability: float
) -> None:
    mixture = mixture_of([(w, m, min(max(v, -1.5), 1.0), b) for w, m, v, b in rows])
    found = quantile(mixture, probability)
    size = max(abs(found), 1e-3 * mixture[:, 1].max())
    low, high, wanted = found - size, found + size, 1.0 - probability
    assert exact_tail(mixture, low) > wanted > exact_tail(mixture, high)
    for _ in range(24):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if exact_tail(mixture, middle) > wanted else (low, middle)
    if not is_flat(mixture, found, probability):
        assert abs(found - 0.5 * (low + high)) <= 2e-6 * size


def test_thousands_of_hard_ones_cross_within_a_millionth() -> None:
    rng = np.random.default_rng(11)
    n, e = 5_000, 12
    mean = 10.0 ** rng.uniform(-3, 3, (n, e))
    scv = 10.0 ** rng.uniform(-6, 2, (n, e))
    weight = 10.0 ** rng.uniform(-12, 0, (n, e))
    bent = rng.uniform(0.5, 3.0, (n, e))
    variance = scv * mean**2
    mixtures = np.stack([weight, mean, variance, 2.0 * scv * mean * variance * bent], axis=2)
    for probability in (0.5, 0.9, 0.99, 0.9999):
        above = 1.0 - probability
        for mixture in mixtures:
            x = quantile(mixture, probability)
            room = 3e-6 * abs(x) + 1e-13 * mixture[:, 1].max()
            assert rounded_tail(mixture, x - room) >= above * (1.0 - 1e-10)
            assert rounded_tail(mixture, x + room) <= above * (1.0 + 1e-10)


@settings(deadline=None)
@given(rows=ROWS, probability=PROBABILITY, delay=st.floats(0.0, 1e4))
def test_a_delay_raises_every_percentile_by_itself(
    rows: list[tuple[float, float, float, float]], probability: float, delay: float
) -> None:
    mixture = mixture_of(rows)
    later = product(mixture, single((delay, 0.0, 0.0)))
    before, after = (quantile(m, probability) for m in (mixture, later))
    size = max(abs(before), abs(after), mixture[:, 1].max())
    if not is_flat(mixture, before, probability):
        assert abs(after - (before + delay)) <= 2e-6 * size


def is_flat(mixture: np.ndarray, x: float, probability: float) -> bool:
    """Whether the tail around x is what is sought to within rounding, so that x has no meaning."""
    for away in (-1e-6 * abs(x), 1e-6 * abs(x)):
        if abs(rounded_tail(mixture, x + away) / (1.0 - probability) - 1.0) < 1e-11:
            return True
    return False


@settings(deadline=None)
@given(rows=ROWS, a=PROBABILITY, b=PROBABILITY)
def test_monotone_in_the_probability(
    rows: list[tuple[float, float, float, float]], a: float, b: float
) -> None:
    low, high = (quantile(mixture_of(rows), p) for p in sorted((a, b)))
    assert high >= low - 2e-6 * abs(low)


@settings(deadline=None)
@given(rows=ROWS, probability=PROBABILITY, exponent=st.integers(-8, 8))
def test_scales_with_the_unit_of_time(
    rows: list[tuple[float, float, float, float]], probability: float, exponent: int
) -> None:
    f = 2.0**exponent  # a power of two: the cumulants scale without rounding
    mixture = mixture_of(rows)
    scaled = mixture * np.array([1.0, f, f**2, f**3])
    before, after = (quantile(m, probability) for m in (mixture, scaled))
    assert after == pytest.approx(before * f, rel=2e-6, abs=1e-14 * f)


@given(mean=st.floats(0.1, 10.0), variance=st.floats(0.01, 10.0), third=st.floats(0.01, 10.0))
def test_the_law_has_the_cumulants_it_was_asked_for(mean: float, variance: float, third: float) -> None:
    a, scale, shift = shifted_gamma(mean, variance, third)
    assert shift + a * scale == pytest.approx(mean, abs=1e-9 * (a * scale))
    assert a * scale**2 == pytest.approx(variance, rel=1e-12)
    assert 2.0 * a * scale**3 == pytest.approx(third, rel=1e-12)


def test_point_masses_no_skewness_and_weights_of_nothing() -> None:
    point, nobody = (1.0, 5.0, 0.0, 0.0), (0.0, np.inf, np.inf, np.inf)
    assert quantile(np.array([point]), 0.99) == pytest.approx(5.0, rel=1e-8)
    two = np.array([point, (0.1, 7.0, 0.0, 0.0)])
    assert quantile(two, 0.9) == pytest.approx(5.0, rel=2e-6)
    assert quantile(two, 0.95) == pytest.approx(7.0, rel=2e-6)
    # Without a third cumulant the gamma law from 0 is taken: here an exponential one.
    bent = np.array([(1.0, 2.0, 4.0, -1.0)])
    assert quantile(bent, 0.99) == pytest.approx(2.0 * np.log(100.0), rel=1e-9)
    assert quantile(np.array([nobody, point]), 0.5) == pytest.approx(5.0, rel=1e-8)


@pytest.mark.parametrize(("lost", "wanted"), [(0.005, np.log(0.995 / 0.005)), (0.02, np.inf)])
def test_endless_only_where_the_endless_hold_more_than_the_tail(lost: float, wanted: float) -> None:
    endless = (lost, np.inf, np.inf, np.inf)
    fine = (1.0 - lost, *gamma(1.0, 1.0))
    assert quantile(np.array([endless, fine]), 0.99) == pytest.approx(wanted, rel=1e-9)
    assert split_at(np.array([(1.0, *endless[1:])]), 3.0)[0] == 1.0
