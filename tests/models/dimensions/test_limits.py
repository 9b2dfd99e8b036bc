"""Limits that hold in every scenario: a queue without end, nothing called, a cost without end."""

from __future__ import annotations

import numpy as np
import pytest

from models import compile_system
from models.dimensions.limits import ALWAYS
from optimizer.decide.oddities import oddities
from scenarios import scenario
from small_cases import designs_of, evaluated

NO_LIMITS = {"saturation": None, "emergence": None}


def holds(system, X=None):
    return {name: bool(np.all(over <= 0.0)) for name, over in evaluated(system, X).excess.items()}


@pytest.mark.parametrize(
    "closed",
    [
        {"flows": {"shop": {"share": 1.0, "shed_share": 1.0, "trace": ["web"]}}},
        {"flows": {"shop": {"share": 1.0, "trace": [{"call": "web", "times": 0}]}}},
        {"flows": {"shop": {"share": 1.0, "trace": [{"call": "web", "enabled": False}]}}},
    ],
    ids=["shed", "times", "enabled"],
)
def test_where_nothing_is_called_there_is_nothing_to_judge(closed):
    system = compile_system(scenario(limits=NO_LIMITS, **closed))
    assert not holds(system)["nothing_called"]
    assert float(evaluated(system).values[0, 0]) == 0.0
    assert "limits.nothing_called" in {found.where for found in oddities(system)}


def test_it_is_a_matter_of_the_design():
    parts = {"shed": {"options": {"none": {}, "all": {"set": {"flows.shop.shed_share": 1}}}}}
    system = compile_system(scenario(decisions=parts, limits=NO_LIMITS))
    X = np.vstack([designs_of(system), designs_of(system, shed=1.0)])
    assert (evaluated(system, X).excess["nothing_called"] > 0.0).tolist() == [False, True]


def test_who_calls_something_is_not_asked():
    assert set(holds(compile_system(scenario()))).isdisjoint(ALWAYS)


@pytest.mark.parametrize(
    ("rate", "over"), [(400.0, -0.5), (799.0, -1 / 800), (800.0, None), (4080.0, 4.1)], ids=str
)
def test_without_a_limit_on_saturation_a_queue_without_end_is_a_collapse(rate, over):
    """2 replicas of 4 slots and 10 ms serve 800/s: at 4,080/s the load is 510 % of that."""
    system = compile_system(
        scenario(phases=[{"name": "p", "rate": rate, "hours": 1}], limits=NO_LIMITS, dimensions={})
    )
    by = float(evaluated(system).excess["collapse"][0])
    assert "saturation" not in evaluated(system).excess
    if over is None:
        assert by > 0.0  # at the capacity itself the queue grows already
    else:
        assert by == pytest.approx(over, rel=1e-9)
    everything = {f.where: f.found for f in oddities(system)}
    assert ("limits.collapse" in everything) == (by > 0.0)
    assert not any("everything meets" in found for found in everything.values())


def test_who_turns_calls_away_does_not_collapse():
    web = {"web": {"kind": "service", "service_ms": 10, "replicas": 2, "slots": 4, "queue_limit": 10}}
    system = compile_system(
        scenario(components=web, phases=[{"name": "p", "rate": 4080, "hours": 1}], limits=NO_LIMITS)
    )
    assert float(evaluated(system).excess["collapse"][0]) < 0.0


def test_a_cost_without_end_is_not_feasible():
    """1e15 USD times (1e15)^21 is more than a number holds."""
    drivers = {
        "drivers": ["users"],
        "phases": [{"name": "p", "rate": 1, "hours": 1, "drivers": {"users": 1}}],
        "decisions": {"growth": {"integer": [1, 10**15], "sets": "drivers.users"}},
        "costs": [{"label": "disks", "usd": 1e15, "drivers": {"users": 21}}],
    }
    system = compile_system(scenario(limits=NO_LIMITS, **drivers))
    X = np.vstack([designs_of(system, growth=1.0), designs_of(system, growth=1e15)])
    steps = evaluated(system, X)
    assert np.isfinite(steps.values[:, 4]).tolist() == [True, False]
    assert (steps.excess["endless_cost"] > 0.0).tolist() == [False, True]
