"""`tradespace runs` and the store behind `solve` and `report`."""

from __future__ import annotations

import json

import pytest

from reports import ROOT

EXERCISE = ROOT / "data" / "scenarios" / "black_friday_exercise.yaml"


@pytest.fixture
def ask(tradespace, monkeypatch, tmp_path):
    """A command with a store of its own."""
    monkeypatch.setenv("TRADESPACE_STORE", str(tmp_path / "runs.sqlite"))
    return tradespace


def only_run(ask):
    code, out, _ = ask("runs", "list", "--json", "--kind", "solve")
    assert code == 0
    (run,) = json.loads(out)
    return run


def test_solve_answers_from_the_store_the_second_time(ask):
    _, first, _ = ask("solve", EXERCISE)
    _, again, _ = ask("solve", EXERCISE)
    run = only_run(ask)["id"]
    assert f"From the run store: run {run}" in again
    assert again.startswith(first.rstrip())
    assert "From the run store" not in ask("solve", EXERCISE, "--fresh")[1]
    assert ask("solve", EXERCISE, "--json")[1] == ask("solve", EXERCISE, "--json", "--store", "none")[1]


def test_questions_use_what_was_solved(ask):
    ask("few", EXERCISE)
    ask("rank", EXERCISE)
    assert only_run(ask)["state"] == "done"


def test_a_report_is_a_run_with_its_choices(ask, tmp_path):
    assert ask("report", EXERCISE, "--out", tmp_path / "r", "--pick", "2", "--format", "md")[0] == 0
    _, out, _ = ask("runs", "list", "--kind", "report", "--json")
    (run,) = json.loads(out)
    _, out, _ = ask("runs", "show", run["id"], "--json")
    told = json.loads(out)
    assert told["choices"]["picks"] == ["2"]
    assert told["choices"]["formats"] == ["md"]
    assert told["scenario_text"] == EXERCISE.read_text()


def test_show_note_tag_compare_delete_prune(ask):
    ask("solve", EXERCISE)
    ask("solve", EXERCISE, "--max-designs", "16")
    _, out, _ = ask("runs", "list", "--json")
    newer, older = (run["id"] for run in json.loads(out))
    _, out, _ = ask("runs", "show", older)
    assert "all 32 designs evaluated" in out
    assert ask("runs", "note", older, "the first")[0] == 0
    _, out, _ = ask("runs", "tag", older, "last-year", "kept")
    assert "tags: kept, last-year" in out
    assert "note: the first" in out
    for wrong in (("tag", older, ""), ("tag", older, "x" * 81), ("note", older, " ")):
        code, _, err = ask("runs", *wrong)
        assert code == 2
        assert "a tag has 1 to 80 characters" in err or "a note needs words" in err
    _, out, _ = ask("runs", "compare", older, newer)
    assert "max_designs: None | 16" in out
    assert "hypervolume" in out
    _, out, _ = ask("runs", "compare", older, older, "--json")
    told = json.loads(out)
    assert told["settings"] == {}
    assert told["common"] == told["on_front"][0] == 5
    _, out, _ = ask("runs", "prune", "--keep", "0")
    assert out.startswith("1 run would be deleted")
    assert ask("runs", "prune", "--keep", "0", "--yes")[1].startswith("1 run deleted")
    assert "There are no such runs." in ask("runs", "list", "--state", "failed")[1]
    for option, allowed in (("--state", "queued, running, done"), ("--kind", "solve, batch, across, report")):
        code, _, err = ask("runs", "list", option, "nonsense")
        assert code == 2
        assert allowed in " ".join(err.split())
    assert ask("runs", "delete", older, older)[1].startswith("1 run deleted")
    assert json.loads(ask("runs", "list", "--json")[1]) == []


def test_in_the_background_and_watched(ask):
    _, out, _ = ask("solve", EXERCISE, "--background", "--json")
    run = json.loads(out)["run"]
    code, out, _ = ask("runs", "watch", run)
    assert code == 0
    assert "done" in out
    _, out, _ = ask("runs", "cancel", run)
    assert "has ended already: done" in out


def test_export_and_import(ask, tmp_path):
    ask("solve", EXERCISE)
    run = only_run(ask)["id"]
    file, other = tmp_path / "runs.json", tmp_path / "other.sqlite"
    assert ask("runs", "export", run, "--out", file)[0] == 0
    assert ask("runs", "export", run, "--out", file)[0] == 2
    assert "1 run added, 0 were here" in ask("runs", "import", file, "--store", other)[1]
    assert "0 runs added, 1 were here" in ask("runs", "import", file, "--store", other)[1]
    for wrong in ("", "[]", "{}", '{"tradespace_runs": "0099", "tables": {}}', '{"tradespace_runs": "0002"}'):
        file.write_text(wrong)
        code, _, err = ask("runs", "import", file, "--store", other)
        assert code == 2
        assert str(file) in err


def test_runs_that_are_not_whole_are_refused_and_none_is_added(ask, tmp_path):
    ask("solve", EXERCISE)
    file, other = tmp_path / "runs.json", tmp_path / "other.sqlite"
    assert ask("runs", "export", only_run(ask)["id"], "--out", file)[0] == 0
    told = json.loads(file.read_text())
    (run,) = told["tables"]["runs"]
    lacking = {key: value for key, value in run.items() if key != "title"}
    for rows in ([run, run], [run, {**lacking, "id": "0" * 12}]):
        file.write_text(json.dumps({**told, "tables": {**told["tables"], "runs": rows}}))
        code, _, err = ask("runs", "import", file, "--store", other)
        assert code == 2
        assert "nothing was added" in err
        assert json.loads(ask("runs", "list", "--store", other, "--json")[1]) == []


def test_unknown_runs_and_stores_are_told_of(ask, tmp_path):
    code, _, err = ask("runs", "show", "nothing")
    assert code == 2
    assert "`tradespace runs list`" in err
    code, _, err = ask("solve", EXERCISE, "--store", "postgresql://me:geheim@127.0.0.1:1/x")
    assert code == 2
    assert "geheim" not in err
    assert "--store" in err
    assert ask("runs", "list", "--store", "none")[0] == 2
    assert ask("solve", EXERCISE, "--store", "none", "--background")[0] == 2


@pytest.mark.parametrize("how", ["no folder", "no database", "read only"])
def test_without_a_store_of_ones_own_solving_answers_and_says_so(tradespace, monkeypatch, tmp_path, how):
    monkeypatch.delenv("TRADESPACE_STORE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    if how == "no folder":
        (tmp_path / "data").write_text("a file")
    else:
        (tmp_path / "data" / "tradespace").mkdir(parents=True)
    if how == "no database":
        (tmp_path / "data" / "tradespace" / "runs.sqlite").write_text("no database " * 99)
    if how == "read only":
        from optimizer.runs import connecting

        tune = connecting._tune_sqlite
        assert tradespace("solve", EXERCISE)[2] == ""  # it is there, and up to date
        monkeypatch.setattr(
            connecting, "_tune_sqlite", lambda link, _: (tune(link, _), link.execute("PRAGMA query_only=ON"))
        )
    code, out, err = tradespace("solve", EXERCISE)
    assert code == 0
    assert "on the front" in out
    assert err.startswith("warning: nothing is kept: the run store")
    assert tradespace("rank", EXERCISE)[0] == 0
    if how != "read only":
        assert tradespace("runs", "list")[0] == 2
        assert tradespace("solve", EXERCISE, "--background")[0] == 2
    # Who names a store wants it.
    assert tradespace("solve", EXERCISE, "--store", tmp_path / "data" / "tradespace" / "x" / "\0")[0] == 2
