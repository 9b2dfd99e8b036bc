"""Time-outs: the late share and the moments of the rest, by numeric integration and in closed form."""

from __future__ import annotations

import math
from functools import cache

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.formulas.cumulants import Cumulants, gamma_cumulants
from models.formulas.mixtures import Entry, Mixture, collapse, single
from oracles.formulas.truncation import split_at

Part = tuple[float, float, float, float]  # weight, shape, scale, shift


def cell(x: float) -> np.ndarray:
    return np.full((1, 1), float(x))


def entry_of(part: Part) -> Entry:
    weight, shape, scale, shift = part
    m, v, k = gamma_cumulants(cell(shape * scale), scv=cell(1.0 / shape))
    return Entry(cell(weight), m + shift, v, k)


def by_integration(parts: list[Part], limit: float) -> tuple[float, list[float]]:
    """Late share, and mean, variance and third cumulant of what is in time, in 20 digits."""
    with mpmath.workdps(20):
        raw = [mpmath.mpf(0)] * 4
        for weight, shape, scale, shift in parts:
            if limit <= shift:
                continue
            a, end = mpmath.mpf(shape), (mpmath.mpf(limit) - shift) / scale
            # u = v^(1/a): the density of the gamma law, which may be infinite at 0, becomes smooth there.
            top = end**a
            middle = min(max(a - 1, a / 2), end) ** a
            ends = sorted({mpmath.mpf(0), middle / 8, middle, min(4 * middle, top), top})
            ends = [x for x in ends if x <= top]

            @cache  # the four moments are asked for at the same points
            def at(v, a=a, shift=shift, scale=scale):
                u = v ** (1 / a)
                return mpmath.exp(-u), shift + scale * u

            for j in range(4):
                value = mpmath.quad(lambda v, j=j, at=at: at(v)[0] * at(v)[1] ** j, ends)
                raw[j] += weight * value / mpmath.gamma(a + 1)
        in_time = raw[0]
        if in_time == 0:
            return 1.0, []
        m1, m2, m3 = (r / in_time for r in raw[1:])
        return float(1 - in_time), [float(x) for x in (m1, m2 - m1**2, m3 - 3 * m2 * m1 + 2 * m1**3)]


PART = st.tuples(st.floats(0.05, 1.0), st.floats(0.4, 8.0), st.floats(0.05, 3.0), st.floats(0.0, 3.0))


@settings(deadline=None, max_examples=25)
@given(parts=st.lists(PART, min_size=1, max_size=2), limit=st.floats(0.2, 20.0))
def test_the_rest_has_the_moments_of_the_integral(parts: list[Part], limit: float) -> None:
    total = sum(part[0] for part in parts)
    parts = [(w / total, a, s, d) for w, a, s, d in parts]
    late, wanted = by_integration(parts, limit)
    assume(late < 0.999)
    found, rest = split_at(tuple(entry_of(part) for part in parts), cell(limit))
    assert float(found[0, 0]) == pytest.approx(late, abs=1e-9)
    assert sum(float(entry.weight[0, 0]) for entry in rest) == pytest.approx(1.0, rel=1e-9)
    for power, (have, want) in enumerate(zip(collapse(rest), wanted, strict=True), start=1):
        assert float(have[0, 0]) == pytest.approx(want, rel=1e-6, abs=1e-7 * limit**power)


@given(rate=st.floats(0.1, 10.0), limit=st.floats(0.01, 20.0))
def test_an_exponential_cut_off_in_closed_form(rate: float, limit: float) -> None:
    """E[X; X <= t] = 1/r - (t + 1/r) e^(-rt), divided by 1 - e^(-rt)."""
    late, rest = split_at(single(gamma_cumulants(cell(1.0 / rate), scv=cell(1.0))), cell(limit))
    gone = math.exp(-rate * limit)
    # The difference of nearly equal numbers of the textbook form loses digits for a short limit.
    mean = 1.0 / rate - limit * gone / -math.expm1(-rate * limit)
    assert float(late[0, 0]) == pytest.approx(gone, rel=1e-9, abs=1e-15)
    assert float(collapse(rest).mean[0, 0]) == pytest.approx(mean, abs=1e-9 * limit)


