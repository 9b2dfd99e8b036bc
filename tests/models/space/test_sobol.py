"""Sobol points against SciPy's, to the bit."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.stats import qmc

from models.space import sobol as here
from models.space.sobol import MOST_COLUMNS, Sobol, sobol


def theirs(d: int, seed: int) -> qmc.Sobol:
    return qmc.Sobol(d, seed=seed)


@pytest.mark.parametrize("d", [1, 2, 7, 40, 1111])
@pytest.mark.parametrize("seed", [0, 7, 2**40])
def test_points_are_those_of_scipy_however_they_are_asked_for(d, seed):
    ours, reference = Sobol(d, seed=seed), theirs(d, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about the balance of other numbers than powers of two
        for n in (16, 16, 1, 5, 0, 64, 3):
            np.testing.assert_array_equal(ours.random(n), reference.random(n))


def test_more_points_than_are_made_together(monkeypatch):
    monkeypatch.setattr(here, "BLOCK", 8)
    ours, reference = Sobol(3, seed=5), theirs(3, 5)
    for n in (32, 32, 64):
        np.testing.assert_array_equal(ours.random(n), reference.random(n))


def test_the_widest_that_scipy_knows():
    assert qmc.Sobol.MAXDIM == MOST_COLUMNS
    np.testing.assert_array_equal(Sobol(MOST_COLUMNS, seed=1).random(2), theirs(MOST_COLUMNS, 1).random(2))


def test_without_its_file_scipy_makes_the_points(monkeypatch):
    def gone(d: int) -> None:
        raise FileNotFoundError("moved")

    wanted = sobol(4, seed=3).random(8)
    monkeypatch.setattr(here, "directions", gone)
    made = sobol(4, seed=3)
    assert isinstance(made, qmc.Sobol)
    np.testing.assert_array_equal(made.random(8), wanted)
