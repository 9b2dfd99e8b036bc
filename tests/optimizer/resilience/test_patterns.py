"""The six patterns with the reference station and with a small system: verdicts, borders, defences."""

from __future__ import annotations

import numpy as np
import pytest

from models.scenario.experiments.pattern import Pattern
from optimizer.resilience.border import border
from optimizer.resilience.defences import Defence, defences_of
from optimizer.resilience.hysteresis import hysteresis, way_back
from optimizer.resilience.longest_pause import longest_pause
from optimizer.resilience.pattern_trials import try_pattern
from optimizer.resilience.patterns import SLOW_S, aim_of
from optimizer.resilience.phase_portrait import Station, portrait
from optimizer.resilience.push_map import push_map
from optimizer.resilience.stress import Share, Verdict
from simulated import cache, external, station, system_of

CALL = {"call": "s", "timeout_ms": 500.0, "retries": 3}


def reference(rate: float, call=None, **more):
    return system_of({"s": station(0.1, 10, **more)}, CALL | (call or {}), rate=rate)


def test_a_metastable_station_is_lost_and_its_defences_save_it():
    system = reference(60.0)
    found = try_pattern(system, system.space.today, 0, Pattern.METASTABLE_STATE, runs=50, with_border=False)
    assert found is not None
    assert found.stress.verdict is Verdict.LOST
    assert found.stress.lost.k == 50
    assert found.stress.fell_first == "s"
    assert found.stress.amplification > 3.0
    saved = {each.has.defence: each.survived for each in found.defences}
    for defence in (Defence.BREAKER, Defence.BULKHEAD, Defence.SHORT_QUEUE, Defence.FEWER_RETRIES):
        share = saved[defence]
        assert share is not None
        assert share.k == share.n, defence


def test_a_station_with_a_breaker_survives_and_is_told_to_have_it():
    system = reference(60.0, {"breaker": True})
    found = try_pattern(
        system, system.space.today, 0, Pattern.RETRY_STORM, runs=50, with_border=False, with_defences=False
    )
    assert found is not None
    assert found.stress.verdict is Verdict.SURVIVED
    assert {each.has.defence for each in found.defences if each.has.there} == {Defence.BREAKER}


def test_patterns_that_a_design_cannot_have_are_told_apart():
    system = system_of({"s": station(0.1, 10)}, "s", rate=50.0)
    there = {p for p in Pattern if aim_of(system, system.space.today, 0, p) is not None}
    assert there == {Pattern.DEATH_SPIRAL, Pattern.SYNCHRONISATION, Pattern.METASTABLE_STATE}
    whole = system_of(
        {"c": cache(keys=100, zipf=0.0, ttl_s=1.0), "s": station(0.01, 10), "far": external(0.1)},
        {"call": "c", "then": [CALL | {"then": ["far"]}]},
        rate=50.0,
    )
    assert all(aim_of(whole, whole.space.today, 0, p) is not None for p in Pattern)


def test_clients_that_come_back_in_step_are_saved_by_jitter():
    system = system_of(
        {"s": station(0.1, 15, queue_limit=120)}, {"call": "s", "timeout_ms": 700.0}, rate=100.0
    )
    found = try_pattern(
        system,
        system.space.today,
        0,
        Pattern.SYNCHRONISATION,
        size=2000.0,
        runs=4,
        with_border=False,
        after_s=200.0,
    )
    assert found is not None
    jitter = next(each for each in found.defences if each.has.defence is Defence.JITTER)
    assert jitter.survived is not None


@pytest.mark.parametrize("edge", [0.7, 3.0, 40.0])
def test_the_border_is_found_within_its_precision(edge):
    found = border(lambda size: Share(10 if size < edge else 0, 10, 0.0, 1.0), 0.1, 100.0)
    assert found.survives < edge <= found.falls <= 1.06 * found.survives


def test_a_border_beyond_all_that_is_tried_is_told():
    assert border(lambda size: Share(10, 10, 0.7, 1.0), 1.0, 9.0).survives == 9.0
    assert border(lambda size: Share(0, 10, 0.0, 0.3), 1.0, 9.0).falls == 1.0


def test_the_reference_station_falls_at_ninety_and_returns_at_twenty():
    # Capacity 100/s, three retries: what is left of the overload keeps it down above 100 / 4.
    system = reference(10.0)
    found = hysteresis(system, system.space.today, 0, loads=[float(k) for k in range(1, 12)])
    assert 80.0 <= found.falls_at <= 100.0
    assert 20.0 <= found.returns_at < 30.0
    assert found.is_wide
    way = way_back(found, 60.0)
    assert way is not None
    assert way.rate <= 20.0
    assert way_back(found, 100.0) is None  # it can't carry that
    assert np.isfinite(way.seconds)


def test_a_breaker_leaves_no_hysteresis():
    system = reference(10.0, {"breaker": True})
    found = hysteresis(system, system.space.today, 0, loads=[2.0, 4.0, 6.0, 8.0, 11.0])
    assert not found.is_wide
    assert way_back(found, 60.0) is None


def test_the_portrait_has_a_failed_state_where_all_tries_are_too_much():
    # Sustained where load x (retries + 1) > capacity (Bronson et al. 2021): from 25/s on.
    for rate, has_one in ((20.0, False), (24.0, False), (26.0, True), (60.0, True)):
        found = portrait(Station(rate, 10.0, 0.1, 0.5, 3.0))
        assert found.healthy is not None
        assert (found.failed is not None) == has_one, rate
        if found.failed is not None:
            # Three of four attempts are under way as retries for as long as the time-out.
            assert found.failed[1] == pytest.approx(3.0 * rate * 0.5, rel=0.02)


def test_a_short_queue_has_no_failed_state_in_the_portrait():
    assert portrait(Station(80.0, 10.0, 0.1, 0.5, 3.0, places=20.0)).failed is None


def test_defences_are_read_from_the_design():
    system = reference(20.0, {"breaker": True}, queue_limit=20)
    there = {has.defence: has.there for has in defences_of(system, system.space.today, 0, 0)}
    assert there[Defence.BREAKER]
    assert there[Defence.SHORT_QUEUE]
    assert there[Defence.FEWER_RETRIES]
    assert not there[Defence.RETRY_BUDGET]
    assert not there[Defence.FALLBACK]


def test_a_short_pause_is_survived_and_a_long_one_is_not():
    """70 % busy, a time-out of 500 ms: a pause of 0.3 s is survived, one of 1 s isn't (simulated)."""
    system = reference(70.0)
    found = longest_pause(system, system.space.today, 0)
    assert found is not None
    assert found.component == 0
    assert 0.25 <= found.border.survives < found.border.falls <= 1.0


def test_a_slow_part_that_nobody_gives_up_on_hangs_for_as_long_as_it_is_slow():
    whole = system_of(
        {"s": station(0.01, 10), "far": external(0.001)}, {"call": "s", "then": ["far"]}, rate=50.0
    )
    aim = aim_of(whole, whole.space.today, 0, Pattern.CASCADE)
    assert aim is not None
    assert aim.usual == SLOW_S


def test_loads_that_are_too_much_from_the_beginning_allow_no_push():
    system = reference(60.0)
    found = push_map(system, system.space.today, 0, loads=[0.2, 1.6, 2.0], runs=3)
    assert [edge.survives for edge in found.borders] == [60.0, 0.0, 0.0]
    assert found.rates.tolist() == [12.0, 96.0, 120.0]
