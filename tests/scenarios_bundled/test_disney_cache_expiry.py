"""disney-cache-expiry: one page for ten million people expires, and what holds the store."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models import System
from stories import assert_well_described, broken, bundled, combinations, told, values_of
from whole_fronts import assert_every_decision_is_a_trade_off, every_design

#: Calls for the home page, 1/s; life of its entry in the herd; time to build it: 50 ms, 40 queries of 10 ms.
CALLS, LIFE_S, BUILD_S = 50_000, 3_600 * 0.001, 0.050 + 40 * 0.010
#: 5 shards of 3 copies with 16 slots, 10 ms a query.
CATALOG_PER_S = 5 * 3 * 16 / 0.010


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("disney_cache_expiry")


def components(system: System, phase: str, **design: object) -> dict[str, Any]:
    return told(system, **design)["phases"][phase]["components"]


def test_it_is_well_described(system: System) -> None:
    assert_well_described(system)
    assert_every_decision_is_a_trade_off(system, every_design(system))


def test_ten_million_people_ask_once_in_a_hundred_seconds(system: System) -> None:
    _, launch, expiry = system.scenario.workload.phases
    assert launch.rate == expiry.rate == 10_000_000 / 100
    assert expiry.hours / (launch.hours + expiry.hours) == pytest.approx(
        3 / 60
    )  # three minutes of every hour
    assert system.scenario.components["home_cache"].ttl_s == 3600


def test_between_expiries_the_cache_hides_everything(system: System) -> None:
    assert components(system, "launch")["catalog"]["utilisation"] < 0.2
    assert components(system, "launch")["composer"]["arrivals_per_s"] < 10


def test_the_herd_takes_ten_times_what_the_store_can_serve(system: System) -> None:
    """All who ask while the page is built build it too: (1 + c B) of every 1 + c (T + B) calls of one life.

    22,501 of 202,501: 11 % of 50,000 calls/s, 5,556 pages/s of 40 queries, which alone are 9.3 times 24,000
    queries/s. With 15,000 titles and 2,000 play lists a second it is ten times.
    """
    pages = CALLS * (1 + CALLS * BUILD_S) / (1 + CALLS * (LIFE_S + BUILD_S))
    asked = np.arange(1, 200_001) ** -0.8
    asked *= 40_000 / asked.sum()
    titles = float((asked * (1 + asked * 0.010) / (1 + asked * (LIFE_S + 0.010))).sum())
    herd = components(system, "expiry")
    assert herd["composer"]["arrivals_per_s"] == pytest.approx(pages, rel=1e-6)
    assert 40 * pages / CATALOG_PER_S == pytest.approx(9.26, abs=0.01)
    times = (40 * pages + titles + 0.2 * 10_000) / CATALOG_PER_S
    assert herd["catalog"]["utilisation"] == pytest.approx(times, rel=2e-3)
    assert f"{times:.0f}" == "10"
    assert "the herd takes ten times what the store can serve" in " ".join(system.scenario.summary.split())
    assert "saturation" in broken(system)


def test_coalescing_builds_one_page_in_each_life(system: System) -> None:
    """One of 202,501 calls: a page in four seconds instead of 5,556 in one."""
    pages = CALLS / (1 + CALLS * (LIFE_S + BUILD_S))
    assert components(system, "expiry", coalescing="on")["composer"]["arrivals_per_s"] == pytest.approx(pages)


def test_but_titles_are_different_keys_and_only_jitter_spreads_them(system: System) -> None:
    """Spread over 183.6 s, 200,000 entries are loaded at most 1,089 times a second; play lists add 2,000."""
    assert broken(system, coalescing="on") == {"saturation"}
    both = components(system, "expiry", coalescing="on", jitter="on")
    assert both["catalog"]["arrivals_per_s"] < 200_000 / 183.6 + 0.2 * 10_000 + 100
    assert (
        components(system, "expiry", coalescing="on")["catalog"]["arrivals_per_s"]
        > 5 * (both["catalog"]["arrivals_per_s"])
    )


@pytest.mark.parametrize(
    "design",
    list(combinations(coalescing=["off", "on"], jitter=["off", "on"], stale_while_revalidate=["off", "on"])),
    ids=lambda d: " ".join(name for name, value in d.items() if value == "on") or "none",
)
def test_what_holds_and_what_does_not(system: System, design: dict[str, object]) -> None:
    both = design["coalescing"] == design["jitter"] == "on"
    holds = both or design["stale_while_revalidate"] == "on"
    assert ("saturation" not in broken(system, **design)) == holds


def test_stale_answers_are_fast_and_old_joined_loads_are_fresh_and_slow(system: System) -> None:
    joined = values_of(system, coalescing="on", jitter="on")
    stale = values_of(system, stale_while_revalidate="on")
    assert stale["latency"] < 0.5 * joined["latency"]  # nobody waits for a page that is being built
    assert stale["consistency"] < joined["consistency"]
    assert joined["latency"] > 1_000 * BUILD_S


def test_a_shorter_time_to_live_brings_the_herd_more_often(system: System) -> None:
    hourly = components(system, "expiry")["composer"]["arrivals_per_s"]
    often = components(system, "expiry", home_ttl="minutes")["composer"]["arrivals_per_s"]
    rarely = components(system, "expiry", home_ttl="six_hours")["composer"]["arrivals_per_s"]
    assert rarely < hourly < often
