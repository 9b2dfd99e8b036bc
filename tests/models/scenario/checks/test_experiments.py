"""Experiments that can't be made are refused with all that is wrong; those of schema 1 stay texts."""

from __future__ import annotations

import copy

import pytest

from models.errors import Code, ScenarioError
from models.scenario.experiment import FAULTS, FreeExperiment
from models.scenario.load import load_with_warnings, scenario_from

TREE = {
    "schema": 2,
    "name": "x",
    "workload": {
        "phases": [
            {"name": "calm", "rate": 10, "hours": 0.1, "drivers": {"mood": 1, "price": 2}},
            {"name": "busy", "rate": 100, "hours": 1, "drivers": {"mood": 2, "price": 3}},
        ]
    },
    "drivers": ["mood", "price"],
    "costs": [{"label": "capital", "usd": 100, "drivers": {"price": 2}}],
    "components": {
        "web": {
            "kind": "service",
            "service_ms": 10,
            "replicas": 4,
            "zones": 2,
            "region": "east",
            "gc_share": 0.1,
        },
        "db": {"kind": "store", "service_ms": 2, "replicas": 3, "region": "west"},
        "keyed": {"kind": "cache", "service_ms": 1, "keys": 100, "ttl_s": 60},
        "given": {"kind": "cache", "service_ms": 1, "hit_ratio": 0.5},
        "bank": {"kind": "external", "latency_ms": 5},
        "spare": {"kind": "service", "service_ms": 1},
    },
    "links": {
        "way": {"between": ["east", "west"], "rtt_ms": 5},
        "moon": {"between": ["east", "south"], "rtt_ms": 5},
    },
    "flows": {
        "shop": {"share": 0.5, "trace": [{"call": "web", "then": ["db", "keyed", "given", "bank"]}]},
        "buy": {"share": 0.5, "trace": ["web"]},
    },
    "decisions": {"copies": {"integer": [3, 9], "sets": "db.replicas"}},
}
HYPOTHESIS = {"if": "a", "then": "success above 98 %"}
#: One that can be, for each kind.
FINE = {
    "terminate": {"target": "web", "zones": 1},
    "partition": {"target": "db", "copies": 1, "accepts": "both", "reconciled_per_s": 2, "duration_s": 9},
    "latency": {"link": "way", "added_ms": 5, "duration_s": 9},
    "errors": {"target": "bank", "share": 0.5, "seen_as": "timeout", "duration_s": 9},
    "cache_flush": {"target": "keyed", "share": 0.5},
    "pause": {"target": "web", "duration_s": 9},
    "load": {"factor": 3, "ramp_s": 2, "duration_s": 9, "pulse_s": 2, "every_s": 4},
    "slow_leak": {"target": "web", "gc_share": 0.5, "duration_s": 9},
    "expiry": {"target": "bank", "of": "key", "duration_s": 9},
    "refuse": {"target": "web", "share": 0.5, "duration_s": 9},
    "driver": {"driver": "price", "factor": 2, "duration_s": 9},
    "clock_skew": {"target": "db", "skew_s": -3, "refused_share": 0.2, "duration_s": 9},
    "corruption": {"target": "db", "share": 0.1, "caught_share": 0.9, "duration_s": 9},
}


def scenario(*experiments):
    return scenario_from(copy.deepcopy(TREE) | {"experiments": list(experiments)})


def with_fault(kind, **keys):
    wanted = {key: value for key, value in (FINE[kind] | keys).items() if value is not ...}
    return {"hypothesis": HYPOTHESIS, "inject": {"kind": kind, **wanted}}


def findings(*experiments):
    with pytest.raises(ScenarioError) as caught:
        scenario(*experiments)
    return caught.value.findings


def test_every_kind_has_a_case():
    assert FINE.keys() == FAULTS.keys()


@pytest.mark.parametrize("kind", FINE)
def test_what_can_be_made_is_read(kind):
    (experiment,) = scenario(with_fault(kind)).typed_experiments
    assert experiment.inject[0].kind == kind


