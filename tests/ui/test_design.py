"""The Design page: what it shows is what the model says; switches, picks, rules, limits, the way back."""

from __future__ import annotations

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from apps import answered, app_test
from models.evaluation import COST, Evaluation
from models.evaluator import evaluate, run
from models.scenario.load import load_scenario, scenario_from_text
from models.system.compiler import compile_system
from models.units import quantity
from optimizer.files.gallery import path_of
from optimizer.model import Goal
from optimizer.pareto.front import Front
from optimizer.report.sections.measured import measured
from optimizer.resilience.breaking_points import breaking_points
from optimizer.solver.solver import solve
from ui.state import OwnText
from ui.views.budget import _crossed
from ui.views.call_tree import busy_words
from ui.views.dimensions import card_html
from ui.views.switches import stops_of

EXERCISE = "black-friday-exercise"


@pytest.fixture(scope="module")
def exercise():
    """The exercise, compiled and solved here, apart from the app."""
    system = compile_system(load_scenario(path_of(EXERCISE)))
    return system, solve(system)


def opened(monkeypatch, tmp_path, **query):
    answered(tmp_path / "runs.sqlite", EXERCISE)
    app = app_test(monkeypatch, tmp_path, **query)
    app.run()
    app.switch_page("ui/pages/design.py").run()
    assert not app.exception
    return app


def shown(app):
    """What the cards say, by dimension."""
    return {metric.label.lower(): metric.value for metric in app.metric}


def said(app):
    """All texts of the page, as a person reads them."""
    parts = [*app.markdown, *app.caption, *app.info, *app.warning, *app.get("html")]
    words = " ".join(str(getattr(part, "value", "") or getattr(part.proto, "body", "")) for part in parts)
    return re.sub(r"\\(.)", r"\1", words)


def address(app, name):
    """A parameter of the address."""
    found = app.query_params[name]
    return found if isinstance(found, str) else found[-1]


def values_of(system, design):
    x = system.space.encode(design, check_rules=False)
    evaluation = evaluate(system, x[None, :])
    return {
        d.name: quantity(float(v), d.shown_unit)
        for d, v in zip(evaluation.dimensions, evaluation.values[0], strict=True)
    }, evaluation


def test_the_first_screen_tells_the_recommended_design_as_the_model_does(monkeypatch, tmp_path, exercise):
    system, solution = exercise
    app = opened(monkeypatch, tmp_path)
    knee = solution.knee
    told = {
        d.name: quantity(float(v), d.shown_unit)
        for d, v in zip(
            solution.front.evaluation.dimensions, solution.front.evaluation.values[knee], strict=True
        )
    }
    assert shown(app) == told
    assert f"On the front, as design {knee + 1} of {len(solution.front)}" in said(app)
    decided = system.space.decode(solution.front.X[knee])
    assert {
        t.key.removeprefix("decide-"): t.value for t in app.toggle if t.key.startswith("decide-")
    } == decided
    today = solution.today.values[0]
    assert f"Today</span> {quantity(float(today[4]), 'USD')}" in said(app)


def test_a_switch_changes_the_address_and_the_numbers_and_can_be_undone(monkeypatch, tmp_path, exercise):
    system, _ = exercise
    app = opened(monkeypatch, tmp_path, design="today")
    before = shown(app)
    app.toggle(key="decide-request_queue").set_value(True).run()
    assert not app.exception
    told, evaluation = values_of(system, {"request_queue": True})
    assert shown(app) == told
    assert address(app, "design") == "~0,0,0,1,0"
    assert not evaluation.feasible[0]
    assert "Not feasible: it breaks" in said(app)
    assert "Changed, off today; takes 2.00 days and 6.00 points." in said(app)
    app.button(key="design-undo").click().run()
    assert address(app, "design") == "today"
    assert shown(app) == before


def test_each_limit_that_a_what_if_breaks_is_told_with_its_amount(monkeypatch, tmp_path, exercise):
    """All five actions take 3 + 1 + 1 + 2 + 1 = 8 days of the 5 there are."""
    app = opened(monkeypatch, tmp_path, design="~1,1,1,1,1")
    assert "Not feasible: it breaks days of work (5.00 days would have to be 8.00 days)." in said(app)


