"""paypal-cap: the consistent ledger stalls with the links, and takes with it who never needed them."""

from __future__ import annotations

import pytest

from models import System
from stories import assert_front_is_open, assert_well_described, broken, bundled, told, values_of

ANSWERS_LOCALLY = {
    "accept_locally": "on",
    "commit_timeout": "s1",
    "commit_retries": 0,
    "commit_breaker": "on",
}
EVENTUAL = {"replication": "own_continent", "home_continent": "on"}


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("paypal_cap")


def test_it_is_well_described(system: System) -> None:
    assert_well_described(system)
    assert_front_is_open(system)


def test_the_stall_is_of_47_seconds_and_four_hours(system: System) -> None:
    normal, hiccup = system.scenario.workload.phases
    assert hiccup.effect.set["links.latency_ms"] == 47_000
    assert hiccup.hours == 4
    assert normal.rate == hiccup.rate  # the load is not what breaks it


def test_the_consistent_design_serves_the_normal_hours_and_stalls_in_the_hiccup(system: System) -> None:
    today = told(system)["phases"]
    assert today["normal"]["flows"]["pay"]["success_share"] > 0.99
    assert today["normal"]["flows"]["pay"]["p99_ms"] < 1_000
    assert today["hiccup"]["flows"]["pay"]["success_share"] < 0.1
    assert today["hiccup"]["flows"]["pay"]["p50_ms"] > 30_000
    assert {"saturation", "availability"} <= broken(system)


def test_time_outs_and_repeats_make_it_worse(system: System) -> None:
    """A payment makes more than one attempt, and most of them are given up after 30 s."""
    links = told(system)["phases"]["hiccup"]["components"]["links"]
    assert links["timeout_share"] > 0.5
    once = told(system, commit_retries=0)["phases"]["hiccup"]["flows"]["look"]["success_share"]
    thrice = told(system)["phases"]["hiccup"]["flows"]["look"]["success_share"]
    assert thrice < once


def test_the_stall_cascades_to_those_who_only_look(system: System) -> None:
    """Looking at a balance needs no link; it fails because payments hold the threads of the gateway."""
    look = told(system)["phases"]["hiccup"]["flows"]["look"]
    assert look["success_share"] < 0.3
    apart = told(system, waiting_gateway="on")["phases"]["hiccup"]["flows"]
    assert apart["look"]["success_share"] > 0.99
    assert apart["pay"]["success_share"] < 0.1  # payments still stall


@pytest.mark.parametrize("design", [EVENTUAL, ANSWERS_LOCALLY], ids=["eventual", "answers locally"])
def test_who_answers_without_the_far_copies_survives(system: System, design: dict[str, object]) -> None:
    phases = told(system, **design)["phases"]
    for flow in ("look", "pay", "transfer"):
        assert phases["hiccup"]["flows"][flow]["success_share"] > 0.99
    assert "availability" not in broken(system, **design)
    assert "saturation" not in broken(system, **design)


@pytest.mark.parametrize("design", [EVENTUAL, ANSWERS_LOCALLY], ids=["eventual", "answers locally"])
def test_and_pays_with_consistency(system: System, design: dict[str, object]) -> None:
    hiccup = told(system, **design)["phases"]["hiccup"]["flows"]
    assert hiccup["look"]["fresh_share"] < 0.99
    assert values_of(system)["consistency"] == 1.0
    assert values_of(system, **design)["consistency"] < 1.0


def test_without_the_hiccup_the_choice_is_latency_or_consistency(system: System) -> None:
    """PACELC: in the normal hours the consistent payment waits for the links, the eventual one doesn't."""
    consistent = told(system)["phases"]["normal"]["flows"]["pay"]
    eventual = told(system, replication="own_continent")["phases"]["normal"]["flows"]["pay"]
    round_trip = system.scenario.components["links"].latency_ms
    assert consistent["response_ms"] - eventual["response_ms"] == pytest.approx(round_trip, rel=0.2)
    assert consistent["fresh_share"] == 1.0
    assert eventual["fresh_share"] < 1.0


def test_about_92_million_usd_are_lost_in_four_hours(system: System) -> None:
    """644 million USD a day (Gizmodo 2015) are 107 million in four hours; most of it is lost.

    130 payments/s x 57.5 USD x 14,400 s = 107.6 million USD. The episode says 92 million, 86 % of it.
    """
    by_hand = 130 * 57.5 * 4 * 3600
    assert by_hand == pytest.approx(644e6 * 4 / 24, rel=0.01)
    lost = told(system)["cost"]["lost_revenue_usd"]
    assert 0.8 * by_hand < lost < by_hand
    assert lost == pytest.approx(92e6, rel=0.2)
    for survivor in (EVENTUAL, ANSWERS_LOCALLY):
        assert told(system, **survivor)["cost"]["lost_revenue_usd"] < 0.05 * lost


def test_a_majority_is_no_way_out_while_every_link_stalls(system: System) -> None:
    assert told(system, replication="majority")["phases"]["hiccup"]["flows"]["pay"]["success_share"] < 0.1
