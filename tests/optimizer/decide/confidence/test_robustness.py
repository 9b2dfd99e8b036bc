"""A few designs under the same draws of the guesses: by hand, and as each would be told alone."""

from __future__ import annotations

import numpy as np
import pytest

from models import compile_system
from models.evaluation import DIMENSIONS
from optimizer.decide.confidence.robustness import robustness_of
from scenarios import scenario
from stories import bundled


@pytest.fixture(scope="module")
def guessed():
    return compile_system(
        scenario(
            phases=[{"name": "steady", "rate": 300, "hours": 10}],
            limits={"saturation": 0.5},
            uncertainty={"web.service_ms": {"distribution": "uniform", "low": 10, "high": 20}},
        )
    )


def test_the_share_of_draws_in_which_a_limit_holds_is_that_of_the_guess(guessed):
    found = robustness_of(guessed, guessed.space.today[None, :], draws=1024)
    # 300/s * s / 8 <= 0.5 where s <= 13.33 ms: a third of what lies between 10 and 20 ms.
    share = found.holds[0, found.limits.index("saturation")]
    assert share == pytest.approx(1 / 3, abs=0.005)
    assert found.holds_error[0, found.limits.index("saturation")] == pytest.approx(
        np.sqrt(share * (1 - share) / 1024), rel=1e-9
    )
    assert found.limits[-1] == "all limits"
    assert found.holds[0, -1] <= share


def test_bands_are_those_of_the_guess(guessed):
    found = robustness_of(guessed, guessed.space.today[None, :], draws=1024)
    j = [d.name for d in DIMENSIONS].index("throughput")
    # It carries 8 / s: 8 / 19 ms, 8 / 15 ms and 8 / 11 ms at the tenth, half and nine tenths.
    assert found.bands[:, 0, j] == pytest.approx([8 / 0.019, 8 / 0.015, 8 / 0.011], rel=0.01)
    assert found.moves[j]
    assert not found.moves[[d.name for d in DIMENSIONS].index("consistency")]


def test_designs_together_are_told_as_each_alone():
    system = bundled("web_api_three_tier")
    X = system.space.canonical(system.space.sample(3, seed=4))
    together = robustness_of(system, X, draws=64)
    for i in range(3):
        alone = robustness_of(system, X[i : i + 1], draws=64)
        assert np.array_equal(alone.bands[:, 0], together.bands[:, i])
        assert np.array_equal(alone.holds[0], together.holds[i])


def test_without_guesses_there_is_nothing_to_tell():
    system = compile_system(scenario(uncertainty={"workload.rate": "none"}))
    assert robustness_of(system, system.space.today[None, :]) is None