def test_a_dominated_design_names_what_beats_it_and_leads_there(monkeypatch, tmp_path, exercise):
    system, solution = exercise
    X = system.space.designs(0, 32)
    found = evaluate(system, X)
    losses = found.losses
    beaten = [
        i
        for i in np.flatnonzero(found.feasible)
        if any(
            np.all(front <= losses[i]) and np.any(front < 0.9 * losses[i] - 1e-9)
            for front in solution.front.losses
        )
    ]
    x = X[beaten[0]]
    app = opened(monkeypatch, tmp_path, design="~" + ",".join(f"{v:g}" for v in x))
    number = re.search(r"Beaten by design (\d+)", said(app))
    assert number is not None
    better = solution.front.losses[int(number[1]) - 1]
    assert np.all(better <= losses[beaten[0]])
    app.button(key=f"beaten-by-{number[1]}").click().run()
    assert address(app, "design") == number[1]
    assert "On the front" in said(app)


def test_what_if_designs_are_picked_like_any_other(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path, design="~1,1,1,1,1")
    app.button(key="design-pick").click().run()
    assert address(app, "pick") == "~1,1,1,1,1"
    assert app.button(key="design-pick").label == "Let it go"
    app.button(key="design-recommended").click().run()
    assert "design" not in app.query_params
    app.selectbox(key="design-shown").set_value("~1,1,1,1,1").run()
    assert address(app, "design") == "~1,1,1,1,1"
    app.button(key="design-pick").click().run()
    assert "pick" not in app.query_params


def test_a_design_that_is_not_there_is_told_and_the_recommended_one_shown(monkeypatch, tmp_path, exercise):
    _, solution = exercise
    app = opened(monkeypatch, tmp_path, design="999")
    assert "There is no design 999 here" in said(app)
    assert f"as design {solution.knee + 1} of" in said(app)


OWN = """
schema: 1
name: own
title: "<img src=x onerror=alert(1)>"
workload:
  phases: [{name: calm, rate: 10, hours: 20}, {name: storm, rate: 60, hours: 4}]
components:
  web: {kind: service, replicas: 2, slots: 1, service_ms: 10, label: "Web *bold* [x](http://y)"}
  db: {kind: store, service_ms: 5}
flows:
  shop: {share: 1.0, trace: [{call: web, then: [{parallel: [[{call: db, name: a}], [{call: db, name: b}]]}]}]}
decisions:
  servers: {integer: [1, 4], sets: web.replicas, adaptive: true, effort_days: 2, component: web}
  fast: {label: "Fast <b>", on: {multiply: {web.service_ms: 0.5}}, effort_days: 1}
  faster: {label: Even faster, when: {fast: true}, on: {multiply: {web.service_ms: 0.5}}}
  guard: {on: {set: {web.max_wait_s: 1}}}
rules:
  - not: {fast: true, guard: true}
"""


def own(monkeypatch, tmp_path, design):
    """A scenario of the person's own, looked at as one of its designs; and its system."""
    answered(tmp_path / "runs.sqlite", EXERCISE)
    app = app_test(monkeypatch, tmp_path)
    app.run()
    session = app.session_state["tradespace"]
    session.own = OwnText(OWN, "own.yaml")
    app.query_params["scenario"] = "own"
    app.query_params["design"] = design
    app.run()
    app.switch_page("ui/pages/design.py").run()
    assert not app.exception
    return app, compile_system(scenario_from_text(OWN))


def test_a_decision_that_does_not_exist_now_is_shut_and_says_why(monkeypatch, tmp_path):
    app, _ = own(monkeypatch, tmp_path, "today")
    assert app.toggle(key="decide-faster").disabled
    assert "Can't be decided now: it exists only while Fast <b> is on." in said(app)
    app.toggle(key="decide-fast").set_value(True).run()
    assert not app.toggle(key="decide-faster").disabled
    assert "Can't be decided now" not in said(app)


def test_a_rule_that_is_broken_is_told_in_words(monkeypatch, tmp_path):
    app, system = own(monkeypatch, tmp_path, "today")
    app.toggle(key="decide-fast").set_value(True).run()
    app.toggle(key="decide-guard").set_value(True).run()
    assert not app.exception
    assert "Broken rule: not fast = on and guard = on together." in said(app)
    told, _ = values_of(system, {"fast": True, "guard": True})
    assert shown(app) == told


