"""pokemon-go-launch: fifty times the target, apps that repeat in step, and what keeps the game up."""

from __future__ import annotations

from typing import Any

import pytest

from models import System
from stories import assert_front_is_open, assert_well_described, broken, bundled, scored, told

#: Requests/s at fifty times the target; shares of those that walk and catch; a game server's work, s.
LAUNCH, WALK, CATCH, WORK_S = 100_000, 0.87, 0.12, 0.018
BIG = {"servers": 220, "world_shards": 14}


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("pokemon_go_launch")


def game(system: System, phase: str, **design: object) -> dict[str, Any]:
    return told(system, **design)["phases"][phase]["components"]["game"]


def test_it_is_well_described(system: System) -> None:
    assert_well_described(system)
    assert_front_is_open(system)


def test_one_five_and_fifty_times(system: System) -> None:
    target, worst_case, launch, waves = system.scenario.workload.phases
    assert worst_case.rate == 5 * target.rate
    assert launch.rate == waves.rate == 50 * target.rate == LAUNCH


def test_today_is_bought_for_five_times(system: System) -> None:
    """99 % of the requests x 18 ms over 320 slots: 56 % busy at 10,000/s, ten times as much at 100,000."""
    at_five = (WALK + CATCH) * 10_000 * WORK_S / (20 * 16)
    assert at_five == pytest.approx(0.557, abs=1e-3)
    assert game(system, "worst_case")["utilisation"] == pytest.approx(at_five, rel=0.01)
    phases = told(system)["phases"]
    assert phases["worst_case"]["flows"]["walk"]["success_share"] > 0.99
    assert phases["launch"]["flows"]["walk"]["success_share"] < 0.05
    assert {"saturation", "metastable"} <= broken(system)


def test_servers_for_fifty_times_do_not_help_while_apps_repeat_in_step(system: System) -> None:
    """51 % busy in the calm of the launch; the wave adds another 87 % of the load: 95 %."""
    calm = (WALK + CATCH) * LAUNCH * WORK_S / (220 * 16)
    wave = (WALK + CATCH + WALK) * LAUNCH * WORK_S / (220 * 16)
    assert calm == pytest.approx(0.506, abs=1e-3)
    assert wave == pytest.approx(0.951, abs=1e-3)
    assert game(system, "launch", **BIG)["utilisation"] == pytest.approx(calm, rel=0.01)
    assert game(system, "waves", **BIG, app_repeats="none")["utilisation"] == pytest.approx(wave, rel=0.01)
    assert broken(system, **BIG, app_repeats="none") == {"saturation"}
    spread = game(system, "waves", **BIG, app_repeats="none", jitter="on")["utilisation"]
    assert spread == pytest.approx(calm + 0.1 * (wave - calm), rel=0.01)
    assert broken(system, **BIG, app_repeats="none", jitter="on") == set()


def test_repeats_keep_down_what_could_stand(system: System) -> None:
    """Four attempts: 220 x 16 / 18 ms = 195,556/s against 100,000 x (4 x 0.99 + a tenth of a wave of 0.87).

    With one repeat 100,000 x (2 x 0.99 + 0.087) is still more than the servers can take, by 6 %.
    """
    capacity = 220 * 16 / WORK_S
    by_hand = {
        "three": capacity / (LAUNCH * (4 * (WALK + CATCH) + 0.1 * WALK)),
        "one": capacity / (LAUNCH * (2 * (WALK + CATCH) + 0.1 * WALK)),
    }
    assert by_hand["three"] == pytest.approx(0.483, abs=1e-3)
    assert by_hand["one"] == pytest.approx(0.946, abs=1e-3)
    designs = [{**BIG, "jitter": "on", "app_repeats": n} for n in ("three", "one", "none")]
    found = scored(system, designs).indicators
    assert found["metastable"].tolist() == [1.0, 1.0, 0.0]
    assert found["retry_margin"][0] == pytest.approx(by_hand["three"], rel=1e-3)
    assert found["retry_margin"][1] == pytest.approx(by_hand["one"], rel=1e-3)
    assert broken(system, **BIG, jitter="on") == {"metastable"}


def test_who_refuses_early_may_be_asked_twice(system: System) -> None:
    """A refusal costs no work: with one repeat the collapse has nothing to live on."""
    design = {**BIG, "jitter": "on", "app_repeats": "one"}
    assert broken(system, **design) == {"metastable"}
    assert broken(system, **design, refuse_early="on") == set()


def test_fewer_countries_leave_room_for_repeats(system: System) -> None:
    """A quarter of the load: the margin of 0.483 becomes 1.93, and no collapse can feed itself."""
    design = {**BIG, "jitter": "on", "regions": "one_by_one"}
    found = scored(system, [design]).indicators
    assert found["retry_margin"][0] == pytest.approx(4 * 0.48320, rel=1e-3)
    assert broken(system, **design) == set()


def test_without_repeats_lost_answers_stay_lost(system: System) -> None:
    """3 of 1,000 answers; a repeat leaves 9 of a million."""
    design = {**BIG, "jitter": "on", "regions": "one_by_one"}
    none = told(system, **design, app_repeats="none")["phases"]["launch"]["flows"]["walk"]["success_share"]
    three = told(system, **design)["phases"]["launch"]["flows"]["walk"]["success_share"]
    assert 1 - none == pytest.approx(0.003, abs=1e-4)
    assert 1 - three < 1e-4


def test_a_waiting_room_holds_with_fewer_servers_and_leaves_people_outside(system: System) -> None:
    small = {"servers": 120, "world_shards": 8, "app_repeats": "none", "jitter": "on"}
    assert "saturation" in broken(system, **small)
    assert broken(system, **small, waiting_room="two_thirds_wait") == set()
    walk = told(system, **small, waiting_room="two_thirds_wait")["phases"]["launch"]["flows"]["walk"]
    assert walk["success_share"] < 0.34


def test_the_log_in_is_somebody_elses_limit(system: System) -> None:
    """1 % of 100,000/s against 300 a second: at most 30 % of them get in, however many servers there are."""
    one = told(system, **BIG, app_repeats="none", jitter="on")["phases"]["launch"]["flows"]["log_in"]
    two = told(system, **BIG, app_repeats="none", jitter="on", second_identity="on")
    assert one["success_share"] == pytest.approx(0.3 * 0.99, rel=0.01)
    assert two["phases"]["launch"]["flows"]["log_in"]["success_share"] > 0.98
