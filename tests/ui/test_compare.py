"""Compare: what it shows of the picks is what the model says, and what a person does there does it."""

from __future__ import annotations

import html
import re

import numpy as np
import pytest

from apps import answered, app_test
from models import evaluate
from models.evaluation import DIMENSIONS
from models.units import quantity
from optimizer.decide.confidence.robustness import robustness_of
from optimizer.phrases import value_of
from optimizer.resilience.breaking_points import breaking_points
from optimizer.sections.wording import limit_label, times
from optimizer.solver.solver import solve
from solved_runs import doubtful_exercise, kept
from stories import bundled
from ui import cached

EXERCISE = "black_friday_exercise"


@pytest.fixture(scope="module")
def exercise():
    return bundled(EXERCISE)


@pytest.fixture(scope="module")
def front(exercise):
    return solve(exercise).front


def compare(monkeypatch, tmp_path, scenario="black-friday-exercise", **query):
    if scenario == "black-friday-exercise" and not (tmp_path / "runs.sqlite").exists():
        answered(tmp_path / "runs.sqlite", scenario)
    app = app_test(monkeypatch, tmp_path, scenario=scenario, **query)
    app.switch_page("ui/pages/compare.py").run()
    assert not app.exception
    return app


def tables(app):
    """The folding tables: by head of a row what its cells say, without their notes; and with them."""
    found = []
    for element in app.get("html"):
        rows = {}
        for row in re.findall(r"<tr>(.*?)</tr>", element.proto.body, re.DOTALL)[1:]:
            cells = [html.unescape(re.sub(r"<[^>]+>", "|", cell)) for cell in re.split(r"</t[hd]>", row)[:-1]]
            words = [[part for part in cell.split("|") if part] for cell in cells]
            rows[words[0][0]] = words[1:]
        if rows:
            found.append(rows)
    return found


def words(app):
    return " ".join(one.value for kind in (app.markdown, app.info, app.caption, app.warning) for one in kind)


def test_without_picks_it_says_how_to_pick_and_shows_the_recommended_design_beside_today(
    monkeypatch, tmp_path, exercise, front
):
    app = compare(monkeypatch, tmp_path)
    assert "Pick two to four designs" in words(app)
    solution = solve(exercise)
    values = evaluate(exercise, np.array([front.X[solution.knee], exercise.space.today])).values
    rows = tables(app)[0]
    for j, dimension in enumerate(DIMENSIONS):
        cells = rows[dimension.name.capitalize()]
        assert [cell[0] for cell in cells] == [value_of(dimension, value) for value in values[:, j]]
    # the exercise names no guesses
    assert "The file doesn't say how far the rate may be off" in words(app).replace("\\", "")
    assert "a guess" not in words(app)


def test_picks_stand_in_their_order_with_the_best_of_each_row_and_breaches(
    monkeypatch, tmp_path, exercise, front
):
    app = compare(monkeypatch, tmp_path, pick=["3", "1", "~1,0,0,0,0"])
    X = np.array([front.X[2], front.X[0], [1.0, 0.0, 0.0, 0.0, 0.0], exercise.space.today])
    evaluation = evaluate(exercise, X)
    rows = tables(app)[0]
    for j, dimension in enumerate(DIMENSIONS):
        told = [value_of(dimension, value) for value in evaluation.values[:, j]]
        cells = rows[dimension.name.capitalize()]
        assert [cell[0] for cell in cells] == told
        best = told[int(np.argmin(evaluation.losses[:, j]))]
        for cell, value in zip(cells, told, strict=True):
            assert ("best" in " ".join(cell[1:])) == (value == best and len(set(told)) > 1)
        if dimension.name in evaluation.constraints:
            over = evaluation.excess[:, evaluation.constraints.index(dimension.name)] > 0.0
            assert ["breaks the limit" in " ".join(cell[1:]) for cell in cells] == over.tolist()
    assert "From [A] to [B]" in words(app).replace("\\", "")
    assert "Pick two to four" not in words(app)