def test_a_decision_by_phase_has_a_slider_for_each_phase(monkeypatch, tmp_path):
    app, system = own(monkeypatch, tmp_path, "today")
    storm = app.select_slider(key="decide-servers@storm")
    assert storm.value == 2.0
    storm.set_value(4.0).run()
    assert not app.exception
    told, _ = values_of(system, {"servers": {"calm": 2, "storm": 4}})
    assert shown(app) == told
    assert "Changed, 2 today; takes 2.00 days." in said(app)
    assert app.select_slider(key="decide-servers@calm").value == 2.0


def test_what_a_user_wrote_is_shown_as_text(monkeypatch, tmp_path):
    app, _ = own(monkeypatch, tmp_path, "today")
    for part in app.get("html"):
        assert "<img" not in part.proto.body
    assert any("Web \\*bold\\*" in expander.label for expander in app.expander)


def tab(app, name):
    app.session_state["design-tab"] = name
    app.run()
    assert not app.exception


def test_the_calls_show_how_busy_each_part_is_and_times_add_up(monkeypatch, tmp_path):
    app, system = own(monkeypatch, tmp_path, "today")
    tab(app, "Calls and time")
    found = run(system, system.space.today[None, :])
    words = said(app)
    for station in found.network.stations:
        for utilisation in station.utilisation[0]:
            assert busy_words(float(utilisation))[1] in words
    whole = quantity(float(found.network.flows[0].mean_s[0, 1]) * 1000, "ms")
    assert f"shop in storm: {whole} on average" in words
    assert "at the same time; the slowest decides" in words


@pytest.mark.parametrize(
    ("utilisation", "words"),
    [(0.35, "35.0 %"), (0.70, "70.0 %, warm"), (1.0, "100 %, full"), (None, "no end, full")],
)
def test_busy_is_told_in_words_too(utilisation, words):
    assert busy_words(utilisation)[1] == words


def test_the_budget_shows_the_reserve_and_every_addition(monkeypatch, tmp_path):
    """Today of the exercise: 50,000 requests/s on a part that takes 1,428.57 is 35 times its capacity."""
    app = opened(monkeypatch, tmp_path, design="today")
    tab(app, "Complexity budget")
    words = said(app)
    assert "as no part does alone (-3,400 points)." in words
    assert "5 single additions are possible; the budget is overspent already" in words
    assert "crosses nothing" not in words
    assert "overspent already, and more so" in words
    app.button(key="addition-add").click().run()
    assert not app.exception
    assert address(app, "design") != "today"


@pytest.mark.parametrize(
    "name", ["What it gives up", "Among the front", "Each decision", "Margins and rules"]
)
@pytest.mark.parametrize("design", ["2", "today", "~1,1,1,1,1"])
def test_every_tab_opens_for_every_kind_of_design(monkeypatch, tmp_path, name, design):
    app = opened(monkeypatch, tmp_path, design=design)
    tab(app, name)


def test_exchanges_lead_to_the_designs_they_name(monkeypatch, tmp_path, exercise):
    _, solution = exercise
    app = opened(monkeypatch, tmp_path)
    buttons = [button for button in app.button if button.key and button.key.startswith("exchange-")]
    assert buttons
    number = buttons[0].key.removeprefix("exchange-")
    dimension = re.match(r"Better (\w+):", buttons[0].label)[1]
    j = [d.name for d in solution.front.evaluation.dimensions].index(dimension)
    assert solution.front.losses[int(number) - 1, j] < solution.front.losses[solution.knee, j]
    buttons[0].click().run()
    assert address(app, "design") == number


def test_the_stops_of_a_slider_hold_every_value_that_is_offered_and_todays():
    text = OWN.replace("  guard:", "  pace: {real: [1, 20], sets: db.service_ms}\n  guard:")
    system = compile_system(scenario_from_text(text))
    columns = {column.name: column for column in system.space.columns}
    assert stops_of(columns["servers@calm"], 3.0) == [1.0, 2.0, 3.0, 4.0]
    pace = stops_of(columns["pace"], 7.77777)
    assert {1.0, 5.0, 7.77777, 20.0} <= set(pace)
    assert all(1.0 <= stop <= 20.0 for stop in pace)


def _only_switches(text, own):
    """A page of switches alone; what they decide is kept in the session."""
    import numpy as np
    import streamlit as st

    from models.scenario.load import scenario_from_text
    from models.system.compiler import compile_system
    from optimizer.decide.explain.change_effort import taken_by
    from optimizer.scenario_model import labels_of
    from ui.views.switches import draw_switches

    system = compile_system(scenario_from_text(text))
    x = np.array(st.session_state.get("x", own), dtype=float)
    draw_switches(
        system,
        x,
        labels_of(system.scenario),
        taken_by(system, x),
        lambda y: st.session_state.update(x=list(y)),
    )


