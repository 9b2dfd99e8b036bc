"""Decisions taken out of play: one value is left of each, and all else of the scenario is as it was."""

from __future__ import annotations

import numpy as np
import pytest

from models.evaluator import evaluate
from models.scenario.editing.draft import Draft
from models.scenario.editing.edit import EditError
from models.scenario.editing.fixing import fixed_values, options_of, with_fixed, without_fixed
from models.scenario.load import scenario_from_text
from models.system.compiler import compile_system
from optimizer.files.gallery import names, path_of

TEXT = """\
schema: 1
name: small
workload:
  phases: [{name: day, rate: 10, hours: 20}, {name: night, rate: 5, hours: 4}]
components:
  web: {kind: service, service_ms: 20, replicas: 2, max_wait_s: 4}
flows:
  shop: {share: 1, trace: [web]}
decisions:  # what is open
  fast: {effort_days: 3, on: {multiply: {web.service_ms: 0.5}}}
  size:
    options: {small: {}, big: {multiply: {web.service_ms: 0.8}}, huge: {multiply: {web.service_ms: 0.6}}}
  copies: {integer: [1, 9], step: 2, sets: web.replicas, effort_days: 1}
  wait: {real: [0.5, 8], scale: log, sets: web.max_wait_s, effort_days: 2, when: {fast: on}}
"""


def system_of(text):
    return compile_system(scenario_from_text(text))


def column(system, name):
    return next(j for j, c in enumerate(system.space.columns) if c.decision == name)


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("fast", "on", {1.0}),
        ("fast", "off", {0.0}),
        ("size", "big", {1.0}),
        ("copies", 5, {5.0}),
        ("copies", 2, {2.0}),
    ],
)
def test_one_value_is_left(name, value, left):
    whole = TEXT[: TEXT.index("  wait:")]
    before = system_of(whole)
    found = with_fixed(whole, before.scenario, {name: value})
    after = system_of(found)
    assert "# what is open" in found
    designs = after.space.designs(0, after.space.size)
    assert set(designs[:, column(after, name)]) == left
    others = before.space.size // len(
        set(before.space.designs(0, before.space.size)[:, column(before, name)])
    )
    assert after.space.size == others
    assert np.array_equal(after.space.today, before.space.today), "today is what it was"
    assert fixed_values(after.scenario) == {name: value}


def test_what_it_takes_to_get_there_is_still_counted():
    whole = TEXT[: TEXT.index("  wait:")]
    before = system_of(whole)
    after = system_of(with_fixed(whole, before.scenario, {"copies": 5, "fast": "on"}))
    x = before.space.encode({"copies": 5, "fast": "on"})
    there = evaluate(after, after.space.encode({"copies": 5, "fast": "on"})[None, :])
    assert np.array_equal(evaluate(before, x[None, :]).values, there.values)


@pytest.mark.parametrize(("value", "options"), [(4, {"today"}), (2.5, {"today", "fixed"})])
def test_a_real_becomes_a_choice_of_one(value, options):
    before = system_of(TEXT)
    after = system_of(with_fixed(TEXT, before.scenario, {"wait": value}))
    decision = after.scenario.decisions["wait"]
    assert set(options_of(decision)) == options
    assert decision.effort_days == 2
    assert before.space.size is None
    assert after.space.size == 2 * 3 * 5, "one value of it is left, so that the designs can be counted"
    fast = {"fast": "on", "wait": value}
    option = {"fast": "on", "wait": max(options, key=lambda name: name == "fixed")}
    one = evaluate(before, before.space.encode(fast)[None, :]).values
    other = evaluate(after, after.space.encode(option)[None, :]).values
    assert np.array_equal(one, other)


def test_a_decision_that_does_not_exist_everywhere_forces_nothing():
    before = system_of(TEXT)
    after = system_of(with_fixed(TEXT, before.scenario, {"wait": 2.5}))
    designs = after.space.designs(0, after.space.size)
    assert set(designs[:, column(after, "fast")]) == {0.0, 1.0}


def test_putting_back_gives_the_same_scenario():
    whole = TEXT[: TEXT.index("  wait:")]
    scenario = scenario_from_text(whole)
    fixed = with_fixed(whole, scenario, {"fast": "on", "size": "big"})
    back = scenario_from_text(fixed)
    for name in ("fast", "size"):
        fixed = without_fixed(fixed, back, name)
        back = scenario_from_text(fixed)
    assert back.digest() == scenario.digest()


def test_a_draft_moves_a_fixed_decision_to_another_value():
    whole = TEXT[: TEXT.index("  wait:")]
    fixed = with_fixed(whole, scenario_from_text(whole), {"size": "big", "copies": 5})
    scenario = scenario_from_text(fixed)
    draft = Draft().with_decision("size", "huge", "big").with_decision("copies", 3, 5)
    assert fixed_values(scenario_from_text(draft.text(fixed, scenario))) == {"size": "huge", "copies": 3}


def test_an_integer_that_rules_name_keeps_its_range():
    whole = TEXT[: TEXT.index("  wait:")] + "rules: [{if: {copies: 9}, then: {size: huge}}]  # too many\n"
    fixed = with_fixed(whole, scenario_from_text(whole), {"copies": 5})
    system = system_of(fixed)
    assert set(system.space.designs(0, system.space.size)[:, column(system, "copies")]) == {5.0}
    assert "# too many" in fixed
    assert fixed_values(system.scenario) == {"copies": 5}
    moved = Draft().with_decision("copies", 3, 5).text(fixed, system.scenario)
    assert fixed_values(scenario_from_text(moved)) == {"copies": 3}
    assert scenario_from_text(without_fixed(fixed, system.scenario, "copies")) == scenario_from_text(whole)


@pytest.mark.parametrize("name", names())
def test_every_decision_of_the_bundled_scenarios_can_be_fixed_at_todays_value(name):
    text = path_of(name).read_text(encoding="utf-8")
    system = system_of(text)
    for decision in system.scenario.decisions:
        columns = [c for c in system.space.columns if c.decision == decision]
        written = {c.written(c.today) for c in columns}
        if len(written) > 1 or None in written:
            continue
        value = written.pop()
        value = ("on" if value else "off") if isinstance(value, bool) else value
        after = scenario_from_text(with_fixed(text, system.scenario, {decision: value}))
        assert decision in after.decisions


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nothing", "on"),
        ("fast", "maybe"),
        ("size", 3),
        ("copies", "many"),
        ("copies", 2.5),
        ("wait", "long"),
        ("wait", True),
    ],
)
def test_values_that_can_not_be_are_refused(name, value):
    with pytest.raises(EditError, match=name):
        with_fixed(TEXT, scenario_from_text(TEXT), {name: value})


def test_what_no_rule_fixes_can_not_be_put_back():
    with pytest.raises(EditError, match="not fixed by a rule"):
        without_fixed(TEXT, scenario_from_text(TEXT), "copies")
