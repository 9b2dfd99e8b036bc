"""The Scenario page: numbers typed over, what is refused, what is solved again, files brought along."""

from __future__ import annotations

import pytest

from apps import answered, app_test
from models.scenario.editing.edit import tree_of, value_at
from models.scenario.load import scenario_from_text
from models.system.compiler import compile_system
from optimizer.files.gallery import path_of
from ui.views.solve_settings import config_from

EXERCISE = "black-friday-exercise"
PAGE = "ui/pages/scenario.py"


def text_of(name):
    return path_of(name).read_text(encoding="utf-8")


def opened(monkeypatch, tmp_path, part="", scenario=EXERCISE):
    """The page, one of its parts open."""
    if scenario == EXERCISE and not (tmp_path / "runs.sqlite").exists():
        answered(tmp_path / "runs.sqlite", EXERCISE)
    app = app_test(monkeypatch, tmp_path, scenario=scenario).run()
    app.switch_page(PAGE).run()
    if part:
        app.session_state["scenario-part"] = part
        app.run()
    assert not app.exception
    return app


def editor(app, name):
    """A table that can be typed into."""
    return next(table for table in app.data_editor if table.key.startswith(f"{name}-"))


def column(app, name, head):
    return list(editor(app, name).value[head])


def typed(app, name, where, row, head, text):
    """Types into the cell of the row whose column `where` holds `row`."""
    table = editor(app, name)
    at = list(table.value[where]).index(row)
    app.session_state[table.key] = {"edited_rows": {at: {head: text}}, "added_rows": [], "deleted_rows": []}
    app.run()
    assert not app.exception


def said(app):
    return " ".join(
        element.value
        for kind in ("markdown", "warning", "error", "info", "caption")
        for element in app.get(kind)
    ).replace("\\", "")


def own_text(app):
    return app.session_state["tradespace"].own.text


def test_the_page_tells_what_the_scenario_is_and_every_number_of_it(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path)
    scenario = scenario_from_text(text_of(EXERCISE))
    assert scenario.title in app.header[0].value
    numbers = dict(
        zip(column(app, "assumptions", "number"), column(app, "assumptions", "value"), strict=True)
    )
    assert float(numbers["platform.service_ms"]) == scenario.components["platform"].service_ms
    assert float(numbers["flows.shop.value_usd"]) == scenario.flows["shop"].value_usd
    assert float(numbers["workload.phases[1].rate"]) == scenario.workload.phases[1].rate
    assert "decisions.long_cache_ttl.on.multiply.platform.service_ms" in numbers


def test_a_number_can_be_found(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path, scenario="web-api-three-tier")
    app.text_input(key="assumptions-find").set_value("cache ttl").run()
    assert all("ttl" in path for path in column(app, "assumptions", "number"))
    app.text_input(key="assumptions-find").set_value("nothing is called so").run()
    assert not app.exception
    assert "No number is like that" in said(app)
    app.text_input(key="assumptions-find").set_value("").run()
    app.get_by_key("assumptions-show").set_value("With a band").run()
    scenario = scenario_from_text(text_of("web-api-three-tier"))
    rates = {f"workload.phases[{k}].rate" for k in range(len(scenario.workload.phases))}  # it is assumed
    assert set(column(app, "assumptions", "number")) == set(scenario.uncertainty) | rates


def test_what_the_file_leaves_out_can_be_typed_in(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path)
    assert "platform.gc_share" not in column(app, "assumptions", "number")
    app.checkbox(key="assumptions-defaults").check().run()
    typed(app, "assumptions", "number", "platform.gc_share", "value", "0.1")
    app.button(key="draft-solve").click().run()
    assert scenario_from_text(own_text(app)).components["platform"].gc_share == 0.1


def test_edits_are_kept_apart_until_they_are_solved(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path)
    before = app.query_params["scenario"]
    typed(app, "assumptions", "number", "platform.service_ms", "value", "120")
    typed(app, "assumptions", "number", "workload.phases[1].rate", "value", "4e4")
    assert "2 assumptions differ from the file. The front belongs to the old values." in said(app)
    assert "components.platform.service_ms: 140 → 120" in said(app)
    assert app.query_params["scenario"] == before
    app.button(key="draft-solve").click().run()
    assert not app.exception
    assert "differ from the file" not in said(app)
    assert app.selectbox(key="header-scenario").value == "own"
    assert app.query_params["run"], "the run has a link"
    scenario = scenario_from_text(own_text(app))
    assert scenario.components["platform"].service_ms == 120
    assert scenario.workload.phases[1].rate == 40_000
    comments = [line for line in text_of(EXERCISE).splitlines() if "#" in line]
    assert all(comment in own_text(app) for comment in comments)


