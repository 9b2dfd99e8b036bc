"""Where the time of a flow goes, against closed forms; and that the parts add up to the whole."""

from __future__ import annotations

import numpy as np
import pytest

from models.explanation.explain import explain
from models.explanation.time_breakdown import flow_times
from models.scenario.load import load_scenario
from models.system.compiler import compile_system
from optimizer.files.gallery import path_of
from scenarios import scenario


def times(*, components, trace, rate=50, **parts):
    """The times of the only flow, by name of the call; and its mean, ms."""
    system = compile_system(
        scenario(
            components=components,
            flows={"shop": {"share": 1.0, "trace": trace}},
            phases=[{"name": "steady", "rate": rate, "hours": 1}],
            **parts,
        )
    )
    (flow,) = flow_times(system, system.space.today)
    found = {}
    for part in flow.parts:
        name = "join" if part.call is None else system.components[system.nodes[part.call].component]
        found[name] = part
    return found, float(flow.mean_ms[0])


def total(found):
    return sum(float(part.total_ms[0]) for part in found.values())


def external(ms, scv=0, **parts):
    return {"kind": "external", "latency_ms": ms, "latency_scv": scv, **parts}


def test_work_and_waiting_of_calls_one_after_the_other_are_those_of_the_textbook():
    """M/M/1: waiting rho / (mu - lambda). web: mu 500, lambda 50. db: mu 250, lambda 150, three calls."""
    components = {name: {"kind": "service", "service_ms": ms} for name, ms in (("web", 2), ("db", 4))}
    found, mean = times(components=components, trace=[{"call": "web", "then": [{"call": "db", "times": 3}]}])
    web, db = found["web"], found["db"]
    assert float(web.work_ms[0]) == pytest.approx(2.0)
    assert float(web.wait_ms[0]) == pytest.approx(1000 * 0.1 / (500 - 50), rel=1e-9)
    assert float(db.work_ms[0]) == pytest.approx(3 * 4.0)
    assert float(db.wait_ms[0]) == pytest.approx(3 * 1000 * 0.6 / (250 - 150), rel=1e-9)
    assert (web.depth, db.depth, float(db.made[0])) == (0, 1, 3.0)
    assert total(found) == pytest.approx(mean, rel=1e-12)


def test_of_two_exponential_branches_the_slower_counts_and_the_wait_for_the_slowest_is_told():
    """E[max] of exponentials with means a and b is a + b - ab / (a + b); the quadrature is within 1e-3."""
    components = {"slow": external(30, scv=1), "fast": external(20, scv=1)}
    found, mean = times(components=components, trace=[{"parallel": [["slow"], ["fast"]]}])
    both = 30 + 20 - 30 * 20 / 50
    assert float(found["slow"].work_ms[0]) == pytest.approx(30)
    assert float(found["fast"].work_ms[0]) == 0.0
    assert float(found["fast"].beside_ms[0]) == pytest.approx(20)
    assert float(found["join"].join_ms[0]) == pytest.approx(both - 30, abs=1e-3 * both)
    assert total(found) == pytest.approx(mean, rel=1e-12)


def test_what_a_cache_answers_itself_never_reaches_the_store():
    """75 hits of 100: the store's 40 ms count a quarter."""
    components = {"cache": {"kind": "cache", "service_ms": 1, "slots": 10_000, "hit_ratio": 0.75}}
    components["db"] = external(40)
    found, mean = times(components=components, trace=[{"call": "cache", "then": ["db"]}])
    assert float(found["db"].made[0]) == pytest.approx(0.25)
    assert float(found["db"].work_ms[0]) == pytest.approx(10.0)
    assert mean == pytest.approx(11.0)


def test_failed_attempts_and_pauses_stand_apart_from_the_work():
    """One call in four fails after its 20 ms; one retry after 12 ms. Of the calls that succeed (3/4 and
    1/4 x 3/4) one in five has failed before: it adds 20 + 12 ms to a fifth of them."""
    call = {"call": "pay", "retries": 1, "backoff_ms": 12}
    found, mean = times(components={"pay": external(20, error_share=0.25)}, trace=[call])
    assert float(found["pay"].work_ms[0]) == pytest.approx(20.0)
    assert float(found["pay"].again_ms[0]) == pytest.approx((20 + 12) / 5)
    assert mean == pytest.approx(26.4)


def test_a_time_limit_shortens_what_lies_under_it_by_one_factor():
    """Exponential of mean 100 ms, answers after 100 ms don't count: E[X | X < 1] = (1 - 2/e) / (1 - 1/e)."""
    found, mean = times(
        components={"pay": external(100, scv=1)}, trace=[{"call": "pay", "timeout_ms": 100}], rate=1
    )
    left = (1 - 2 / np.e) / (1 - 1 / np.e)
    assert mean == pytest.approx(100 * left, rel=1e-3)
    assert float(found["pay"].work_ms[0]) == pytest.approx(mean)
    assert float(found["pay"].again_ms[0]) == 0.0


def test_a_flow_that_nobody_gets_an_answer_of_has_no_mean_and_a_shed_call_takes_nothing():
    components = {"web": {"kind": "service", "service_ms": 100}, "more": external(50)}
    trace = ["web", {"call": "more", "optional": True, "enabled": False}]
    found, mean = times(components=components, trace=trace, rate=5)
    assert float(found["more"].total_ms[0]) == 0.0 == float(found["more"].made[0])
    assert np.isfinite(mean)
    _, mean = times(components=components, trace=trace, rate=50)
    assert np.isinf(mean)


@pytest.mark.parametrize("name", ["web-api-three-tier", "black-friday-exercise", "lambda-retry-storm"])
def test_the_parts_add_up_to_the_mean_that_explain_tells(name):
    system = compile_system(load_scenario(path_of(name)))
    seen = 0
    for x in np.concatenate([system.space.today[None, :], system.space.sample(4, seed=3)]):
        told = explain(system, x)["phases"]
        for flow in flow_times(system, x):
            for p in np.flatnonzero(np.isfinite(flow.mean_ms)):
                whole = told[p]["flows"][flow.flow]["response_ms"]
                assert flow.mean_ms[p] == pytest.approx(whole, rel=1e-12)
                assert sum(part.total_ms[p] for part in flow.parts) == pytest.approx(whole, rel=1e-9)
                assert all(
                    getattr(part, kind)[p] >= 0.0
                    for part in flow.parts
                    for kind in ("work_ms", "wait_ms", "network_ms", "again_ms", "join_ms", "beside_ms")
                )
                seen += 1
    assert seen > 4
