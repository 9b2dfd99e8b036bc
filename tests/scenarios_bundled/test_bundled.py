"""What the bundled scenarios promise; samples are small, since evaluating these systems is slow."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from models import System, compile_system, evaluate
from models.evaluation import Evaluation
from models.scenario.load import load_with_warnings
from optimizer import front_of

FOLDER = Path(__file__).parents[2] / "data" / "scenarios"


def _system(name: str) -> System:
    scenario, warnings = load_with_warnings(FOLDER / f"{name}.yaml")
    assert all(finding.severity == "note" for finding in warnings)
    return compile_system(scenario)


@pytest.fixture(scope="module")
def shop() -> System:
    return _system("black_friday_shop")


@pytest.fixture(scope="module")
def week() -> System:
    return _system("black_friday_week")


@pytest.fixture(scope="module")
def some_weeks(week: System) -> Evaluation:
    return evaluate(week, week.space.sample(128, seed=1))


def test_the_shop_is_as_rich_as_promised(shop: System) -> None:
    scenario = shop.scenario
    assert len(scenario.components) >= 12
    assert len(scenario.flows) >= 5
    assert len(scenario.workload.phases) == 4
    assert len(scenario.decisions) >= 25
    kinds = Counter(type(decision).__name__ for decision in scenario.decisions.values())
    assert min(kinds[kind] for kind in ("Toggle", "Choice", "Integer", "Real")) >= 4
    assert {d.scale for d in scenario.decisions.values() if hasattr(d, "scale")} == {"linear", "log"}
    assert any(d.adaptive for d in scenario.decisions.values())
    assert any(d.when for d in scenario.decisions.values())
    assert len(scenario.uncertainty) >= 6
    assert len(scenario.experiments) == 2
    assert scenario.sources
    assert scenario.assumptions


@pytest.mark.parametrize("name", ["shop", "week"])
def test_today_does_not_survive(name: str, request: pytest.FixtureRequest) -> None:
    system: System = request.getfixturevalue(name)
    today = evaluate(system, system.space.today[None, :])
    assert not today.feasible[0]


def test_the_week_can_be_enumerated(week: System) -> None:
    size = week.space.size
    assert size is not None
    assert 1e5 <= size <= 1e7
    assert week.scenario.limits.effort_days == 5


def test_some_designs_stay_down_after_one_push() -> None:
    """Lambda's retries kept it down; the week's designs return once their state is followed to its end."""
    storm = _system("lambda_retry_storm")
    metastable = evaluate(storm, storm.space.sample(200, seed=4)).indicators["metastable"]
    assert 0 < np.count_nonzero(metastable) < len(metastable)


def test_every_dimension_differs_on_the_front_of_a_sample(some_weeks: Evaluation) -> None:
    assert np.all(np.ptp(front_of(some_weeks).evaluation.values, axis=0) > 0)


def test_no_decision_is_always_best_in_a_sample(week: System, some_weeks: Evaluation) -> None:
    X = front_of(some_weeks).X
    constant = [c.name for j, c in enumerate(week.space.columns) if np.ptp(X[:, j]) == 0]
    assert constant == []