def test_a_run_of_ones_own_scenario_is_private(monkeypatch, tmp_path):
    from optimizer.runs.store import RunStore

    app = opened(monkeypatch, tmp_path)
    typed(app, "assumptions", "number", "platform.service_ms", "value", "120")
    app.button(key="draft-solve").click().run()
    run = RunStore(f"sqlite:///{tmp_path / 'runs.sqlite'}").get(app.query_params["run"])
    assert "private" in run.tags


def test_edits_can_be_undone_and_are_not_lost_by_looking_elsewhere(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path)
    typed(app, "assumptions", "number", "platform.service_ms", "value", "120")
    app.selectbox(key="header-scenario").select("web-api-three-tier").run()
    assert "differs from the file" not in said(app)
    app.selectbox(key="header-scenario").select(EXERCISE).run()
    assert "1 assumption differs from the file" in said(app)
    app.button(key="draft-undo").click().run()
    assert "differs from the file" not in said(app)
    numbers = dict(
        zip(column(app, "assumptions", "number"), column(app, "assumptions", "value"), strict=True)
    )
    assert numbers["platform.service_ms"] == "140"


@pytest.mark.parametrize(
    "text", ["fast", "-5", ".inf", "12:30", "<img src=x onerror=alert(1)>", "1,000", "{a: 1}"]
)
def test_text_for_a_number_is_refused_in_place_and_nothing_is_lost(monkeypatch, tmp_path, text):
    app = opened(monkeypatch, tmp_path)
    typed(app, "assumptions", "number", "flows.shop.share", "value", "1")
    typed(app, "assumptions", "number", "platform.service_ms", "value", text)
    assert "1 thing to fix in your edits" in said(app)
    assert app.button(key="draft-solve").disabled
    at = column(app, "assumptions", "number").index("platform.service_ms")
    assert column(app, "assumptions", "value")[at] == text, "what was typed stands there still"
    assert "a number from 0 to 1e9 ms" in column(app, "assumptions", "remark")[at]
    typed(app, "assumptions", "number", "platform.service_ms", "value", "130")
    assert not app.button(key="draft-solve").disabled


def test_the_middle_of_a_band_goes_with_its_number(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path, scenario="web-api-three-tier")
    typed(app, "assumptions", "number", "app.service_ms", "value", "20")
    draft = app.session_state["tradespace"].edits.drafts[text_of("web-api-three-tier")]
    assert draft.changes == {
        ("components", "app", "service_ms"): 20,
        ("uncertainty", "app.service_ms", "median"): 20,
    }


def test_the_load_is_edited_by_phase(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path, "Load")
    assert column(app, "workload", "phase") == ["normal", "peak"]
    assert "the peak is 50,000/s" in said(app)
    typed(app, "workload", "phase", "peak", "hours", "6")
    typed(app, "workload", "phase", "peak", "rate", "60000")
    assert "the peak is 60,000/s" in said(app)
    assert "over 26.0 h" in said(app), "20 and 6 hours"
    typed(app, "workload", "phase", "peak", "hours", "")
    assert "1 thing to fix" in said(app)


def test_limits_targets_and_tolerances_are_edited(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path, "Wishes and limits")
    typed(app, "goals", "dimension", "latency", "limit", "300")
    typed(app, "goals", "dimension", "latency", "tolerance", "rare")
    typed(app, "goals", "dimension", "latency", "breach", "12")
    typed(app, "goals", "dimension", "availability", "limit", None)
    # what is not said is an empty cell, which can be chosen again
    assert column(app, "goals", "tolerance").count("") == 4
    assert '"options": ["", ' in editor(app, "goals").proto.columns
    typed(app, "limits", "limit", "effort_days", "value", "4")
    typed(app, "limits", "limit", "metastable", "value", "false")
    app.button(key="draft-solve").click().run()
    scenario = scenario_from_text(own_text(app))
    assert scenario.dimensions.latency.limit == 300
    assert scenario.dimensions.latency.tolerance == "rare"
    assert scenario.dimensions.latency.breach == "12"
    assert scenario.dimensions.availability.limit is None
    assert scenario.limits.effort_days == 4
    assert scenario.limits.metastable is False


