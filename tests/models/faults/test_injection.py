"""Experiments compiled for a design: what changes when, by arithmetic; what can't be made is refused."""

from __future__ import annotations

import copy
import math
from pathlib import Path

import pytest

from models import compile_system, load_scenario
from models.faults.injection import injection_of
from models.faults.refused import NotInjected, Why
from models.faults.timed_change import Change, TimedChange
from models.scenario.load import scenario_from
from models.system import layout

SCENARIOS = Path(__file__).parents[3] / "data" / "scenarios"
TREE = {
    "schema": 2,
    "name": "x",
    "workload": {
        "phases": [
            {"name": "calm", "rate": 100, "hours": 1, "drivers": {"price": 2}},
            {"name": "busy", "rate": 200, "hours": 1, "drivers": {"price": 4}},
        ]
    },
    "drivers": ["price"],
    "costs": [{"label": "capital", "usd": 100, "drivers": {"price": 2}, "basis": "peak"}],
    "components": {
        "web": {
            "kind": "service",
            "service_ms": 10,
            "replicas": 4,
            "zones": 2,
            "region": "east",
            "gc_share": 0.1,
        },
        "db": {
            "kind": "store",
            "service_ms": 2,
            "replicas": 5,
            "region": "west",
            "write_quorum": 3,
            "read_quorum": 2,
        },
        "keyed": {"kind": "cache", "service_ms": 1, "keys": 100, "ttl_s": 60},
        "bank": {"kind": "external", "latency_ms": 5},
    },
    "links": {"way": {"between": ["east", "west"], "rtt_ms": 30}},
    "flows": {
        "shop": {
            "share": 0.75,
            "region": "east",
            "trace": [{"call": "web", "then": ["db", "keyed", "bank"]}],
        },
        "buy": {"share": 0.25, "region": "west", "trace": [{"call": "db", "name": "save", "write": True}]},
    },
    "decisions": {
        "no_bank": {"on": {"set": {"calls.bank.enabled": False}}},
        "simple": {"on": {"set": {"keyed.hit_ratio": 0.5}}},
    },
}


def injected(*faults, phase="busy", tree=TREE, **values):
    tree = copy.deepcopy(tree) | {
        "experiments": [
            {"name": "try", "phase": phase, "hypothesis": {"if": "a", "then": []}, "inject": list(faults)}
        ]
    }
    system = compile_system(scenario_from(tree))
    design = system.space.encode(values)
    return system, injection_of(system.scenario.typed_experiments[0], system, design)


def changes(*faults, **keys):
    system, found = injected(*faults, **keys)
    return system, found.changes


def at(change, index, **keys):
    keys = {"from_s": 60.0, "to_s": 70.0} | keys
    return TimedChange(change, index, **keys)


