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
    assert len(titles) == 4
    assert len(app.get("plotly_chart")) == 4


def test_another_design_is_laid_over_it(page):
    app = page(DISNEY, design="today")
    box = app.multiselect(key="laid-over")
    box.select(box.options[0]).run()
    assert not app.exception
    behind = [table for table in tables(app) if table.columns[0] == "time since the beginning"]
    assert len(behind) == 4
    assert {"today's design", "the recommended design"} <= set(behind[0].columns)


def test_a_scenario_without_experiments_says_how_to_write_them(page):
    app = page("black-friday-exercise")
    assert "inject" in app.info[0].value
