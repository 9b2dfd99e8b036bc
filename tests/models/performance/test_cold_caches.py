"""Caches that are empty after a failure: they fill only if their loads succeed (Bronson et al. 2021)."""

from __future__ import annotations

import pytest

from models import compile_system, evaluate, load_scenario
from models.scenario.load import scenario_from
from models.simulation.runs import simulate
from models.simulation.settings import Settings
from simulated import cache, station, store, system_of
from small_cases import case_file, dimensions

#: 90 % hits before a database of 30 slots that takes 100 ms: it carries 300/s, and with the cache 3,000/s.
CAPACITY = 300.0


def look_aside(rate, **call):
    scenario = load_scenario(case_file("look-aside-cache"))
    tree = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    tree["workload"] = {"phases": [{"name": "normal", "rate": rate, "hours": 1}]}
    (web,) = tree["flows"]["query"]["trace"]
    web["then"][0]["then"] = [{"call": "db", **call}]
    del tree["experiments"]
    return compile_system(scenario_from({k: v for k, v in tree.items() if v not in ({}, [])}))


def is_metastable(system):
    return bool(evaluate(system, system.space.today[None, :]).indicators["metastable"][0])


@pytest.mark.parametrize("share", [0.3, 0.9, 0.97])
def test_below_what_the_store_carries_alone_it_comes_back(share):
    assert not is_metastable(look_aside(share * CAPACITY, timeout_ms=1000))


@pytest.mark.parametrize("rate", [CAPACITY, 400.0, 1000.0, 2500.0])
def test_from_a_tenth_of_its_capacity_on_it_is_vulnerable(rate):
    assert is_metastable(look_aside(rate, timeout_ms=1000))


@pytest.mark.parametrize("rate", [400.0, 2500.0])
def test_without_a_time_out_each_load_fills_its_entry(rate):
    assert not is_metastable(look_aside(rate))


def test_the_healthy_state_is_what_it_was():
    warm, patient = look_aside(2000.0, timeout_ms=1000), look_aside(2000.0)
    for name, value in dimensions(warm).items():
        assert value[0] == pytest.approx(dimensions(patient)[name][0], rel=1e-3)


def test_misses_of_one_key_that_share_a_load_are_no_flood():
    """Twenty keys, each loaded once at a time: at most 200 loads a second, whatever the rate."""
    parts = {
        "cache": cache(keys=20, ttl_s=60.0, coalescing=True, slots=1000),
        "db": store(0.1, slots=30, service_scv=0.2),
    }
    trace = {"call": "cache", "then": [{"call": "db", "timeout_ms": 1000}]}
    alone = {**parts, "cache": cache(keys=20, ttl_s=60.0, slots=1000)}
    assert not is_metastable(system_of(parts, trace, rate=2000.0))
    assert is_metastable(system_of(alone, trace, rate=2000.0))


@pytest.mark.parametrize(
    ("rate", "cold", "lives"), [(200.0, True, True), (1000.0, False, True), (1000.0, True, False)]
)
def test_a_run_that_begins_cold_stays_down_where_it_is_vulnerable(rate, cold, lives):
    system = look_aside(rate, timeout_ms=1000)
    settings = Settings(cold=cold, seconds=60.0, least_seconds=60.0, events=600_000)
    found = simulate(system, system.space.today, 0, settings)
    assert found.overall.success is not None
    assert (found.overall.success.value > 0.9) == lives
    if lives:
        assert found.runs_collapsed == 0


def test_hits_are_earned_by_loads_that_succeed():
    """Loads fail half of the time, cold or not: two misses before each entry's nine hits, 9/11 of all."""
    parts = {"cache": cache(hit_ratio=0.9, slots=100), "db": station(0.001, 100, error_share=0.5)}
    system = system_of(parts, {"call": "cache", "then": ["db"]}, rate=100.0)
    found = simulate(system, system.space.today, 0, Settings(cold=True, events=2_000_000, seconds=2000.0))
    (hits,) = [part.hit_share for part in found.components if part.name == "cache"]
    assert hits is not None
    assert hits.value == pytest.approx(9.0 / 11.0, abs=0.01)
