"""Breaking points: what the page says of a design is what the model says; what is asked for is answered."""

from __future__ import annotations

import html
import math
import re

import numpy as np
import pytest

from apps import answered, app_test
from models import evaluate
from models.evaluation import DIMENSIONS
from models.units import quantity
from optimizer.resilience.breaking_points import breaking_points
from optimizer.resilience.load_curve import LOADS, load_curve
from optimizer.sections.wording import limit_label, times
from optimizer.solver.solver import solve
from solved_runs import MOST_USD, doubtful_exercise, kept
from stories import bundled

PAGE = "ui/pages/breaking.py"
PEAK = 50_000.0


@pytest.fixture(scope="module")
def exercise():
    return bundled("black_friday_exercise")


@pytest.fixture(scope="module")
def front(exercise):
    return solve(exercise).front


def breaking(monkeypatch, tmp_path, scenario="black-friday-exercise", **query):
    if scenario == "black-friday-exercise" and not (tmp_path / "runs.sqlite").exists():
        answered(tmp_path / "runs.sqlite", scenario)
    app = app_test(monkeypatch, tmp_path, scenario=scenario, **query)
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


def rows(app, caption):
    """The cells of the folding table with a caption, by head of the row, words only."""
    for element in app.get("html"):
        body = html.unescape(element.proto.body).replace("\u00a0", " ")
        if caption in body:
            lines = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)[1:]
            cells = [
                [re.sub(r"<[^>]+>", "", cell) for cell in re.split(r"</t[hd]>", line)[:-1]] for line in lines
            ]
            return {line[0]: line[1:] for line in cells}
    raise AssertionError(f"no table is called {caption!r}")


def words(app):
    found = [app.markdown, app.info, app.caption, app.warning, app.success]
    return " ".join(one.value.replace("\\", "") for kind in found for one in kind)


def opened_tab(app, name):
    app.session_state["breaking-tabs"] = name
    app.run()
    assert not app.exception
    return app


def test_every_limit_falls_where_the_model_says(monkeypatch, tmp_path, exercise, front):
    app = breaking(monkeypatch, tmp_path, design="1")
    points = breaking_points(exercise, front.X[:1])
    told = rows(app, "Where each limit is broken")
    assert "effort_days" in points.limits
    assert limit_label("effort_days") not in told  # no load changes it
    for j, name in enumerate(points.limits):
        if name == "effort_days":
            continue
        cells = told[limit_label(name)]
        fails = float(points.fails[0, j])
        if math.isfinite(fails) and points.holds[0, j] > 0.0:
            assert cells[0] == str(times(fails))
            assert cells[1] == quantity(fails * PEAK, "requests/s")
            there = evaluate(exercise, front.X[:1]) if fails == 1.0 else None
            assert there is None
            seen = load_curve(exercise, front.X[0], [fails]).values[0]
            assert f"latency {quantity(seen[0], 'ms')}" in cells[-1]
    first = points.limits[int(points.first[0])]
    assert limit_label(first)[1:] in words(app)


def test_by_hand_the_exercise_breaks_at_70_percent_of_what_it_carries(monkeypatch, tmp_path, exercise, front):
    # 10 slots x replicas / time: the limit of saturation is a utilisation of 0.7.
    app = breaking(monkeypatch, tmp_path, design="today")
    # Today: 200 slots / 0.140 s = 1,428.6/s carried, 1,000/s at 70 %: 0.02 of the peak.
    assert rows(app, "Where each limit is broken")["utilisation"][:2] == ["0.02 times", "1,000/s"]
    assert "breaks at the planned load already" in words(app)


def test_the_slider_tells_what_is_broken_at_a_load(monkeypatch, tmp_path, exercise, front):
    app = breaking(monkeypatch, tmp_path, design="1")
    curve = load_curve(exercise, front.X[0], LOADS)
    assert "Every limit holds at this load" in words(app)
    k = next(
        i for i in range(len(LOADS)) if LOADS[i] > 1.0 and dict(curve.broken(i)).keys() - {"effort_days"}
    )
    app.select_slider(key="load-multiple").set_value(LOADS[k]).run()
    assert not app.exception
    told = words(app)
    assert "Broken at this load" in told
    for name, _ in curve.broken(k):
        if name != "effort_days":
            assert limit_label(name) in told
    j = [d.name for d in DIMENSIONS].index("latency")
    assert f"latency {quantity(float(curve.values[k, j]), 'ms')}" in told
    assert quantity(float(curve.rate[k]), "requests/s") in told


