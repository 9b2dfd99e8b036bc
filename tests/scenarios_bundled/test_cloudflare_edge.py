"""cloudflare-edge: what stops a flood hurts visitors on every other day, so each phase has its own mode."""

from __future__ import annotations

import numpy as np
import pytest

from models import System
from stories import assert_front_is_open, assert_well_described, broken, bundled, combinations, scored, told

MODES = {
    "challenge_mode": ("nobody", "suspicious", "everybody"),
    "rate_limit": ("none", "loose", "tight"),
    "cache_level": ("standard", "everything"),
    "routing": ("nearest", "spread"),
}
#: Prepared beforehand, whatever the mode.
PREPARED: dict[str, object] = {"app_keys": "on", "edge_servers": 24, "origin_servers": 40}
BY_PHASE: dict[str, object] = {
    **PREPARED,
    "challenge_mode": {"normal": "nobody", "attack": "everybody"},
    "rate_limit": {"normal": "none", "attack": "loose"},
    "cache_level": {"normal": "standard", "attack": "everything"},
    "routing": {"normal": "nearest", "attack": "spread"},
}
VISITORS = ("pages", "apps")


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("cloudflare_edge")


def test_it_is_well_described(system: System) -> None:
    assert_well_described(system)
    assert_front_is_open(system)
    adaptive = {name for name, decision in system.scenario.decisions.items() if decision.adaptive}
    assert adaptive == set(MODES)
    assert all(system.scenario.decisions[name].switch_minutes for name in adaptive)


def test_the_flood_comes_on_top_of_the_same_visitors(system: System) -> None:
    normal, attack = system.scenario.workload.phases
    flows = system.scenario.flows
    for name in VISITORS:
        here = normal.rate * flows[name].share
        assert attack.rate * attack.effect.set[f"flows.{name}.share"] == pytest.approx(here, rel=0.001)
    assert sum(attack.effect.set.values()) == pytest.approx(1)
    assert attack.rate == pytest.approx(20_000 + 380_000)


def test_today_serves_the_ordinary_day_and_falls_in_the_attack(system: System) -> None:
    phases = told(system)["phases"]
    assert all(phases["normal"]["flows"][name]["success_share"] > 0.999 for name in VISITORS)
    assert all(phases["attack"]["flows"][name]["success_share"] < 0.85 for name in VISITORS)
    assert {"saturation", "availability"} <= broken(system)


def test_what_of_the_flood_reaches_the_origin(system: System) -> None:
    """By hand: 380,000/s x 0.7 made up x 0.02 past the challenge x 0.5 past the limits x 0.3 past the cache.

    Pages: 13,200/s, less 0.31 % turned away, of which 5 % miss. Apps: 6,800/s, less 0.03 x 60 % + 0.2 %,
    0.7 calls each.
    """
    flood = 380_000 * 0.7 * 0.02 * 0.5 * 0.3
    pages = 13_200 * (1 - 0.0031) * 0.05
    apps = 6_800 * (1 - (0.6 * 0.03 + 0.002)) * 0.7
    attack = told(system, **BY_PHASE)["phases"]["attack"]
    assert attack["components"]["origin"]["arrivals_per_s"] == pytest.approx(flood + pages + apps, rel=0.002)
    assert attack["components"]["edge"]["arrivals_per_s"] > 399_000  # the edge still sees all of it
    assert broken(system, **BY_PHASE) == set()


def test_the_mode_of_ordinary_days_does_not_survive_the_attack(system: System) -> None:
    for design in combinations(rate_limit=MODES["rate_limit"], routing=MODES["routing"]):
        assert "saturation" in broken(system, **PREPARED, **design)


def test_every_mode_that_stays_is_dominated_by_one_for_each_phase(system: System) -> None:
    """All 36 x 36 combinations; dominated in all six dimensions at the same time."""
    modes = list(combinations(**MODES))
    designs = [
        {**PREPARED, **{name: {"normal": calm[name], "attack": storm[name]} for name in MODES}}
        for calm in modes
        for storm in modes
    ]
    found = scored(system, designs)
    losses = found.losses
    stays = [i * len(modes) + i for i in range(len(modes)) if found.feasible[i * len(modes) + i]]
    assert len(stays) >= 4
    for i in stays:
        as_good = found.feasible & np.all(losses <= losses[i], axis=1)
        assert np.any(as_good & np.any(losses < losses[i], axis=1)), designs[i]


def test_the_mode_of_the_attack_costs_visitors_on_ordinary_days(system: System) -> None:
    storm: dict[str, object] = {
        name: mode["attack"] for name, mode in BY_PHASE.items() if isinstance(mode, dict)
    }
    by_phase = told(system, **BY_PHASE)
    stays = told(system, **PREPARED, **storm)
    calm, worse = by_phase["phases"]["normal"]["flows"]["pages"], stays["phases"]["normal"]["flows"]["pages"]
    assert worse["p99_ms"] > calm["p99_ms"] + 1_000  # challenges
    assert worse["fresh_share"] < calm["fresh_share"] - 0.02  # old pages
    for name, better in (("availability", 1), ("consistency", 1), ("cost", -1)):
        values = [answer["dimensions"][name]["value"] for answer in (by_phase, stays)]
        assert better * (values[0] - values[1]) > 0


def test_smart_routing_costs_some_speed_and_buys_capacity(system: System) -> None:
    """14 ms farther away for everybody; three times the servers."""
    near = told(system, **PREPARED)
    far = told(system, **PREPARED, routing={"normal": "spread", "attack": "nearest"})
    for name in VISITORS:
        slower = [answer["phases"]["normal"]["flows"][name]["response_ms"] for answer in (near, far)]
        assert slower[1] - slower[0] == pytest.approx(14, rel=1e-6)
    edges = [answer["phases"]["normal"]["components"]["edge"]["capacity_per_s"] for answer in (near, far)]
    assert edges[1] == pytest.approx(3 * edges[0])
    assert far["cost"]["replicas_usd"]["edge"] > near["cost"]["replicas_usd"]["edge"]


def test_the_fastest_way_to_the_origin_is_a_quarter_shorter(system: System) -> None:
    """70 ms to the origin, of which every app's call makes 0.7 and every page 0.2 (its misses)."""
    by_way = [told(system, **PREPARED, smart_path=way)["phases"]["normal"]["flows"] for way in ("off", "on")]
    for name, calls in (("apps", 0.7), ("pages", 0.2)):
        saved = by_way[0][name]["response_ms"] - by_way[1][name]["response_ms"]
        assert saved == pytest.approx(calls * 70 * 0.25, rel=0.01)


def test_a_challenge_for_everybody_shuts_the_apps_out_unless_they_have_keys(system: System) -> None:
    apart = {**BY_PHASE, "rate_limit": "none", "app_keys": "off"}
    flows = told(system, **apart)["phases"]["attack"]["flows"]
    assert flows["apps"]["rate"] == pytest.approx(6_800 * 0.4, rel=0.001)
    flows = told(system, **{**apart, "app_keys": "on"})["phases"]["attack"]["flows"]
    assert flows["apps"]["rate"] == pytest.approx(6_800 * (1 - 0.6 * 0.03), rel=0.001)
