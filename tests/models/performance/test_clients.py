"""Connected clients: requests that wait for their answers, against exact closed systems."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models import compile_system
from models.errors import ScenarioError
from models.evaluator import evaluate, run
from models.performance.clients import CLOSED
from scenarios import scenario


def system_of(clients, part, *, think_s=0.0, rate=0.0, trace=None, workload=None, **more):
    tree = {"name": "p", "rate": rate, "hours": 1.0, "clients": clients}
    limits = {"saturation": None, "emergence": None}
    found = scenario(
        components={"part": {"kind": "service", **part}, **more.pop("beside", {})},
        flows={"all": {"share": 1.0, "trace": trace or ["part"]}},
        limits=limits,
        workload={"phases": [tree], "clients": {"think_s": think_s}, **(workload or {})},
        **more,
    )
    return compile_system(found)


def asked(system):
    """Requests that are met, 1/s, and mean response, s."""
    found = run(system, system.space.today[None, :])
    return float(found.parameters.rate[0, 0]), float(found.network.flows[0].mean_s[0, 0])


def machine_repair(clients, servers, service_s, think_s):
    """Exact: a birth and death process of clients who think and c servers (Palm 1947); X and R."""
    weights = [1.0]
    for k in range(1, clients + 1):
        weights.append(weights[-1] * (clients - k + 1) / think_s * service_s / min(k, servers))
    p = np.array(weights) / math.fsum(weights)
    there = float(p @ np.arange(clients + 1))
    x = (clients - there) / think_s
    return x, there / x


def test_users_without_think_time_wait_for_a_connection():
    """A published test: 50 users, ten connections of half a second: 50 / 10 x 0.5 = 2.5 s (p95 2.42 s)."""
    met, mean_s = asked(system_of(50, {"service_ms": 500.0, "slots": 10}))
    assert mean_s == pytest.approx(2.5, rel=0.01)
    assert met == pytest.approx(49.0 / 2.5, rel=0.01)  # each meets the requests of the 49 others


@pytest.mark.parametrize(("clients", "servers", "think_s"), [
    (1, 1, 1.0), (20, 1, 4.0), (100, 4, 3.0), (100, 4, 1.5), (500, 8, 5.0), (1000, 20, 8.0), (60, 2, 2.0),
])  # fmt: skip
def test_the_response_is_that_of_the_exact_closed_station(clients, servers, think_s):
    exact_x, exact_r = machine_repair(clients, servers, 0.1, think_s)
    met, mean_s = asked(system_of(clients, {"service_ms": 100.0, "slots": servers}, think_s=think_s))
    assert mean_s == pytest.approx(exact_r, rel=0.12)
    assert met == pytest.approx(exact_x * max((clients - 1) / clients, 0.5), rel=0.04)


def test_others_ask_beside_them():
    """100 others and 200 clients whose turns take 4 s and the answer: 50 more, less what answers take."""
    system = system_of(200, {"service_ms": 10.0, "slots": 4}, think_s=4.0, rate=100.0)
    met, mean_s = asked(system)
    assert met == pytest.approx(100.0 + 199.0 / (4.0 + mean_s), rel=1e-5)


def test_a_slower_design_is_asked_less():
    faster = {"on": {"multiply": {"part.service_ms": 0.5}}}
    system = system_of(100, {"service_ms": 80.0, "slots": 2}, think_s=1.0, decisions={"faster": faster})
    rate = run(system, system.space.designs(0, 2)).parameters.rate[:, 0]
    assert rate[1] > 1.5 * rate[0]
    alone = [run(system, x[None, :]).parameters.rate[0, 0] for x in system.space.designs(0, 2)]
    assert rate.tolist() == alone


def test_no_number_of_clients_is_too_many_for_a_queue():
    """They wait: the response grows with them, and nothing collapses."""
    found = evaluate(
        *(lambda s: (s, s.space.today[None, :]))(system_of(5000, {"service_ms": 10.0}, think_s=1.0))
    )
    assert found.indicators["utilisation"][0] < 1.0
    assert found.values[0, 0] > 1000.0
    assert int(found.indicators["unsure"][0]) & CLOSED


def test_where_clients_mostly_think_the_model_is_sure():
    system = system_of(2000, {"service_ms": 10.0, "slots": 4}, think_s=10.0)
    found = evaluate(system, system.space.today[None, :])
    assert found.indicators["unsure"][0] == 0.0


def test_an_autoscaler_follows_them():
    part = {"service_ms": 100.0, "autoscaling": True, "max_replicas": 50, "target_utilisation": 0.6}
    system = system_of(300, part, think_s=5.0)
    found = run(system, system.space.today[None, :])
    rate = float(found.parameters.rate[0, 0])
    copies = float(found.parameters.of_component(0, "replicas")[0, 0])
    assert rate == pytest.approx(299.0 / (5.0 + 0.1), rel=0.01)
    assert copies == math.ceil(rate * 0.1 / 0.6)


def test_the_peak_is_where_most_are_connected():
    phases = [
        {"name": "a", "rate": 0, "hours": 1, "clients": 5},
        {"name": "b", "rate": 0, "hours": 1, "clients": 50},
    ]
    system = system_of(1, {"service_ms": 1.0}, workload={"phases": phases, "clients": {"think_s": 1.0}})
    assert system.peak == 1


@pytest.mark.parametrize(
    ("workload", "where"),
    [
        ({"phases": [{"name": "p", "rate": 1, "hours": 1}]}, "workload.clients"),
        ({"phases": [{"name": "p", "rate": 1, "hours": 1, "clients": -1}]}, "workload.phases[0].clients"),
        ({"clients": {"jitter": 2.0}}, "workload.clients.jitter"),
        ({"clients": {"growth": 0.5}}, "workload.clients.growth"),
    ],
)
def test_bad_input(workload, where):
    with pytest.raises(ScenarioError) as caught:
        system_of(10, {"service_ms": 1.0}, workload=workload)
    assert where in [finding.where for finding in caught.value.findings]
