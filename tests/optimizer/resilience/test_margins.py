"""How much can be lost, escape plans and runbooks: by hand where capacities are products, else properties."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models import compile_system, load_scenario
from models.evaluator import evaluate, run
from models.scenario.paths import Slot
from optimizer.changes import distances
from optimizer.resilience.breaking_points import breaking_points
from optimizer.resilience.escape import NOT_ASKED, escape_plan, first_break, furthest_change
from optimizer.resilience.margins import margins
from optimizer.resilience.runbook import calm, plan_by_phase, runbook
from scenarios import scenario

DATA = Path(__file__).parents[3] / "data" / "scenarios"
RATE = Slot("workload", "", "rate")


@pytest.fixture(scope="module")
def exercise():
    return compile_system(load_scenario(DATA / "black_friday_exercise.yaml"))


@pytest.fixture(scope="module")
def week():
    return compile_system(load_scenario(DATA / "black_friday_week.yaml"))


def design(system, *names):
    return system.space.encode(dict.fromkeys(names, True))


AB = ("eventual_consistency", "long_cache_ttl")


def test_replicas_that_the_exercise_may_lose(exercise):
    # A, B and E carry 3.0 times the peak at 70 %: 20 replicas x 1/3.0 are 6.67, so 7 must stay; A and B none.
    X = np.array([design(exercise, *AB), design(exercise, *AB, "shed_features")])
    (found,) = margins(exercise, X)
    assert (found.kind, found.component) == ("replicas", "platform")
    assert found.stands.tolist() == [0.0, 13.0]
    assert found.first == ("saturation", "saturation")
    assert not found.is_all.any()


def test_what_is_broken_already_stands_nothing(exercise):
    (found,) = margins(exercise, exercise.space.today[None, :])
    assert np.isnan(found.stands[0])


def test_margins_hold_just_within_and_fail_just_beyond(week):
    X = week.space.sample(256, seed=5)
    x = X[evaluate(week, X).feasible][:1]
    found = {(m.kind, m.component): m for m in margins(week, x)}

    def broken(slot, factor):
        steps = run(week, x, stress={slot: np.array([[factor]])})
        return any(float(np.ravel(e)[0]) > 0 for e in steps.excess.values())

    replicas = run(week, x).parameters
    checked = 0
    for (kind, component), m in found.items():
        if np.isnan(m.stands[0]) or m.is_all[0] or kind == "zone":
            continue
        if kind == "replicas":
            n = float(np.max(replicas.of_component(week.components.index(component), "replicas")))
            slot, inside, outside = "replicas", 1 - m.stands[0] / n, 1 - (m.stands[0] + 1) / n
        elif kind == "time":
            slot, inside, outside = "latency_ms", m.stands[0], m.stands[0] * 1.002
        else:
            slot, inside, outside = "hit_factor", 1 - m.stands[0], 1 - m.stands[0] - 1 / 2048
        assert not broken(Slot("component", component, slot), inside), (kind, component)
        assert broken(Slot("component", component, slot), outside), (kind, component)
        checked += 1
    assert checked >= 8


def test_a_cold_cache_sends_everything_on():
    parts = {
        "cache": {"kind": "cache", "service_ms": 1, "hit_ratio": 0.9, "slots": 100},
        "store": {"kind": "store", "service_ms": 5, "slots": 100},
    }
    flows = {"read": {"share": 1.0, "trace": [{"call": "cache", "then": ["store"]}]}}
    made = compile_system(scenario(components=parts, flows=flows, decisions={}))
    slot = Slot("component", "cache", "hit_factor")
    x = made.space.today[None, :]
    rate = float(np.max(made.static[RATE]))
    for left in (1.0, 0.5, 0.0):
        network = run(made, x, stress={slot: np.array([[left]])}).network
        arrivals = float(np.max(network.stations[made.components.index("store")].arrivals_per_s))
        assert arrivals == pytest.approx(rate * (1 - 0.9 * left))


def test_losing_a_zone_takes_its_share_of_the_replicas():
    # 30 erlang on 10 replicas of 10 slots: 30 %. Of three zones the largest has 4: 6 replicas carry 50 %.
    def made(saturation):
        parts = {"web": {"kind": "service", "service_ms": 100, "replicas": 10, "slots": 10, "zones": 3}}
        flows = {"all": {"share": 1.0, "trace": ["web"]}}
        phases = [{"name": "all", "rate": 300, "hours": 1}]
        limits = {"saturation": saturation}
        return compile_system(
            scenario(components=parts, flows=flows, phases=phases, decisions={}, limits=limits)
        )

    for saturation, stands in ((0.51, 1.0), (0.49, 0.0)):
        system = made(saturation)
        found = {m.kind: m for m in margins(system, system.space.today[None, :])}
        assert found["zone"].stands.tolist() == [stands]
    # 30 erlang within 70 % need 42.9 slots: 5 of the 10 replicas.
    found = {m.kind: m for m in margins(made(0.7), made(0.7).space.today[None, :])}
    assert found["replicas"].stands.tolist() == [5.0]


def test_the_first_break_is_the_first_of_all_limits(exercise):
    X = exercise.space.designs(0, exercise.space.size)
    fails, holds = first_break(exercise, X)
    assert fails == pytest.approx(breaking_points(exercise, X).margin, rel=1e-3)
    assert np.all(holds <= fails)


def test_the_change_that_moves_the_exercise_furthest(exercise):
    # From A and B, ten times the servers beat a third of the work; the effort allows 5 days: 4 + 1.
    step = furthest_change(exercise, design(exercise, *AB))
    assert [c.decision for c in step.what] == ["more_servers"]
    assert step.breaks_at == pytest.approx(1.0, rel=1e-3)
    assert step.holds_to == pytest.approx(10.0, rel=6e-3)
    assert step.holds_to <= 10.0 * (1 + 1e-6)
    assert (step.limit, step.component) == ("saturation", "platform")
    assert step.rate == pytest.approx(50_000, rel=1e-3)
    assert furthest_change(exercise, design(exercise, *AB), only=["request_queue"]) is None


def test_an_escape_plan_moves_the_break_with_every_step(week):
    plan = escape_plan(week, week.space.today, up_to=0.1)
    assert plan
    x = week.space.today
    for step in plan:
        assert distances(week.space, step.x[None, :], x)[0] == 1
        assert step.minutes is not None
        assert step.holds_to > step.breaks_at
        before = first_break(week, x[None, :], leave_out=NOT_ASKED)[0][0]
        assert step.breaks_at == pytest.approx(before, rel=1e-6)
        x = step.x
    breaks = [step.breaks_at for step in plan]
    assert breaks == sorted(breaks)
    decided = [step.what[0].decision for step in plan]
    assert len(set(decided)) == len(decided)
    assert all(week.scenario.decisions[name].switch_minutes is not None for name in decided)


def test_a_runbook_goes_back_below_where_it_went_on():
    phases = [{"name": "calm", "rate": 50, "hours": 1}, {"name": "peak", "rate": 450, "hours": 1}]
    parts = {"web": {"kind": "service", "service_ms": 100, "replicas": 1, "slots": 20}}
    flows = {"all": {"share": 1.0, "trace": ["web"]}}
    half = {"on": {"multiply": {"web.service_ms": 0.5}}, "switch_minutes": 30, "notice": "Less detail."}
    decisions = {"lean": {**half, "adaptive": True}, "never": {"on": {"multiply": {"web.service_ms": 0.1}}}}
    made = compile_system(
        scenario(
            components=parts, flows=flows, phases=phases, decisions=decisions, limits={"saturation": 0.7}
        )
    )
    x = made.space.encode({"lean": {"calm": False, "peak": True}})
    assert [(p.decision, p.settings) for p in plan_by_phase(made, x)] == [("lean", (False, True))]
    assert made.space.decode(calm(made, x))["lean"] == {"calm": False, "peak": False}
    (row,) = runbook(made, x)
    # 20 slots of 100 ms carry 200/s, 70 % of that are 140/s.
    assert row.on_above == pytest.approx(140.0, rel=1e-3)
    assert row.off_below == pytest.approx(112.0, rel=1e-3)
    assert row.step.told == ("Less detail.",)
    # The load grows by 400/s in the hour of calm: from 70 to 140/s in 10.5 minutes.
    assert row.lead_minutes == pytest.approx(60 * 70 / 400, rel=1e-2)
    assert row.is_in_time is False
    with pytest.raises(ValueError, match="hysteresis"):
        runbook(made, x, hysteresis=1.0)


def test_a_decision_may_change_the_load_itself():
    phases = [{"name": "calm", "rate": 50, "hours": 1}, {"name": "peak", "rate": 100, "hours": 1}]
    parts = {"web": {"kind": "service", "service_ms": 100, "replicas": 1, "slots": 20}}
    flows = {"all": {"share": 1.0, "trace": ["web"]}}
    campaign = {"on": {"multiply": {"workload.rate": 1.2}}, "switch_minutes": 1}
    limits = {"saturation": 0.7}
    made = compile_system(
        scenario(
            components=parts, flows=flows, phases=phases, decisions={"campaign": campaign}, limits=limits
        )
    )
    (row,) = runbook(made, made.space.encode({"campaign": True}))
    # 140/s are 70 %: 1.4 times the 100/s without the campaign, 1.1667 times the 120/s with it.
    assert row.step.what[0].after is False
    assert row.on_above == pytest.approx(140.0, rel=1e-3)
    assert row.step.holds_to == pytest.approx(1.4, rel=6e-3)
