"""When it breaks: the page tells what `stress` tells, draws what happened, and says when there is nothing."""

from __future__ import annotations

import pytest

from apps import answered, app_test

PAGE = "ui/pages/stress.py"
DISNEY = "disney-cache-expiry"


@pytest.fixture
def page(monkeypatch, tmp_path):
    def opened(scenario, **query):
        answered(tmp_path / "runs.sqlite", scenario)
        app = app_test(monkeypatch, tmp_path, scenario=scenario, **query)
        app.switch_page(PAGE).run()
        assert not app.exception
        return app

    return opened


def tables(app):
    return [table.value for table in app.table]


def test_todays_design_is_lost_and_the_charts_show_when(page):
    app = page(DISNEY, design="today")
    verdicts = tables(app)[0]
    assert list(verdicts["verdict"]) == ["lost"]
    assert next(iter(verdicts["falls first"])) in ("composer", "catalog")
    titles = [one.value for one in app.markdown if one.value.startswith("**flushed")]
    assert len(titles) == 5
    assert len(app.get("plotly_chart")) == 5


def test_another_design_is_laid_over_it(page):
    app = page(DISNEY, design="today")
    box = app.multiselect(key="laid-over")
    box.select(box.options[0]).run()
    assert not app.exception
    behind = [table for table in tables(app) if table.columns[0] == "time since the beginning"]
    assert len(behind) == 5
    assert {"today's design", "the recommended design"} <= set(behind[0].columns)


def test_a_scenario_without_experiments_says_how_to_write_them(page):
    app = page("black-friday-exercise")
    assert "inject" in app.info[0].value


EXERCISE = "black-friday-exercise"


def opened_tab(app, name):
    app.session_state["stress-tabs"] = name
    app.run()
    assert not app.exception
    return app


def test_the_six_patterns_need_no_experiment(page):
    """One platform that is asked 35 times what it can do: a push is the end, and nothing can be flushed."""
    app = opened_tab(page(EXERCISE, design="today"), "Six ways to collapse")
    (table,) = tables(app)
    verdicts = dict(zip(table["pattern"], table["verdict"], strict=True))
    assert len(verdicts) == 6
    assert verdicts["metastable state"] == "lost"
    assert verdicts["thundering herd"] == "it can't have it"
    assert "survives up to" not in table.columns
    app.toggle(key="patterns-whole").set_value(True).run()
    assert not app.exception
    assert "survives up to" in tables(app)[0].columns


def test_the_load_is_raised_and_lowered_and_the_way_back_is_told(page):
    app = opened_tab(page(EXERCISE, design="today"), "Load up and down")
    assert "well at no load" in app.warning[0].value
    assert len(app.get("plotly_chart")) == 1
    app.toggle(key="push-map").set_value(True).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 2


def test_a_design_without_retries_has_no_part_that_they_keep_down(page):
    app = opened_tab(page(EXERCISE, design="today"), "One part")
    assert "no retries" in app.info[0].value
