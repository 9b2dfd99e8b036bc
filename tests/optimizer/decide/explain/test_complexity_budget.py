"""What spends the complexity budget, what a change takes, where a design stands; by hand, or all of them."""

from __future__ import annotations

import numpy as np
import pytest

from models.dimensions.effort import effort
from models.evaluation import DIMENSIONS
from models.evaluator import evaluate, run
from models.scenario.load import load_scenario
from models.system.compiler import compile_system
from optimizer.decide.explain.change_effort import taken_by
from optimizer.decide.explain.complexity_budget import additions, crossing, spending_of
from optimizer.decide.explain.standing import place_of
from optimizer.files.gallery import path_of
from optimizer.model import Goal
from optimizer.pareto.front import front_of
from optimizer.report.sections.measured import measured, placed
from optimizer.sections.content import plain
from optimizer.sections.subject import Plainly
from scenarios import scenario


@pytest.fixture(scope="module")
def exercise():
    system = compile_system(load_scenario(path_of("black-friday-exercise")))
    found = evaluate(system, system.space.designs(0, 32))
    return system, found, front_of(found)


def small(**parts):
    """One service at utilisation 0.5: 100 requests/s, 5 ms; 10 ms less the more replicas there are."""
    decisions = {
        "servers": {"integer": [1, 3], "sets": "web.replicas", "complexity": 7, "effort_days": 2},
        "audit": {"on": {"set": {"web.error_share": 0.0}}, "complexity": 10, "one_time_usd": 300},
        "mode": {"options": {"a": {}, "b": {"complexity": 30}, "c": {"complexity": -5}}},
    }
    return compile_system(
        scenario(
            components={"web": {"kind": "service", "service_ms": 5}},
            phases=[{"name": "steady", "rate": 100, "hours": 1}],
            decisions=decisions,
            complexity={"base": 100, "user_requests": 100},
            **parts,
        )
    )


def test_each_decision_spends_what_is_left_more_without_it():
    """Of 100 points one server at half load spends 100 x 0.5. Two servers halve that, and cost 7: they bring
    25 - 7 = 18 points. The switch spends its 10."""
    system = small()
    x = system.space.encode({"servers": 2, "audit": True})
    found = {one.change.decision: one for one in spending_of(system, x)}
    assert found["audit"].points == pytest.approx(10)
    assert found["servers"].points == pytest.approx(-18)
    # 100 - 25 - 7 - 10 = 58 are left; without the switch 68, without the second server 40 of 100.
    assert found["audit"].remaining_share == pytest.approx(0.68)
    assert found["servers"].remaining_share == pytest.approx(0.40)
    assert [one.change.decision for one in spending_of(system, x)] == ["audit", "servers"]


def test_additions_are_every_switch_that_is_off_every_other_option_and_one_step_more():
    """50 are left today: the switch takes 10, b 30 (below the warning), c brings 5, a server brings 18."""
    system = small()
    found = {str(one.what[0]): one for one in additions(system, system.space.today)}
    assert {name: pytest.approx(one.points) for name, one in found.items()} == {
        "mode a -> b": 30.0,
        "audit off -> on": 10.0,
        "mode a -> c": -5.0,
        "servers 1 -> 2": -18.0,
    }
    assert found["mode a -> b"].crosses == "warning"
    assert {one.crosses for name, one in found.items() if name != "mode a -> b"} == {"none"}
    assert next(iter(found)) == "mode a -> b"
    full = system.space.encode({"servers": 3, "audit": True, "mode": "b"})
    assert {str(one.what[0]) for one in additions(system, full)} == {"mode b -> c"}


def test_additions_name_the_rules_that_forbid_them_and_the_limits_they_break():
    system = small(
        rules=[{"not": {"audit": True, "mode": "b"}}], limits={"saturation": 0.9, "one_time_usd": 200}
    )
    x = system.space.encode({"mode": "b"})
    found = {str(one.what[0]): one for one in additions(system, x)}
    assert found["audit off -> on"].forbidden == ("not audit = on and mode = b together",)
    assert found["audit off -> on"].breaks == ("one_time_usd",)
    assert found["servers 1 -> 2"].forbidden == ()


