"""Time-outs: the late share and the moments of the rest, by numeric integration and in closed form."""

from __future__ import annotations

import math
from functools import cache

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shipped import collapse, gamma, single, split_at

Part = tuple[float, float, float, float]  # weight, shape, scale, shift


def mixture_of(parts: list[Part]) -> np.ndarray:
    total = sum(part[0] for part in parts)
    return np.array([(w / total, *gamma(a * s, 1.0 / a, shift=d)) for w, a, s, d in parts])


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
    found, rest = split_at(mixture_of(parts), limit)
    assert found == pytest.approx(late, abs=1e-9)
    assert rest[:, 0].sum() == pytest.approx(1.0, rel=1e-9)
    for power, (have, want) in enumerate(zip(collapse(rest), wanted, strict=True), start=1):
        assert have == pytest.approx(want, rel=1e-6, abs=1e-7 * limit**power)


@given(rate=st.floats(0.1, 10.0), limit=st.floats(0.01, 20.0))
def test_an_exponential_cut_off_in_closed_form(rate: float, limit: float) -> None:
    """E[X; X <= t] = 1/r - (t + 1/r) e^(-rt), divided by 1 - e^(-rt)."""
    late, rest = split_at(single(gamma(1.0 / rate, 1.0)), limit)
    gone = math.exp(-rate * limit)
    # The difference of nearly equal numbers of the textbook form loses digits for a short limit.
    mean = 1.0 / rate - limit * gone / -math.expm1(-rate * limit)
    assert late == pytest.approx(gone, rel=1e-9, abs=1e-15)
    assert collapse(rest)[0] == pytest.approx(mean, abs=1e-9 * limit)


@given(parts=st.lists(PART, min_size=1, max_size=4), limit=st.floats(1e5, 1e300))
def test_nearly_any_time_is_in_time_with_a_far_limit(parts: list[Part], limit: float) -> None:
    mixture = mixture_of(parts)
    late, rest = split_at(mixture, limit)
    assert abs(late) < 1e-12
    np.testing.assert_allclose(rest, mixture, rtol=1e-12)


@given(parts=st.lists(PART, min_size=1, max_size=3), limits=st.lists(st.floats(1e-6, 50.0), min_size=2))
def test_waiting_longer_never_makes_more_late_nor_the_rest_faster(
    parts: list[Part], limits: list[float]
) -> None:
    mixture, limits = mixture_of(parts), sorted(limits)
    found = [split_at(mixture, limit) for limit in limits]
    late = np.array([share for share, _ in found])
    assert (np.diff(late) <= 1e-12).all()
    some = late < 1.0 - 1e-9
    means = np.array([collapse(rest)[0] for _, rest in found])[some]
    assert (np.diff(means) >= -1e-7 * np.abs(means[1:])).all()
    assert (means <= np.array(limits)[some] * (1.0 + 1e-9)).all()


def test_a_constant_is_in_time_or_it_is_late() -> None:
    constant = single((2.0, 0.0, 0.0))
    late, rest = split_at(constant, 1.9)
    assert (late, len(rest)) == (1.0, 0)
    late, rest = split_at(constant, 2.1)
    assert late == 0.0
    assert collapse(rest)[0] == pytest.approx(2.0, rel=1e-9)
    assert not np.isnan(rest).any()


def test_what_never_ends_is_late_and_the_rest_has_its_own_weight() -> None:
    endless = (0.25, math.inf, math.inf, math.inf)
    late, rest = split_at(np.array([(0.75, *gamma(1.0, 1.0)), endless]), 3.0)
    assert late == pytest.approx(0.25 + 0.75 * math.exp(-3.0), rel=1e-9)
    assert rest[:, 0].tolist() == pytest.approx([1.0], rel=1e-12)
