"""The rules by which the model says that it isn't sure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models import compile_system, evaluate, load_scenario
from models.evaluator import run
from models.performance.unsure import BURSTS, COME_BACK_TOGETHER, NEARLY_FULL, OPENS_AND_CLOSES, REGULAR
from optimizer.sections import reliance
from scenarios import scenario

SCENARIOS = sorted((Path(__file__).parents[3] / "data" / "scenarios").glob("*.yaml"))


def unsure(rate: float, component: dict[str, Any] | None = None, **call: Any) -> int:
    system = compile_system(
        scenario(
            components={"app": {"kind": "service", "slots": 2, "service_ms": 10, **(component or {})}},
            flows={"all": {"share": 1.0, "trace": [{"call": "app", **call}]}},
            phases=[{"name": "p", "rate": rate, "hours": 1}],
            limits={"saturation": None, "emergence": None},
        )
    )
    return int(run(system, system.space.today[None, :]).unsure[0])


def test_a_plain_station_is_sure_up_to_95_percent():
    assert unsure(180.0) == 0
    assert unsure(196.0) == NEARLY_FULL


def test_a_queue_with_an_end_may_be_full():
    assert unsure(250.0, {"queue_limit": 5}) == 0


@pytest.mark.parametrize(
    ("pause", "told"), [(0, 0), (0.5, 0), (30, COME_BACK_TOGETHER)], ids=["at once", "short", "longer"]
)
def test_retries_after_a_pause_at_a_full_queue(pause, told):
    assert unsure(250.0, {"queue_limit": 5}, retries=3, backoff_ms=pause) == told
    assert unsure(60.0, {"queue_limit": 5}, retries=3, backoff_ms=pause) == 0


def test_a_breaker_that_opens_and_closes_under_load():
    call = {"breaker": True, "breaker_volume": 10, "breaker_sleep_s": 1.0}
    assert unsure(180.0, {"error_share": 0.6}, **call) == OPENS_AND_CLOSES
    assert unsure(180.0, {"error_share": 0.001}, **call) == 0
    assert unsure(20.0, {"error_share": 0.6}, **call) == 0


def test_regular_work_before_a_queue_that_is_often_full():
    even = {"queue_limit": 5, "service_scv": 0.2}
    assert unsure(250.0, even) == REGULAR
    assert unsure(150.0, even) == 0
    assert unsure(250.0, {"service_scv": 0.2}, bulkhead_slots=6) & REGULAR


def test_bursty_arrivals():
    assert unsure(150.0, {"arrival_scv": 6.0, "service_scv": 4.0}) == BURSTS
    assert unsure(100.0, {"arrival_scv": 6.0}) == 0
    assert unsure(100.0, {"arrival_scv": 1.5}) == 0


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_hardly_any_feasible_design_of_a_bundled_scenario_is_unsure(path):
    """It would be of no use where it always warns."""
    system = compile_system(load_scenario(path))
    found = evaluate(system, system.space.sample(2000, seed=1))
    told = found.indicators["unsure"][found.feasible] > 0.0
    assert told.sum() <= max(0.1 * told.size, 1)


def test_each_reason_has_a_bit_of_its_own_and_words():
    """Two reasons with one number would be one line of these."""
    assert len(reliance._WHY) == 13
    assert all(reason & (reason - 1) == 0 for reason in reliance._WHY)