def test_only_decisions_that_differ_are_shown_by_their_labels(monkeypatch, tmp_path, exercise, front):
    app = compare(monkeypatch, tmp_path, pick=["1", "2"])
    X = np.array([front.X[0], front.X[1], exercise.space.today])
    designs = [exercise.space.decode(x) for x in exercise.space.canonical(X)]
    scenario = exercise.scenario
    differing = {
        scenario.decisions[name].label or name
        for name in scenario.decisions
        if len({design[name] for design in designs}) > 1
    }
    assert set(tables(app)[1]) == differing
    assert differing < {decision.label or name for name, decision in scenario.decisions.items()} or differing


def test_bands_and_the_likeliness_of_limits_are_those_of_the_model(monkeypatch, tmp_path):
    run, system, solution = kept(monkeypatch, tmp_path, doubtful_exercise())
    app = compare(monkeypatch, tmp_path, run=run, pick=["1", "2"])
    assert "1 number of the scenario is a guess" in words(app)
    assert "The file doesn't say how far the rate may be off" in words(app).replace("\\", "")
    X = np.array([solution.front.X[0], solution.front.X[1], system.space.today])
    found = robustness_of(system, X)
    rows = tables(app)[-2]
    for k, name in enumerate(found.limits):
        head = "All limits together" if name == "all limits" else limit_label(name).capitalize()
        told = [quantity(float(share), "fraction") for share in found.holds[:, k]]
        assert [cell[0] for cell in rows[head]] == told
    assert any(share < 1.0 for share in found.holds[:, -1])


def test_where_each_breaks(monkeypatch, tmp_path, exercise, front):
    app = compare(monkeypatch, tmp_path, pick=["1", "2"])
    X = np.array([front.X[0], front.X[1], exercise.space.today])
    points = breaking_points(exercise, X)
    cells = tables(app)[-1]["It breaks at"]
    for i, cell in enumerate(cells):
        first = int(points.first[i])
        margin = float(points.margin[i])
        expected = "no load that was tried" if first < 0 else str(times(margin))
        assert cell[0] == expected or points.holds[i, first] == 0.0


def test_a_pick_is_unpicked_and_swapped_and_looked_at(monkeypatch, tmp_path):
    app = compare(monkeypatch, tmp_path, pick=["1", "2", "3"])
    app.button(key="swap-2").click().run()
    assert app.query_params["pick"] == ["2", "1", "3"]
    app.button(key="unpick-1").click().run()
    assert app.query_params["pick"] == ["2", "3"]
    app.button(key="look-3").click().run()
    assert not app.exception
    assert app.query_params["design"] == "3"


def test_what_the_others_are_compared_with_can_be_chosen(monkeypatch, tmp_path):
    app = compare(monkeypatch, tmp_path, pick=["1", "2"])
    assert "From [A] to [B]" in words(app).replace("\\", "")
    app.button_group(key="compared-with-1-2-today").set_value("today").run()
    assert not app.exception
    assert "From today" in words(app)


def test_designs_of_a_link_that_are_not_there_are_left_out_and_said(monkeypatch, tmp_path):
    app = compare(monkeypatch, tmp_path, pick=["1", "9999"])
    assert "Not every picked design" in words(app)
    assert "9999" not in tables(app)[0]


def test_robustness_of_designs_together_is_cached_by_design(monkeypatch, tmp_path):
    system = bundled("web_api_three_tier")
    x = tuple(float(v) for v in system.space.today)
    found = cached.robustness(system.digest, x, system)
    alone = robustness_of(system, system.space.today[None, :])
    assert np.array_equal(found.bands, alone.bands)


def test_names_that_users_wrote_are_shown_as_text(monkeypatch, tmp_path):
    evil = "<img src=x onerror=alert(1)>"
    text = doubtful_exercise().replace("A: enable eventual consistency", evil)
    run, _, _ = kept(monkeypatch, tmp_path, text)
    app = compare(monkeypatch, tmp_path, run=run, pick=["1", "2", "~0,1,0,0,0"])
    assert evil in {head for rows in tables(app) for head in rows}
    assert all("<img" not in element.proto.body for element in app.get("html"))
    assert all("<img" not in one.value.replace("\\<", "") for one in (*app.markdown, *app.caption))
