"""Mixtures: weights and three moments by exact fractions, outcome by outcome, and by enumeration."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.formulas.cumulants import Cumulants, gamma_cumulants
from models.formulas.mixtures import Entry, Mixture, collapse, either, merge, product, repeat, single

Row = tuple[float, float, float, float]  # weight, mean, squared coefficient of variation, skew factor
Raw = tuple[Fraction, Fraction, Fraction]

ROW = st.tuples(st.floats(1e-6, 1.0), st.floats(0.0, 100.0), st.floats(0.0, 10.0), st.floats(0.5, 3.0))
ROWS = st.lists(ROW, min_size=1, max_size=6)


def cell(x: float) -> np.ndarray:
    return np.full((1, 1), float(x))


def mixture_of(rows: list[Row]) -> Mixture:
    total = sum(row[0] for row in rows)
    entries = []
    for weight, mean, scv, bent in rows:
        m, v, k = gamma_cumulants(cell(mean), scv=cell(scv))
        entries.append(Entry(cell(weight / total), m, v, k * bent))
    return tuple(entries)


def raw_of(entry: Entry) -> Raw:
    m, v, k = (Fraction(float(part[0, 0])) for part in entry[1:])
    return m, v + m**2, k + 3 * m * v + m**3


def exact(mixture: Mixture) -> tuple[Fraction, Raw]:
    """Total weight and raw moments, without any rounding."""
    total, moments = Fraction(0), [Fraction(0)] * 3
    for entry in mixture:
        weight = Fraction(float(entry.weight[0, 0]))
        total += weight
        moments = [m + weight * r for m, r in zip(moments, raw_of(entry), strict=True)]
    return total, (moments[0], moments[1], moments[2])


def cumulants(raw: Raw) -> tuple[Fraction, Fraction, Fraction]:
    a, b, c = raw
    return a, b - a**2, c - 3 * b * a + 2 * a**3


def assert_same_moments(found: Mixture, total: Fraction, raw: Raw) -> None:
    """Raw moments are sums of positive terms here, so they must agree to rounding."""
    weight, moments = exact(found)
    assert float(weight) == pytest.approx(float(total), rel=1e-12)
    for have, want in zip(moments, raw, strict=True):
        assert float(have) == pytest.approx(float(want), rel=1e-11, abs=1e-300)


def scaled(mixture: Mixture) -> tuple[Fraction, Raw]:
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
        assert float(have[0, 0]) == pytest.approx(float(want), rel=1e-9, abs=1e-10 * size**power)


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
    found = either([cell(share), cell(1.0 - share)], [first, second])
    p, q = Fraction(share), Fraction(1.0 - share)
    (wa, ra), (wb, rb) = exact(first), exact(second)
    assert_same_moments(found, p * wa + q * wb, tuple(p * x + q * y for x, y in zip(ra, rb, strict=True)))


@given(rows=st.lists(ROW, min_size=1, max_size=24), most=st.integers(1, 8))
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
    low, high = merge(mixture, 2)
    for group, belongs in ((low, lambda m: m <= mean), (high, lambda m: m > mean)):
        inside = [e for e in mixture if belongs(float(e.mean[0, 0])) and abs(e.mean[0, 0] - mean) > 1e-9]
        near = [e for e in mixture if abs(float(e.mean[0, 0]) - mean) <= 1e-9]
        least = sum(float(e.weight[0, 0]) for e in inside)
        most = least + sum(float(e.weight[0, 0]) for e in near)
        assert least - 1e-12 <= float(group.weight[0, 0]) <= most + 1e-12


@settings(deadline=None)
@given(rows=ROWS, times=st.one_of(st.integers(0, 12).map(float), st.floats(0.0, 12.0)))
def test_repeating_is_that_many_independent_ones(rows: list[Row], times: float) -> None:
    mixture = mixture_of(rows)
    weight, raw = scaled(mixture)
    whole = math.floor(times)
    rest = Fraction(times) - whole
    fewer, more = (sum_of(*[raw] * n) for n in (whole, whole + 1))
    wanted = tuple((1 - rest) * x + rest * y for x, y in zip(fewer, more, strict=True))
    found = repeat(mixture, cell(times))
    assert len(found) <= max(4, len(rows))
    have_weight, have = exact(found)
    assert float(have_weight) == pytest.approx(float(weight ** min(whole + 1, 5)), rel=1e-9)
    for x, y in zip(have, wanted, strict=True):
        assert float(x) == pytest.approx(float(y), rel=1e-9, abs=1e-300)


def test_two_humps_stay_two_humps_when_repeated_twice() -> None:
    """Hit (1) or miss (10) made twice: 2, 11 and 20 with binomial weights, of which one group is below."""
    one = tuple(Entry(cell(w), cell(m), cell(0.0), cell(0.0)) for w, m in ((0.9, 1.0), (0.1, 10.0)))
    found = [(float(e.weight[0, 0]), float(e.mean[0, 0])) for e in repeat(one, cell(2.0))]
    assert sum(w for w, m in found if m == 2.0) == pytest.approx(0.81)
    assert sum(w for w, m in found if m > 2.0) == pytest.approx(0.19)


def test_never_takes_no_time_even_where_it_would_never_end() -> None:
    endless = single(Cumulants(*(cell(np.inf) for _ in range(3))))
    none = repeat(endless, cell(0.0))
    assert [float(x[0, 0]) for x in collapse(none)] == [0.0, 0.0, 0.0]
    two = (*single(gamma_cumulants(cell(1.0), scv=cell(1.0))), Entry(cell(0.0), *endless[0][1:]))
    assert [float(x[0, 0]) for x in collapse(two)] == pytest.approx([1.0, 1.0, 2.0])


@pytest.mark.parametrize("most", [1, 2, 4])
def test_an_endless_outcome_stays_endless_through_everything(most: int) -> None:
    endless = Entry(cell(0.25), *(cell(np.inf) for _ in range(3)))
    fine = [Entry(cell(0.15), *gamma_cumulants(cell(i + 1.0), scv=cell(1.0))) for i in range(5)]
    merged = merge((*fine, endless), most)
    assert np.isinf(collapse(merged).mean).all()
    assert not any(np.isnan(part).any() for entry in merged for part in entry)
    lost = sum(float(e.weight[0, 0]) for e in merged if np.isinf(e.mean[0, 0]))
    # Beside what ends the endless keep a group of their own, if there is room for two.
    assert lost == pytest.approx(0.25 if most > 2 else lost)
    assert np.isinf(collapse(product(merged, single(fine[0].cumulants))).mean).all()


def test_designs_and_phases_broadcast_and_keep_their_bits() -> None:
    rng = np.random.default_rng(3)
    n, p = 2_000, 3
    weights = rng.dirichlet(np.ones(7), (n, p))
    entries = tuple(
        Entry(
            weights[:, :, i],
            *gamma_cumulants(rng.exponential(1.0, (n, p)), scv=rng.exponential(1.0, (n, 1))),
        )
        for i in range(7)
    )
    times = rng.choice([0.0, 1.0, 1.5, 3.0, 7.25], (n, 1))
    together = repeat(merge(entries, 4), times)
    for row in range(0, n, 83):
        mine = slice(row, row + 1)
        own = tuple(Entry(*(part[mine] for part in entry)) for entry in entries)
        alone = repeat(merge(own, 4), times[mine])
        # Alone a design may need fewer outcomes: what counts is the whole.
        for x, y in zip(collapse(alone), collapse(together), strict=True):
            np.testing.assert_allclose(x[0], y[row], rtol=1e-9, atol=1e-12)
    for entry in merge(entries, 4):
        assert all(part.shape == (n, p) for part in entry)


def test_merging_a_design_alone_has_the_same_bits() -> None:
    rng = np.random.default_rng(4)
    n = 3_000
    entries = tuple(Entry(*(rng.random((n, 1)) for _ in range(4))) for _ in range(9))
    together = merge(entries, 4)
    for row in range(0, n, 101):
        alone = merge(tuple(Entry(*(part[row : row + 1] for part in e)) for e in entries), 4)
        for x, y in zip(alone, together, strict=True):
            assert [float(part[0, 0]) for part in x] == [float(part[row, 0]) for part in y]