def test_a_real_is_moved_by_a_slider_and_typed_exactly_within_its_bounds():
    text = OWN.replace("  guard:", "  pace: {real: [1, 20], sets: db.service_ms}\n  guard:")
    system = compile_system(scenario_from_text(text))
    place = [column.name for column in system.space.columns].index("pace")
    app = AppTest.from_function(_only_switches, args=(text, list(system.space.today)))
    app.run()
    assert not app.exception
    assert app.select_slider(key="decide-pace").value == 5.0
    app.number_input(key="exactly-pace").set_value(7.123).run()
    assert not app.exception
    assert app.session_state["x"][place] == 7.123
    assert app.select_slider(key="decide-pace").value == 7.123
    app.number_input(key="exactly-pace").set_value(700.0).run()
    assert app.session_state["x"][place] == 20.0
    app.select_slider(key="decide-pace").set_value(1.0).run()
    assert app.session_state["x"][place] == 1.0


def test_todays_value_that_no_decision_offers_can_be_left_and_taken_again():
    """Today nothing bounds the wait; the decision offers 1 to 4 s."""
    text = OWN.replace("  guard:", "  patience: {integer: [1, 4], sets: db.max_wait_s}\n  guard:")
    system = compile_system(scenario_from_text(text))
    place = [column.name for column in system.space.columns].index("patience")
    assert np.isinf(system.space.today[place])
    app = AppTest.from_function(_only_switches, args=(text, list(system.space.today)))
    app.run()
    assert not app.exception
    slider = app.select_slider(key="decide-patience")
    assert slider.options[-1] == "none"
    slider.set_value(2.0).run()
    assert app.session_state["x"][place] == 2.0
    app.select_slider(key="decide-patience").set_value(np.inf).run()
    assert not app.exception
    assert np.isinf(app.session_state["x"][place])


def test_margins_are_those_of_the_model_and_rules_are_looked_for_when_asked(monkeypatch, tmp_path, exercise):
    system, solution = exercise
    app = opened(monkeypatch, tmp_path)
    tab(app, "Margins and rules")
    points = breaking_points(system, solution.front.X[[solution.knee]])
    assert quantity(float(points.margin[0]), "times") in said(app)
    assert "Rules without exception" not in said(app)
    app.toggle(key="design-rules").set_value(True).run()
    assert not app.exception
    assert "Rules without exception" in said(app)


def test_what_would_mend_a_design_is_looked_for_when_asked(monkeypatch, tmp_path):
    """All five actions take three days too many: leaving out the three days of the first mends that."""
    app = opened(monkeypatch, tmp_path, design="~1,1,1,1,1")
    app.toggle(key="way-back-~1,1,1,1,1").set_value(True).run()
    assert not app.exception
    assert "The smallest change that brings it within all limits:" in said(app)
    app.button(key="mended").click().run()
    assert not app.exception
    assert "Not feasible" not in said(app)


@pytest.mark.parametrize(
    ("many", "crosses", "words"),
    [
        (1, [], "One addition is possible; none would cross the warning."),
        (4, ["warning", "none", "warning"], "2 would cross the warning at 25 %."),
        (4, ["zero", "warning"], "1 would cross the warning at 25 % and 1 would cross zero, the phase transition."),  # noqa: E501
    ],
)  # fmt: skip
def test_additions_that_cross_something_are_counted(many, crosses, words):
    assert _crossed(many, crosses).endswith(words)


def test_a_wish_that_is_missed_by_what_nobody_can_read_says_by_how_much():
    """150.38 USD read as 150 USD, which are more than a wish of 150 USD; equal ones keep it."""

    def told(usd: float) -> str:
        evaluation = Evaluation(
            X=np.zeros((1, 1)), values=np.array([[usd]]), excess=np.zeros((1, 0)), dimensions=(COST,)
        )
        (one,) = measured(evaluation, evaluation, Front(evaluation), None, [Goal(150.0)])
        return card_html(one, str)

    assert "wish 150 USD: not kept, by 0.38 USD" in told(150.38)
    assert "wish 150 USD: kept" in told(150.0)
    assert "wish 150 USD: kept" in told(150.0 * (1.0 + 1e-12))
    assert "wish 150 USD: not kept<" in told(160.0)
