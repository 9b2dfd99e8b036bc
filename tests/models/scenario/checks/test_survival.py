"""What must be survived is there, can be played, and is named once."""

from __future__ import annotations

import copy

import pytest

from models.errors import Code, ScenarioError
from models.scenario.experiments.pattern import Pattern
from models.scenario.load import scenario_from

HYPOTHESIS = {"if": "a", "then": "success above 98 %"}
PAUSE = {"kind": "pause", "target": "web", "duration_s": 9}
TREE = {
    "schema": 2,
    "name": "x",
    "workload": {"phases": [{"name": "day", "rate": 10, "hours": 1, "drivers": {"mood": 1}}]},
    "drivers": ["mood"],
    "costs": [{"label": "capital", "usd": 100, "drivers": {"mood": 2}}],
    "components": {"web": {"kind": "service", "service_ms": 10}},
    "flows": {"all": {"share": 1, "trace": ["web"]}},
    "experiments": [
        {
            "name": "still",
            "hypothesis": HYPOTHESIS,
            "inject": PAUSE,
        },
        {
            "name": "gloom",
            "hypothesis": HYPOTHESIS,
            "inject": {"kind": "driver", "driver": "mood", "factor": 2, "duration_s": 9},
        },
        {
            "name": "cascade",
            "hypothesis": HYPOTHESIS,
            "inject": PAUSE,
        },
    ],
}


def wrong(limits, **more):
    with pytest.raises(ScenarioError) as caught:
        scenario_from(copy.deepcopy(TREE) | {"limits": limits} | more)
    return [(one.where, one.code) for one in caught.value.findings], str(caught.value)


def test_experiments_and_patterns_can_be_asked_for():
    limits = {"survives": ["still", "retry_storm"], "recovery_s": 30}
    found = scenario_from(copy.deepcopy(TREE) | {"limits": limits}).limits
    assert found.survives == ("still", "retry_storm")
    assert found.recovery_s == 30.0


def test_a_file_that_asks_for_nothing_is_the_scenario_that_it_was():
    plain, empty = (scenario_from(copy.deepcopy(TREE) | more) for more in ({}, {"limits": {"survives": []}}))
    assert plain.digest() == empty.digest()
    asked = scenario_from(copy.deepcopy(TREE) | {"limits": {"survives": ["still"]}})
    assert asked.digest() != plain.digest()


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("stil", Code.UNKNOWN_NAME, "still"),
        ("flood", Code.UNKNOWN_NAME, "metastable_state"),
        ("gloom", Code.WRONG_TYPE, "driver"),
        ("cascade", Code.CONFLICT, "rename"),
    ],
)
def test_what_can_not_be_survived_is_refused(name, code, said):
    found, told = wrong({"survives": [name]})
    assert found == [("limits.survives", code)]
    assert said in told


def test_all_that_is_wrong_is_told_at_once():
    found, _ = wrong({"survives": ["stil", "still", "still"]})
    assert found == [("limits.survives", Code.DUPLICATE), ("limits.survives", Code.UNKNOWN_NAME)]
    assert wrong({"recovery_s": 5})[0] == [("limits.recovery_s", Code.CONFLICT)]
    for seconds in (0, -1, float("nan"), 121):
        assert wrong({"survives": ["still"], "recovery_s": seconds})[0][0][0] == "limits.recovery_s"


def test_texts_of_the_first_schema_can_not_be_played():
    text = {
        "name": "words",
        "hypothesis": {"if": "a", "then": "b"},
        "inject": {"kind": "teleport", "target": "web"},
    }
    found, told = wrong({"survives": ["words"]}, schema=1, experiments=[text])
    assert found == [("limits.survives", Code.WRONG_TYPE)]
    assert "schema 1" in told


def test_there_are_six_patterns():
    assert len(Pattern) == 6
