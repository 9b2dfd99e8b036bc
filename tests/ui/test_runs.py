"""The page Runs and reports: what is listed for whom, what can be done with runs, reports, batches."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import openpyxl
import pyarrow.parquet as pq
import pytest

from apps import app_test
from models.scenario.load import scenario_from_text
from models.system.compiler import compile_system
from optimizer.files.designs import design_from
from optimizer.files.gallery import path_of
from optimizer.runs.moving import read_runs
from optimizer.runs.run import Run
from optimizer.runs.solving import solve_with_store, wanted_solve
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig
from optimizer.solver.solver import solve
from ui.batching import Axis, planned
from ui.subject import PRIVATE, is_seen

EXERCISE = "black-friday-exercise"
TEXT = path_of(EXERCISE).read_text(encoding="utf-8")
MINE = TEXT.replace("name: black-friday-exercise", "name: my-secret-shop").replace(
    "title: Black Friday", "title: My secret"
)
PAGE = "ui/pages/runs.py"


@pytest.fixture
def store(tmp_path):
    with RunStore(f"sqlite:///{tmp_path / 'runs.sqlite'}") as found:
        yield found


def opened(monkeypatch, tmp_path, part="", scenario=EXERCISE, **query):
    """The page, one of its parts open."""
    app = app_test(monkeypatch, tmp_path, scenario=scenario, **query)
    app.switch_page(PAGE).run()
    if part:
        app.session_state["runs-part"] = part
        app.run()
    assert not app.exception
    return app


def said(app):
    kinds = ("markdown", "warning", "error", "info", "caption", "subheader", "code")
    return " ".join(element.value for kind in kinds for element in app.get(kind)).replace("\\", "")


def listed(app, column="run"):
    tables = [table for table in app.dataframe if "what came out" in table.value]
    return list(tables[0].value[column]) if tables else []


def choose(app, *runs):
    """Ticks the rows of some runs."""
    table = next(table for table in app.dataframe if "what came out" in table.value)
    rows = [list(table.value["run"]).index(run) for run in runs]
    app.session_state[table.key] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    return app


def solved(store, text=TEXT, tags=(), **settings):
    """A run of a scenario that is done."""
    system = compile_system(scenario_from_text(text))
    config = SolveConfig(**settings)
    run = solve_with_store(store, model_of(system), config, text=text).run
    return store.tag(run.id, tags) if tags else run


def waiting(store, text=TEXT, seed=99, **more):
    """A run that somebody works on, so they say."""
    system = compile_system(scenario_from_text(text))
    run = store.request(wanted_solve(model_of(system), SolveConfig(seed=seed), text=text))
    assert store.begin(run.id)
    store.beat(run.id, done=10, total=40, on_front=3)
    return store.get(run.id)


def a_run(name, *tags):
    return Run(
        id=name, kind="solve", key="k", name="n", title="t", digest="d", config={}, seed=0, versions={},
        state="done", done=1, total=1, on_front=1, created=0.0, started=0.0, ended=1.0, beat=1.0, worker="",
        cancel=False, summary="", error="", tags=tags,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "asked_for", "named", "expected"),
    [
        ((), (), "", True),
        (("baseline",), (), "", True),
        ((PRIVATE,), (), "", False),
        ((PRIVATE, "baseline"), (), "", False),
        ((PRIVATE,), ("abc123",), "", True),
        ((PRIVATE,), ("other",), "", False),
        ((PRIVATE,), (), "abc123", True),
        ((PRIVATE,), (), "abc1", False),  # the beginning of a name could be guessed
    ],
)
def test_who_may_see_a_run(tags, asked_for, named, expected):
    assert is_seen(a_run("abc123", *tags), asked_for=frozenset(asked_for), named=named) is expected


def test_an_empty_store_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("TRADESPACE_STORE", str(tmp_path / "runs.sqlite"))
    app = app_test(monkeypatch, tmp_path)
    app.switch_page(PAGE).run()
    assert not app.exception
    assert "Open a scenario on Explore" in said(app)


def test_runs_are_listed_with_what_came_out(monkeypatch, tmp_path, store):
    run = solved(store)
    store.note(run.id, "for the review")
    store.tag(run.id, ["baseline"])
    app = opened(monkeypatch, tmp_path)
    assert listed(app) == [run.id]
    assert listed(app, "what came out") == [run.summary]
    assert listed(app, "notes") == [1]
    assert listed(app, "tags") == ["baseline"]


def test_the_list_is_narrowed_and_turned(monkeypatch, tmp_path, store):
    for k in range(52):
        run = store.request(
            wanted_solve(
                model_of(compile_system(scenario_from_text(TEXT))), SolveConfig(seed=1000 + k), text=TEXT
            )
        )
        store.cancel(run.id)
    done = solved(store)
    app = opened(monkeypatch, tmp_path)
    assert len(listed(app)) == 50
    assert listed(app)[0] == done.id
    assert "Runs 1 to 50 of 53" in said(app)
    app.session_state["runs-page"] = 2
    app.run()
    assert len(listed(app)) == 3
    app.selectbox(key="runs-state").set_value("done").run()
    assert listed(app) == [done.id]
    app.selectbox(key="runs-state").set_value("failed").run()
    assert listed(app) == []
    assert "No run is like that" in said(app)


def test_what_somebody_brought_along_is_not_shown_to_others(monkeypatch, tmp_path, store):
    mine = solved(store, MINE, [PRIVATE, "my-tag"])
    other = opened(monkeypatch, tmp_path)
    assert mine.id not in listed(other)
    words = said(other) + str([list(box.options) for box in other.selectbox]) + str(listed(other, "scenario"))
    assert "secret" not in words
    assert "my-tag" not in words
    linked = opened(monkeypatch, tmp_path, run=mine.id)
    assert mine.id in listed(linked)
    assert "my-secret-shop" in listed(linked, "scenario")
    guessed = opened(monkeypatch, tmp_path, run=mine.id[:4])
    assert mine.id not in listed(guessed)
    assert "secret" not in said(app_test(monkeypatch, tmp_path, run=mine.id[:4]).run())


def test_it_can_be_shown_to_all(monkeypatch, tmp_path, store):
    mine = solved(store, MINE, [PRIVATE])
    linked = opened(monkeypatch, tmp_path, run=mine.id)
    choose(linked, mine.id).button(key=f"run-show-{mine.id}").click().run()
    assert store.get(mine.id).tags == ()
    assert mine.id in listed(opened(monkeypatch, tmp_path))


def test_a_run_is_noted_tagged_and_linked(monkeypatch, tmp_path, store):
    run = solved(store)
    app = choose(opened(monkeypatch, tmp_path), run.id)
    assert f"/?run={run.id}" in [code.value for code in app.code]
    app.text_area(key=f"run-note-{run.id}").set_value("<b>see *this*</b>")
    app.button(key=f"FormSubmitter:run-note-{run.id}-form-Keep the note").click().run()
    assert store.get(run.id).notes == ("<b>see *this*</b>",)
    assert "<b>see *this*</b>" in said(app)
    assert any("\\*this\\*" in element.value for element in app.markdown), "it is no Markdown"
    app.text_input(key=f"run-tag-{run.id}").set_value("baseline, for the review,private")
    app.button(key=f"FormSubmitter:run-tag-{run.id}-form-Keep the tags").click().run()
    assert store.get(run.id).tags == ("baseline", "for the review")
    app.button(key=f"run-untag-{run.id}-baseline").click().run()
    assert store.get(run.id).tags == ("for the review",)
    assert app.selectbox(key="runs-tag").options == ["Any", "for the review"]


def test_a_run_is_opened(monkeypatch, tmp_path, store):
    run = solved(store)
    other = solved(
        store, path_of("robinhood-surge").read_text(encoding="utf-8"), method="archive", evaluations=200
    )
    app = choose(opened(monkeypatch, tmp_path), other.id)
    app.button(key=f"run-open-{other.id}").click().run()
    assert not app.exception
    assert app.query_params["run"] == other.id
    assert app.selectbox(key="header-scenario").value == "robinhood-surge"
    assert run.id != other.id


def test_two_runs_are_compared(monkeypatch, tmp_path, store):
    from optimizer.runs.comparing import compare_runs

    a = solved(store)
    b = solved(store, TEXT.replace("service_ms: 140", "service_ms: 120"))
    app = choose(opened(monkeypatch, tmp_path), a.id, b.id)
    told = compare_runs(store, b, a)
    assert told.scenario == {"components.platform.service_ms": (120.0, 140.0)}
    rows = [row for table in app.table for row in table.value.to_dict("records")]
    words = [" ".join(str(cell) for cell in row.values()).replace("\\", "") for row in rows]
    assert any("components.platform.service_ms" in row and "120" in row and "140" in row for row in words)
    assert any(
        row.startswith("designs on the front") and row.endswith(str(told.on_front[1])) for row in words
    )
    assert f"{told.common} designs are on both fronts" in said(app)


def test_what_holds_no_front_cannot_be_compared_and_says_so(monkeypatch, tmp_path, store):
    a = solved(store)
    run = store.request(
        wanted_solve(model_of(compile_system(scenario_from_text(TEXT))), SolveConfig(seed=5), text=TEXT)
    )
    store.cancel(run.id)
    app = choose(opened(monkeypatch, tmp_path), a.id, run.id)
    assert "These two can't be compared" in said(app)


def test_a_run_is_deleted_in_two_steps(monkeypatch, tmp_path, store):
    run, other = solved(store), solved(store, seed=3)
    app = choose(opened(monkeypatch, tmp_path), run.id)
    app.button(key=f"run-delete-now-{run.id}").click().run()
    assert not app.exception
    assert [one.id for one in store.runs()] == [other.id]
    assert f"Run {run.id} is deleted" in said(app)
    assert not [b for b in app.button if str(b.key).startswith("run-delete-now")], (
        "no other row is chosen now"
    )


def test_a_live_run_shows_how_far_it_is_and_is_stopped_but_not_deleted(monkeypatch, tmp_path, store):
    run = waiting(store)
    app = choose(opened(monkeypatch, tmp_path), run.id)
    assert "10 of 40 designs" in app.get("progress")[0].proto.text.replace("\\", "")
    assert "Stop it first" in said(app)
    assert not [b for b in app.button if str(b.key).startswith("run-delete-now")]
    app.button(key=f"run-cancel-{run.id}").click().run()
    assert store.get(run.id).cancel
    assert app.button(key=f"run-cancel-{run.id}").disabled


def test_a_run_that_was_cut_short_is_started_again(monkeypatch, tmp_path, store):
    started = []
    monkeypatch.setattr("ui.listing.start_worker", lambda keeper, run: started.append(run.id))
    run = waiting(store)
    store.end(run.id, "failed", error="out of memory")
    app = choose(opened(monkeypatch, tmp_path), run.id)
    assert "out of memory" in said(app)
    app.button(key=f"run-again-{run.id}").click().run()
    assert not app.exception
    assert started == [run.id]
    assert store.get(run.id).state == "queued"


def test_a_run_can_be_taken_to_another_store(monkeypatch, tmp_path, store):
    from optimizer.runs.moving import runs_text

    run = solved(store)
    path = tmp_path / "run.json"
    path.write_text(runs_text(store, [run.id])[1], encoding="utf-8")
    with RunStore(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        assert read_runs(other, path) == (1, 0)
        assert other.get(run.id).summary == run.summary


def test_a_store_that_is_away_is_said_in_place(monkeypatch, tmp_path):
    from optimizer.runs.connecting import StoreError

    app = opened(monkeypatch, tmp_path)

    def away(*_, **__):
        raise StoreError("the disk is full")

    monkeypatch.setattr(RunStore, "names", away)
    app.run()
    assert not app.exception
    assert "The saved runs can't be read: the disk is full" in said(app)


def test_a_link_to_a_run_that_is_not_there_is_said(monkeypatch, tmp_path, store):
    solved(store)
    app = opened(monkeypatch, tmp_path)
    app.query_params["run"] = "ffffffffffff"
    app.run()
    assert not app.exception
    assert "Run ffffffffffff is not in this store" in said(app)


# Reports.


def orders(app, monkeypatch):
    """The report of the page as it would be ordered: caught where it is built."""
    caught = []
    monkeypatch.setattr("ui.views.downloads._draw_files", caught.append)
    app.run()
    assert not app.exception
    return caught[-1]


def test_the_report_is_about_the_chosen_design_with_the_picks_beside_it(monkeypatch, tmp_path, store):
    from ui.reporting import content

    system = compile_system(scenario_from_text(TEXT))
    solution = solve(system, SolveConfig())
    chosen = next(k for k in range(len(solution.front)) if k != solution.knee)
    pick = next(k for k in range(len(solution.front)) if k not in (chosen, solution.knee))
    app = opened(monkeypatch, tmp_path, "Report", pick=str(pick + 1), design=str(chosen + 1))
    assert f"about design {chosen + 1}" in said(app)
    assert f"design {pick + 1} [A]" in said(app)
    order = orders(app, monkeypatch)
    data = json.loads(content(order, "json"))
    words = json.dumps(data["sections"])
    assert f"design {pick + 1} [A]" in words
    assert "the chosen design" in words
    columns = pq.read_table(io.BytesIO(content(order, "parquet"))).to_pydict()
    assert columns["cost"] == list(solution.front.evaluation.values[:, system_column("cost")])
    book = openpyxl.load_workbook(io.BytesIO(content(order, "xlsx")))
    assert any(
        f"design {pick + 1} [A]" in str(cell) for sheet in book for row in sheet.values for cell in row
    )
    assert f"design {pick + 1} [A]" in content(order, "md").decode().replace("\\", "")
    assert content(order, "html").startswith(b"<!DOCTYPE html>")
    assert content(order, "csv").decode().count("\n") == len(solution.front) + 1
    assert content(order, "adr").decode().startswith("---\nstatus:")


def system_column(name):
    from models.evaluation import DIMENSIONS

    return [dimension.name for dimension in DIMENSIONS].index(name)


def test_a_report_is_kept_as_a_run_once(monkeypatch, tmp_path, store):
    from ui.reporting import made

    app = opened(monkeypatch, tmp_path, "Report", pick="1")
    order = orders(app, monkeypatch)
    made(order)
    made(order)
    kept = store.runs(kind="report")
    assert len(kept) == 1
    assert kept[0].tags == ()
    assert store.inputs(kept[0].id)[1]["picks"] == ["1"]


def test_the_report_of_a_private_run_stays_private(monkeypatch, tmp_path, store):
    from ui.reporting import made

    mine = solved(store, MINE, [PRIVATE])
    app = opened(monkeypatch, tmp_path, "Report", run=mine.id)
    made(orders(app, monkeypatch))
    report = store.runs(kind="report")[0]
    assert report.tags == (PRIVATE,)
    assert report.id not in listed(opened(monkeypatch, tmp_path))
    app.session_state["runs-part"] = "Saved runs"
    app.run()
    assert report.id in listed(app), "who has asked for it finds it"


def test_the_design_file_is_read_by_the_gate(monkeypatch, tmp_path, store):
    from ui.reporting import design_file

    caught = []
    monkeypatch.setattr(
        "ui.views.downloads.design_file", lambda *told: caught.append(design_file(*told)) or caught[-1]
    )
    opened(monkeypatch, tmp_path, "Report")
    system = compile_system(scenario_from_text(TEXT))
    solution = solve(system, SolveConfig())
    path = tmp_path / "design.yaml"
    path.write_text(caught[-1], encoding="utf-8")
    assert list(design_from(system, str(path), [])) == list(solution.front.X[solution.knee])


def test_the_report_is_read_on_the_spot_and_what_fails_is_said(monkeypatch, tmp_path):
    from models.errors import EvaluationError

    app = opened(monkeypatch, tmp_path, "Report")
    app.toggle(key="report-shown").set_value(True).run()
    assert not app.exception
    frame = app.get("iframe")[0].proto
    assert frame.src.startswith("data:text/html;charset=utf-8;base64,")

    def fails(*_):
        raise EvaluationError("no <number>")

    monkeypatch.setattr("ui.views.downloads.made", fails)
    app.run()
    assert not app.exception
    assert "The report can't be made: no <number>" in said(app)


# Batches.


def test_a_chart_of_several_lines_draws_each_with_its_name():
    from optimizer.sections.content import Line, Table
    from ui.views.figures import line

    table = Table("t", "t", ("x", "y"), ())
    chart = Line(
        "t", "a", "rate", "latency", "", "ms", ((1.0, 5.0), (2.0, 6.0)), table,
        name="cache on", more=(("cache off", ((1.0, 7.0), (2.0, 9.0))),),
    )  # fmt: skip
    figure = line(chart)
    assert [(trace.name, tuple(trace.x), tuple(trace.y)) for trace in figure.data] == [
        ("cache on", (1.0, 2.0), (5.0, 6.0)),
        ("cache off", (1.0, 2.0), (7.0, 9.0)),
    ]
    assert len({(trace.line.dash, trace.line.color) for trace in figure.data}) == 2
    assert figure.layout.yaxis.title.text == "latency, ms"
    assert figure.layout.yaxis.tickformat is None
    share = replace(chart, y_label="consistency", y_unit="fraction", points=((1.0, 0.97),), more=())
    assert line(share).layout.yaxis.tickformat.endswith("%")  # as the tables beside it say it


def test_what_is_typed_is_read_as_on_the_command_line():
    found = planned((Axis("workload.rate", "1000", "3000", 3, ""), Axis("x", "", "", 1, "on, off")), 2)
    assert found.vary == (("workload.rate", (1000, 2000, 3000)), ("x", (True, False)))
    assert (found.cases, found.wrong) == (12, ())
    assert (
        planned((Axis("a", "1", "2", 100, ""), Axis("b", "1", "2", 3, "")), 1)
        .wrong[0]
        .startswith("300 cases")
    )
    assert "found 'few:2:3'" in planned((Axis("a", "few", "2", 3, ""),), 1).wrong[0]
    assert "chosen twice" in planned((Axis("a", "1", "2", 3, ""), Axis("a", "1", "2", 3, "")), 1).wrong[0]
    assert "Nothing is varied" in planned((Axis("", "", "", 1, ""),), 1).wrong[0]


def test_a_batch_is_begun_worked_on_and_shown(monkeypatch, tmp_path, store):
    from optimizer.runs.worker import work_on

    started = []
    monkeypatch.setattr("ui.batching.start_worker", lambda keeper, run: started.append(run.id))
    app = opened(monkeypatch, tmp_path, "Batch")
    assert "There is no batch of this scenario yet" in said(app)
    app.selectbox(key="batch-path-0").set_value("platform.service_ms").run()
    app.text_input(key="batch-listed-0-platform.service_ms").set_value("60, 140").run()
    assert "2 cases" in said(app)
    app.button(key="batch-begin").click().run()
    assert not app.exception
    run = store.runs(kind="batch")[0]
    assert started == [run.id]
    assert "No case is finished yet" in said(app)
    work_on(store, run.id)
    app.run()
    assert not app.exception
    system = compile_system(scenario_from_text(TEXT))
    solution = solve(system, SolveConfig())  # the second case is the file as it is
    cost = solution.front.evaluation.values[solution.knee, system_column("cost")]
    from models.units import quantity

    words = str([table.value.to_dict("list") for table in app.table]).replace("\\", "").replace("\xa0", " ")
    assert quantity(float(cost), "USD") in words
    app.selectbox(key=f"batch-case-{run.id}").set_value(1).run()
    app.button(key=f"batch-open-{run.id}").click().run()
    assert not app.exception
    mine = scenario_from_text(app.session_state["tradespace"].own.text)
    assert mine.components["platform"].service_ms == 60


def test_a_value_that_cannot_be_is_refused_in_place(monkeypatch, tmp_path, store):
    app = opened(monkeypatch, tmp_path, "Batch")
    app.text_input(key="batch-listed-0-workload.rate").set_value("-5, 10").run()
    app.button(key="batch-begin").click().run()
    assert not app.exception
    assert "This batch can't be" in said(app)
    assert store.runs(kind="batch") == []
    app.text_input(key="batch-from-0-workload.rate").set_value("many").run()
    app.text_input(key="batch-listed-0-workload.rate").set_value("").run()
    assert "allowed are two numbers" in said(app)
    assert app.button(key="batch-begin").disabled


def test_a_batch_of_ones_own_scenario_is_not_shown_to_others(monkeypatch, tmp_path, store):
    from optimizer.batch.kept import wanted_batch
    from optimizer.runs.worker import work_on

    scenario = scenario_from_text(MINE)
    wanted, _ = wanted_batch(scenario, MINE, [("workload.rate", (100,))], 1, SolveConfig(), tags=(PRIVATE,))
    batch = store.request(wanted)
    work_on(store, batch.id)
    assert batch.id not in listed(opened(monkeypatch, tmp_path))
    app = opened(monkeypatch, tmp_path)
    app.query_params["run"] = batch.id
    app.run()
    assert batch.id in listed(app), "the link names it"
    app.session_state["runs-part"] = "Batch"
    app.run()
    assert not app.exception
    assert "Of 1 cases" in said(app)


def test_the_beginning_of_a_private_name_opens_nothing(monkeypatch, tmp_path, store):
    from optimizer.batch.kept import wanted_batch
    from optimizer.runs.worker import work_on

    text = MINE.replace("name: ", "name: hidden-", 1)
    wanted, _ = wanted_batch(
        scenario_from_text(text), text, [("workload.rate", (100,))], 1, SolveConfig(), tags=(PRIVATE,)
    )
    batch = store.request(wanted)
    work_on(store, batch.id)
    mine = solved(store, text, tags=(PRIVATE,))
    for run in (batch, mine):
        start = run.id[:8]
        assert store.get(start).id == run.id
        app = opened(monkeypatch, tmp_path)
        app.query_params["run"] = start
        app.run()
        assert not app.exception
        assert f"Run {start} is not in this store" in said(app)
        assert run.id not in listed(app)
        assert app.session_state["tradespace"].batch == ""
        assert "hidden-" not in said(app)


def test_a_batch_that_was_stopped_goes_on(monkeypatch, tmp_path, store):
    from optimizer.batch.kept import wanted_batch

    started = []
    monkeypatch.setattr("ui.listing.start_worker", lambda keeper, run: started.append(run.id))
    wanted, _ = wanted_batch(
        scenario_from_text(TEXT), TEXT, [("workload.rate", (100, 200))], 1, SolveConfig()
    )
    run = store.request(wanted)
    store.cancel(run.id)
    app = opened(monkeypatch, tmp_path, "Batch")
    assert "It was stopped" in said(app)
    app.button(key=f"batch-again-{run.id}").click().run()
    assert not app.exception
    assert started == [run.id]


@pytest.mark.parametrize("page", ["explore", "design", "compare", "breaking", "scenario", "runs"])
def test_a_link_with_another_scenarios_name_shows_the_runs_own(monkeypatch, tmp_path, store, page):
    """A link as it was made before: `?scenario=web-api-three-tier&run=...`, with a run of the exercise."""
    run = solved(store)
    app = app_test(monkeypatch, tmp_path, scenario="web-api-three-tier", run=run.id)
    app.switch_page(f"ui/pages/{page}.py").run()
    assert not app.exception
    assert app.selectbox(key="header-scenario").value == EXERCISE
    assert app.query_params["run"] == run.id
    assert "scenario" not in app.query_params


def test_the_header_names_the_scenario_of_a_run_that_is_not_bundled(monkeypatch, tmp_path, store):
    theirs = solved(store, MINE)
    app = app_test(monkeypatch, tmp_path, scenario="web-api-three-tier", run=theirs.id).run()
    header = app.selectbox(key="header-scenario")
    assert header.options[-1] == f"{theirs.title or theirs.name} (run {theirs.id})"
    assert header.value == "run"
    assert "My own" not in str(header.options)
    header.set_value("web-api-three-tier").run()
    assert app.query_params["scenario"] == "web-api-three-tier"
    assert "run" not in app.query_params
    assert theirs.id not in str(app.selectbox(key="header-scenario").options)


def test_a_runs_private_scenario_is_named_to_nobody_who_guesses(monkeypatch, tmp_path, store):
    mine = solved(store, MINE, [PRIVATE])
    app = app_test(monkeypatch, tmp_path, run=mine.id[:6]).run()
    assert "secret" not in str(app.selectbox(key="header-scenario").options)
    assert "not in this store" in said(app)


def test_a_deleted_run_leaves_the_first_scenario(monkeypatch, tmp_path, store):
    theirs = solved(store, MINE)
    app = choose(opened(monkeypatch, tmp_path, run=theirs.id), theirs.id)
    app.button(key=f"run-delete-now-{theirs.id}").click().run()
    assert not app.exception
    assert app.selectbox(key="header-scenario").value == EXERCISE
