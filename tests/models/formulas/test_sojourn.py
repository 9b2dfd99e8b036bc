"""Wait and work at one station: against M/M/1 in closed form, and for the rarest waits."""

from __future__ import annotations

import math

import pytest

from models.explanation.sojourn import sojourn
from models.performance.mixture import from_raw
from shipped import collapse, quantile


def exponential(mean):
    return mean, mean**2, 2.0 * mean**3


def delayed(share, mean):
    """Cumulants of a wait that a share of the calls has, exponential with a mean."""
    return from_raw(share * mean, 2.0 * share * mean**2, 6.0 * share * mean**3)


@pytest.mark.parametrize("load", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("probability", [0.5, 0.9, 0.99])
def test_percentiles_are_those_of_one_server(load, probability):
    # M/M/1, 1 s of work: a share `load` waits, exponentially; so is the sojourn (Kleinrock 1975).
    end = 1.0 / (1.0 - load)
    law = sojourn(delayed(load, end), exponential(1.0))
    assert collapse(law)[0] == pytest.approx(end, rel=1e-9)
    assert quantile(law, probability) == pytest.approx(-end * math.log(1.0 - probability), rel=0.05)


@pytest.mark.parametrize("share", [10.0**-k for k in range(10, 324, 12)])
@pytest.mark.parametrize("mean", [1e-150, 1e-9, 1.0, 1e6])
def test_a_wait_that_next_to_nobody_has_changes_nothing(share, mean):
    law = sojourn(delayed(share, mean), exponential(1.0))
    assert quantile(law, 0.99) == pytest.approx(math.log(100.0), rel=1e-6)
    assert collapse(law)[0] == pytest.approx(1.0 + share * mean, rel=1e-9)
