"""`tradespace report`: what it writes, and that it writes all or nothing."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from optimizer.report import markdown as markdown_module
from optimizer.report.writing import FORMATS
from reports import ROOT

EXERCISE = ROOT / "data" / "scenarios" / "black_friday_exercise.yaml"
FILES = {name for name, _, _ in FORMATS.values()} | {"design.yaml"}


def test_it_writes_every_format_and_the_design_for_the_gate(tradespace, tmp_path):
    code, out, _ = tradespace("report", EXERCISE, "--out", tmp_path / "new" / "report")
    assert code == 0
    folder = tmp_path / "new" / "report"
    assert {path.name for path in folder.iterdir()} == FILES
    assert all(str(folder / name) in out for name in FILES)
    code, _, _ = tradespace("gate", EXERCISE, "--design", folder / "design.yaml")
    assert code == 0


def test_only_the_formats_asked_for(tradespace, tmp_path):
    assert tradespace("report", EXERCISE, "--out", tmp_path, "--format", "md, adr")[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"report.md", "decision.md", "design.yaml"}
    code, _, err = tradespace("report", EXERCISE, "--out", tmp_path / "x", "--format", "pdf")
    assert code == 2
    assert "pdf" in err
    assert "html, md, csv" in " ".join(err.split())
    assert not (tmp_path / "x").exists()


def test_a_report_that_is_there_is_not_replaced_unless_asked(tradespace, tmp_path):
    (tmp_path / "report.md").write_text("mine")
    code, _, err = tradespace("report", EXERCISE, "--out", tmp_path)
    assert code == 2
    assert "report.md" in err
    assert "--force" in err
    assert {path.name for path in tmp_path.iterdir()} == {"report.md"}
    assert tradespace("report", EXERCISE, "--out", tmp_path, "--force")[0] == 0
    assert (tmp_path / "report.md").read_text() != "mine"


def test_a_folder_that_is_a_file_is_refused(tradespace, tmp_path):
    (tmp_path / "file").write_text("mine")
    code, _, err = tradespace("report", EXERCISE, "--out", tmp_path / "file")
    assert code == 2
    assert "is a file" in err


@pytest.mark.parametrize("failing", ["write_text", "write_bytes"])
def test_a_full_disk_leaves_what_was_there(tradespace, tmp_path, monkeypatch, failing):
    assert tradespace("report", EXERCISE, "--out", tmp_path)[0] == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(self, *_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, failing, full)
    code, _, err = tradespace("report", EXERCISE, "--out", tmp_path, "--force")
    monkeypatch.undo()
    assert code == 2
    assert "No space left" in err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_format_that_fails_leaves_nothing_half_written(tradespace, tmp_path, monkeypatch):
    def broken(_):
        raise RuntimeError("no")

    monkeypatch.setattr(markdown_module, "markdown", broken)
    code, _, err = tradespace("report", EXERCISE, "--out", tmp_path)
    assert code == 70
    assert "defect" in err
    assert list(tmp_path.iterdir()) == []


def test_a_front_that_was_solved_before_is_told_as_it_was_found(tradespace, tmp_path):
    assert tradespace("solve", EXERCISE, "--out", tmp_path / "front", "--seed", "7")[0] == 0
    code, _, _ = tradespace("report", EXERCISE, "--front", tmp_path / "front", "--out", tmp_path / "report")
    assert code == 0
    told = json.loads((tmp_path / "report" / "report.json").read_text())
    solved = json.loads((tmp_path / "front" / "front.json").read_text())
    assert told["solution"] == solved


def test_a_chosen_design_and_picks(tradespace, tmp_path):
    design = tmp_path / "design.yaml"
    assert tradespace("explain", EXERCISE, "--design", "3", "--save", design)[0] == 0
    out = tmp_path / "report"
    code, _, _ = tradespace(
        "report", EXERCISE, "--design", design, "--pick", "1", "--pick", "knee", "--out", out
    )
    assert code == 0
    text = (out / "report.md").read_text()
    assert "the chosen design" in text
    assert "| design 1 |" in text or "design 1," in text
    assert (out / "design.yaml").read_text() == design.read_text()
    code, _, err = tradespace("report", EXERCISE, "--pick", "99", "--out", tmp_path / "none")
    assert code == 2
    assert "99" in err


def test_where_nothing_is_feasible_the_report_is_written_and_the_exit_code_says_so(tradespace, tmp_path):
    text = EXERCISE.read_text().replace("rate: 50000", "rate: 50000000")
    scenario = tmp_path / "hopeless.yaml"
    scenario.write_text(text)
    code, _, _ = tradespace("report", scenario, "--out", tmp_path / "report")
    assert code == 1
    assert "stays within every limit" in (tmp_path / "report" / "report.md").read_text()
    assert not (tmp_path / "report" / "design.yaml").exists()


def test_the_schema_of_reports_is_published(tradespace):
    code, out, _ = tradespace("schema", "--of", "report")
    assert code == 0
    assert json.loads(out)["title"] == "Tradespace report"
    assert tradespace("schema", "--of", "poem")[0] == 2


def test_a_folder_without_permission_is_refused_before_anything_is_worked_out(
    tradespace, tmp_path, monkeypatch
):
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **_: not mode & os.W_OK and may(path, mode))
    code, _, err = tradespace("report", EXERCISE, "--out", tmp_path / "deep" / "er")
    assert code == 2
    assert "no permission" in err
    assert "--out" in err
    assert not (tmp_path / "deep").exists()