WEB, DB, KEYED, BANK = range(4)
CASES = [
    (
        {"kind": "terminate", "target": "web", "replicas": 1},
        [at(Change.LOST, WEB, amount=0.25, to_s=math.inf)],
    ),
    (
        {"kind": "terminate", "target": "web", "zones": 1, "duration_s": 10},
        [at(Change.LOST, WEB, amount=0.5)],
    ),
    (
        {"kind": "terminate", "target": "web", "share": 0.3, "duration_s": 10},
        [at(Change.LOST, WEB, amount=0.25)],
    ),
    ({"kind": "terminate", "region": "west", "duration_s": 10}, [at(Change.LOST, DB, amount=1.0)]),
    ({"kind": "partition", "target": "bank", "duration_s": 10}, [at(Change.SILENT, BANK)]),
    (
        {"kind": "partition", "target": "bank", "seen_as": "loss", "share": 0.2, "duration_s": 10},
        [at(Change.REFUSED, BANK, share=0.2)],
    ),
    # 150 of 200 calls of the store come across the link, 50 from beside it.
    ({"kind": "partition", "link": "way", "duration_s": 10}, [at(Change.SILENT, DB, share=0.75)]),
    # Two of five copies can be read by quorum (2), and not be written (3): 50 of 200 calls write.
    (
        {"kind": "partition", "target": "db", "copies": 2, "duration_s": 10},
        [at(Change.LOST, DB, amount=0.4), at(Change.REFUSED, DB, share=0.4 * 0.25)],
    ),
    (
        {"kind": "partition", "target": "db", "copies": 1, "share": 0.5, "duration_s": 10},
        [at(Change.LOST, DB, amount=0.2), at(Change.REFUSED, DB, share=0.5)],
    ),
    ({"kind": "partition", "target": "db", "copies": 2, "accepts": "both", "duration_s": 10}, []),
    (
        {"kind": "latency", "target": "bank", "added_ms": 50, "share": 0.5, "duration_s": 10},
        [at(Change.SLOWED, BANK, amount=0.05, share=0.5)],
    ),
    (
        {"kind": "errors", "target": "web", "share": 0.5, "duration_s": 10},
        [at(Change.FAILED, WEB, share=0.5)],
    ),
    ({"kind": "errors", "target": "web", "seen_as": "timeout", "duration_s": 10}, [at(Change.SILENT, WEB)]),
    ({"kind": "errors", "target": "web", "seen_as": "refusal", "duration_s": 10}, [at(Change.REFUSED, WEB)]),
    ({"kind": "expiry", "target": "bank", "duration_s": 10}, [at(Change.REFUSED, BANK)]),
    (
        {"kind": "refuse", "target": "web", "share": 0.5, "duration_s": 10},
        [at(Change.REFUSED, WEB, share=0.5)],
    ),
    (
        {"kind": "corruption", "target": "db", "share": 0.5, "caught_share": 0.5, "duration_s": 10},
        [at(Change.FAILED, DB, share=0.25)],
    ),
    (
        {"kind": "clock_skew", "target": "db", "skew_s": 9, "refused_share": 0.5, "duration_s": 10},
        [at(Change.REFUSED, DB, share=0.5)],
    ),
    (
        {"kind": "cache_flush", "target": "keyed", "share": 0.5},
        [at(Change.FLUSHED, KEYED, to_s=math.inf, share=0.5)],
    ),
    ({"kind": "pause", "target": "web", "duration_s": 10}, [at(Change.PAUSED, WEB)]),
    (
        {"kind": "load", "factor": 3, "ramp_s": 5, "duration_s": 10},
        [at(Change.LOAD, -1, amount=3.0, ramp_s=5.0)],
    ),
    (
        {"kind": "load", "target": "buy", "factor": 2, "pulse_s": 2, "every_s": 6, "duration_s": 10},
        [at(Change.LOAD, 1, amount=2.0, to_s=62.0), at(Change.LOAD, 1, amount=2.0, from_s=66.0, to_s=68.0)],
    ),
    ({"kind": "driver", "driver": "price", "factor": 2, "duration_s": 10}, []),
]


@pytest.mark.parametrize(("fault", "wanted"), CASES)
def test_a_fault_changes_what_it_says(fault, wanted):
    _, found = changes(fault)
    assert list(found) == wanted


def test_a_leak_and_a_slow_link_set_parameters():
    system, found = changes({"kind": "slow_leak", "target": "web", "gc_share": 0.5, "duration_s": 10})
    column = 1 + WEB * len(layout.COMPONENT) + layout.GC_SHARE
    assert list(found) == [at(Change.SET, column, amount=0.5, ramp_s=10.0)]
    _, found = changes({"kind": "latency", "link": "way", "added_ms": 50, "duration_s": 10})
    call = next(node.index for node in system.nodes if node.link is not None)
    column = 1 + 4 * len(layout.COMPONENT) + call * len(layout.CALL) + layout.NETWORK_MS
    assert list(found) == [at(Change.SET, column, amount=80.0)]
    _, found = changes({"kind": "latency", "link": "way", "factor": 3, "duration_s": 10})
    assert list(found) == [at(Change.SET, column, amount=90.0)]


@pytest.mark.parametrize(
    ("target", "column", "amount"), [("bank", "LATENCY_MS", 15.0), ("web", "SERVICE_MS", 30.0)]
)
def test_all_of_it_takes_several_times_as_long(target, column, amount):
    system, found = changes({"kind": "latency", "target": target, "factor": 3, "duration_s": 10})
    first = 1 + system.components.index(target) * len(layout.COMPONENT)
    assert list(found) == [at(Change.SET, first + getattr(layout, column), amount=amount)]


