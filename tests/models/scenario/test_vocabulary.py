"""Words that people try: each is told what to write here, or that it isn't modelled."""

from __future__ import annotations

import re

import pytest

from models.errors import Code, ScenarioError
from models.scenario.component import KINDS as COMPONENTS
from models.scenario.decision import Choice, Integer, Real, Toggle
from models.scenario.flow import Call, Exclusive, Fallback, Flow, Parallel
from models.scenario.goals import Goal, Goals, LatencyGoal, Limits
from models.scenario.load import scenario_from
from models.scenario.scenario import DriverCost, Scenario
from models.scenario.synonyms import MEANINGS
from models.scenario.uncertainty import Normal
from models.scenario.vocabulary import KINDS, meaning_of, meant_by
from models.scenario.workload import Phase, Workload

PARTS = [
    *COMPONENTS.values(),
    *(
        Toggle,
        Choice,
        Integer,
        Real,
        Call,
        Fallback,
        Flow,
        Parallel,
        Exclusive,
        Goal,
        LatencyGoal,
        Goals,
        Limits,
    ),
    *(Scenario, DriverCost, Normal, Phase, Workload),
]
NAMES = {name for part in PARTS for name in part.model_fields}
WEB = {"kind": "service", "service_ms": 10}


def tree(component=None, call=None, **parts):
    return {
        "schema": 1,
        "name": "words",
        "sources": ["a test"],
        "workload": {"phases": [{"name": "calm", "rate": 10, "hours": 1}]},
        "components": {"web": WEB | (component or {})},
        "flows": {"read": {"share": 1, "trace": [{"call": "web", **(call or {})}]}},
        **parts,
    }


def refused(**parts):
    with pytest.raises(ScenarioError) as caught:
        scenario_from(tree(**parts))
    return caught.value.findings


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("queue", "queue_limit"),
        ("background", "async: true"),
        ("coolDown", "cool_down_s"),
        ("maxPods", "max_replicas"),
        ("timeout", "timeout_ms"),
        ("request-timeout_s", "timeout_ms"),
        ("ttl", "ttl_s belongs to a cache"),
        ("qps", "the rate of the phases"),
        ("rps", "the rate of the phases"),
        ("instances", "'replicas'"),
        ("replica", "'replicas'"),
        ("memory", "aren't modelled by their parts"),
        ("kafka", "kind queue"),
        ("topic", "kind queue"),
        ("threads", "'slots'"),
        ("cost", "'price_usd_per_hour'"),
        ("circuitBreaker", "breaker: true"),
        ("hedging", "write hedge_after_ms"),
        ("deadline", "passes_deadline: true"),
        ("priority", "aren't modelled"),
        ("uptime", "'availability'"),
    ],
)
def test_a_word_that_people_try_says_what_to_write(word, said):
    (finding,) = refused(component={word: 1})
    assert (finding.where, finding.code) == (f"components.web.{word}", Code.UNKNOWN_KEY)
    assert said in finding.hint


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("timeout", "timeout_ms"),
        ("maxRetries", "retries"),
        ("dependsOn", "then"),
        ("circuit_breaker", "breaker"),
    ],
)
def test_where_the_key_may_stand_it_is_named(word, meant):
    assert refused(call={word: 1})[0].meant == meant


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("postgres", "store"),
        ("kafka", "queue"),
        ("redis", "cache"),
        ("lambda", "service"),
        ("load_balancer", "service"),
        ("third-party", "external"),
    ],
)
def test_a_kind_that_people_try_says_which_it_is_here(kind, meant):
    told = refused(component={"kind": kind})
    finding = next(finding for finding in told if finding.where == "components.web.kind")
    assert finding.hint == f"did you mean {meant!r}?"


def test_a_parameter_in_a_path_is_told_alike():
    paths = {"grow": {"integer": [1, 4], "sets": "web.keda"}}
    assert "autoscaling" in refused(decisions=paths)[0].hint


@pytest.mark.parametrize("name", Goals.model_fields)
def test_what_is_wanted_of_a_dimension_is_sent_to_dimensions(name):
    for parts in ({"limits": {name: 1}}, {name: {"limit": 1}}):
        if parts == {"complexity": {"limit": 1}}:  # a section of its own
            continue
        assert f"write it in dimensions: {{{name}: {{limit: ...}}}}" in refused(**parts)[0].hint


def test_a_word_is_answered_where_it_stands():
    flow = {"share": 1, "trace": ["web"]}
    for word in ("latency", "slo"):
        assert refused(flows={"read": {**flow, word: 100}})[0].meant == "limit_ms"
    assert "the rate of the phases" in refused(workload={"rate": 100})[0].hint


def test_sections_that_others_have_are_told():
    assert [finding.meant for finding in refused(constraints={})] == ["dimensions"]
    told = refused(services={"web": WEB})
    assert [finding.meant for finding in told] == ["components"]


def test_every_name_that_is_told_is_a_key():
    for meaning in (*MEANINGS, *KINDS):
        named = re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", meaning.told)
        assert set(named) <= NAMES, meaning
        assert set(meaning.keys) <= NAMES | set(COMPONENTS), meaning


def test_no_word_means_two_things():
    for meanings in (MEANINGS, KINDS):
        words = [word for meaning in meanings for word in meaning.words.split()]
        assert sorted(words) == sorted(set(words))


def test_every_meaning_is_found_and_says_something():
    for meanings in (MEANINGS, KINDS):
        for meaning in meanings:
            for word in meaning.words.split():
                assert meaning_of(word, meanings) is meaning, word
                hint, meant = meant_by(word, ["nothing-like-it"], meanings)
                assert hint == meaning.told
                assert not meant


def test_the_examples_that_are_told_are_read():
    adaptive = {"integer": [2, 12], "sets": "web.replicas", "adaptive": True}
    sized = {"options": {"small": {}, "big": {"set": {"web.slots": 8}}}}
    wanted = {"latency": {"limit": 250, "percentile": 0.99}, "cost": {"limit": 300}}
    read = scenario_from(
        tree(call={"timeout_ms": 200}, decisions={"grow": adaptive, "size": sized}, dimensions=wanted)
    )
    assert read.decisions["grow"].adaptive
    texts = " ".join(meaning.told for meaning in MEANINGS)
    for example in (
        "{integer: [2, 12], sets: web.replicas, adaptive: true}",
        "{small: {}, big: {set: {web.slots: 8}}}",
        "{limit: 250, percentile: 0.99}",
        "{call: web, timeout_ms: 200}",
    ):
        assert example in texts


def test_a_misspelt_key_is_still_a_misspelt_key():
    assert meant_by("service_m", ["service_ms", "slots"]) == ("did you mean 'service_ms'?", "service_ms")
    assert meant_by("xyzzy", ["service_ms", "slots"]) == ("", "")
    assert meant_by("x" * 1000, ["service_ms"]) == ("", "")
