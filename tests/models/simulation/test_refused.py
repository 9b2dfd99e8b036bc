"""What can't be simulated is refused by name, before anything runs."""

from __future__ import annotations

import pytest

from models.scenario.scenario import Scenario
from models.simulation.refused import NotSimulated, Reason
from models.simulation.runs import simulate
from models.simulation.settings import Settings
from models.system.compiler import compile_system
from simulated import cache, external, played, played_in, station, system_of, system_with


def refused(reason: Reason, *args, **options) -> NotSimulated:
    with pytest.raises(NotSimulated) as told:
        played(*args, **options)
    assert told.value.code == reason
    return told.value


def test_too_many_under_way():
    error = refused(Reason.TOO_MANY_IN_FLIGHT, {"x": external(1.0)}, "x", rate=1e12)
    assert error.where == "components.x"
    assert "1e+12 calls" in str(error)


def test_a_bounded_queue_is_never_too_many():
    web = station(1.0, 10, queue_limit=100)
    found = played({"web": web}, "web", rate=1e12, events=20_000)
    assert found.overall.success.value < 1e-3


def test_nobody_asks():
    refused(Reason.NO_REQUESTS, {"x": external(1.0)}, "x", rate=0.0)


def test_a_phase_of_no_time():
    tree = {
        "schema": 1,
        "name": "test",
        "workload": {
            "phases": [{"name": "a", "rate": 1.0, "hours": 1.0}, {"name": "b", "rate": 1.0, "hours": 0}]
        },
        "components": {"x": external(1.0)},
        "flows": {"all": {"share": 1.0, "trace": ["x"]}},
    }
    system = compile_system(Scenario.model_validate(tree, strict=False))
    with pytest.raises(NotSimulated) as told:
        simulate(system, system.space.today, 1, Settings(events=10_000))
    assert told.value.code == Reason.NO_TIME
    with pytest.raises(NotSimulated) as told:
        simulate(system, system.space.today, 2, Settings(events=10_000))
    assert told.value.code == Reason.NO_SUCH_PHASE


@pytest.mark.parametrize("settings", [{"seconds": 1.0}, {"events": 2000}])
def test_a_budget_that_holds_no_batch(settings):
    parts = {f"x{i}": external(1.0) for i in range(9)}
    error = refused(Reason.TOO_SMALL_BUDGET, parts, *parts, rate=1.0, **settings)
    assert error.where == next(iter(settings))
    assert "at least" in error.hint


@pytest.mark.parametrize(
    "wrong",
    [
        {"mean_precision": 0.0},
        {"p99_precision": 2.0},
        {"events": 10},
        {"events": 1e4 + 0.5},
        {"seconds": -1.0},
        {"seed": -1},
        {"runs": 0},
        {"workers": 0},
        {"confidence": 1.0},
        {"cpu_seconds": float("nan")},
        {"mean_precision": True},
    ],
)
def test_settings_that_make_no_sense(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)


def test_all_wrong_settings_are_told_at_once():
    with pytest.raises(ValueError, match=r"seed .*; runs "):
        Settings(seed=-1, runs=0)


def test_irregular_arrivals_that_others_decide_about():
    parts = {"web": station(0.1), "db": station(0.1, arrival_scv=2.0)}
    error = refused(Reason.NOT_POISSON, parts, {"call": "web", "then": ["db"]})
    assert error.where == "components.db.arrival_scv"


def test_a_cache_that_holds_too_much():
    error = refused(Reason.TOO_MANY_KEYS, {"c": cache(keys=1e9, capacity_keys=1e8)}, "c")
    assert error.where == "components.c.capacity_keys"


def test_a_component_that_nobody_calls_is_idle():
    found = played_in(system_of({"x": external(1.0), "y": station(1.0)}, "x"), events=20_000)
    idle = found.components[1]
    assert idle.utilisation.value == idle.arrivals_per_s.value == 0.0
    assert idle.refused_share is None
    assert idle.wait_ms is None


def test_a_flow_without_requests_has_no_numbers():
    flows = {"a": {"share": 1.0, "trace": ["x"]}, "b": {"share": 0.0, "trace": ["x"]}}
    found = played_in(system_with({"x": external(1.0)}, flows), events=20_000)
    assert found.flows[1].requests == 0
    assert found.flows[1].mean_ms is None
    assert found.flows[1].success is None
    assert found.flows[0].mean_ms is not None


def test_a_queue_without_end_ends():
    # A million a second at a station that carries a thousand: memory ends it, or the collapse is seen.
    found = played({"web": station(0.001)}, "web", rate=1e6, events=20_000_000)
    assert found.ended in ("collapsed", "crowded")
    assert found.runs_collapsed == 1


def test_too_many_queues():
    web = station(1.0) | {"replicas": 10_000_000, "balancing": "random"}
    error = refused(Reason.TOO_MANY_QUEUES, {"web": web}, "web")
    assert error.where == "components.web"
    shared = station(1.0) | {"replicas": 10_000_000}
    assert played({"web": shared}, "web", rate=10.0, events=20_000).overall.mean_ms is not None
