"""web-api-three-tier: two tiers are too busy in the evening; what each change buys, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models import System
from models.evaluation import Evaluation
from optimizer import front_of
from stories import broken, bundled, told, values_of
from whole_fronts import assert_every_decision_is_a_trade_off, every_design

KEYS, ZIPF, WRITES_PER_S = 50_000, 0.8, 0.002
READS = {"day": 300 * 0.8, "evening": 1500 * 0.8}  # reads per second, all of which ask the cache


def hits(rate: float, ttl_s: float) -> float:
    """Hits of Zipf popularity summed key by key: one key with a call rate l answers l T of every 1 + l T."""
    popularity = np.arange(1, KEYS + 1) ** -ZIPF
    calls = rate * popularity / popularity.sum()
    return float(np.sum(calls * calls * ttl_s / (1 + calls * ttl_s)) / rate)


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("web_api_three_tier")


@pytest.fixture(scope="module")
def designs(system: System) -> Evaluation:
    return every_design(system)


def test_today_is_too_busy_in_the_evening(system: System) -> None:
    # 1,500/s x 15 ms are 22.5 of 3 x 8 worker processes; at most 24 / 0.015 s = 1,600/s get through.
    evening = told(system)["phases"]["evening"]["components"]
    assert evening["app"]["utilisation"] == pytest.approx(22.5 / 24)
    assert values_of(system)["throughput"] == pytest.approx(1600)
    # The database: misses, two calls for each write, 30 for each report. A call that fails stops what would
    # come after it: at most 30 x 0.0005 of a report.
    calls = READS["evening"] * (1 - hits(READS["evening"], 10)) + 1500 * (0.18 * 2 + 0.02 * 30)
    assert evening["db"]["arrivals_per_s"] == pytest.approx(calls, rel=0.01)
    assert evening["db"]["utilisation"] > 0.7
    assert {"saturation", "latency", "availability"} <= broken(system)


def test_three_servers_never_survive_the_evening_and_six_may(system: System, designs: Evaluation) -> None:
    evening = [c.name for c in system.space.columns].index("app_replicas@evening")
    survivors = set(designs.X[designs.feasible, evening])
    assert survivors == {6.0, 9.0, 12.0}  # 22.5 / 48 = 0.47, 0.31, 0.23


@pytest.mark.parametrize(("option", "ttl_s"), [("s60", 60), ("s600", 600)])
def test_a_longer_ttl_spares_the_database_and_ages_the_answers(
    system: System, option: str, ttl_s: float
) -> None:
    phases = told(system, cache_ttl=option)["phases"]
    aged = WRITES_PER_S * ttl_s
    stale = 1 - (1 - math.exp(-aged)) / aged  # of the hits: a write came since the entry was loaded
    for name, reads in READS.items():
        load = phases[name]["components"]["db"]["arrivals_per_s"]
        hit = hits(reads, ttl_s)
        rate = reads / 0.8
        calls = reads * (1 - hit) + rate * (0.18 * 2 + 0.02 * 30)
        assert load == pytest.approx(calls, rel=0.01)
        assert phases[name]["flows"]["read"]["fresh_share"] == pytest.approx(1 - hit * stale, abs=0.005)


def test_two_read_and_two_written_of_three_copies_always_meet(system: System) -> None:
    strict = values_of(system)["consistency"]
    meeting = values_of(system, replication="majority", read_two_copies="on")["consistency"]
    loose = values_of(system, replication="one")["consistency"]
    assert meeting == pytest.approx(strict, abs=1e-6)
    assert loose < meeting


def test_waiting_for_all_copies_lets_a_lost_one_stop_the_writes(system: System) -> None:
    # Each copy is up 99.9 % of the time. All three: 0.999^3. At least two: exactly two of them as well.
    lost = 3 * 0.001 * 0.999**2
    with_all = told(system)["phases"]["day"]["flows"]["write"]["success_share"]
    with_two = told(system, replication="majority")["phases"]["day"]["flows"]["write"]["success_share"]
    assert with_two - with_all == pytest.approx(lost, rel=0.02)


def test_reports_worked_out_at_night_spare_28_queries_each(system: System) -> None:
    live = told(system)["phases"]["evening"]["components"]["db"]["arrivals_per_s"]
    nightly = told(system, nightly_reports="on")["phases"]["evening"]["components"]["db"]["arrivals_per_s"]
    assert live - nightly == pytest.approx(1500 * 0.02 * 28, rel=0.01)
    assert values_of(system, nightly_reports="on")["latency"] < 0.6 * values_of(system)["latency"]


def test_larger_machines_take_55_percent_of_the_time_at_twice_the_price(system: System) -> None:
    medium, large = told(system), told(system, db_size="large")
    busy = [answer["phases"]["day"]["components"]["db"]["utilisation"] for answer in (medium, large)]
    paid = [answer["cost"]["replicas_usd"]["db"] for answer in (medium, large)]
    assert busy[1] == pytest.approx(0.55 * busy[0], rel=0.01)
    assert paid[1] == pytest.approx(2 * paid[0])


def test_repeats_of_loads_can_keep_the_database_down(system: System, designs: Evaluation) -> None:
    retries = designs.X[:, [c.name for c in system.space.columns].index("retry_loads")]
    metastable = designs.indicators["metastable"] > 0
    assert metastable.any()
    assert np.all(retries[metastable] == 1.0)


def test_every_decision_is_open_on_the_front(system: System, designs: Evaluation) -> None:
    assert_every_decision_is_a_trade_off(system, designs)
    assert len(front_of(designs)) >= 8
