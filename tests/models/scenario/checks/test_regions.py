"""Calls between regions: time and money of the links, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from models import compile_system, evaluate
from models.errors import ScenarioError
from models.explanation.explain import explain
from models.scenario.checks import check
from scenarios import scenario
from simulated import is_known, played_in

LINKS = {"atlantic": {"between": ["us", "eu"], "rtt_ms": 80, "rtt_scv": 0.25, "price_usd_per_million": 3}}


def written(links=LINKS, user="us", **more):
    """Users in the US ask a service there, which asks a store in Europe twice and a cache beside it."""
    service = {"kind": "service", "service_ms": 10, "slots": 100}
    return scenario(
        components={
            "web": service | {"region": "us"},
            "db": service | {"kind": "store", "region": "eu"},
            "near": service | {"kind": "store", "service_ms": 5},
        },
        flows={
            "all": {
                "share": 1.0,
                "region": user,
                "trace": [{"call": "web", "then": [{"call": "db", "times": 2, "then": ["near"]}]}],
            }
        },
        links=links,
        **more,
    )


def told(found):
    system = compile_system(found)
    return system, explain(system, system.space.today)["phases"][0]["flows"]["all"]["response_ms"]


def test_a_call_across_takes_the_round_trip_every_time():
    """What has no region stands beside its caller: `near` is in Europe with the store."""
    system, mean = told(written())
    assert mean == pytest.approx(10 + 2 * (80 + 10 + 5), rel=1e-6)
    assert is_known(played_in(system).overall.mean_ms, mean)
    _, mean = told(written(user="eu"))
    assert mean == pytest.approx(80 + 10 + 2 * (80 + 10 + 5), rel=1e-6)


def test_its_own_time_on_the_network_is_added():
    near = {"kind": "service", "service_ms": 10, "slots": 100}
    found = scenario(
        components={"web": near | {"region": "us"}},
        flows={"all": {"share": 1.0, "region": "eu", "trace": [{"call": "web", "network_ms": 7}]}},
        links=LINKS,
    )
    assert told(found)[1] == pytest.approx(97.0, rel=1e-6)


def test_a_phase_and_a_decision_can_change_a_link():
    decision = {"cable": {"options": {"old": {}, "new": {"multiply": {"links.atlantic.rtt_ms": 0.5}}}}}
    system = compile_system(written(decisions=decision, today={"cable": "old"}))
    old, new = (float(v) for v in evaluate(system, system.space.designs(0, 2)).values[:, 0])
    assert old > new + 50.0
    phases = [
        {"name": "day", "rate": 10, "hours": 1},
        {"name": "stall", "rate": 10, "hours": 1, "effect": {"set": {"links.atlantic.rtt_ms": 1000}}},
    ]
    system = compile_system(written(workload={"phases": phases}))
    found = explain(system, system.space.today)["phases"]
    means = [phase["flows"]["all"]["response_ms"] for phase in found]
    assert means == pytest.approx([200.0, 10 + 2 * 1015.0], rel=1e-6)


def test_attempts_across_cost_what_the_link_says():
    """100 requests/s for an hour ask Europe twice each: 0.72 million calls at 3 USD."""
    dear, free = (
        compile_system(written(links))
        for links in (LINKS, {"atlantic": LINKS["atlantic"] | {"price_usd_per_million": 0}})
    )
    costs = [evaluate(system, system.space.today[None, :]) for system in (dear, free)]
    column = [d.name for d in costs[0].dimensions].index("cost")
    assert costs[0].values[0, column] - costs[1].values[0, column] == pytest.approx(0.72 * 3)


@pytest.mark.parametrize(
    ("links", "where", "words"),
    [
        ({}, "flows.all.trace[0].then[0].call", "a call from the region us to db in eu"),
        (LINKS | {"same": {"between": ["us", "us"], "rtt_ms": 1}}, "links.same.between", "us and itself"),
        (LINKS | {"more": LINKS["atlantic"]}, "links.more.between", "atlantic is already"),
    ],
)
def test_what_is_refused(links, where, words):
    with pytest.raises(ScenarioError) as error:
        written(links)
    (finding,) = error.value.findings
    assert finding.where == where
    assert words in finding.found


def test_a_link_that_nobody_goes_across_is_told():
    decision = {"cable": {"options": {"a": {}, "b": {"set": {"links.pacific.rtt_ms": 100}}}}}
    pacific = {"pacific": {"between": ["us", "asia"], "rtt_ms": 150}}
    found = written(LINKS | pacific, decisions=decision, today={"cable": "a"})
    (warning,) = [w for w in check.warnings(found) if w.where == "decisions.cable"]
    assert "no call goes across" in warning.found
    assert np.isfinite(told(found)[1])