def test_a_share_above_one_is_refused_with_what_to_write(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path, "Wishes and limits")
    typed(app, "goals", "dimension", "availability", "limit", "99.9")
    assert "a number from 0 to 1" in column(app, "goals", "remark")[3]


def test_a_decision_is_taken_out_of_play_and_put_back(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path, "Decisions")
    box = app.selectbox(key="decision-more_servers-0")
    assert box.options == ["In play", "off", "on"]
    box.select("off").run()
    assert "with your edits 16" in said(app), "half of 32 designs"
    app.button(key="draft-solve").click().run()
    assert not app.exception
    system = compile_system(scenario_from_text(own_text(app)))
    assert system.space.size == 16
    at = next(j for j, c in enumerate(system.space.columns) if c.name == "more_servers")
    assert set(system.space.designs(0, 16)[:, at]) == {0.0}
    box = app.selectbox(key="decision-more_servers-0")
    assert box.value == "off"
    box.select("In play").run()
    app.button(key="draft-solve").click().run()
    assert compile_system(scenario_from_text(own_text(app))).space.size == 32


def test_the_text_is_shown_and_can_be_taken_away(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path, "Text")
    assert app.code[0].value == text_of(EXERCISE).strip()
    assert app.get("download_button")


GOOD = text_of(EXERCISE).replace("name: black-friday-exercise", "name: my-own", 1)
LINE = GOOD[: GOOD.index("replicas: 20")].count("\n") + 1
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b]\n"


