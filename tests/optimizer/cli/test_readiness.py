"""`readiness`: points, what lacks, and answers that are none."""

from __future__ import annotations

import json

import pytest

from models.scenario.experiment import Experiment
from optimizer.resilience.readiness import LEVELS, POINTS, QUESTIONS, READY, VULNERABLE, Answer, Area, radius

ALL = [name for questions in QUESTIONS.values() for name in questions]
LAMBDA = "lambda-retry-storm"


def told_of(tradespace, tmp_path, answers, scenario=LAMBDA, *changes):
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(answers))
    code, out, err = tradespace(
        "readiness", scenario, "--design", "today", "--answers", path, "--json", *changes
    )
    assert code == 0, err
    return json.loads(out)


def test_points_are_those_of_the_areas(tradespace, tmp_path):
    assert sum(POINTS.values()) == 100
    yes = told_of(tradespace, tmp_path, dict.fromkeys(ALL, "yes"))
    half = told_of(tradespace, tmp_path, dict.fromkeys(ALL, "partly"))
    none = told_of(tradespace, tmp_path, {})
    for area in (Area.DETECTION, Area.CULTURE):
        assert yes["points"][area] == POINTS[area]
        assert half["points"][area] == POINTS[area] / 2
        assert none["points"][area] == 0
    assert yes["points"]["defense"] == half["points"]["defense"] == none["points"]["defense"]
    assert (yes["level"], none["level"]) == (len(LEVELS), 1)
    assert sum(one["open"] for one in none["items"]) == len(ALL)
    assert none["is"] == "vulnerable"
    for told in (yes, half, none):
        wanted = (
            "vulnerable" if told["share"] < VULNERABLE else "ready" if told["share"] > READY else "on the way"
        )
        assert told["is"] == wanted


def test_what_the_scenario_answers_follows_the_design(tradespace, tmp_path):
    """The breaker before the table is a decision: with it one critical call more is guarded."""
    names = "breakers on critical paths"
    without = told_of(tradespace, tmp_path, {})
    with_it = told_of(tradespace, tmp_path, {}, LAMBDA, "--set", "table_breaker=on")
    before, after = ({one["name"]: one for one in told["items"]}[names] for told in (without, with_it))
    assert after["share"] > before["share"]
    assert set(after["lacking"]) < set(before["lacking"])
    assert any("table" in place for place in before["lacking"])


def experiment(**fault):
    return Experiment(hypothesis={"if": "it breaks", "then": ()}, inject=fault)


def test_experiments_come_small_before_large(tradespace, tmp_path):
    told = told_of(tradespace, tmp_path, {}, "black-friday-shop")
    assert sorted(name for names in told["stages"] for name in names) == ["lost_zone", "slow_payments"]
    assert [len(names) for names in told["stages"]] == [1, 1, 0]
    several = [
        experiment(kind="errors", target="web", share=0.01, duration_s=60),
        experiment(kind="terminate", target="web", replicas=1, duration_s=60),
        experiment(kind="terminate", target="web", zones=1, duration_s=60),
        experiment(kind="terminate", region="east", duration_s=60),
        experiment(kind="terminate", region="east", duration_s=600),
    ]
    assert sorted(several, key=radius) == several


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"alarm": "yes"}', "alarms"),
        ('{"alarms": "maybe"}', "maybe"),
        ('{"alarms": true}', "True"),
        ("[]", "no mapping"),
        ("{", "no JSON"),
    ],
)
def test_answers_that_are_none_are_refused(tradespace, tmp_path, content, said):
    path = tmp_path / "answers.json"
    path.write_text(content)
    code, _, err = tradespace("readiness", LAMBDA, "--design", "today", "--answers", path)
    assert code == 2
    assert said in err
    assert list(Answer) == ["yes", "partly", "no"]
