"""event-pipeline: a backlog without end, bounded, carried or shed; repeats with and without a key."""

from __future__ import annotations

import numpy as np
import pytest

from models import System
from models.evaluation import Evaluation
from optimizer import front_of
from stories import broken, bundled, told, values_of
from whole_fronts import every_design

#: Events/s when all reconnect (98 % of 12,000 requests), and what today's workers get done: 15 x 4 / 8 ms.
EVENTS, WORKERS_DO = 11_760.0, 7_500.0
LANE = {"backlog": "short", "own_lane": "on"}


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("event_pipeline")


@pytest.fixture(scope="module")
def designs(system: System) -> Evaluation:
    return every_design(system)


def test_todays_backlog_grows_without_end(system: System) -> None:
    worker = told(system)["phases"]["reconnect"]["components"]["worker"]
    assert worker["arrivals_per_s"] == pytest.approx(EVENTS)
    assert worker["utilisation"] == pytest.approx(EVENTS / WORKERS_DO)  # 1.568
    assert worker["wait_ms"] is None  # unbounded
    assert told(system)["dimensions"]["latency"]["value"] is None  # unbounded
    # 60 slots of 8 ms for the 98 % of the requests that are events
    assert values_of(system)["throughput"] == pytest.approx(WORKERS_DO / 0.98)
    assert {"latency", "availability"} <= broken(system)
    normal = told(system)["phases"]["normal"]
    assert normal["components"]["worker"]["utilisation"] == pytest.approx(3_920 * 0.008 / 60)
    assert normal["flows"]["billing"]["success_share"] > 0.99


@pytest.mark.parametrize(("option", "places"), [("short", 6_000), ("long", 30_000)])
def test_a_bounded_backlog_is_full_loses_the_rest_and_makes_wait_for_its_length(
    system: System, option: str, places: int
) -> None:
    worker = told(system, backlog=option)["phases"]["reconnect"]["components"]["worker"]
    assert worker["blocked_share"] == pytest.approx(1 - WORKERS_DO / EVENTS, abs=1e-3)
    # A full queue is worked off in places / 7,500 s; it is short of full by a few places only.
    assert worker["wait_ms"] == pytest.approx(1000 * places / WORKERS_DO, rel=0.01)


def test_workers_of_their_own_keep_billed_events_out_of_it(system: System) -> None:
    shared = told(system, backlog="short")["phases"]["reconnect"]["flows"]
    apart = told(system, **LANE)["phases"]["reconnect"]
    # 4 of 1,000 writes fail and are dropped. Without the lane the full backlog takes its share; with it the
    # database gets so many writes that it needs all of its three copies, each up 99.95 % of the time.
    assert shared["billing"]["success_share"] == pytest.approx(WORKERS_DO / EVENTS * 0.996, rel=0.005)
    assert apart["flows"]["billing"]["success_share"] == pytest.approx(0.996 * 0.9995**3, abs=1e-4)
    # 10 % of 12,000 events on 4 x 4 slots; the other workers have telemetry only.
    assert apart["components"]["billing_worker"]["utilisation"] == pytest.approx(1_200 * 0.008 / 16)
    assert apart["components"]["worker"]["blocked_share"] == pytest.approx(1 - WORKERS_DO / 10_560, abs=1e-3)
    assert "latency" not in broken(system, **LANE)
    assert "availability" not in broken(system, **LANE)


def test_dropping_telemetry_or_more_workers_carry_the_hour(system: System) -> None:
    dropping = told(system, drop_telemetry={"normal": "off", "reconnect": "on"})["phases"]["reconnect"]
    # 1,200 billed events and half of 10,560 for telemetry
    assert dropping["components"]["worker"]["utilisation"] == pytest.approx(6_480 / WORKERS_DO)
    assert dropping["flows"]["telemetry"]["success_share"] < 0.5
    more = told(system, workers=25)["phases"]["reconnect"]["components"]["worker"]
    assert more["utilisation"] == pytest.approx(EVENTS * 0.008 / 100)


