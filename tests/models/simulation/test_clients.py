"""Connected clients event by event: a closed loop, against the exact closed station."""

from __future__ import annotations

import numpy as np
import pytest

from models.evaluator import run
from models.scenario.scenario import Scenario
from models.simulation.transient import transient
from models.system.compiler import compile_system
from simulated import is_known, played_in, station


def system_of(clients, part, *, rate=0.0, call=None, **told):
    tree = {
        "schema": 1,
        "name": "test",
        "workload": {
            "phases": [{"name": "steady", "rate": rate, "hours": 1.0, "clients": clients}],
            "clients": told,
        },
        "components": {"part": part},
        "flows": {"all": {"share": 1.0, "trace": [{"call": "part", **(call or {})}]}},
    }
    return compile_system(Scenario.model_validate(tree, strict=False))


def test_users_without_think_time_wait_for_a_connection():
    """50 users, ten connections of half a second: each waits 50 / 10 x 0.5 = 2.5 s (published p95 2.42)."""
    found = played_in(system_of(50, station(0.5, 10, service_scv=0.0)), events=60_000)
    assert found.flows[0].mean_ms.value == pytest.approx(2500.0, rel=0.002)
    assert found.flows[0].p99_ms.value == pytest.approx(2500.0, rel=0.08)
    assert found.components[0].arrivals_per_s.value == pytest.approx(20.0, rel=0.002)


def test_clients_who_think_are_the_machines_of_one_repairman():
    """20 clients, one server of 0.1 s, 4 s of thinking: a birth and death process (Palm 1947)."""
    found = played_in(system_of(20, station(0.1), think_s=4.0))
    weights = [1.0]
    for k in range(1, 21):
        weights.append(weights[-1] * (21 - k) / 4.0 * 0.1)
    p = np.array(weights) / sum(weights)
    x = float(20 - p @ np.arange(21)) / 4.0
    assert is_known(found.components[0].arrivals_per_s, x)
    assert is_known(found.flows[0].mean_ms, (20.0 / x - 4.0) * 1e3)


def test_the_model_says_nearly_the_same_beside_others():
    system = system_of(100, station(0.05, 4), rate=30.0, think_s=3.0)
    found, told = played_in(system), run(system, system.space.today[None, :])
    assert found.flows[0].mean_ms.value == pytest.approx(told.network.flows[0].mean_s[0, 0] * 1e3, rel=0.05)


def test_who_fails_comes_back_after_a_pause_that_grows():
    """All fail: pauses of 1, 2, 4, 8, 8 ... s. Of one client 8 tries take 1 + 2 + 4 + 8 x 4 s."""
    system = system_of(1, station(0.001, error_share=1.0), backoff_s=1.0, growth=2.0, most_backoff_s=8.0)
    found = transient(system, system.space.today, 0, horizon_s=80.0, warm_up_s=0.0, bin_s=1.0)
    times = np.flatnonzero(found.offered[0, :, 0]).tolist()
    assert times[:8] == [0, 1, 3, 7, 15, 23, 31, 39]