def test_lost_copies_are_asked_until_health_checks_notice():
    tree = copy.deepcopy(TREE)
    tree["components"]["web"] |= {"health_check_s": 5, "dns_ttl_s": 10, "takeover_s": 22}
    fault = {"kind": "terminate", "target": "web", "replicas": 1, "seen_as": "timeout"}
    _, found = changes(fault, tree=tree)
    # Three checks of 5 s that fail, 10 s of old names, 22 s until the others have taken over.
    assert found[1] == at(Change.SILENT, WEB, share=0.25, to_s=60.0 + 47.0)


def test_both_sides_of_a_partition_diverge():
    fault = {"kind": "partition", "target": "db", "copies": 2, "accepts": "both", "duration_s": 43}
    _, found = injected(fault | {"reconciled_per_s": 0.5})
    # 50 writes a second, two of five copies cut off, 43 s.
    assert found.readings["diverged_writes", "db"] == pytest.approx(50 * 0.4 * 43)
    assert found.readings["reconcile_s", "db"] == pytest.approx(50 * 0.4 * 43 / 0.5)
    _, found = injected({"kind": "pause", "target": "web", "duration_s": 10})
    assert found.readings["diverged_writes", "db"] == 0.0


@pytest.mark.parametrize("how", [{"factor": 1.5}, {"value": 6}])
def test_a_driver_changes_what_costs_follow_it(how):
    _, found = injected({"kind": "driver", "driver": "price", "duration_s": 10} | how)
    assert found.readings["driver_cost_usd", None] == pytest.approx(100 * (4 * 1.5 / 2) ** 2)
    assert found.changes == ()


def test_what_people_state_is_told():
    _, found = injected(
        {"kind": "clock_skew", "target": "db", "skew_s": 9, "refused_share": 0.5, "duration_s": 9}
    )
    assert found.stated == ("a clock 9 s off makes db refuse 0.5 of its calls",)
    assert (found.from_s, found.to_s) == (60.0, 69.0)


@pytest.mark.parametrize(
    ("fault", "values", "code"),
    [
        ({"kind": "refuse", "target": "bank", "duration_s": 9}, {"no_bank": "on"}, Why.NOT_CALLED),
        ({"kind": "cache_flush", "target": "keyed"}, {"simple": "on"}, Why.GIVEN_HITS),
    ],
)
def test_what_a_design_cannot_show_is_refused(fault, values, code):
    with pytest.raises(NotInjected) as caught:
        injected(fault, **values)
    assert caught.value.code is code
    assert "experiments.try" in str(caught.value)


def test_more_than_a_design_has_is_refused():
    tree = copy.deepcopy(TREE)
    tree["decisions"] |= {"few": {"on": {"set": {"db.replicas": 3, "web.gc_share": 0.6}}}}
    for fault, code in (
        ({"kind": "terminate", "target": "db", "replicas": 4}, Why.TOO_MANY),
        ({"kind": "partition", "target": "db", "copies": 3, "duration_s": 9}, Why.TOO_MANY),
        ({"kind": "slow_leak", "target": "web", "gc_share": 0.5, "duration_s": 9}, Why.NOT_MORE),
    ):
        assert injected(fault, tree=tree)
        with pytest.raises(NotInjected) as caught:
            injected(fault, tree=tree, few="on")
        assert caught.value.code is code


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_bundled_experiments_can_be_made_as_things_are_today(path):
    system = compile_system(load_scenario(path))
    for experiment in system.scenario.typed_experiments:
        found = injection_of(experiment, system, system.space.today)
        assert found.changes or len(found.readings) > 1 or found.readings["driver_cost_usd", None] > 0.0


def test_a_tenth_more_volatility_is_a_third_more_deposit():
    system = compile_system(load_scenario(SCENARIOS / "robinhood_surge.yaml"))
    found = injection_of(system.scenario.typed_experiments[0], system, system.space.today)
    # 500 million USD at 40 and 9; 60 and 12 in the surge; cubed and squared.
    deposit = 5e8 * (60 / 40) ** 3 * (12 / 9) ** 2 * 1.1**3
    assert found.readings["driver_cost_usd", None] == pytest.approx(deposit)
    assert deposit < 4e9
