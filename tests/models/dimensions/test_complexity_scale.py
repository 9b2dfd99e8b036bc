"""The complexity budget of systems of any size: what today's spends, and how it grows from there."""

from __future__ import annotations

import numpy as np
import pytest

from models import compile_system, evaluate
from models.dimensions.complexity import REFERENCE_STRUCTURE, scales_of
from models.scenario.load import scenario_from


def chain(n, *, schema=2, complexity=None, decisions=None, rate=50):
    """Services that call each other one after the other, the first half busy at 50 requests/s."""
    trace = []
    for i in reversed(range(n)):
        trace = [{"call": f"s{i}", **({"then": trace} if trace else {})}]
    return compile_system(
        scenario_from(
            {
                "schema": schema,
                "name": "chain",
                "workload": {"phases": [{"name": "all", "rate": rate, "hours": 1}]},
                "components": {f"s{i}": {"kind": "service", "service_ms": 10} for i in range(n)},
                "flows": {"all": {"share": 1, "trace": trace}},
                "complexity": complexity or {},
                "decisions": decisions or {},
            }
        )
    )


def spent(system, design=None):
    x = system.space.today if design is None else design
    return float(evaluate(system, np.atleast_2d(x)).values[0, 5])


def points(n):
    """Interactions of n components, in points."""
    return 2.0 * n * (n - 1) / 2


@pytest.mark.parametrize("n", [2, 6, 7])
def test_systems_up_to_the_reference_spend_what_the_points_say(n):
    assert spent(chain(n)) == pytest.approx((50.0 + points(n)) / 100.0)
    assert spent(chain(n, schema=1)) == spent(chain(n))


@pytest.mark.parametrize("n", [11, 20, 28])
def test_a_larger_system_that_runs_has_not_spent_its_budget(n):
    assert spent(chain(n, schema=1)) == pytest.approx((50.0 + points(n)) / 100.0)
    assert spent(chain(n)) == pytest.approx(0.5 + REFERENCE_STRUCTURE)
    assert spent(chain(n)) < 1.0


@pytest.mark.parametrize("n", [3, 28])
@pytest.mark.parametrize("schema", [1, 2])
def test_the_budget_can_be_anchored(n, schema):
    assert spent(chain(n, schema=schema, complexity={"today_spends": 0.75})) == pytest.approx(0.75)


def test_designs_grow_from_there_as_the_points_do():
    """Twelve background jobs more are 60 points, of which each counts as much as those of the pairs."""
    jobs = {"jobs": {"on": {"set": {"complexity.background_jobs": 12}}}}
    system = chain(20, complexity={"today_spends": 0.75}, decisions=jobs)
    scale = 75.0 / (50.0 + points(20))
    assert scales_of(system) == pytest.approx((scale, scale))
    assert spent(system, [1.0]) == pytest.approx(0.75 + 0.6 * scale)


def test_what_a_decision_costs_is_not_scaled():
    decisions = {"tool": {"on": {"set": {"s0.service_ms": 9}}, "complexity": 20}}
    system = chain(20, complexity={"today_spends": 0.75}, decisions=decisions, rate=20)
    on = spent(system, [1.0])
    # The bottleneck is another service: only the decision's own points are added.
    assert on == pytest.approx(0.95)
