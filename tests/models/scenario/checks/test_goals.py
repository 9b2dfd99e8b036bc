"""Goals that contradict each other, and goals that are missing: warned of, each with a code."""

from __future__ import annotations

import pytest

from models.errors import Code
from models.scenario.checks.check import warnings
from scenarios import scenario


def codes(**parts):
    return {
        finding.where: finding.code for finding in warnings(scenario(**parts)) if finding.code != Code.ODD
    }


@pytest.mark.parametrize(
    ("name", "limit", "worse", "better"),
    [
        ("latency", 150, 200, 100),
        ("cost", 300, 400, 300),
        ("complexity", 0.5, 0.6, 0.4),
        ("availability", 0.99, 0.9, 0.999),
        ("consistency", 0.9, 0.8, 0.9),
        ("throughput", 1000, 500, 2000),
    ],
)
def test_a_target_that_is_worse_than_its_limit_is_told(name, limit, worse, better):
    for tolerance in ("never", "sometimes"):
        goal = {"limit": limit, "tolerance": tolerance}
        assert codes(dimensions={name: {**goal, "target": worse}}) == {
            f"dimensions.{name}.target": Code.WORSE_TARGET
        }
        assert codes(dimensions={name: {**goal, "target": better}}) == {}


def test_a_flows_target_is_compared_with_its_own_limit():
    flow = {"share": 1, "trace": ["web"], "limit_ms": 100}
    assert codes(flows={"shop": flow | {"target_ms": 200}}) == {"flows.shop.target_ms": Code.WORSE_TARGET}
    assert codes(flows={"shop": flow | {"target_ms": 50}}) == {}


REFUSING = [
    {"on": {"set": {"web.queue_limit": 3}}},
    {"on": {"set": {"web.max_wait_s": 0.1}}},
    {"real": [0, 0.5], "sets": "flows.shop.shed_share"},
    {"options": {"all": {}, "few": {"set": {"calls.web.bulkhead_slots": 4}}}},
]


@pytest.mark.parametrize("decision", REFUSING)
def test_no_limit_on_availability_is_told_where_refusing_work_would_pay(decision):
    found = {"dimensions.availability": Code.REFUSING_PAYS}
    assert codes(decisions={"refuse": decision}) == found
    assert codes(decisions={"refuse": decision}, dimensions={"availability": {"limit": 0.9}}) == {}
    assert codes(decisions={"refuse": decision}, dimensions={"availability": {"target": 0.9}}) == {}


def test_nothing_is_said_where_no_decision_refuses():
    assert codes(decisions={"fast": {"on": {"multiply": {"web.service_ms": 0.5}}}}) == {}


def test_numbers_that_are_all_guesses_and_none_of_which_may_be_off_are_told():
    web = {"kind": "service", "service_ms": 10, "replicas": 2, "slots": 4}
    guessed = {"components": {"web": web | {"source": "guess"}}, "sources": []}
    assert codes(**guessed) == {"uncertainty": Code.ONLY_GUESSES}
    spread = {"web.service_ms": {"distribution": "lognormal", "median": 10, "sigma": 0.3}}
    assert codes(**guessed, uncertainty=spread) == {}
    assert codes(**{**guessed, "sources": ["a load test"]}) == {}
    assert codes(components={"web": web | {"source": "load test"}}, sources=[]) == {}
