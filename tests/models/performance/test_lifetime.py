"""Healthy states that end by themselves: how long they last, against simulation."""

from __future__ import annotations

import math
from typing import Any

import pytest

from models import compile_system
from models.evaluator import evaluate, run
from models.system.system import System
from scenarios import scenario
from small_cases import case

#: 10 slots of 0.1 s, a time-out of 0.5 s, three retries: mean life, s, by calls/s (design notes: simulated).
SIMULATED = {75.0: 5500.0, 80.0: 510.0, 85.0: 125.0}


def station(rate: float, hours: float = 1.0, more: dict[str, Any] | None = None, **call: Any) -> System:
    component = {"kind": "service", "slots": 10, "service_ms": 100, **(more or {})}
    call = {"call": "app", "timeout_ms": 500, "retries": 3, **call}
    return compile_system(
        scenario(
            components={"app": component},
            flows={"all": {"share": 1.0, "trace": [call]}},
            phases=[{"name": "p", "rate": rate, "hours": hours}],
            limits={"saturation": None, "emergence": None, "metastable": False},
        )
    )


def tips_over(system: System) -> float:
    return float(run(system, system.space.today[None, :]).tips_over[0])


@pytest.mark.parametrize(("rate", "lived_s"), SIMULATED.items())
def test_the_life_of_a_healthy_state(rate, lived_s):
    hours = 0.001
    found = -3600.0 * hours / math.log1p(-tips_over(station(rate, hours)))
    assert 0.5 * lived_s < found < 2.0 * lived_s


def test_at_60_percent_it_lasts():
    """None of 20 runs of an hour ended (simulated)."""
    assert tips_over(station(60.0)) < 0.01


@pytest.mark.parametrize("name", ["tips-over-timeout-retry", "timeout-nested"])
def test_cases_that_fall_over_by_themselves(name):
    """In 4 of 4 runs within 30 s, and in 2 of 3 within 1,000 s (simulated)."""
    system = case(name)
    assert tips_over(system) > 0.9


@pytest.mark.parametrize(
    "guard", [{"breaker": True}, {"bulkhead_slots": 25}, {"retries": 0}, {"more": {"queue_limit": 20}}]
)
def test_what_defends_against_it(guard):
    assert tips_over(station(80.0, **guard)) == 0.0


def test_it_is_a_limit_where_designs_may_not_stay_down():
    system = station(80.0)
    found = evaluate(system, system.space.today[None, :])
    over = dict(zip(found.constraints, found.excess[0], strict=True))
    assert over["tips_over"] > 0.9
    assert found.indicators["tips_over"][0] == pytest.approx(over["tips_over"] + 0.01)


def test_a_longer_phase_is_survived_more_rarely():
    found = [tips_over(station(80.0, hours)) for hours in (0.01, 0.1, 1.0)]
    assert found == sorted(found)
    assert found[0] < 0.1 < 0.9 < found[2]
