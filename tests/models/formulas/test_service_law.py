"""Laws of service times from measured percentiles, against SciPy's."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from models.formulas.service_law import fitted, gamma_of, lognormal_of


@pytest.mark.parametrize("ratio", [1.01, 1.5, 3.0, 10.0, 100.0])
def test_both_laws_have_both_percentiles(ratio):
    law = lognormal_of(8.0, 8.0 * ratio)
    sigma = math.sqrt(math.log1p(law.scv))
    found = stats.lognorm(sigma, scale=law.mean / math.exp(0.5 * sigma**2))
    assert found.ppf([0.5, 0.99]) == pytest.approx([8.0, 8.0 * ratio])
    assert found.mean() == pytest.approx(law.mean)
    law = gamma_of(8.0, 8.0 * ratio)
    found = stats.gamma(1.0 / law.scv, scale=law.mean * law.scv)
    assert found.ppf([0.5, 0.99]) == pytest.approx([8.0, 8.0 * ratio], rel=1e-6)


@pytest.mark.parametrize(
    ("measured", "law"),
    [(stats.gamma(2.0, scale=5.0), "gamma"), (stats.lognorm(1.0, scale=5.0), "lognormal")],
)
def test_the_mean_tells_which_law_it_is(measured, law):
    found = fitted(*measured.ppf([0.5, 0.99]), measured.mean())
    assert found.law == law
    assert found.mean == pytest.approx(measured.mean(), rel=1e-6)
    assert found.scv == pytest.approx(measured.var() / measured.mean() ** 2, rel=1e-6)


def test_without_a_mean_it_is_lognormal():
    assert fitted(2.0, 9.0, None) == lognormal_of(2.0, 9.0)
