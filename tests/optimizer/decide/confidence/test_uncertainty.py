"""What if my numbers are wrong: distributions, bands, robust choices and the value of knowing, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models import compile_system, load_scenario
from models.evaluation import Dimension
from models.evaluator import evaluate, run
from models.formulas.distributions import lognormal_quantile, normal_quantile, triangular_quantile
from models.scenario.load import scenario_from_text
from models.system.uncertainty import base_of, draws_of, guesses_of
from optimizer.decide.confidence.uncertainty import (
    Outcomes,
    bands,
    chosen_share,
    probabilities,
    robust_front,
    under,
    value_of_knowing,
    value_of_knowing_all,
    what_to_measure,
)
from scenarios import scenario

DATA = Path(__file__).parents[4] / "data" / "scenarios"
PATHS = ["web.service_ms", "web.replicas", "workload.rate"]
U = (np.arange(20_000) + 0.5) / 20_000


def test_quantiles_have_the_moments_of_their_distributions():
    x = normal_quantile(U, 5.0, 2.0, -np.inf, np.inf)
    assert (x.mean(), x.std()) == pytest.approx((5.0, 2.0), rel=1e-3)
    # Cut off at its mean it is a half-normal one: mean sd sqrt(2/pi).
    half = normal_quantile(U, 0.0, 2.0, 0.0, np.inf)
    assert half.mean() == pytest.approx(2.0 * np.sqrt(2 / np.pi), rel=1e-3)
    x = lognormal_quantile(U, 24.0, 0.2)
    assert (np.median(x), x.mean()) == pytest.approx((24.0, 24.0 * np.exp(0.02)), rel=1e-3)
    x = triangular_quantile(U, 1.0, 2.0, 6.0)
    assert x.mean() == pytest.approx(3.0, rel=1e-4)
    assert x.var() == pytest.approx((1 + 4 + 36 - 2 - 6 - 12) / 18, rel=1e-3)
    assert np.all(np.diff(x) > 0)


@pytest.fixture(scope="module")
def guessed():
    uncertainty = {
        "web.service_ms": {"distribution": "lognormal", "median": 20, "sigma": 0.3},
        "web.replicas": {"distribution": "uniform", "low": 1, "high": 3},
        "workload.rate": {"distribution": "normal", "mean": 300, "sd": 30},
    }
    phases = [{"name": "calm", "rate": 50, "hours": 20}, {"name": "peak", "rate": 300, "hours": 4}]
    return compile_system(scenario(phases=phases, uncertainty=uncertainty))


def test_draws_keep_to_the_parameters(guessed):
    draws = draws_of(guessed, 512, seed=3)
    assert np.array_equal(draws.values, draws_of(guessed, 512, seed=3).values)
    assert not np.array_equal(draws.values, draws_of(guessed, 512, seed=4).values)
    assert np.median(draws.values[:, 0]) == pytest.approx(20.0, rel=0.01)
    assert set(np.unique(draws.values[:, 1])) == {1.0, 2.0, 3.0}
    assert draws.values[:, 2].mean() == pytest.approx(300.0, rel=0.01)
    assert [guess.path for guess in guesses_of(guessed)] == [
        "web.service_ms",
        "web.replicas",
        "workload.rate",
    ]


def test_the_rate_of_all_phases_scales_with_its_peak(guessed):
    draws = draws_of(guessed, 4, seed=1)
    X = np.tile(guessed.space.today, (4, 1))
    rates = run(guessed, X, base=base_of(guessed, draws, np.arange(4))).parameters.rate
    assert rates[:, 1] == pytest.approx(draws.values[:, 2])
    assert rates[:, 0] == pytest.approx(draws.values[:, 2] * 50 / 300)


def test_without_guesses_bands_have_no_width():
    text = (DATA / "black_friday_exercise.yaml").read_text() + "\nuncertainty: {workload.rate: none}\n"
    system = compile_system(scenario_from_text(text))
    X = system.space.designs(0, system.space.size)
    found = under(system, X, draws_of(system, 4))
    assert np.array_equal(bands(found)[0], bands(found)[2])
    assert np.array_equal(found.values[:, 0], evaluate(system, X).values)


def test_a_slower_machine_is_never_less_busy_and_bands_hold_the_middle():
    system = compile_system(load_scenario(DATA / "black_friday_week.yaml"))
    X = system.space.sample(3, seed=2)
    draws = draws_of(system, 32, seed=1)
    found = under(system, X, draws)
    low, middle, high = bands(found)
    assert np.all(low <= middle)
    assert np.all(middle <= high)
    share, error = probabilities(found)
    assert np.all((share >= 0) & (share <= 1))
    assert np.all(share[:, -1] <= share[:, :-1].min(axis=1))
    assert np.all(error <= 0.5 / np.sqrt(32))
    # What today's design is worth follows the guess too: no revenue is lost because a guess is higher.
    today = under(system, system.space.today[None, :], draws)
    assert np.all(today.values[:, :, 4] > 0.0)


def outcomes(values, excess=None):
    values = np.asarray(values, dtype=float)
    excess = (
        np.full((*values.shape[:2], 1), -1.0)
        if excess is None
        else np.asarray(excess, dtype=float)[:, :, None]
    )

    names = tuple(Dimension(f"d{j}", "", "lower") for j in range(values.shape[2]))
    return Outcomes(values, excess[:, :, None], ("limit",), names)


def test_the_robust_front_looks_at_bad_luck_and_at_limits():
    # Ten draws; the first design is better but for two of them, the third breaks its limit in two.
    first = [[1.0, 5.0]] * 8 + [[9.0, 5.0]] * 2
    second, third = [[2.0, 5.0]] * 10, [[0.0, 0.0]] * 10
    excess = [[-1.0] * 10, [-1.0] * 10, [-1.0] * 8 + [1.0] * 2]
    found = outcomes([first, second, third], excess)
    assert robust_front(found, quantile=0.9, probability=0.9).tolist() == [1]
    assert robust_front(found, quantile=0.5, probability=0.9).tolist() == [0]
    assert robust_front(found, quantile=0.5, probability=0.8).tolist() == [2]
    assert robust_front(outcomes([first], [[1.0] * 10])).size == 0


def test_how_often_a_design_would_be_chosen():
    a, b = [[1.0, 2.0]] * 6 + [[5.0, 2.0]] * 4, [[2.0, 2.0]] * 10
    found = outcomes([a, b], [[-1.0] * 10, [-1.0] * 9 + [1.0]])
    share, none = chosen_share(found, np.ones(2))
    # The last draw has only the first design.
    assert share.tolist() == pytest.approx([0.7, 0.3])
    assert none == 0.0
    share, none = chosen_share(outcomes([a], [[1.0] * 10]), np.ones(2))
    assert (share.tolist(), none) == ([0.0], 1.0)


def test_the_value_of_knowing_a_number_by_hand():
    # One design costs 10, the other 20 U: now 10 either way; knowing U, 10 - E[max(0, 10 - 20 U)] = 10 - 2.5.
    rng = np.random.default_rng(1)
    u, other = rng.random(20_000), rng.random(20_000)
    cost = np.array([np.full(len(u), 10.0), 20.0 * u])
    assert value_of_knowing_all(cost) == pytest.approx(2.5, abs=0.1)
    value, error = value_of_knowing(cost, u, bins=16)
    assert value == pytest.approx(2.5, abs=0.15)
    assert error < 0.1
    assert value_of_knowing(cost, other, bins=16)[0] == 0.0
    # A number with two values, evenly: costs 10 or (0, 30): knowing it saves 10 half of the time.
    coin = np.repeat([0.0, 1.0], 500)
    cost = np.array([np.full(1000, 10.0), 30.0 * coin])
    assert value_of_knowing(cost, coin)[0] == pytest.approx(5.0, abs=0.5)
    with pytest.raises(ValueError, match="finite"):
        value_of_knowing(np.array([[np.inf, 1.0]]), np.array([0.0, 1.0]))


def test_what_to_measure_first(guessed):
    found = what_to_measure(guessed, guessed.space.today[None, :], guessed.space.today, n=64)
    assert found.paths == tuple(PATHS)
    # There is one design: nothing that is learned changes what one does.
    assert np.all(found.value_usd == 0.0)
    assert found.all_usd == 0.0
    assert np.all(found.total >= 0.0)
