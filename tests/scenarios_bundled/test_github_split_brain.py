"""github-split-brain: 43 seconds, an automatic failover, and a day of queries across the country."""

from __future__ import annotations

import pytest

from models import System
from stories import assert_well_described, broken, bundled, told, values_of
from whole_fronts import assert_every_decision_is_a_trade_off, every_design

RATE, WORKERS, ACROSS_S = 4_000, 40 * 16, 0.390
CURES: dict[str, dict[str, object]] = {
    "wait a minute": {"wait_a_minute": "on"},
    "own site": {"failover": "own_site"},
    "by hand": {"failover": "by_hand"},
    "third site": {"commit": "third_site"},
    "other coast": {"commit": "other_coast", "commit_patience": "refuse", "web_workers": 60},
}


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("github_split_brain")


def test_it_is_well_described(system: System) -> None:
    assert_well_described(system)
    assert_every_decision_is_a_trade_off(system, every_design(system))


def test_43_seconds_and_24_hours_11_minutes(system: System) -> None:
    _, split, day_after = system.scenario.workload.phases
    assert split.hours * 3600 == pytest.approx(43, abs=0.01)
    assert split.effect.set["link.latency_ms"] == 43_000
    assert day_after.hours * 60 == pytest.approx(24 * 60 + 11, abs=0.01)


def test_the_43_seconds_do_no_harm_and_the_day_after_does(system: System) -> None:
    phases = told(system)["phases"]
    before, split, after = (phases[name]["flows"] for name in ("before", "split", "day_after"))
    assert split["write"]["success_share"] == pytest.approx(before["write"]["success_share"], abs=1e-6)
    assert split["read"]["success_share"] > 0.999
    assert after["read"]["success_share"] < 0.9
    assert broken(system) == {"saturation", "availability"}


def test_the_country_takes_all_workers(system: System) -> None:
    """0.8 x 0.3 + 0.1 x 1 + 0.1 x 0.5 = 0.39 calls of 390 ms each: 608 of 640 workers do nothing but wait."""
    waiting = RATE * (0.8 * 0.3 + 0.1 * 1.0 + 0.1 * 0.5) * ACROSS_S / WORKERS
    assert waiting == pytest.approx(0.951, abs=1e-3)
    phases = told(system)["phases"]
    before, after = (phases[name]["components"]["web"]["utilisation"] for name in ("before", "day_after"))
    assert after - before == pytest.approx(waiting, rel=0.02)
    assert before < 0.3


def test_what_is_read_in_that_day_is_old(system: System) -> None:
    """Three reads in ten cross the country, a fifth of them finds the past: 6 % more."""
    phases = told(system)["phases"]
    fresh = [phases[name]["flows"]["read"]["fresh_share"] for name in ("before", "day_after")]
    assert fresh[1] / fresh[0] == pytest.approx(1 - 0.3 * 0.2, rel=1e-3)


@pytest.mark.parametrize("cure", CURES.values(), ids=CURES)
def test_each_cure_prevents_it(system: System, cure: dict[str, object]) -> None:
    assert broken(system, **cure) == set()
    phases = told(system, **cure)["phases"]
    assert phases["day_after"]["flows"]["read"]["success_share"] > 0.999
    assert values_of(system, **cure)["consistency"] > values_of(system)["consistency"]


def test_and_each_has_its_price(system: System) -> None:
    third_site = values_of(system, **CURES["third site"])
    own_site = values_of(system, **CURES["own site"])
    # A site that is lost takes the database with it: 0.9998.
    assert own_site["availability"] <= 0.9998 < third_site["availability"]
    # A write waits for the other coast, and is refused while the link is gone.
    write = told(system, **CURES["other coast"])["phases"]["before"]["flows"]["write"]["response_ms"]
    plain = told(system, **CURES["own site"])["phases"]["before"]["flows"]["write"]["response_ms"]
    assert write - plain == pytest.approx(65, abs=2)
    split = told(system, **CURES["other coast"])["phases"]["split"]["flows"]["write"]
    assert split["success_share"] < 0.01
    # The third site is 40,000 USD, and 60 USD an hour for 48.2 hours.
    dearer = third_site["cost"] - own_site["cost"]
    assert dearer == pytest.approx(40_000 + 60 * (24 + 43 / 3600 + 24 + 11 / 60), rel=0.05)


def test_the_consistent_design_stalls_where_nobody_has_patience_set(system: System) -> None:
    """400 writes a second that wait 43 s hold 17,200 workers; there are 640."""
    stalled = {"commit": "other_coast", "commit_patience": "wait"}
    assert "saturation" in broken(system, **stalled)
    split = told(system, **stalled)["phases"]["split"]
    assert split["components"]["web"]["utilisation"] == pytest.approx(0.1 * RATE * 43 / WORKERS, rel=0.02)
    after = told(system, **stalled)["phases"]["day_after"]["flows"]["read"]
    assert after["fresh_share"] > 0.99  # but nothing has to be put together again