def test_the_design_that_is_chosen_is_told_of_and_stands_in_the_address(
    monkeypatch, tmp_path, exercise, front
):
    app = breaking(monkeypatch, tmp_path, pick=["1", "3"])
    knee = solve(exercise).knee
    chosen = app.selectbox(key="chosen-design")
    assert chosen.value == str(knee + 1)
    assert set(chosen.options) >= {"[A], design 1", "[B], design 3", "Today's design"} or knee in (0, 2)
    chosen.set_value("today").run()
    assert not app.exception
    assert app.query_params["design"] == "today"
    assert rows(app, "Where each limit is broken")["utilisation"][0] == "0.02 times"


def test_a_part_that_gets_slower(monkeypatch, tmp_path, exercise, front):
    app = breaking(monkeypatch, tmp_path, design="1")
    found = breaking_points(exercise, front.X[:1], component="platform")
    cells = rows(app, "A part gets slower")["platform"]
    assert cells[0] == str(times(float(found.margin[0])))
    assert cells[1] == limit_label(found.limits[int(found.first[0])])


def test_a_driver_grows_until_a_limit_falls_by_hand(monkeypatch, tmp_path):
    run, _, solution = kept(monkeypatch, tmp_path, doubtful_exercise())
    app = opened_tab(breaking(monkeypatch, tmp_path, run=run, design="1"), "A driver grows")
    cost = float(solution.front.evaluation.values[0, [d.name for d in DIMENSIONS].index("cost")])
    # 10,000 USD times the square of the wages come on top of what doesn't hang on them.
    by_hand = math.sqrt((MOST_USD - (cost - 10_000.0)) / 10_000.0)
    cells = rows(app, "A driver grows")["wages"]
    assert float(cells[0].removesuffix(" times")) == pytest.approx(by_hand, rel=0.01)
    assert cells[1] == "cost"


def test_without_drivers_it_says_so(monkeypatch, tmp_path):
    app = opened_tab(breaking(monkeypatch, tmp_path), "A driver grows")
    assert "names no drivers" in words(app)


def test_losses_the_way_out_and_the_runbook_are_those_of_the_report(monkeypatch, tmp_path, exercise, front):
    app = opened_tab(breaking(monkeypatch, tmp_path, design="1"), "Losses")
    cells = rows(app, "What it stands")["replicas of platform"]
    assert cells[0].endswith("lost")
    opened_tab(app, "The way out")
    assert "moves the first break furthest" in words(app) or "no escape plan" in words(app)
    opened_tab(app, "The runbook")
    assert "Before it begins" in words(app)


def test_how_busy_the_parts_are_is_drawn_from_the_model(monkeypatch, tmp_path, exercise, front):
    app = breaking(monkeypatch, tmp_path, design="1")
    alt = next(one.proto.alt for one in app.get("plotly_chart") if one.proto.alt.startswith("Utilisation"))
    busy = load_curve(exercise, front.X[0], [1.0]).utilisation[0, 0]
    assert f"platform {quantity(float(busy), 'fraction')}" in alt
    assert np.isfinite(busy)


@pytest.mark.parametrize("page", ["compare", "breaking"])
def test_where_no_design_is_feasible_todays_is_shown(monkeypatch, tmp_path, page):
    text = doubtful_exercise().replace(f"limit: {MOST_USD}", "limit: 1")
    run, _, solution = kept(monkeypatch, tmp_path, text)
    assert solution.knee is None
    app = app_test(monkeypatch, tmp_path, run=run)
    app.switch_page(f"ui/pages/{page}.py").run()
    assert not app.exception
    if page == "compare":
        assert "No design is feasible" in words(app)
    else:
        assert app.selectbox(key="chosen-design").value == "today"