WRONG = [
    ("terminate", {"zones": 3}, "zones", Code.OUT_OF_RANGE),
    ("terminate", {"zones": ..., "replicas": 5}, "replicas", Code.OUT_OF_RANGE),
    ("terminate", {"replicas": 1}, "zones", Code.CONFLICT),
    ("terminate", {"zones": ...}, "", Code.MISSING_KEY),
    ("terminate", {"target": "bank"}, "target", Code.WRONG_TYPE),
    ("terminate", {"target": "spare"}, "target", Code.CONFLICT),
    ("terminate", {"target": ..., "zones": ..., "region": "north"}, "region", Code.UNKNOWN_NAME),
    ("terminate", {"region": "east"}, "region", Code.CONFLICT),
    ("terminate", {"zones": ..., "share": 0}, "share", Code.OUT_OF_RANGE),
    ("partition", {"target": "web"}, "copies", Code.WRONG_TYPE),
    ("partition", {"copies": ...}, "accepts", Code.CONFLICT),
    ("partition", {"accepts": "quorum"}, "reconciled_per_s", Code.CONFLICT),
    ("partition", {"duration_s": 0}, "duration_s", Code.OUT_OF_RANGE),
    ("partition", {"duration_s": ...}, "duration_s", Code.MISSING_KEY),
    ("latency", {"link": "moon"}, "link", Code.CONFLICT),
    ("latency", {"link": "wai"}, "link", Code.UNKNOWN_NAME),
    ("latency", {"share": 0.5}, "share", Code.CONFLICT),
    ("latency", {"target": "web"}, "link", Code.CONFLICT),
    ("latency", {"added_ms": -1}, "added_ms", Code.OUT_OF_RANGE),
    ("latency", {"added_ms": ...}, "", Code.MISSING_KEY),
    ("latency", {"factor": 2}, "factor", Code.CONFLICT),
    ("latency", {"factor": 1, "added_ms": ...}, "factor", Code.OUT_OF_RANGE),
    (
        "latency",
        {"target": "web", "link": ..., "added_ms": ..., "factor": 2, "share": 0.5},
        "share",
        Code.CONFLICT,
    ),
    ("errors", {"target": "bnk"}, "target", Code.UNKNOWN_NAME),
    ("errors", {"share": 1.5}, "share", Code.OUT_OF_RANGE),
    ("errors", {"duration_s": 3600}, "duration_s", Code.OUT_OF_RANGE),
    ("errors", {"start_s": 4000}, "start_s", Code.OUT_OF_RANGE),
    ("cache_flush", {"target": "given"}, "target", Code.CONFLICT),
    ("cache_flush", {"target": "db"}, "target", Code.WRONG_TYPE),
    ("cache_flush", {"duration_s": 3}, "duration_s", Code.UNKNOWN_KEY),
    ("load", {"target": "web"}, "target", Code.UNKNOWN_NAME),
    ("load", {"every_s": ...}, "pulse_s", Code.MISSING_KEY),
    ("load", {"pulse_s": 5}, "pulse_s", Code.WRONG_ORDER),
    ("load", {"ramp_s": 10, "pulse_s": ..., "every_s": ...}, "ramp_s", Code.WRONG_ORDER),
    ("load", {"factor": -1}, "factor", Code.OUT_OF_RANGE),
    ("slow_leak", {"gc_share": 0.05}, "gc_share", Code.WRONG_ORDER),
    ("driver", {"driver": "mood"}, "driver", Code.CONFLICT),
    ("driver", {"value": 3}, "value", Code.CONFLICT),
    ("clock_skew", {"refused_share": ...}, "refused_share", Code.MISSING_KEY),
    ("corruption", {"caught_share": None}, "caught_share", Code.NOT_A_NUMBER),
]


@pytest.mark.parametrize(("kind", "keys", "key", "code"), WRONG)
def test_what_cannot_be_is_refused_in_its_place(kind, keys, key, code):
    found = findings(with_fault(kind, **keys))
    where = f"experiments[0].inject.{key}".rstrip(".")
    assert [finding.code for finding in found if finding.where == where] == [code], list(map(str, found))


def test_a_flush_of_a_given_hit_ratio_says_which_keys_to_give():
    (finding,) = findings(with_fault("cache_flush", target="given"))
    assert all(key in finding.hint for key in ("keys", "zipf", "ttl_s", "capacity_keys"))


def test_what_a_design_may_change_is_judged_with_the_design():
    assert scenario(with_fault("partition", copies=5)).experiments


def test_an_unknown_kind_is_told_with_those_there_are():
    found = findings({"hypothesis": HYPOTHESIS, "inject": {"kind": "teleport", "target": "web"}})
    (finding,) = (one for one in found if one.where == "experiments[0].inject.kind")
    assert all(kind in finding.allowed for kind in FAULTS)
    found = findings({"hypothesis": HYPOTHESIS, "inject": {"kind": "zone_loss", "target": "web"}})
    assert found[0].meant == "terminate"
    assert "store" not in found[0].allowed


