"""The folder of a game day: what people read, fill in, and lay over a dashboard."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from datetime import date

import numpy as np
import pypdf
import pytest
import yaml

from drills import drills
from hostile_texts import MARKS, hostile_scenario
from models.system.compiler import compile_system
from optimizer.report.gameday.folder import files_of
from optimizer.report.gameday.sheets import LOG_COLUMNS
from optimizer.report.gameday.timetable import moments_of
from optimizer.resilience.experiments import typed_experiments
from optimizer.resilience.exports.drill import Drill
from optimizer.resilience.exports.registry import EXPORTS
from optimizer.resilience.metric_queries import Queries
from optimizer.resilience.predicted_runs import predict

DAY = date(2026, 12, 1)
SHOP = ("black_friday_shop.slow_payments", "black_friday_shop.lost_zone")


def folder(keys):
    several = [drills()[key] for key in keys]
    predictions = [one.prediction for one in several]
    files, left_out = files_of(several[0].system, several, predictions, {"other": "why"}, list(EXPORTS), DAY)
    return several, files, left_out


@pytest.fixture(scope="module")
def shop():
    return folder(SHOP)


def test_the_plan_has_what_a_room_needs(shop):
    several, files, left_out = shop
    plan = files["plan.md"]
    for word in (
        "IF ",
        "THEN ",
        "BECAUSE ",
        "Abort at",
        "Success: ",
        "observer",
        "scribe",
        "fixer",
        "communicator",
    ):
        assert word in plan, word
    for word in (
        "game master",
        "Look both ways",
        "within 30 s",
        "for a week",
        "One instance",
        "ends by hand",
    ):
        assert word in plan, word
    assert "other: why" in plan
    assert any("stretches short and long answers" in why for why in left_out.values())
    for one in several:
        assert len(one.prediction.watched) <= 7


def test_the_plan_of_the_shop_prints_on_six_pages(shop, tmp_path):
    _, files, _ = shop
    page, told = tmp_path / "plan.html", tmp_path / "plan.pdf"
    page.write_text(files["plan.html"], encoding="utf-8")
    chromium = shutil.which("chromium")
    assert chromium is not None
    options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'browser'}")
    subprocess.run(
        [chromium, *options, f"--print-to-pdf={told}", page.as_uri()], check=True, capture_output=True
    )
    assert 1 <= len(pypdf.PdfReader(told).pages) <= 6


def test_the_run_log_has_a_line_for_each_moment_and_each_number(shop):
    several, files, _ = shop
    head, *rows = csv.reader(io.StringIO(files["run-log.csv"]))
    assert tuple(head) == LOG_COLUMNS
    first = several[0]
    own = [dict(zip(head, row, strict=True)) for row in rows if row[1] == first.name]
    assert [one["second"] for one in own if not one["metric"]] == [f"{m.at_s:g}" for m in moments_of(first)]
    read = {(one["action"], one["metric"]): one for one in own if one["metric"]}
    band = first.prediction.watched[0].steady
    told = read["read steady", first.prediction.watched[0].key]
    assert float(told["predicted_low"]) == pytest.approx(band.low, rel=1e-4)
    assert float(told["predicted_high"]) == pytest.approx(band.high, rel=1e-4)
    assert told["observed"] == ""


def test_a_curve_holds_each_metric_with_its_interval(shop):
    several, files, _ = shop
    for one in several:
        head, *rows = csv.reader(io.StringIO(files[f"curves/{one.name}.csv"]))
        assert head[0] == "second"
        assert len(head) == 1 + 3 * len(one.prediction.watched)
        table = np.array([[float(cell or "nan") for cell in row] for row in rows])
        low, middle, high = table[:, 1], table[:, 2], table[:, 3]
        known = np.isfinite(middle)
        assert np.all((low <= middle)[known] & (middle <= high)[known])
        assert table[0, 0] < 0 < table[-1, 0]


def test_the_post_mortem_blames_nobody_and_has_its_headings(shop):
    _, files, _ = shop
    for heading in ("What happened", "What went well", "What could be improved", "Action items"):
        assert f"\n## {heading}\n" in files["post-mortem.md"]
    for word in ("severity", "owner", "ticket", "re-test", "Detection time"):
        assert word in files["post-mortem.md"]


def test_hostile_texts_mean_nothing_in_any_file():
    scenario, _ = hostile_scenario()
    system = compile_system(scenario)
    today = system.space.today
    ((name, experiment),) = typed_experiments(system)
    prediction = predict(system, today, name, experiment, runs=1)
    drill = Drill(system, today, prediction, Queries(), ())
    files, _ = files_of(system, [drill], [prediction], {}, list(EXPORTS), DAY)
    for mark in MARKS:
        assert mark not in files["run-log.csv"]
        assert mark not in files["curves/slow.csv"]
    assert "payloadlink" in files["plan.html"]
    for raw in ("<script>alert", "<img src=http", "<a href='http", "<x-payload"):
        assert raw not in files["plan.html"]
        for name in ("plan.md", "post-mortem.md"):
            assert raw not in files[name].replace(f"\\{raw}", ""), name
    for name, words in files.items():
        tool = name.split("/")[0]
        told = yaml.safe_load(words) if tool in EXPORTS and name.endswith((".yaml", ".json")) else {}
        for key, value in told.items():  # what is run or asked holds nothing of it
            if key not in ("title", "description", "extensions"):
                assert not any(mark in json.dumps(value) for mark in MARKS), (name, key)
