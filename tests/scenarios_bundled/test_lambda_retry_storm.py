"""lambda-retry-storm: three layers of three tries are 27 calls, and a failed state that feeds itself."""

from __future__ import annotations

import pytest

from models import System
from stories import assert_well_described, broken, bundled, scored, told, values_of
from whole_fronts import assert_every_decision_is_a_trade_off, every_design

RATE, SLOW_S, SLOTS = 1_200, 0.036, 48
FIVE = {"table_copies": 5}
ONCE = {"app_repeats": 0, "gateway_repeats": 0}


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("lambda_retry_storm")


def margin(system: System, **design: object) -> float:
    return float(scored(system, [design]).indicators["retry_margin"][0])


def test_it_is_well_described(system: System) -> None:
    assert_well_described(system)
    assert_every_decision_is_a_trade_off(system, every_design(system))


def test_an_ordinary_day_is_calm_and_a_slow_hour_is_not_yet_full(system: System) -> None:
    """1,200 calls/s x 12 ms over 48 slots: 30 %, with 36 ms 90 %; half a percent of errors is repeated."""
    phases = told(system)["phases"]
    busy = RATE * 1.005 * SLOW_S / SLOTS
    slow = phases["slow_table"]["components"]["table"]["utilisation"]
    assert slow == pytest.approx(busy, rel=1e-3)
    assert phases["ordinary"]["components"]["table"]["utilisation"] == pytest.approx(busy / 3, rel=1e-3)
    assert phases["slow_table"]["flows"]["read"]["success_share"] > 0.999


def test_one_click_becomes_27_calls(system: System) -> None:
    """48 slots / 36 ms = 1,333/s against 27 x 1,200: 4 %. Each layer that stops takes a factor of 3."""
    capacity = SLOTS / SLOW_S
    assert margin(system) == pytest.approx(capacity / (27 * RATE), rel=1e-9)
    assert margin(system, app_repeats=0) == pytest.approx(capacity / (9 * RATE), rel=1e-9)
    assert margin(system, gateway_repeats=0) == pytest.approx(capacity / (9 * RATE), rel=1e-9)
    assert margin(system, **ONCE) == pytest.approx(capacity / (3 * RATE), rel=1e-9)
    # Even the table that is well again has 4,000/s for 32,400: the storm stays when its cause is gone.
    assert 3 * capacity < 27 * RATE


def test_more_table_does_not_end_the_storm(system: System) -> None:
    assert broken(system) == {"saturation", "metastable"}
    assert broken(system, **FIVE) == {"metastable"}


def test_a_cache_is_no_room_to_recover(system: System) -> None:
    """A cache leaves 1,200 x (0.2 + 0.8 x 0.4) = 624 calls/s; three tries are 1,872 of 80/36 ms = 2,222.

    But after the storm it is empty: then three tries of all 1,200 are 3,600. A guard lets it fill again.
    """
    design = {**FIVE, **ONCE, "caching": "on"}
    assert margin(system, **design) == pytest.approx(80 / SLOW_S / (3 * 624), rel=1e-9)
    assert margin(system, **design) > 1
    assert broken(system, **design) == {"metastable"}
    assert broken(system, **design, table_queue="on") == set()
    assert values_of(system, **design)["consistency"] < values_of(system, **FIVE)["consistency"]


def test_nobody_repeats_is_no_answer_either(system: System) -> None:
    """Half a percent of the calls fails for a moment; without repeats users see it."""
    silent = {**FIVE, **ONCE, "function_repeats": 0}
    assert margin(system, **silent) == float("inf")
    assert broken(system, **silent) == {"availability"}
    ordinary = told(system, **silent)["phases"]["ordinary"]["flows"]["write"]
    assert ordinary["success_share"] == pytest.approx(0.995, abs=2e-4)


@pytest.mark.parametrize(
    "guard", [{"table_queue": "on"}, {"concurrency": "c200"}], ids=["short queue", "small concurrency"]
)
def test_guards_let_repeats_be(system: System, guard: dict[str, object]) -> None:
    """200 calls at the table are done in 200 x 36 ms / 80 = 90 ms, long before anybody gives up at 400 ms."""
    assert 200 * SLOW_S / 80 < 0.4
    assert broken(system, **FIVE, **guard) == set()
