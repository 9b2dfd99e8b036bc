"""netflix-streaming: a bitrate for each context beats one for all; a failing dependency needs guards."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models import DIMENSIONS, Evaluation, System
from stories import (
    assert_front_is_open,
    assert_well_described,
    broken,
    bundled,
    combinations,
    scored,
    told,
    values_of,
)

CONTEXTS = ("buffering_bitrate", "metered_bitrate", "large_bitrate", "other_bitrate")
GUARDED: dict[str, object] = {
    "rows_timeout": "s1",
    "rows_fallback": "popular",
    "rows_breaker": "on",
    "servers_in_list": "next",
}
AVAILABILITY = [d.name for d in DIMENSIONS].index("availability")
BITRATES = ("low", "mid", "high")
CHOICES = [
    {**choice, **GUARDED}
    for choice in combinations(quick_start=("off", "on"), **dict.fromkeys(CONTEXTS, BITRATES))
]
#: The bitrates that each context is given in the scenario's story.
BY_CONTEXT: dict[str, object] = {
    "buffering_bitrate": "low",
    "metered_bitrate": "low",
    "large_bitrate": "high",
    "other_bitrate": "mid",
}


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("netflix_streaming")


@pytest.fixture(scope="module")
def found(system: System) -> Evaluation:
    return scored(system, CHOICES)


def _one_for_all() -> list[int]:
    return [i for i, choice in enumerate(CHOICES) if len({choice[c] for c in CONTEXTS}) == 1]


def test_it_is_well_described(system: System) -> None:
    assert_well_described(system)
    assert_front_is_open(system, n=1024)
    assert system.scenario.dimensions.availability.limit == 0.9997


def test_the_first_seconds_take_as_long_as_their_bits(system: System) -> None:
    """Four seconds of 0.6 Mbit/s are 2.4 Mbit: 1.2 s on a connection of 2 Mbit/s; of 16 on 150: 0.43 s."""
    flows = told(system, **BY_CONTEXT)["phases"]["evening"]["components"]
    wanted = {"short_link": 0.6 / 2, "phone_link": 0.6 / 10, "fast_link": 16 / 150, "home_link": 3 / 20}
    for link, seconds_per_second in wanted.items():
        assert flows[link]["response_ms"] == pytest.approx(4000 * seconds_per_second)


def test_one_bitrate_for_all_is_infeasible_or_beaten_by_one_for_each_context(
    system: System, found: Evaluation
) -> None:
    """Beaten: as good or better in all but complexity, and in that worse by less than its `step`."""
    losses = found.losses
    allowed = np.zeros(6)
    allowed[[d.name for d in found.dimensions].index("complexity")] = (
        system.scenario.dimensions.complexity.step or 0.0
    )
    survivors = 0
    for i in _one_for_all():
        if not found.feasible[i]:
            continue
        survivors += 1
        as_good = np.all(losses <= losses[i] + allowed, axis=1) & found.feasible
        better = np.all(losses[:, :5] <= losses[i, :5], axis=1) & np.any(
            losses[:, :5] < losses[i, :5], axis=1
        )
        assert np.any(as_good & better), CHOICES[i]
    assert survivors >= 1  # the comparison is not empty


def test_a_choice_for_each_context_gives_viewers_more(found: Evaluation) -> None:
    j = [d.name for d in found.dimensions].index("consistency")
    single = [i for i in _one_for_all() if found.feasible[i]]
    best = found.values[found.feasible, j].max()
    assert best > found.values[single, j].max() + 0.03


@pytest.mark.parametrize("bitrate", ["mid", "high"])
def test_a_bitrate_above_the_connection_stalls_it(system: System, bitrate: str) -> None:
    """3 Mbit/s need 6 s on 2 Mbit/s on average, and who waits 8 s is gone."""
    design = {**GUARDED, **dict.fromkeys(CONTEXTS, bitrate), "appliances": 36}
    evening = told(system, **design)["phases"]["evening"]["flows"]
    assert evening["buffering"]["success_share"] < 0.9
    assert evening["large"]["success_share"] > 0.999


def test_the_failing_dependency_takes_the_start_of_play_with_it(system: System) -> None:
    failing = told(system, **BY_CONTEXT)["phases"]["failing"]
    assert failing["components"]["api"]["utilisation"] > 1
    assert all(flow["success_share"] < 0.2 for flow in failing["flows"].values())
    evening = told(system, **BY_CONTEXT, servers_in_list="next")["phases"]["evening"]
    assert all(flow["success_share"] > 0.9997 for flow in evening["flows"].values())


def test_with_fallback_and_breaker_9997_hold(system: System) -> None:
    design = {**BY_CONTEXT, **GUARDED}
    assert values_of(system, **design)["availability"] > 0.9997
    assert broken(system, **design) == set()


def test_each_guard_is_needed_where_threads_are_few(system: System) -> None:
    """With two API servers, 2,000 threads for 2,000 plays a second that may wait 1 s each."""
    guards = {**BY_CONTEXT, **GUARDED, "api_servers": 2}
    rows = ("rows_timeout", "rows_fallback", "rows_breaker")
    designs = [guards] + [{k: v for k, v in guards.items() if k != missing} for missing in rows]
    whole, *lacking = scored(system, designs).values[:, AVAILABILITY]
    assert whole > 0.9997
    assert all(value < 0.9997 for value in lacking)
    assert broken(system, **guards) == set()


def test_the_failing_hour_is_the_one_that_is_described(system: System) -> None:
    failing = system.scenario.workload.phases[2]
    assert dict(failing.effect.set) == {"rows.latency_ms": 10_000, "rows.error_share": 0.6}


def test_a_bulkhead_holds_a_hundred_calls_for_each_server(system: System) -> None:
    """400 for four servers, by the shares of the plays. Hardly a call answers within its second, so 400 a
    second get through of 2,000."""
    bulkhead = system.scenario.decisions["rows_bulkhead"]
    slots = {path.split(".")[1]: n for path, n in bulkhead.on.set.items()}
    flows = system.scenario.flows
    assert sum(slots.values()) == 100 * system.scenario.components["api"].replicas
    assert slots == {name: pytest.approx(400 * flow.share) for name, flow in flows.items()}
    guards = {**BY_CONTEXT, **GUARDED, "rows_breaker": "off", "rows_bulkhead": "on"}
    failing = told(system, **guards)["phases"]["failing"]
    assert failing["components"]["rows"]["arrivals_per_s"] == pytest.approx(400, rel=0.03)


def test_the_breaker_spares_the_dependency_and_the_viewers(system: System) -> None:
    """An attempt fails with 0.6, or is later than 1 s; an open breaker lets only probes through."""
    guards = {**BY_CONTEXT, **GUARDED}
    spared = told(system, **guards)["phases"]["failing"]
    guards["rows_breaker"] = "off"
    asked = told(system, **guards)["phases"]["failing"]
    assert asked["components"]["rows"]["arrivals_per_s"] == pytest.approx(2000, rel=0.01)
    assert spared["components"]["rows"]["arrivals_per_s"] < 0.1 * 2000
    assert spared["flows"]["large"]["p50_ms"] < asked["flows"]["large"]["p50_ms"] - 500


def test_fallbacks_are_what_viewers_give_up(system: System) -> None:
    """All but the probes get popular titles: 98 % of the full answer, in the failing hour only."""
    flows = told(system, **BY_CONTEXT, **GUARDED)["phases"]
    assert flows["failing"]["flows"]["large"]["fresh_share"] == pytest.approx(0.98, abs=0.001)
    assert flows["evening"]["flows"]["large"]["fresh_share"] > 0.999


def test_the_list_of_servers_cures_what_one_server_loses(system: System) -> None:
    """16 Mbit/s x 4 s are eight blocks of 1 MB, each fails with 0.001: 0.999^8; with a repeat 0.999999^8."""
    design = {**BY_CONTEXT, **GUARDED}
    evening = told(system, **design)["phases"]["evening"]["flows"]["large"]
    one = told(system, **{**design, "servers_in_list": "one"})["phases"]["evening"]["flows"]["large"]
    assert one["success_share"] < 0.9997 < evening["success_share"]
    lost = math.log(one["success_share"]) - math.log(evening["success_share"])
    assert lost == pytest.approx(8 * math.log(0.999), rel=0.02)
