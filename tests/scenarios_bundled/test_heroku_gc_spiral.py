"""heroku-gc-spiral: the collector takes the evening, and a fourth worker takes what is left."""

from __future__ import annotations

import pytest

from models import System
from stories import assert_well_described, broken, bundled, told, values_of
from whole_fronts import assert_every_decision_is_a_trade_off, every_design

#: Seconds of a page without garbage: its own work, and the database that it waits for.
WORK_S, WAIT_S, EVENING = 0.060, 0.008, 400


def pages_per_s(dynos: int, workers: int, stretch: float, work_s: float = WORK_S) -> float:
    """What dynos can serve when collection stretches the work; a worker waits for its database."""
    return dynos * workers / (work_s * stretch + WAIT_S)


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("heroku_gc_spiral")


def test_it_is_well_described(system: System) -> None:
    assert_well_described(system)
    assert_every_decision_is_a_trade_off(system, every_design(system))


def test_the_shares_are_those_of_hertz_and_berger(system: System) -> None:
    """70 % more time is 0.7/1.7 of it, 17 % more is 0.17/1.17."""
    evening = system.scenario.workload.phases[2]
    share = system.scenario.components["web"].gc_share * evening.effect.multiply["web.gc_share"]
    assert share == pytest.approx(0.7 / 1.7, abs=1e-5)
    two = system.scenario.decisions["workers"].options["two"].multiply["web.gc_share"]
    assert share * two == pytest.approx(0.17 / 1.17, abs=1e-4)


def test_the_collector_makes_the_evening_impossible(system: System) -> None:
    """14 x 3 workers: 400/s are 65 % without garbage; with it they serve 42/(102 + 8 ms) = 382/s."""
    assert EVENING / pages_per_s(14, 3, 1.0) == pytest.approx(0.648, abs=1e-3)
    assert values_of(system)["throughput"] == pytest.approx(pages_per_s(14, 3, 1.7), rel=1e-3)
    assert pages_per_s(14, 3, 1.7) < EVENING
    assert {"saturation", "availability"} <= broken(system)
    phases = told(system)["phases"]
    assert phases["night"]["flows"]["page"]["success_share"] > 0.99
    assert phases["evening"]["flows"]["page"]["success_share"] < 0.1


def test_reloads_add_to_what_is_too_much_already(system: System) -> None:
    """Every page is asked for a second time after 30 s: 0.9 x 2 + 0.1 times the load."""
    arrivals = told(system)["phases"]["evening"]["components"]["web"]["arrivals_per_s"]
    assert arrivals == pytest.approx(EVENING * 1.9, rel=0.01)


def test_a_fourth_worker_serves_less_than_three(system: System) -> None:
    """Four workers at a share of 0.6 take 150 ms a page instead of 102, two take 70: 354, 382 and 358/s."""
    three, four, two = (values_of(system, workers=w)["throughput"] for w in ("three", "four", "two"))
    assert four == pytest.approx(pages_per_s(14, 4, 1 / 0.4), rel=2e-3)
    assert two == pytest.approx(pages_per_s(14, 2, 1.17), rel=2e-3)
    assert four < two < three
    # Where there is memory it is the other way round.
    assert (
        values_of(system, dyno="performance_m", workers="four")["throughput"]
        > (values_of(system, dyno="performance_m")["throughput"])
    )


def test_memory_ends_it_for_five_times_the_price(system: System) -> None:
    """A twentieth of the share and 51 ms: 699/s, 57 % busy."""
    stretch = 1 / (1 - 0.05 * 0.7 / 1.7)
    served = values_of(system, dyno="performance_m")["throughput"]
    assert served == pytest.approx(pages_per_s(14, 3, stretch, 0.051), rel=1e-3)
    assert "saturation" not in broken(system, dyno="performance_m")
    dear = told(system, dyno="performance_m")["cost"]["replicas_usd"]["web"]
    assert dear == pytest.approx(5 * told(system)["cost"]["replicas_usd"]["web"])


def test_half_the_leak_is_not_enough_alone(system: System) -> None:
    """Half the share stretches 60 ms to 75.6: 503/s, 80 % busy; with 17 dynos 66 %."""
    half = 1 / (1 - 0.35 / 1.7)
    assert EVENING / pages_per_s(14, 3, half) == pytest.approx(0.796, abs=1e-3)
    assert EVENING / pages_per_s(17, 3, half) == pytest.approx(0.655, abs=1e-3)
    assert broken(system, leak="on", refuse_early="on") == {"saturation"}
    assert broken(system, leak="on", refuse_early="on", dynos=17) == set()


def test_reloads_keep_it_down_unless_who_waits_too_long_is_refused(system: System) -> None:
    """After one push all ask twice: 760/s, more than the 699/s that would carry the evening."""
    assert pages_per_s(14, 3, 1 / (1 - 0.05 * 0.7 / 1.7), 0.051) < 1.9 * EVENING
    assert broken(system, dyno="performance_m") == {"metastable"}
    assert broken(system, dyno="performance_m", refuse_early="on") == set()
    # 17 of them serve 849/s: nothing can keep these down.
    assert broken(system, dyno="performance_m", dynos=17) == set()


def test_garbage_is_in_the_emergence_score(system: System) -> None:
    """A share of 0.412 against the threshold of 0.20."""
    assert told(system)["emergence"]["terms"]["gc_share"] == pytest.approx(0.7 / 1.7 / 0.20, rel=1e-4)
    assert told(system, dyno="performance_m")["emergence"]["terms"]["gc_share"] < 0.2