@given(parts=st.lists(PART, min_size=1, max_size=4))
def test_any_time_is_in_time_without_a_limit(parts: list[Part]) -> None:
    mixture = tuple(entry_of(part) for part in parts)
    total = sum(part[0] for part in parts)
    mixture = tuple(Entry(entry.weight / total, *entry[1:]) for entry in mixture)
    late, rest = split_at(mixture, cell(np.inf))
    assert abs(float(late[0, 0])) < 1e-12
    for before, after in zip(mixture, rest, strict=True):
        assert before[1:] == after[1:]
        assert float(after.weight[0, 0]) == pytest.approx(float(before.weight[0, 0]), rel=1e-12)


@given(parts=st.lists(PART, min_size=1, max_size=3), limits=st.lists(st.floats(1e-6, 50.0), min_size=2))
def test_waiting_longer_never_makes_more_late_nor_the_rest_faster(
    parts: list[Part], limits: list[float]
) -> None:
    total = sum(part[0] for part in parts)
    mixture = tuple(entry_of((w / total, a, s, d)) for w, a, s, d in parts)
    late, rest = split_at(mixture, np.array([sorted(limits)]))
    assert (np.diff(np.broadcast_to(late, (1, len(limits)))) <= 1e-12).all()
    some = late[0] < 1.0 - 1e-9
    means = np.broadcast_to(collapse(rest).mean, (1, len(limits)))[0][some]
    assert (np.diff(means) >= -1e-7 * np.abs(means[1:])).all()
    assert (means <= np.sort(limits)[some] * (1.0 + 1e-9)).all()


def test_a_constant_is_in_time_or_it_is_late() -> None:
    constant = single(Cumulants(cell(2.0), cell(0.0), cell(0.0)))
    late, rest = split_at(constant, np.array([[1.9, 2.1]]))
    assert late[0].tolist() == [1.0, 0.0]
    assert collapse(rest).mean[0, 1] == pytest.approx(2.0, rel=1e-9)
    assert not any(np.isnan(part).any() for entry in rest for part in entry)


def test_what_never_ends_is_late_and_the_rest_has_its_own_weight() -> None:
    endless = Entry(cell(0.25), *(cell(np.inf) for _ in range(3)))
    mixture: Mixture = (Entry(cell(0.75), *gamma_cumulants(cell(1.0), scv=cell(1.0))), endless)
    late, rest = split_at(mixture, cell(3.0))
    assert float(late[0, 0]) == pytest.approx(0.25 + 0.75 * math.exp(-3.0), rel=1e-9)
    assert float(rest[0].weight[0, 0]) == pytest.approx(1.0, rel=1e-12)
    assert float(rest[1].weight[0, 0]) == 0.0
    late, _ = split_at((endless._replace(weight=cell(1.0)),), cell(3.0))
    assert float(late[0, 0]) == 1.0


@pytest.mark.parametrize("n", [0, 1, 4])
def test_shapes(n: int) -> None:
    part = gamma_cumulants(np.ones((n, 1)), scv=cell(0.5))
    late, rest = split_at(single(part), np.ones((1, 3)))
    assert late.shape == (n, 3)
    assert np.broadcast_shapes(*(x.shape for x in rest[0])) == (n, 3)


def test_bits_alone_and_among_ten_thousand() -> None:
    rng = np.random.default_rng(5)
    n = 10_000
    part = gamma_cumulants(rng.exponential(1.0, (n, 1)), scv=rng.exponential(1.0, (n, 1)))
    limit = np.where(rng.random((n, 1)) < 0.3, np.inf, rng.exponential(2.0, (n, 1)))
    late, rest = split_at(single(part), limit)
    for i in range(0, n, 500):
        row = slice(i, i + 1)
        late_alone, alone = split_at(single(Cumulants(*(x[row] for x in part))), limit[row])
        assert late_alone[0, 0] == late[i, 0]
        assert [x[0, 0] for x in alone[0]] == [x[i, 0] for x in rest[0]]
