"""Copies that autoscalers let run in each phase: by the load that comes, at the price of those that run."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models import compile_system
from models.errors import ScenarioError
from models.evaluator import evaluate, run
from models.screening import screen
from scenarios import scenario

#: A copy that carries 49/3 a second, as three did that were full at 49 MiB/s (below).
VECTOR = {"kind": "service", "service_ms": 3000.0 / 49.0, "autoscaling": True, "max_replicas": 8}


def system_of(part, *rates, trace=None, **more):
    phases = [{"name": f"p{k}", "rate": rate, "hours": 2.0} for k, rate in enumerate(rates)]
    flows = {"all": {"share": 1.0, "trace": trace or ["web"]}}
    limits = more.pop("limits", {"saturation": None, "emergence": None})
    return compile_system(
        scenario(
            components={"web": part, **more.pop("beside", {})},
            flows=flows,
            phases=phases,
            limits=limits,
            **more,
        )
    )


def copies(system, X=None):
    X = system.space.today[None, :] if X is None else X
    shape = (X.shape[0], len(system.phases))
    return np.broadcast_to(run(system, X).parameters.of_component(0, "replicas"), shape)


def test_a_published_test_of_pods_that_scale():
    """Three pods were full at 49 MiB/s, so each carries 16.3; 55 at a target of 70 % need
    ceil(55 / 16.3 / 0.7) = ceil(4.81) = 5. That is also what three that are full ask for:
    ceil(3 x 1.0 / 0.7) = ceil(4.29).
    """
    assert copies(system_of(VECTOR, 33.0, 55.0)).tolist() == [[3.0, 5.0]]


@pytest.mark.parametrize("target", [0.3, 0.5, 0.7, 0.95])
@pytest.mark.parametrize("rate", [1.0, 40.0, 200.0, 2000.0])
def test_they_are_as_many_as_the_work_asks_for(rate, target):
    part = {"kind": "service", "service_ms": 20.0, "slots": 2, "autoscaling": True}
    part |= {"min_replicas": 2, "max_replicas": 40, "target_utilisation": target}
    wanted = math.ceil(rate * 0.020 / (2 * target) - 1e-9)
    assert copies(system_of(part, rate))[0, 0] == min(max(wanted, 2), 40)


def test_each_phase_pays_for_the_copies_that_run_in_it():
    system = system_of(VECTOR | {"price_usd_per_hour": 0.5}, 10.0, 33.0, 55.0)
    counted = copies(system)[0]
    assert counted.tolist() == [1.0, 3.0, 5.0]
    assert evaluate(system, system.space.today[None, :]).values[0, 4] == 0.5 * 2.0 * counted.sum()


def test_what_can_be_reached_counts_all_copies_that_may_run():
    system = system_of(VECTOR, 33.0)
    assert evaluate(system, system.space.today[None, :]).values[0, 1] == pytest.approx(8 * 49.0 / 3.0)


def test_repeats_are_load_too():
    """Two of ten fail and are repeated: 1 / (1 - 0.2) - 0.2^4 / 0.8 = 1.248 attempts of each call."""
    call = {"call": "web", "retries": 3}
    part = VECTOR | {"error_share": 0.2, "max_replicas": 100}
    rate, attempts = 300.0, (1.0 - 0.2**4) / 0.8
    expected = math.ceil(rate * attempts * (3.0 / 49.0) / 0.7)
    assert copies(system_of(part, rate, trace=[call]))[0, 0] == expected


def test_threads_that_wait_for_a_store_count_as_busy():
    """A thread is held for its own 5 ms and the store's 15: 200/s x 20 ms = 4 threads, 2 a copy, half busy"""
    part = {"kind": "service", "service_ms": 5.0, "slots": 2, "blocking": True, "autoscaling": True}
    part |= {"max_replicas": 50, "target_utilisation": 0.5}
    store = {"kind": "store", "service_ms": 15.0, "slots": 10_000}
    system = system_of(part, 200.0, trace=[{"call": "web", "then": ["db"]}], beside={"db": store})
    assert copies(system)[0, 0] == 4.0


def test_a_decision_may_switch_it_on_and_company_changes_nothing():
    part = VECTOR | {"autoscaling": False, "replicas": 6}
    choice = {"scales": {"on": {"set": {"web.autoscaling": True}}}}
    more = {"size": {"integer": [2, 9], "sets": "web.replicas"}}
    system = system_of(part, 20.0, 55.0, decisions=choice | more)
    X = system.space.designs(0, system.space.size)
    found = evaluate(system, X)
    alone = [evaluate(system, x[None, :]) for x in X]
    assert np.array_equal(found.values, np.concatenate([each.values for each in alone]))
    is_on = X[:, 0] > 0.0
    assert copies(system, X)[is_on].tolist() == [[2.0, 5.0]] * int(is_on.sum())
    assert sorted(copies(system, X)[~is_on][:, 0]) == [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]


def test_screening_says_nothing_of_a_load_that_copies_follow():
    system = system_of(VECTOR | {"max_replicas": 20}, 200.0, limits={"saturation": 0.75, "emergence": None})
    X = system.space.today[None, :]
    assert evaluate(system, X).feasible.all()
    assert not any((excess > 0.0).any() for excess in screen(system, X).values())


def test_bad_numbers_are_told_together():
    part = VECTOR | {"min_replicas": 9, "max_replicas": 8, "target_utilisation": 0.0, "look_back_s": 0.0}
    with pytest.raises(ScenarioError) as caught:
        system_of(part, 1.0)
    where = {finding.where for finding in caught.value.findings}
    assert {"components.web.target_utilisation", "components.web.look_back_s"} <= where
    with pytest.raises(ScenarioError, match="below min_replicas"):
        system_of(VECTOR | {"min_replicas": 9}, 1.0)


def test_a_store_has_no_autoscaler():
    with pytest.raises(ScenarioError, match="autoscaling"):
        system_of({"kind": "store", "service_ms": 1.0, "autoscaling": True}, 1.0)
