"""Mixtures: weights and three moments by exact fractions, outcome by outcome, and by enumeration."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.performance.mixture import MOST_ENTRIES
from shipped import collapse, either, gamma, merge, product, repeat, single

Row = tuple[float, float, float, float]  # weight, mean, squared coefficient of variation, skew factor
Raw = tuple[Fraction, Fraction, Fraction]

ROW = st.tuples(st.floats(1e-6, 1.0), st.floats(0.0, 100.0), st.floats(0.0, 10.0), st.floats(0.5, 3.0))
ROWS = st.lists(ROW, min_size=1, max_size=6)


ENDLESS = (math.inf, math.inf, math.inf)


def mixture_of(rows: list[Row]) -> np.ndarray:
    total = sum(row[0] for row in rows)
    entries = []
    for weight, mean, scv, bent in rows:
        m, v, k = gamma(mean, scv)
        entries.append((weight / total, m, v, k * bent))
    return np.array(entries)


def raw_of(entry: np.ndarray) -> Raw:
    m, v, k = (Fraction(float(part)) for part in entry[1:])
    return m, v + m**2, k + 3 * m * v + m**3


def exact(mixture: np.ndarray) -> tuple[Fraction, Raw]:
    """Total weight and raw moments, without any rounding."""
    total, moments = Fraction(0), [Fraction(0)] * 3
    for entry in mixture:
        weight = Fraction(float(entry[0]))
        total += weight
        moments = [m + weight * r for m, r in zip(moments, raw_of(entry), strict=True)]
    return total, (moments[0], moments[1], moments[2])


def cumulants(raw: Raw) -> tuple[Fraction, Fraction, Fraction]:
    a, b, c = raw
    return a, b - a**2, c - 3 * b * a + 2 * a**3


def assert_same_moments(found: np.ndarray, total: Fraction, raw: Raw) -> None:
    """Raw moments are sums of positive terms here, so they must agree to rounding."""
    weight, moments = exact(found)
    assert float(weight) == pytest.approx(float(total), rel=1e-12)
    for have, want in zip(moments, raw, strict=True):
        assert float(have) == pytest.approx(float(want), rel=1e-11, abs=1e-300)


def scaled(mixture: np.ndarray) -> tuple[Fraction, Raw]:
    total, raw = exact(mixture)
    return total, (raw[0] / total, raw[1] / total, raw[2] / total)


def sum_of(*parts: Raw) -> Raw:
    """Raw moments of a sum of independent parts, from the binomial theorem."""
    total: list[Fraction] = [Fraction(1), Fraction(0), Fraction(0), Fraction(0)]
    for part in parts:
        both = [Fraction(1), *part]
        total = [sum(math.comb(n, j) * total[j] * both[n - j] for j in range(n + 1)) for n in range(4)]
    return total[1], total[2], total[3]


@given(rows=ROWS)
def test_the_whole_has_the_moments_of_its_outcomes(rows: list[Row]) -> None:
    mixture = mixture_of(rows)
    wanted = cumulants(exact(mixture)[1])
    found = collapse(mixture)
    size = max(max(m + 5.0 * m * math.sqrt(scv) for _, m, scv, _ in rows), 1e-3)
    for power, (have, want) in enumerate(zip(found, wanted, strict=True), start=1):
        assert float(have) == pytest.approx(float(want), rel=1e-9, abs=1e-10 * size**power)


@given(a=ROWS, b=ROWS)
def test_one_after_the_other_is_every_outcome_with_every_outcome(a: list[Row], b: list[Row]) -> None:
    first, second = mixture_of(a), mixture_of(b)
    found = product(first, second)
    assert len(found) == len(a) * len(b)
    (wa, ra), (wb, rb) = scaled(first), scaled(second)
    assert_same_moments(found, wa * wb, tuple(wa * wb * r for r in sum_of(ra, rb)))


@given(a=ROWS, b=ROWS, share=st.floats(0.0, 1.0))
def test_one_or_the_other_is_the_mean_of_both(a: list[Row], b: list[Row], share: float) -> None:
    first, second = mixture_of(a), mixture_of(b)
    found = either([share, 1.0 - share], [first, second])
    p, q = Fraction(share), Fraction(1.0 - share)
    (wa, ra), (wb, rb) = exact(first), exact(second)
    assert_same_moments(found, p * wa + q * wb, tuple(p * x + q * y for x, y in zip(ra, rb, strict=True)))


@given(rows=st.lists(ROW, min_size=1, max_size=24), most=st.integers(1, 4))
def test_merging_keeps_weight_and_three_moments(rows: list[Row], most: int) -> None:
    mixture = mixture_of(rows)
    merged = merge(mixture, most)
    assert len(merged) <= max(most, 1)
    assert_same_moments(merged, *exact(mixture))


@given(rows=st.lists(ROW, min_size=5, max_size=12))
def test_merging_keeps_apart_what_is_below_and_above_the_mean(rows: list[Row]) -> None:
    mixture = mixture_of(rows)
    total, (first, _, _) = exact(mixture)
    mean = float(first / total)
    merged = merge(mixture, 2)
    groups = [*(entry[0] for entry in merged), 0.0][:2]  # all of one mean are one group
    for weight, belongs in zip(groups, (lambda m: m <= mean, lambda m: m > mean), strict=True):
        near = np.abs(mixture[:, 1] - mean) <= 1e-9
        least = mixture[~near & belongs(mixture[:, 1]), 0].sum()
        assert least - 1e-12 <= weight <= least + mixture[near, 0].sum() + 1e-12


@settings(deadline=None)
@given(
    rows=st.lists(ROW, min_size=1, max_size=MOST_ENTRIES),
    times=st.one_of(st.integers(0, 12).map(float), st.floats(0.0, 12.0)),
)
def test_repeating_is_that_many_independent_ones(rows: list[Row], times: float) -> None:
    mixture = mixture_of(rows)
    weight, raw = scaled(mixture)
    whole = math.floor(times)
    rest = Fraction(times) - whole
    fewer, more = (sum_of(*[raw] * n) for n in (whole, whole + 1))
    wanted = tuple((1 - rest) * x + rest * y for x, y in zip(fewer, more, strict=True))
    found = repeat(mixture, times)
    assert len(found) <= MOST_ENTRIES
    have_weight, have = exact(found)
    assert float(have_weight) == pytest.approx(float(weight ** min(whole + 1, 5)), rel=1e-9)
    for x, y in zip(have, wanted, strict=True):
        assert float(x) == pytest.approx(float(y), rel=1e-9, abs=1e-300)


def test_two_humps_stay_two_humps_when_repeated_twice() -> None:
    """Hit (1) or miss (10) made twice: 2, 11 and 20 with binomial weights, of which one group is below."""
    one = np.array([(0.9, 1.0, 0.0, 0.0), (0.1, 10.0, 0.0, 0.0)])
    found = [(w, m) for w, m, _, _ in repeat(one, 2.0)]
    assert sum(w for w, m in found if m == 2.0) == pytest.approx(0.81)
    assert sum(w for w, m in found if m > 2.0) == pytest.approx(0.19)


def test_never_takes_no_time_even_where_it_would_never_end() -> None:
    assert collapse(repeat(single(ENDLESS), 0.0)) == (0.0, 0.0, 0.0)
    two = np.array([(1.0, *gamma(1.0, 1.0)), (0.0, *ENDLESS)])
    assert collapse(two) == pytest.approx((1.0, 1.0, 2.0))


@pytest.mark.parametrize("most", [1, 2, 4])
def test_an_endless_outcome_stays_endless_through_everything(most: int) -> None:
    fine = [(0.15, *gamma(i + 1.0, 1.0)) for i in range(5)]
    merged = merge(np.array([*fine, (0.25, *ENDLESS)]), most)
    assert math.isinf(collapse(merged)[0])
    assert not np.isnan(merged).any()
    # Beside what ends the endless keep a group of their own, if there is room for two.
    if most > 2:
        assert merged[np.isinf(merged[:, 1]), 0].sum() == pytest.approx(0.25)
    assert math.isinf(collapse(product(merged, single(gamma(1.0, 1.0))))[0])


@given(rows=st.lists(ROW, min_size=1, max_size=12), data=st.data())
def test_outcomes_of_no_weight_are_none(rows: list[Row], data: st.DataObject) -> None:
    """What a design has doesn't depend on what others could have: to the last bit."""
    mixture = mixture_of(rows)
    place = data.draw(st.integers(0, len(rows)))
    more = np.insert(mixture, place, (0.0, 7.0, 1.0, 2.0), axis=0)
    assert merge(more, 4).tobytes() == merge(mixture, 4).tobytes()
    assert collapse(more) == collapse(mixture)
