"""Calls that come together: exact waits of batches at one server, and fan-outs against simulation."""

from __future__ import annotations

import pytest

from models.explanation.explain import explain
from models.performance.batch_arrivals import delay_behind_others, first_wait
from models.performance.erlang import erlang_b, erlang_c
from simulated import played_in, station, system_of


@pytest.mark.parametrize(("batch", "scv"), [(1, 1.0), (4, 0.0), (4, 1.0), (20, 3.0)])
def test_the_first_of_a_batch_at_one_server(batch, scv):
    """Pollaczek and Khinchine for whole batches, whose work is the sum of their calls'."""
    service_s, rate = 0.01, 60.0
    work = batch * service_s
    square = batch * scv * service_s**2 + work**2
    batches = rate / batch
    exact = batches * square / (2.0 * (1.0 - rate * service_s))
    assert first_wait(rate, (service_s, scv), 1.0, float(batch))[0] == pytest.approx(exact)


@pytest.mark.parametrize("servers", [1.0, 8.0, 60.0])
def test_a_batch_of_one_is_a_call(servers):
    rate = 0.8 * servers / 0.01
    offered = rate * 0.01
    waits = erlang_c(offered, servers, erlang_b(offered, servers))
    assert first_wait(rate, (0.01, 1.0), servers, 1.0)[0] == pytest.approx(waits * 0.01 / (servers - offered))
    assert delay_behind_others(rate, 0.01, servers, 1.0) == (0.0, 0.0, 0.0)


def test_one_server_serves_a_batch_call_by_call():
    """Never busy with others: a random call of ten has 4.5 before it, on average."""
    first, variance, _ = delay_behind_others(1e-6, 0.01, 1.0, 10.0)
    assert first == pytest.approx(0.045, rel=0.01)
    assert variance**0.5 == pytest.approx(0.01 * (99.0 / 12.0) ** 0.5, rel=0.02)


@pytest.mark.parametrize(
    ("group", "slots", "scv", "load"),
    [
        ({"each": 40, "parallel": ["leaf"]}, 50, 1.0, 0.8),
        ({"each": 10, "needed": 9, "parallel": ["leaf"]}, 4, 0.3, 0.9),
        ({"parallel": ["leaf", {"call": "leaf", "name": "again"}]}, 2, 1.0, 0.85),
    ],
)
def test_fan_outs_wait_for_each_other(group, slots, scv, load):
    """Within 10 % of the simulated mean; waits that branches drew alone would be 15 to 40 % off."""
    many = group.get("each", 2)
    system = system_of(
        {"leaf": station(load * slots / many / 100.0, slots, service_scv=scv)}, group, rate=100.0
    )
    found = played_in(system, events=1_000_000).overall.mean_ms
    told = explain(system, system.space.today)["phases"][0]["flows"]["all"]["response_ms"]
    assert told == pytest.approx(found.value, rel=0.1)
