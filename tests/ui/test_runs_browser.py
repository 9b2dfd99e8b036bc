"""Runs and reports in a real browser: every file opens with its reader, nobody sees what is another's."""

from __future__ import annotations

import csv
import io
import json
import re

import jsonschema
import openpyxl
import pyarrow.parquet as pq
import pytest

from apps import app_server, assert_quiet, box_in_sight, opened, rest
from browser import Watch
from models.evaluation import DIMENSIONS
from models.scenario.load import scenario_from_text
from models.system.compiler import compile_system
from optimizer.files.designs import design_from
from optimizer.files.gallery import path_of
from optimizer.report.data import report_schema
from optimizer.runs.moving import read_runs
from optimizer.runs.solving import solve_with_store
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig
from optimizer.solver.solver import solve
from ui.subject import PRIVATE

EXERCISE = "black-friday-exercise"
TEXT = path_of(EXERCISE).read_text(encoding="utf-8")
MINE = TEXT.replace("name: black-friday-exercise", "name: my-secret-shop")
FILES = {
    "Page (HTML)": "report.html",
    "Text (Markdown)": "report.md",
    "Decision record (Markdown)": "decision.md",
    "Workbook (Excel)": "report.xlsx",
    "Front (CSV)": "front.csv",
    "Front (Parquet)": "front.parquet",
    "Report (JSON)": "report.json",
    "Design (YAML)": "design.yaml",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("runs") / "runs.sqlite"


@pytest.fixture(scope="module")
def server(place):
    with app_server(place) as address:
        yield address


@pytest.fixture
def store(place):
    with RunStore(f"sqlite:///{place}") as found:
        yield found


def solved(store, text, tags=(), **settings):
    system = compile_system(scenario_from_text(text))
    run = solve_with_store(store, model_of(system), SolveConfig(**settings), text=text).run
    return store.tag(run.id, tags) if tags else run


def page_of(chromium, server, query="", **settings):
    """The page, reached as people do: by its name above every page."""
    page, watch = opened(chromium, server, f"/{query}", **settings)
    link = page.get_by_role("link", name="Runs and reports")
    unfold = page.get_by_test_id("stExpandSidebarButton")
    is_narrow = unfold.is_visible()  # narrow windows hide the pages behind a button
    if is_narrow:
        unfold.click()
        page.wait_for_timeout(400)  # it slides in
    link.first.click()
    if is_narrow:
        page.get_by_test_id("stSidebar").hover()
        page.get_by_test_id("stSidebarCollapseButton").locator("button").click()
        page.wait_for_timeout(400)
    page.get_by_role("heading", name="Runs and reports").wait_for()
    rest(page)
    return page, watch


def part(page, name):
    page.get_by_role("tab", name=name, exact=True).click()
    rest(page)


def in_list(page):
    """What the list of runs tells those who can't see its canvas."""
    rows = page.get_by_test_id("stDataFrame").first.locator("canvas [role=gridcell]")
    rows.first.wait_for(state="attached")
    return " ".join(rows.all_text_contents())


def tick(page, row):
    """Ticks a row of the list, counted from 1."""
    box = box_in_sight(page, page.get_by_test_id("stDataFrame").first)
    page.mouse.click(box["x"] + 18, box["y"] + 17 + 35 * row)
    rest(page)


def test_every_file_of_the_report_opens_and_holds_the_picked_design(chromium, server, tmp_path):
    system = compile_system(scenario_from_text(TEXT))
    solution = solve(system, SolveConfig())
    front = solution.front
    pick = next(k for k in range(len(front)) if k != solution.knee)
    named = f"design {pick + 1} [A]"
    page, watch = page_of(chromium, server, f"?scenario={EXERCISE}&pick={pick + 1}", accept_downloads=True)
    part(page, "Report")
    got = {}
    for label, file in FILES.items():
        with page.expect_download() as download:
            page.get_by_role("button", name=label, exact=True).click()
        assert download.value.suggested_filename.endswith(file)
        path = tmp_path / file
        download.value.save_as(path)
        got[file] = path.read_bytes()
    costs = [float(value) for value in front.evaluation.values[:, [d.name for d in DIMENSIONS].index("cost")]]
    rows = list(csv.DictReader(io.StringIO(got["front.csv"].decode())))
    assert [float(row["cost"]) for row in rows] == costs
    assert pq.read_table(io.BytesIO(got["front.parquet"])).to_pydict()["cost"] == costs
    data = json.loads(got["report.json"])
    jsonschema.validate(data, report_schema())
    assert named in json.dumps(data)
    book = openpyxl.load_workbook(io.BytesIO(got["report.xlsx"]))
    assert any(named in str(cell) for sheet in book for line in sheet.values for cell in line)
    assert named in got["report.md"].decode().replace("\\[", "[").replace("\\]", "]")  # escaped in Markdown
    assert got["decision.md"].decode().startswith("---\nstatus:")
    chosen = design_from(system, str(tmp_path / "design.yaml"), [])
    assert list(chosen) == list(front.X[solution.knee])
    second = page.context.new_page()
    of_second = Watch(second)
    second.goto((tmp_path / "report.html").as_uri())
    second.wait_for_load_state()
    assert named in second.inner_text("body")
    assert [line for line in of_second.console if line.startswith("error")] == []
    assert [url for url in of_second.requests if not url.startswith(("file:", "data:"))] == []
    assert_quiet(watch, server)
    page.context.close()


def test_the_report_that_is_read_here_reaches_neither_the_page_nor_a_server(chromium, server):
    page, watch = page_of(chromium, server, f"?scenario={EXERCISE}&pick=1")
    part(page, "Report")
    page.get_by_text("Read it here", exact=True).click()
    rest(page)
    frame = page.wait_for_selector("iframe[src^='data:text/html']").content_frame()
    frame.wait_for_selector("h1")
    assert "Pareto report" in frame.inner_text("h1")
    assert frame.evaluate("self.origin") == "null"
    reached = "() => { try { return parent.document.title } catch (error) { return error.name } }"
    assert frame.evaluate(reached) == "SecurityError"
    assert_quiet(watch, server)
    page.context.close()


def test_what_one_session_brought_along_is_not_listed_in_another(chromium, server, store):
    mine = solved(store, MINE, [PRIVATE])
    page, watch = page_of(chromium, server, f"?scenario={EXERCISE}&run={mine.id}")
    tick(page, 1)
    page.get_by_role("heading", name=mine.id).wait_for()
    assert "Its scenario was brought along" in page.inner_text("[data-testid=stMain]")
    other, watch_other = page_of(chromium, server)
    assert EXERCISE in in_list(other), "what belongs to nobody is listed"
    assert "secret" not in other.content()
    page.get_by_role("button", name="Show it to all").click()
    rest(page)
    other.get_by_role("tab", name="Batch", exact=True).click()
    rest(other)
    part(other, "Saved runs")
    assert store.get(mine.id).tags == ()
    assert "my-secret-shop" in in_list(other)
    for one in (watch, watch_other):
        assert_quiet(one, server)
    store.delete([mine.id])
    page.context.close()
    other.context.close()


def test_a_run_is_taken_along_and_deleted_by_its_second_button(chromium, server, store, tmp_path):
    run = solved(store, TEXT, seed=7)
    page, watch = page_of(chromium, server)
    tick(page, 1)
    page.get_by_role("heading", name=run.id).wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    download.value.save_as(tmp_path / "run.json")
    with RunStore(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        assert read_runs(other, tmp_path / "run.json") == (1, 0)
        assert other.get(run.id).summary == run.summary
    page.get_by_role("button", name="Delete", exact=True).click()
    assert run.id in [one.id for one in store.runs()], "asking is not deleting"
    page.get_by_role("button", name=f"Delete run {run.id}").click()
    page.get_by_text(f"Run {run.id} is deleted.").wait_for()
    assert run.id not in [one.id for one in store.runs()]
    assert_quiet(watch, server)
    page.context.close()


def test_a_batch_runs_on_without_the_page_and_shows_how_the_knee_moves(chromium, server, store):
    page, watch = page_of(chromium, server, f"?scenario={EXERCISE}")
    part(page, "Batch")
    page.get_by_role("button", name="Begin the batch").click()
    page.get_by_text("the batch runs on").wait_for()
    run = store.runs(kind="batch")[0]
    page.context.close()
    again, watch_again = page_of(chromium, server, f"?scenario={EXERCISE}&run={run.id}")
    part(again, "Batch")
    again.get_by_text(re.compile("^Of 5 cases")).first.wait_for(timeout=90_000)
    again.get_by_test_id("stPlotlyChart").first.wait_for()
    assert store.get(run.id).state == "done"
    for one in (watch, watch_again):
        assert_quiet(one, server)
    again.context.close()


def test_narrow_and_dark_nothing_scrolls_sideways(chromium, server, store):
    solved(store, TEXT)
    page, watch = page_of(chromium, server, "", viewport={"width": 400, "height": 800}, color_scheme="dark")
    for name in ("Saved runs", "Report", "Batch"):
        part(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("one => one.scrollWidth - one.clientWidth") <= 0
    assert_quiet(watch, server)
    page.context.close()
