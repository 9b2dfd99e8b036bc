"""What a design's cost is split into: the parts add up to it, and what is lost is added, not taken off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models import compile_system, evaluate, load_scenario
from models.evaluation import COST, DIMENSIONS
from optimizer.scenario_model import spent_of
from optimizer.sections.content import Number
from optimizer.sections.cost import cost_split

FOLDER = Path(__file__).parents[3] / "data" / "scenarios"


@pytest.mark.parametrize("name", ["black_friday_week", "web_api_three_tier", "robinhood_surge"])
def test_the_parts_add_up_to_the_cost(name):
    system = compile_system(load_scenario(FOLDER / f"{name}.yaml"))
    X = np.vstack([system.space.today, system.space.sample(5, seed=4)])
    costs = evaluate(system, X).values[:, DIMENSIONS.index(COST)]
    for x, cost in zip(X, costs, strict=True):
        whole, *parts = [
            part.value for part in cost_split(float(cost), spent_of(system, x)) if isinstance(part, Number)
        ]
        assert sum(spent_of(system, x).values()) == pytest.approx(cost)
        assert whole == cost
        # Parts below a thousandth of the largest are left out.
        assert not parts or sum(parts) == pytest.approx(cost, abs=0.005 * max(map(abs, parts)))