@pytest.mark.parametrize(
    ("before", "after", "crosses"),
    [
        (0.5, 0.3, "none"),
        (0.25, 0.24, "warning"),
        (0.5, 0.0, "zero"),
        (0.1, 0.05, "none"),
        (-1.0, -2.0, "none"),
    ],
)
def test_zero_is_crossed_rather_than_the_warning_and_only_from_above(before, after, crosses):
    assert crossing(before, after) == crosses


def test_additions_leave_what_the_model_says_for_the_design_with_them(exercise):
    system, _, front = exercise
    for x in front.X:
        for one in additions(system, x):
            budget = run(system, np.array([one.x])).budget
            assert one.remaining == pytest.approx(float(budget.remaining[0]))
            assert np.sum(np.array(one.x) != x) == 1


def test_what_each_change_takes_adds_up_to_the_effort(exercise):
    system, found, _ = exercise
    for x in found.X:
        whole, parts = effort(system, x[None, :]), taken_by(system, x)
        assert sum(one.days for one in parts.values()) == pytest.approx(float(whole.days[0]))
        assert sum(one.one_time_usd for one in parts.values()) == pytest.approx(float(whole.one_time_usd[0]))
        assert sum(one.complexity for one in parts.values()) == pytest.approx(float(whole.complexity[0]))


def test_where_each_design_of_a_space_stands(exercise):
    """Against the plain definitions, for all 32 designs."""
    system, found, front = exercise
    standings = set()
    for i in range(len(found)):
        design = found.take(np.array([i]))
        place = place_of(design, system.space, front)
        standings.add(place.standing)
        assert (place.standing == "infeasible") == bool((found.excess[i] > 0).any())
        assert (place.position is not None) == any(np.array_equal(found.X[i], x) for x in front.X)
        for k in place.beaten_by:
            assert np.all(front.losses[k] <= found.losses[i])
        if place.standing == "dominated":
            assert place.beaten_by.size
        words = placed(place, design, Plainly(system.space, front))
        assert words
        for name, over in place.broken.items():
            assert over == found.excess[i][found.constraints.index(name)]
    assert {"front", "infeasible", "dominated"} <= standings


def test_a_feasible_design_that_the_solve_has_not_met_belongs_onto_the_front(exercise):
    system, found, front = exercise
    best = found.take(np.flatnonzero(np.all(front.X[0] == found.X, axis=1)))
    without = front_of(found.take(np.flatnonzero(~np.all(front.X[0] == found.X, axis=1))))
    place = place_of(best, system.space, without)
    assert place.standing == "unseen"
    assert "no design on the front beats it" in plain(placed(place, best, Plainly(system.space, without))[0])


def test_a_design_dimension_by_dimension(exercise):
    system, found, front = exercise
    today = found.take(np.flatnonzero(np.all(system.space.today == found.X, axis=1)))
    goals = [Goal() for _ in DIMENSIONS]
    goals[3] = Goal(limit=0.99, is_constraint=True)
    design = front.evaluation.take(np.array([0]))
    told = measured(design, today, front, 1, goals)
    for j, one in enumerate(told):
        value, before = design.values[0, j], today.values[0, j]
        assert (one.value.value, one.today.value) == (value, before)
        lower = DIMENSIONS[j].better == "lower"
        if value != before:
            assert one.is_better == ((value < before) == lower)
        column = front.evaluation.values[:, j]
        assert one.best.value == (column.min() if lower else column.max())
        assert one.is_best == (value == one.best.value)
        assert one.runner_up.value == column[1]
        assert one.meaning
    assert told[3].keeps is True
    assert told[0].keeps is None


def test_a_design_beyond_the_limits_reaches_nothing(exercise):
    """All five actions together are the fastest of all, and take three days too many."""
    _, found, front = exercise
    design = found.take(np.flatnonzero(np.all(found.X == 1.0, axis=1)))
    told = measured(design, design, front, None, [Goal() for _ in DIMENSIONS])
    assert told[0].value.value <= told[0].best.value
    assert not any(one.is_best for one in told)