@pytest.mark.parametrize(
    ("other", "is_wrong"),
    [
        ({"start_s": 65, "duration_s": 1}, True),
        ({"start_s": 69, "duration_s": 1}, False),
        ({"start_s": 65, "duration_s": 1, "target": "bank"}, False),
    ],
)
def test_two_faults_of_one_thing_at_the_same_time(other, is_wrong):
    one, two = (
        with_fault("pause"),
        with_fault("pause", **other) if "target" not in other else with_fault("refuse", **other),
    )
    both = {"hypothesis": HYPOTHESIS, "inject": [one["inject"], two["inject"]]}
    if is_wrong:
        (finding,) = findings(both)
        assert (finding.where, finding.code) == ("experiments[0].inject[1]", Code.CONFLICT)
    else:
        assert len(scenario(both).typed_experiments[0].inject) == 2


def test_a_push_of_all_flows_meets_one_of_a_single_flow():
    faults = [with_fault("load", pulse_s=..., every_s=...)["inject"] for _ in range(2)]
    faults[1]["target"] = "buy"
    (finding,) = findings({"hypothesis": HYPOTHESIS, "inject": faults})
    assert finding.code == Code.CONFLICT


STATEMENTS = [
    ("abort", "success above 95 %", "abort[0]", Code.CONFLICT),
    ("abort", "success below 99 %", "abort[0]", Code.CONFLICT),
    ("success", {"metric": "utilisation", "below": 0.7}, "success[0].of", Code.MISSING_KEY),
    ("success", "bank utilisation below 70 %", "success[0].of", Code.WRONG_TYPE),
    ("success", "shp success above 70 %", "success[0].of", Code.UNKNOWN_NAME),
    ("success", {"metric": "sucess_share", "above": 0.7}, "success[0].metric", Code.UNKNOWN_NAME),
    ("success", {"metric": "success_share", "above": 99}, "success[0].above", Code.OUT_OF_RANGE),
    ("success", {"metric": "success_share"}, "success[0]", Code.MISSING_KEY),
    ("success", {"metric": "p99_ms", "below": 5, "above": 3}, "success[0].below", Code.CONFLICT),
    (
        "success",
        {"metric": "p99_ms", "below": 5, "when": "during", "within_s_after": 3},
        "success[0].when",
        Code.CONFLICT,
    ),
    ("success", {"metric": "attempts_per_call", "below": 5, "of": "web"}, "success[0].of", Code.CONFLICT),
    ("success", "shop is happy", "success[0]", Code.UNREADABLE),
]


@pytest.mark.parametrize(("key", "statement", "place", "code"), STATEMENTS)
def test_statements_that_cannot_be_judged(key, statement, place, code):
    found = findings(with_fault("refuse") | {key: [statement]})
    assert [one.code for one in found if one.where == f"experiments[0].{place}"] == [code], list(
        map(str, found)
    )


def test_an_abort_may_hold_in_the_steady_state_where_it_counts_later():
    steady = {
        "steady_state": "web utilisation below 70 %",
        "abort": {"of": "web", "metric": "utilisation", "below": 0.1},
    }
    (finding,) = findings(with_fault("refuse") | steady)
    assert "steady state" in finding.found
    steady["abort"]["when"] = "during"
    assert scenario(with_fault("refuse") | steady).experiments


def test_an_abort_beside_a_statement_that_compares_nothing():
    found = findings(with_fault("refuse") | {"success": {"metric": "p99_ms"}, "abort": "p99 above 3 s"})
    assert [finding.where for finding in found] == ["experiments[0].success[0]"]


def test_everything_is_told_at_once():
    found = findings(
        with_fault("terminate", zones=7) | {"name": "a"}, with_fault("refuse", target="wb") | {"name": "a"}
    )
    assert {finding.where for finding in found} == {
        "experiments[0].inject.zones",
        "experiments[1].inject.target",
        "experiments[1].name",
    }


def test_schema_1_keeps_its_texts_and_says_so_once(tmp_path):
    free = {"hypothesis": {"if": "x", "then": "y"}, "inject": {"kind": "teleport", "target": "web"}}
    tree = copy.deepcopy(TREE) | {"schema": 1, "experiments": [free, free]}
    read = scenario_from(tree)
    assert all(isinstance(one, FreeExperiment) for one in read.experiments)
    assert read.typed_experiments == ()
    path = tmp_path / "old.yaml"
    path.write_text(read.model_dump_json(by_alias=True, exclude_defaults=True), encoding="utf-8")
    _, told = load_with_warnings(path)
    assert len([one for one in told if one.where == "experiments"]) == 1