def test_writing_in_batches_spares_the_database_and_delays_the_events(system: System) -> None:
    one = told(system)["phases"]["normal"]
    ten = told(system, batch="ten")["phases"]["normal"]
    hundred = told(system, batch="hundred")["phases"]["normal"]
    reads = 80 * 5  # 2 % of 4,000 requests are queries of five reads; nothing is kept of them today

    def writes(phase: dict[str, dict[str, dict[str, float]]]) -> float:
        return phase["components"]["db"]["arrivals_per_s"] - reads

    assert writes(ten) / writes(one) == pytest.approx(0.25, rel=0.02)
    assert writes(hundred) / writes(one) == pytest.approx(0.10, rel=0.05)
    # No event waits less for its batch; what it waits less is for writes of 2 ms and a round trip.
    delay = ten["flows"]["telemetry"]["response_ms"] - one["flows"]["telemetry"]["response_ms"]
    assert 100 - 4 < delay < 100
    assert hundred["flows"]["telemetry"]["response_ms"] - one["flows"]["telemetry"]["response_ms"] > 600 - 4


def test_repeats_save_events_and_a_key_keeps_them_single(system: System) -> None:
    dropped = told(system)["phases"]["normal"]["flows"]["telemetry"]["success_share"]
    repeated = told(system, delivery="repeated")["phases"]["normal"]["flows"]["telemetry"]["success_share"]
    # 4 of 1,000 writes fail; three attempts all fail in 64 of 1,000,000,000.
    assert repeated - dropped == pytest.approx(0.004 - 0.004**3, rel=0.02)
    single = values_of(system, workers=45)["consistency"]
    twice = values_of(system, workers=45, delivery="repeated")["consistency"]
    keyed = values_of(system, workers=45, delivery="idempotent")["consistency"]
    # 1 % of the events count as wrong. 10 % of the requests weigh 5, 88 % weigh 0.5; queries, 2 %, weigh 5.
    assert single - twice == pytest.approx(0.01 * (0.5 + 0.44) / (0.5 + 0.44 + 0.1), rel=0.001)
    assert keyed == pytest.approx(single, abs=1e-3)
    # which every write and every query pays for with 20 % more work
    plain = told(system, delivery="repeated")["phases"]["normal"]["components"]["db"]
    slower = told(system, delivery="idempotent")["phases"]["normal"]["components"]["db"]
    assert slower["service_ms"] == pytest.approx(1.2 * plain["service_ms"])
    assert slower["utilisation"] == pytest.approx(1.2 * plain["utilisation"], rel=0.01)


def test_only_repeats_keep_it_down(system: System, designs: Evaluation) -> None:
    delivery = designs.X[:, [c.name for c in system.space.columns].index("delivery")]
    metastable = designs.indicators["metastable"] > 0
    assert metastable.any()
    assert np.all(delivery[metastable] > 0)


def test_every_decision_is_open_on_the_front(system: System, designs: Evaluation) -> None:
    front = front_of(designs)
    assert len(front) >= 8
    assert np.all(np.ptp(front.evaluation.values, axis=0) > 0)
    for decision in system.space.decisions:  # an adaptive one in some phase: nobody drops in quiet hours
        assert np.ptp(front.X[:, list(decision.columns)], axis=0).any(), decision.name


def test_bounded_carried_and_shed_all_have_designs_on_the_front(system: System, designs: Evaluation) -> None:
    front = front_of(designs)
    names = [c.name for c in system.space.columns]
    X = {name: front.X[:, j] for j, name in enumerate(names)}
    sheds = X["drop_telemetry@reconnect"] > 0
    carries = (X["workers"] >= 25) & ~sheds
    bounds = (
        X["workers"] == 15
    ) & ~sheds  # today's workers keep up with neither all events nor telemetry alone
    assert sheds.any()
    assert carries.any()
    assert bounds.any()
    assert np.all(X["backlog"][bounds] > 0)
