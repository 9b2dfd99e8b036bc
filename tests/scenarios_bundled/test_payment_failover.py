"""payment-failover: two coasts, one of which must carry all: the way and the quotas by hand."""

from __future__ import annotations

import pytest

from models import evaluate
from models.system.system import System
from optimizer import front_of
from stories import bundled, told, values_of


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("payment_failover")


def test_the_west_carries_all_when_the_east_is_lost(system: System) -> None:
    """900/s x 14 ms on 8 containers of two cores; on other days two fifths of it."""
    phases = told(system)["phases"]
    busy = {name: phase["components"]["payments_west"]["utilisation"] for name, phase in phases.items()}
    assert busy["normal"] == pytest.approx(0.4 * 900 * 0.014 / 16)
    assert busy["east_lost"] == pytest.approx(900 * 0.014 / 16)
    assert phases["east_lost"]["components"]["payments_east"]["arrivals_per_s"] == 0.0
    warm = told(system, west_ready="whole")["phases"]["east_lost"]["components"]["payments_west"]
    assert warm["utilisation"] == pytest.approx(900 * 0.014 / 36)


def test_the_east_is_one_round_trip_further_away(system: System) -> None:
    """With both coasts up to the ledger, with the east lost to the gateway: 66 ms each time, 58 by a line."""
    for line, way in (("off", 66.0), ("on", 58.0)):
        for phase in told(system, private_line=line)["phases"].values():
            east, west = (phase["flows"][name]["response_ms"] for name in ("pay_east", "pay_west"))
            assert east - west == pytest.approx(way, abs=2.5)


def test_seven_of_eight_features_are_enough(system: System) -> None:
    """An error in 500 at each of eight: all but one in 9,000 requests have seven."""
    phase = told(system, charge_again="on")["phases"]["normal"]
    assert phase["components"]["features"]["arrivals_per_s"] == pytest.approx(8 * 900.0, rel=0.01)
    assert phase["flows"]["pay_west"]["success_share"] > 1.0 - 28 * 0.002**2 - 1e-3


def test_47_seconds_until_payments_go_west_and_23_after_the_game_day(system: System) -> None:
    assert told(system)["failover_s"] == 47.0
    assert told(system, fast_failover="checks_and_connections")["failover_s"] == 23.0


def test_a_limit_that_is_taken_away_costs_more_than_it_helps(system: System) -> None:
    plain, free = (
        values_of(system, west_ready="whole"),
        values_of(system, west_ready="whole", cpu_limit="none"),
    )
    assert free["cost"] > plain["cost"]
    assert free["latency"] < plain["latency"]


def test_some_designs_keep_everything(system: System) -> None:
    found = evaluate(system, system.space.designs(0, system.space.size or 0))
    assert 20 < int(found.feasible.sum()) < 0.5 * len(found)
    assert len(front_of(found).X) >= 5
