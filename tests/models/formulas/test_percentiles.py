"""Percentiles: published cases, and the tail in many digits on both sides of the answer."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.formulas.cumulants import Cumulants, gamma_cumulants
from models.formulas.mixtures import Entry, Mixture, product, single
from models.formulas.percentiles import percentile, shifted_gamma, tail
from oracles.cases import assert_within, cases
from oracles.formulas.percentiles import plain_percentile

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


def cell(x: float) -> np.ndarray:
    return np.full((1, 1), x)


def mixture_of(rows: list[tuple[float, float, float, float]]) -> Mixture:
    entries = []
    for weight, mean, scv, bent in rows:
        m, v, k = gamma_cumulants(cell(10.0**mean), scv=cell(10.0**scv))
        entries.append(Entry(cell(10.0**weight), m, v, k * bent))
    return tuple(entries)


def exact_tail(mixture: Mixture, x: float) -> mpmath.mpf:
    """P(X > x) in 30 digits, from the definition of the law."""
    total, above = mpmath.mpf(0), mpmath.mpf(0)
    for entry in mixture:
        w, m, v, k = (mpmath.mpf(float(part[0, 0])) for part in entry)
        shape, scale = 4 * v**3 / k**2, k / (2 * v)
        u = (mpmath.mpf(x) - (m - shape * scale)) / scale
        total += w
        above += w * (mpmath.gammainc(shape, u, mpmath.inf, regularized=True) if u > 0 else 1)
    return above / total


@pytest.mark.parametrize("case", cases("gamma_tail"), ids=lambda c: c["id"])
def test_gamma_tail_and_quantile(case: dict[str, Any]) -> None:
    given_ = case["inputs"]
    shape = given_["shape"]
    law = gamma_cumulants(cell(shape), scv=cell(1.0 / shape))  # scale 1
    if "probability" in given_:
        found = float(percentile((Entry(cell(1.0), *law),), given_["probability"])[0, 0])
        assert_within(case, float(plain_percentile(law, given_["probability"])[0, 0]))
    else:
        found = float(tail(Entry(cell(0.3), *law), cell(given_["x_over_scale"]))[0, 0])
    assert_within(case, found)


@pytest.mark.parametrize(
    "case", [c for c in cases("percentile_mixture") if c["id"] not in NOT_COVERED], ids=lambda c: c["id"]
)
def test_percentile_of_a_mixture(case: dict[str, Any]) -> None:
    i = case["inputs"]
    mixture = tuple(
        Entry(cell(w), *gamma_cumulants(cell(m), scv=cell(1.0 / a)))
        for w, a, m in zip(i["weight"], i["shape"], i["mean_s"], strict=True)
    )
    assert_within(case, float(percentile(mixture, i["probability"])[0, 0]))


@settings(deadline=None, max_examples=60)
@given(rows=ROWS, probability=PROBABILITY)
def test_the_exact_tail_crosses_within_the_stated_error(
    rows: list[tuple[float, float, float, float]], probability: float
) -> None:
    mixture = mixture_of(rows)
    x = float(percentile(mixture, probability)[0, 0])
    wanted = mpmath.mpf(1) - mpmath.mpf(probability)
    room = 1e-4 * abs(x) + 1e-14 * max(float(entry.mean[0, 0]) for entry in mixture)
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
    found = float(percentile(mixture, probability)[0, 0])
    size = max(abs(found), 1e-3 * max(float(entry.mean[0, 0]) for entry in mixture))
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
    mean = 10.0 ** rng.uniform(-3, 3, (e, n, 1))
    scv = 10.0 ** rng.uniform(-6, 2, (e, n, 1))
    weight = 10.0 ** rng.uniform(-12, 0, (e, n, 1))
    mixture = []
    for i in range(e):
        m, v, k = gamma_cumulants(mean[i], scv=scv[i])
        mixture.append(Entry(weight[i], m, v, k * rng.uniform(0.5, 3.0, (n, 1))))
    total = sum(entry.weight for entry in mixture)
    for probability in (0.5, 0.9, 0.99, 0.9999):
        x = percentile(tuple(mixture), probability)
        room = 3e-6 * np.abs(x) + 1e-13 * mean.max(axis=0)
        left, right = (sum(m.weight * tail(m, x + d) for m in mixture) / total for d in (-room, room))
        above = 1.0 - probability
        assert (left >= above * (1.0 - 1e-10)).all()
        assert (right <= above * (1.0 + 1e-10)).all()


@settings(deadline=None)
@given(rows=ROWS, probability=PROBABILITY, delay=st.floats(0.0, 1e4))
def test_a_delay_raises_every_percentile_by_itself(
    rows: list[tuple[float, float, float, float]], probability: float, delay: float
) -> None:
    mixture = mixture_of(rows)
    later = product(mixture, single(Cumulants(cell(delay), cell(0.0), cell(0.0))))
    before, after = (float(percentile(m, probability)[0, 0]) for m in (mixture, later))
    size = max(abs(before), abs(after), *(float(entry.mean[0, 0]) for entry in mixture))
    if not is_flat(mixture, before, probability):
        assert abs(after - (before + delay)) <= 2e-6 * size


def is_flat(mixture: Mixture, x: float, probability: float) -> bool:
    """Whether the tail around x is what is sought to within rounding, so that x has no meaning."""
    total = sum(float(entry.weight[0, 0]) for entry in mixture)
    for away in (-1e-6 * abs(x), 1e-6 * abs(x)):
        above = sum(float(e.weight[0, 0]) * float(tail(e, cell(x + away))[0, 0]) for e in mixture) / total
        if abs(above / (1.0 - probability) - 1.0) < 1e-11:
            return True
    return False


@settings(deadline=None)
@given(rows=ROWS, a=PROBABILITY, b=PROBABILITY)
def test_monotone_in_the_probability(
    rows: list[tuple[float, float, float, float]], a: float, b: float
) -> None:
    low, high = (float(percentile(mixture_of(rows), p)[0, 0]) for p in sorted((a, b)))
    assert high >= low - 2e-6 * abs(low)


@settings(deadline=None)
@given(rows=ROWS, probability=PROBABILITY, exponent=st.integers(-8, 8))
def test_scales_with_the_unit_of_time(
    rows: list[tuple[float, float, float, float]], probability: float, exponent: int
) -> None:
    f = 2.0**exponent  # a power of two: the cumulants scale without rounding
    mixture = mixture_of(rows)
    scaled = tuple(Entry(e.weight, e.mean * f, e.variance * f**2, e.third * f**3) for e in mixture)
    before, after = (float(percentile(m, probability)[0, 0]) for m in (mixture, scaled))
    assert after == pytest.approx(before * f, rel=2e-6, abs=1e-14 * f)


@given(mean=st.floats(0.1, 10.0), variance=st.floats(0.01, 10.0), third=st.floats(0.01, 10.0))
def test_the_law_has_the_cumulants_it_was_asked_for(mean: float, variance: float, third: float) -> None:
    a, scale, shift = (float(x) for x in shifted_gamma(np.array(mean), np.array(variance), np.array(third)))
    assert shift + a * scale == pytest.approx(mean, abs=1e-9 * (a * scale))
    assert a * scale**2 == pytest.approx(variance, rel=1e-12)
    assert 2.0 * a * scale**3 == pytest.approx(third, rel=1e-12)


def test_point_masses_no_skewness_and_weights_of_nothing() -> None:
    point = Entry(cell(1.0), cell(5.0), cell(0.0), cell(0.0))
    assert percentile((point,), 0.99)[0, 0] == pytest.approx(5.0, rel=1e-8)
    later = Entry(cell(0.1), cell(7.0), cell(0.0), cell(0.0))
    assert percentile((point, later), 0.9)[0, 0] == pytest.approx(5.0, rel=2e-6)
    assert percentile((point, later), 0.95)[0, 0] == pytest.approx(7.0, rel=2e-6)
    # Without a third cumulant the gamma law from 0 is taken: here an exponential one.
    bent = Entry(cell(1.0), cell(2.0), cell(4.0), cell(-1.0))
    assert percentile((bent,), 0.99)[0, 0] == pytest.approx(2.0 * np.log(100.0), rel=1e-9)
    nobody = Entry(cell(0.0), *(cell(np.inf) for _ in range(3)))
    assert percentile((nobody, point), 0.5)[0, 0] == pytest.approx(5.0, rel=1e-8)


def test_endless_only_where_the_endless_hold_more_than_the_tail() -> None:
    lost = Entry(np.array([[0.005, 0.02]]), *(cell(np.inf) for _ in range(3)))
    fine = Entry(np.array([[0.995, 0.98]]), *gamma_cumulants(cell(1.0), scv=cell(1.0)))
    found = percentile((lost, fine), 0.99)[0]
    assert found[0] == pytest.approx(np.log(0.995 / 0.005), rel=1e-9)
    assert np.isinf(found[1])
    assert tail(lost, cell(3.0))[0, 0] == 1.0
    assert np.isinf(plain_percentile(Cumulants(*lost[1:]), 0.5)).all()


@pytest.mark.parametrize("probability", [0.4999, 0.99991, 1.0, float("nan")])
def test_probabilities_out_of_range_are_refused(probability: float) -> None:
    law = gamma_cumulants(cell(1.0), scv=cell(1.0))
    with pytest.raises(ValueError, match="probability"):
        percentile((Entry(cell(1.0), *law),), probability)
    with pytest.raises(ValueError, match="probability"):
        plain_percentile(law, probability)


@pytest.mark.parametrize("shape", [(), (0, 1), (1, 1), (1, 3), (4, 1), (4, 3)])
def test_shapes(shape: tuple[int, ...]) -> None:
    law = gamma_cumulants(np.ones(shape), scv=np.array(0.5))
    mixture = (Entry(np.array(0.4), *law), Entry(np.array(0.6), *law))
    assert percentile(mixture, 0.9).shape == shape
    assert plain_percentile(law, 0.9).shape == shape


def test_bits_alone_and_among_ten_thousand() -> None:
    rng = np.random.default_rng(2)
    n = 10_000
    mixture = tuple(
        Entry(
            rng.random((n, 1)) ** 6,
            *gamma_cumulants(10.0 ** rng.uniform(-2, 2, (n, 1)), scv=10.0 ** rng.uniform(-4, 2, (n, 1))),
        )
        for _ in range(5)
    )
    for probability in (0.5, 0.99):
        together = percentile(mixture, probability)
        for row in range(0, n, 250):
            alone = tuple(Entry(*(part[row : row + 1] for part in entry)) for entry in mixture)
            assert percentile(alone, probability)[0, 0] == together[row, 0]