def test_a_good_file_becomes_the_persons_own_scenario(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path, "Bring your own")
    app.file_uploader[0].upload("shop.yaml", GOOD.encode()).run()
    assert not app.exception
    assert app.selectbox(key="header-scenario").value == "own"
    assert own_text(app) == GOOD
    assert "shop.yaml is read" in said(app)
    # solved, its run stands in the address: nothing else finds it again once the session is gone
    app.run()
    run = app.query_params["run"]
    again = app_test(monkeypatch, tmp_path, scenario="own", run=run).run()
    assert not again.exception
    assert len(again.dataframe) == 1
    assert "gone with their session" not in said(again)
    assert "brought along" not in said(again)


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", None, "there is no text"),
        (b"# nothing but a comment\n", None, "the file is empty"),
        (b"\xff\xfe\x00 no text", 1, "UTF-8"),
        (b"schema: 1\nname: [\n", 3, "not YAML"),
        (b"just words", None, "a single value"),
        (BOMB.encode(), 1, "anchor"),
        (b"a: !!python/object/apply:os.system ['true']\n", 1, "tag"),
        (GOOD.replace("replicas: 20", "replica: 20").encode(), LINE, "unknown key 'replica'"),
        (b"x" * 5_000_001, None, "5.0 MB"),
        (b"schema: 1\n" + b"[" * 5000, 2, "not YAML"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_lines_and_nothing_changes(monkeypatch, tmp_path, content, line, words):
    app = opened(monkeypatch, tmp_path, "Bring your own")
    app.file_uploader[0].upload("<b>bad</b>.yaml", content).run()
    assert not app.exception
    assert app.query_params["scenario"] == EXERCISE
    assert "to fix in <b>bad</b>.yaml" in said(app)
    table = app.dataframe[0].value
    assert any(words in found for found in table["found"])
    if line is not None:
        assert line in list(table["line"])
    assert "Nothing was changed" in said(app)


def test_a_refused_text_can_be_mended_on_the_spot(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path, "Bring your own")
    bad = GOOD.replace("service_ms: 140", "service_ms: fast", 1)
    app.file_uploader[0].upload("mine.yaml", bad.encode()).run()
    assert app.text_area(key="upload-text").value == bad
    app.text_area(key="upload-text").set_value(GOOD).run()
    app.button(key="upload-check").click().run()
    assert not app.exception
    assert own_text(app) == GOOD


def test_no_file_that_an_uploaded_text_names_is_read(monkeypatch, tmp_path):
    (tmp_path / "secret.csv").write_text("time,rate\n0,10\n60,20\n")
    phases = GOOD[GOOD.index("  phases:") : GOOD.index("components:")]
    for path in ("secret.csv", str(tmp_path / "secret.csv"), "/etc/passwd"):
        app = opened(monkeypatch, tmp_path, "Bring your own")
        monkeypatch.chdir(tmp_path)
        text = GOOD.replace(phases, f"  trace: {path}\n\n")
        app.text_area(key="upload-text").set_value(text).run()
        app.button(key="upload-check").click().run()
        assert app.query_params["scenario"] == EXERCISE
        table = app.dataframe[0].value
        assert "files it names are not looked at" in table["found"][0]
        assert "write the phases" in table["hint"][0]


def test_a_title_with_html_is_shown_as_text(monkeypatch, tmp_path):
    evil = "<img src=x onerror=alert(1)>"
    text = GOOD.replace("title: The Black Friday optimization challenge", f'title: "{evil}"')
    app = opened(monkeypatch, tmp_path, "Bring your own")
    app.file_uploader[0].upload(f"{evil}.yaml", text.encode()).run()
    assert not app.exception
    assert app.header[0].value.replace("\\", "") == evil
    assert "\\<img" in app.header[0].value


def test_solve_settings_are_read_or_refused():
    config, wrong = config_from("archive", "5,000", "", "7", "2")
    assert wrong == ()
    assert (config.method, config.evaluations, config.seed, config.restarts) == ("archive", 5000, 7, 2)
    assert config_from("nsga2", "", "30", "", "")[0].seconds == 30.0
    config, wrong = config_from("archive", "many", "-1", "1.5", "0")
    assert config is None
    assert len(wrong) == 4
    assert config_from("exact", "many", "soon", "1", "none")[0].method == "exact", "they don't apply"


def test_solving_with_settings_gives_a_run_with_a_link(monkeypatch, tmp_path):
    from optimizer.runs.store import RunStore

    started = []
    monkeypatch.setattr("ui.solving.start_worker", lambda keeper, run: started.append(run.id))
    app = opened(monkeypatch, tmp_path, "Solve")
    app.radio(key="solve-method").set_value("archive").run()
    app.text_input(key="solve-evaluations").set_value("64").run()
    app.text_input(key="solve-seed").set_value("3").run()
    assert "at most 64 designs" in said(app)
    app.button(key="solve-with").click().run()
    assert not app.exception
    assert [app.query_params["run"]] == started
    run = RunStore(f"sqlite:///{tmp_path / 'runs.sqlite'}").get(started[0])
    assert run.config["evaluations"] == 64
    assert run.config["method"] == "archive"
    assert run.seed == 3


def test_bad_settings_are_refused_in_place(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path, "Solve")
    app.text_input(key="solve-seed").set_value("lucky").run()
    assert "Seed: found 'lucky'" in said(app)
    assert app.button(key="solve-with").disabled


def test_a_link_to_a_scenario_that_is_not_there_is_said(monkeypatch, tmp_path):
    app = app_test(monkeypatch, tmp_path, scenario="no-such-thing").run()
    assert not app.exception
    assert "The link names scenario 'no-such-thing', which isn't there." in said(app)
    assert app.query_params["scenario"] == EXERCISE
    app = app_test(monkeypatch, tmp_path, scenario="own").run()
    assert not app.exception
    assert "gone with their session" in said(app)


def test_a_scenario_of_ones_own_is_not_seen_by_another_session(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path, "Bring your own")
    app.text_area(key="upload-text").set_value(GOOD).run()
    app.button(key="upload-check").click().run()
    other = opened(monkeypatch, tmp_path)
    assert "own" not in other.selectbox(key="header-scenario").options
    assert "My own" not in str(other.selectbox(key="header-scenario").options)


def test_where_a_number_stands_in_the_text_it_is_changed(monkeypatch, tmp_path):
    app = opened(monkeypatch, tmp_path)
    typed(
        app,
        "assumptions",
        "number",
        "decisions.long_cache_ttl.on.multiply.platform.service_ms",
        "value",
        "0.3",
    )
    app.button(key="draft-solve").click().run()
    tree = tree_of(own_text(app))
    place = ("decisions", "long_cache_ttl", "on", "multiply", "platform.service_ms")
    assert value_at(tree, place) == 0.3
