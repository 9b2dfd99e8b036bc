"""The exact interval of a share, against published values and its own definition."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.formulas.binomial import clopper_pearson


def test_nothing_and_everything_of_n_by_hand() -> None:
    """0 of n: the upper bound p has (1 - p)^n = 0.025 (the "rule of three" is its neighbour)."""
    for n in (1, 2, 8, 50):
        low, high = clopper_pearson(0, n)
        assert low == 0.0
        assert (1.0 - high) ** n == pytest.approx(0.025)
        assert clopper_pearson(n, n) == (pytest.approx(1.0 - high), 1.0)


def at_least(k: int, n: int, p: float) -> float:
    """Probability of k or more of n."""
    return sum(math.comb(n, j) * p**j * (1.0 - p) ** (n - j) for j in range(k, n + 1))


@given(data=st.data(), n=st.integers(1, 60), confidence=st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_its_ends_are_where_the_count_is_just_believable(data, n: int, confidence: float) -> None:
    k = data.draw(st.integers(0, n))
    low, high = clopper_pearson(k, n, confidence)
    tail = 0.5 * (1.0 - confidence)
    assert 0.0 <= low <= k / n <= high <= 1.0
    if k > 0:
        assert at_least(k, n, low) == pytest.approx(tail)
    if k < n:
        assert 1.0 - at_least(k + 1, n, high) == pytest.approx(tail)


@pytest.mark.parametrize(("k", "n", "confidence"), [(-1, 2, 0.95), (3, 2, 0.95), (0, 0, 0.95), (1, 2, 1.0)])
def test_what_is_no_count_is_refused(k: int, n: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="allowed"):
        clopper_pearson(k, n, confidence)
