"""Predicted beside simulated: verdicts on systems whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models import compile_system
from models.simulation.readings import Interval
from models.simulation.runs import simulate
from optimizer.resilience.verification import Compared
from optimizer.resilience.verify import DEFAULTS, verify
from scenarios import scenario

QUICK = replace(DEFAULTS, runs=1, events=300_000, workers=1, least_seconds=0.001)


def system(component, rate=80.0, call=None, **rest):
    trace = [{"call": "web", **(call or {})}]
    return compile_system(
        scenario(
            components={"web": {"kind": "service", "service_ms": 10, **component}},
            flows={"all": {"share": 1.0, "trace": trace}},
            phases=[{"name": "day", "rate": rate, "hours": 1}],
            **rest,
        )
    )


def verdict(system, **settings):
    return verify(system, system.space.today, 0, replace(QUICK, **settings))


def test_an_exact_formula_agrees():
    """M/M/1 at 0.8: 50 ms, exponential, so that the 99th percentile is 50 ln 100 ms."""
    found = verdict(system({}))
    assert found.verdict == "agrees"
    told = {(one.of, one.metric): one for one in found.compared}
    assert told["all", "mean_ms"].predicted == pytest.approx(50.0)
    assert told["all", "mean_ms"].simulated.holds(50.0)
    assert told["all", "p99_ms"].simulated.holds(50.0 * np.log(100.0))
    assert told["web", "utilisation"].simulated.holds(0.8)
    assert told["web", "arrivals_per_s"].simulated.holds(80.0)


def other_world(monkeypatch, truth):
    """Whatever is simulated, another system is: one that the model would have to be wrong about."""
    monkeypatch.setattr(
        "optimizer.resilience.verify.simulate",
        lambda _, design, *rest, **more: simulate(truth, truth.space.today, *rest, **more),
    )


LIMITED = {
    "dimensions": {"availability": {"limit": 0.95}},
    "limits": {"metastable": True, "emergence": None, "saturation": None},
}


def test_a_limit_that_is_said_to_hold_and_does_not(monkeypatch):
    """One server with two places at a load of 0.7 turns a tenth away; nothing was said of places."""
    said = system({}, rate=70.0, **LIMITED)
    other_world(monkeypatch, system({"queue_limit": 2}, rate=70.0, **LIMITED))
    found = verdict(said)
    assert found.verdict == "fails"
    (broken,) = found.broken
    assert broken.name == "availability"
    assert broken.at == 0.95
    assert broken.simulated.high < 0.95
    assert found.check.is_refuted


def test_retries_at_once_at_a_full_queue_are_no_surprise():
    """They meet the queue that turned them away: more than a tenth is lost, as predicted."""
    told = system({"queue_limit": 2}, rate=70.0, call={"retries": 3}, **LIMITED)
    assert verdict(told).verdict == "agrees"


def test_a_healthy_state_that_ends_by_itself():
    """Time-outs with retries near the fold: it stays up for minutes, and then is down for good."""
    tips = compile_system(
        scenario(
            components={
                "a": {"kind": "service", "slots": 8, "service_ms": 26.6271},
                "b": {"kind": "service", "slots": 4, "service_ms": 28.5138, "service_scv": 2},
            },
            flows={
                "all": {
                    "share": 1.0,
                    "trace": [
                        {
                            "call": "a",
                            "then": [{"call": "b", "timeout_ms": 148.19, "retries": 2, "jitter": 1}],
                        }
                    ],
                }
            },
            phases=[{"name": "day", "rate": 100, "hours": 1}],
            limits={"saturation": 0.8, "emergence": None},
        )
    )
    found = verify(tips, tips.space.today, 0, replace(DEFAULTS, workers=1, events=3_000_000))
    assert found.verdict == "falls_over"
    assert found.simulated.runs_collapsed >= 1
    assert all(1.0 < lived < 3600.0 for lived in found.check.lived_s)


def test_a_collapse_that_was_predicted():
    found = verdict(system({}, rate=150.0))
    assert found.verdict == "agrees"
    assert found.check.collapsed == 1


def test_what_can_not_be_simulated_is_no_verdict_on_the_design():
    found = verdict(system({"slots": 10_000_000, "replicas": 1000}, rate=1e12))
    assert found.verdict == "not_simulated"
    assert "web" in found.why_not
    assert not found.check.is_refuted


def test_too_little_seen_disqualifies_nobody():
    found = verdict(system({"service_scv": 16}, rate=97.0), events=4000)
    assert found.verdict == "unsettled"
    assert not found.check.is_refuted


def test_who_stops_it_gets_what_was_found():
    found = verify(system({}), np.zeros(0), 0, replace(QUICK, events=50_000_000), stop=lambda: True)
    assert found.simulated.ended == "stopped"


@pytest.mark.parametrize(
    ("metric", "predicted", "interval", "is_off"),
    [
        ("mean_ms", 100.0, (105.0, 103.0, 107.0), False),  # 3 % beyond the interval
        ("mean_ms", 100.0, (130.0, 125.0, 135.0), True),
        ("p99_ms", 100.0, (120.0, 118.0, 122.0), False),
        ("p99_ms", 100.0, (140.0, 130.0, 150.0), True),
        ("success", 0.99, (0.975, 0.974, 0.976), False),
        ("success", 0.99, (0.95, 0.94, 0.96), True),
        ("utilisation", 0.5, (0.45, 0.44, 0.46), True),
        ("mean_ms", np.inf, (105.0, 103.0, 107.0), True),
    ],
)
def test_off_is_beyond_the_interval_and_the_promise(metric, predicted, interval, is_off):
    assert Compared("all", True, metric, predicted, Interval(*interval)).is_off is is_off


def test_a_rare_flow_that_was_hardly_seen_settles_nothing():
    rare = compile_system(
        scenario(
            components={
                "web": {"kind": "service", "service_ms": 1},
                "slow": {"kind": "service", "service_ms": 900},
            },
            flows={
                "often": {"share": 0.999, "trace": ["web"]},
                "rare": {"share": 0.001, "limit_ms": 30000, "trace": ["slow"]},
            },
            phases=[{"name": "day", "rate": 500, "hours": 1}],
        )
    )
    assert verdict(rare, events=100_000).verdict == "unsettled"


def test_a_flow_of_which_nothing_is_asked_hides_no_broken_limit(monkeypatch):
    def two_flows(**more):
        return compile_system(
            scenario(
                components={"web": {"kind": "service", "service_ms": 10, **more}},
                flows={"all": {"share": 1.0, "trace": ["web"]}, "none": {"share": 0.0, "trace": ["web"]}},
                phases=[{"name": "day", "rate": 70, "hours": 1}],
                **LIMITED,
            )
        )

    other_world(monkeypatch, two_flows(queue_limit=2))
    assert verdict(two_flows()).verdict == "fails"


@pytest.mark.parametrize(
    "component",
    [
        {"queue_limit": 3},
        {"replicas": 12, "contention": 0.03, "coherency": 0.0005, "service_ms": 120},
        {"kind": "store", "replicas": 3, "slots": 8, "service_ms": 60, "copy_work": 0.5, "read_quorum": 2},
    ],
)
def test_slots_that_are_taken_are_those_of_what_is_served(component):
    found = verdict(system(component, rate=95.0, limits={"saturation": None, "emergence": None}))
    told = {one.metric: one for one in found.compared if one.of == "web"}
    assert not told["utilisation"].is_off


def test_a_state_that_was_never_healthy_is_refuted(monkeypatch):
    """Predicted is all; the simulated system, ten times slower and without places, answers 1/9 (Erlang B)."""
    slow = system({"service_ms": 100, "queue_limit": 0})
    monkeypatch.setattr(
        "optimizer.resilience.verify.simulate", lambda _, *rest, **more: simulate(slow, *rest, **more)
    )
    found = verdict(system({}))
    told = {one.metric: one for one in found.compared if one.of == "all"}
    assert told["success"].simulated.holds(1.0 / 9.0)
    assert not found.check.collapsed
    assert found.verdict == "falls_over"
    assert found.check.is_refuted
