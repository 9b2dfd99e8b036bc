"""Batches: nothing stops the others, nothing is done twice, the same on every engine, told together."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from benchmarks.kills import Place, check, check_store, killed, same_summary
from models import compile_system, load_scenario
from models.scenario.load import scenario_from_text
from optimizer import solve
from optimizer.atomic_files import HALF, write_together
from optimizer.batch import running
from optimizer.batch.cases import grid
from optimizer.batch.running import BatchError, begin, run_batch
from optimizer.batch.solving import settled, solve_case
from optimizer.batch.summary import batch_report, summary_rows, tidy
from optimizer.batch.varied import varied
from optimizer.engines.dask import Cluster
from optimizer.engines.local import Here, Processes
from optimizer.files.json import solution_answer
from optimizer.report.data import report_data, report_schema
from optimizer.report.html import html
from optimizer.report.markdown import markdown
from optimizer.runs.store import RunStore
from optimizer.sections.content import Line, plain
from optimizer.sections.wording import limit_label
from optimizer.solver.config import SolveConfig
from reports import DAY, ROOT, everything_scenario

EXERCISE = ROOT / "data" / "scenarios" / "black_friday_exercise.yaml"
SHOP = everything_scenario()
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


def cases_of(vary=(("copies", (2, 4)), ("workload.rate", (300, 600, 900))), **settings):
    return grid([SHOP], vary, [], [0], {}, **settings)


def run(out, cases, engine=None, **settings):
    batch = begin(cases, out, resume=settings.pop("resume", False), force=False)
    run_batch(batch, engine or Here(), out, **settings)
    return batch


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    return run(tmp_path_factory.mktemp("batch"), cases_of())


def test_every_case_is_solved_as_it_is_alone(done):
    for case in done.cases:
        system = compile_system(varied(SHOP, case.changes))
        alone = solve(system, settled(system.space, SolveConfig(seed=case.seed)))
        assert done.results[case.number]["answer"] == json.loads(
            json.dumps(solution_answer(alone, system.space))
        )
        assert done.results[case.number]["error"] == ""


@pytest.mark.parametrize("engine", [lambda: Processes(2), lambda: Cluster("local", workers=2)])
def test_every_engine_writes_the_same_files(done, engine, tmp_path):
    batch = run(tmp_path, cases_of(), engine())
    for case in batch.cases:
        told = json.loads((tmp_path / "cases" / f"{case.number:06}.json").read_text())
        wanted = done.results[case.number]
        assert {name: told[name] for name in ("answer", "facts", "error", "digest")} == json.loads(
            json.dumps({name: wanted[name] for name in ("answer", "facts", "error", "digest")})
        )


def test_a_method_does_not_depend_on_the_machine():
    system = compile_system(SHOP)
    assert settled(system.space, SolveConfig()).method == "exact"
    assert settled(system.space, SolveConfig(evaluations=10)).method == "archive"
    assert settled(system.space, SolveConfig(method="nsga2")).method == "nsga2"


def fails_for_four(case):
    if dict(case.changes)["copies"] == 4:
        raise RuntimeError("no four")
    return solve_case(case)


def test_one_case_that_fails_stops_nobody_and_is_done_again(tmp_path):
    batch = run(tmp_path, cases_of(), work=fails_for_four)
    assert batch.failed == [4, 5, 6]
    assert batch.results[4]["error"] == "RuntimeError: no four"
    assert all(not batch.results[n]["error"] for n in (1, 2, 3))
    asked = []

    def count(case):
        asked.append(case.number)
        return solve_case(case)

    again = run(tmp_path, cases_of(), resume=True, work=count)
    assert asked == [4, 5, 6]
    assert again.failed == []


def test_interrupted_it_keeps_what_is_finished_and_goes_on(done, tmp_path):
    asked = []

    def stop(case):
        if case.number == 3 and len(asked) < 3:
            raise KeyboardInterrupt
        asked.append(case.number)
        return solve_case(case)

    class Interrupted(Here):
        def run(self, work, pieces):
            for outcome in map(work, pieces):
                from optimizer.engines.engine import Outcome

                yield Outcome(len(asked) - 1, outcome)

    batch = run(tmp_path, cases_of(), Interrupted(), work=stop)
    assert batch.is_interrupted
    assert sorted(batch.results) == [1, 2]
    (tmp_path / "cases" / "000002.json").write_text('{"key": "half')
    again = run(tmp_path, cases_of(), resume=True)
    assert sorted(again.results) == [1, 2, 3, 4, 5, 6]
    for number in again.results:
        assert json.loads(json.dumps(again.results[number]["answer"])) == json.loads(
            json.dumps(done.results[number]["answer"])
        )


def test_a_folder_of_another_batch_is_refused(tmp_path):
    run(tmp_path, cases_of())
    with pytest.raises(BatchError, match="do only what is missing"):
        begin(cases_of(), tmp_path, resume=False, force=False)
    with pytest.raises(BatchError, match="holds another batch"):
        begin(cases_of(vary=(("copies", (3,)),)), tmp_path, resume=True, force=False)
    assert begin(cases_of(), tmp_path, resume=False, force=True).results == {}
    assert list((tmp_path / "cases").glob("*.json")) == []


def test_the_summary_tells_what_the_cases_hold(done):
    report = batch_report(done, made=DAY)
    Draft202012Validator(report_schema()).validate(report_data(report))
    table, best = (next(t for t in report.tables if t.name == name) for name in ("cases", "recommended"))
    assert len(table.rows) == 6
    values = {row[0]: [cell.value for cell in row if hasattr(cell, "value")] for row in best.rows}
    for row, case in zip(table.rows, done.cases, strict=True):
        told = done.results[case.number]["facts"]
        numbers = [cell.value for cell in row if hasattr(cell, "value")]
        assert numbers[:2] == [told["feasible"], told["on_front"]]
        chosen = told["recommended"]
        if chosen:
            assert numbers[2] == told["cheapest"]["values"]["cost"]
            wanted = [v if v is not None else np.inf for v in chosen["values"].values()]
            assert values[str(case.number)] == [chosen["confidence"], *wanted]
            assert limit_label(chosen["first_break"]["limit"]) in plain(row[-1])
        else:
            assert str(case.number) not in values
    facts = [done.results[case.number]["facts"] for case in done.cases]
    survive, today = (sum(map(bool, (told[key] for told in facts))) for key in ("on_front", "today_survives"))
    assert 0 < today <= survive
    assert f"Of 6 cases {survive} have a design that survives" in markdown(report)
    assert f"today's design survives in {today}." in markdown(report)
    along = next(t for t in report.tables if t.name == "along workload.rate")
    assert [row[0] for row in along.rows] == ["300", "600", "900"]
    assert "<svg" in html(report)


def recommended_of(done, path, value):
    """What is recommended in the cases with this value, as the cases hold it."""
    return [
        done.results[case.number]["facts"]["recommended"]["values"]
        for case in done.cases
        if dict(case.changes)[path] == value and done.results[case.number]["facts"]["recommended"]
    ]


def test_along_a_path_the_lowest_and_the_highest_of_the_other_changes_are_told(done):
    report = batch_report(done, made=DAY)
    table = next(t for t in report.tables if t.name == "along copies")
    for row, copies in zip(table.rows, (2, 4), strict=True):
        best = recommended_of(done, "copies", copies)
        assert row[2].value == len(best)
        for name in ("latency", "cost"):
            found = [one[name] for one in best]
            cell = row[table.columns.index(name)]
            told = [part.value for part in (cell if isinstance(cell, tuple) else (cell,)) if part != " to "]
            assert told[0] == min(found)
            assert told[-1] == pytest.approx(max(found), rel=0.005)  # one number where both read the same


def test_every_line_of_a_chart_is_of_one_combination_of_the_other_changes(done):
    report = batch_report(done, made=DAY)
    lines = [
        block
        for section in report.sections
        if section.name == "along-workload-rate"
        for block in section.blocks
        if isinstance(block, Line) and block.y_label == "latency"
    ]
    (line,) = lines
    drawn = dict([(line.name, line.points), *line.more])
    assert set(drawn) == {"copies = 2", "copies = 4"}
    for copies in (2, 4):
        wanted = [
            (
                dict(case.changes)["workload.rate"],
                done.results[case.number]["facts"]["recommended"]["values"]["latency"],
            )
            for case in done.cases
            if dict(case.changes)["copies"] == copies and done.results[case.number]["facts"]["recommended"]
        ]
        assert list(drawn[f"copies = {copies}"]) == wanted
    page = html(report)
    assert page.count("copies = 4") >= 2
    assert "trace-1" in page


def test_of_many_combinations_each_point_is_one_of_them():
    from optimizer.batch.along import _taken_together

    lines = {f"{k}": ((1.0, float(k)), (2.0, 10.0 - k)) for k in range(6)}
    assert _taken_together(lines) == {
        "highest of 6 combinations": ((1.0, 5.0), (2.0, 10.0)),
        "middle of 6 combinations": ((1.0, 2.0), (2.0, 7.0)),
        "lowest of 6 combinations": ((1.0, 0.0), (2.0, 5.0)),
    }


def test_the_tidy_table_has_a_row_for_every_design_of_every_front(done):
    frame = tidy(done)
    assert len(frame) == sum(len(result["answer"]["front"]) for result in done.results.values())
    assert frame.groupby("case")["is_recommended"].sum().max() == 1
    row = frame.iloc[0]
    first = done.results[int(row["case"])]["answer"]["front"][0]
    assert row["cost"] == first["dimensions"]["cost"]["value"]
    assert row["decision.copies"] == first["design"]["copies"]
    assert [r["case"] for r in summary_rows(done)] == [1, 2, 3, 4, 5, 6]


def test_what_is_recommended_is_read_from_the_record_of_the_solve(done):
    for case in done.cases:
        system = compile_system(varied(SHOP, case.changes))
        record = solve(system, settled(system.space, SolveConfig(seed=case.seed))).recommendation
        told = done.results[case.number]["facts"]["recommended"]
        pick = record.pick("recommended")
        if pick is None:
            assert told is None
            continue
        assert told["design"] == pick.position + 1
        assert (told["confidence"], told["reached"]) == (pick.confidence, record.reached)
        assert told["first_break"]["limit"] == pick.first_break.limit
        assert told["first_break"]["times"] == pick.first_break.times
    frame, rows = tidy(done), summary_rows(done)
    for row in rows:
        told = done.results[row["case"]]["facts"]["recommended"]
        chosen = frame[(frame["case"] == row["case"]) & frame["is_recommended"]]
        assert chosen["design"].tolist() == ([told["design"]] if told else [])
        assert row["confidence"] == (told["confidence"] if told else None)
        assert row["breaks_first"] == (told["first_break"]["limit"] if told else None)


def as_older(told):
    """A case as versions until 0.1 wrote it: they suggested the knee."""
    told = json.loads(json.dumps(told))
    told["answer"]["recommendation"] = None
    facts, place = told["facts"], told["answer"]["knee"]
    facts.update(knee=facts.pop("recommended"), breaks_first=None, breaks_at=None)
    if place is not None:
        front = told["answer"]["front"][place]
        values = {name: value["value"] for name, value in front["dimensions"].items()}
        facts["knee"] = {"design": place + 1, "values": values, "decisions": front["design"]}
        facts.update(breaks_first="utilisation", breaks_at=1.5)
    return told


def test_cases_of_an_older_version_are_read_and_told_as_knees(done, tmp_path):
    run(tmp_path, cases_of())
    for path in (tmp_path / "cases").glob("*.json"):
        path.write_text(json.dumps(as_older(json.loads(path.read_text()))))
    older = begin(cases_of(), tmp_path, resume=True, force=False)
    assert older.missing == []
    told = markdown(batch_report(older, made=DAY))
    survive = sum(bool(done.results[case.number]["facts"]["recommended"]) for case in done.cases)
    assert survive > 0
    assert f"In {survive} cases an older version has suggested the knee" in told
    assert "an older version" not in markdown(batch_report(done, made=DAY))
    rows = [row for row in summary_rows(older) if row["on_front"]]
    assert {(row["breaks_first"], row["breaks_at"]) for row in rows} == {("utilisation", 1.5)}
    assert {(row["confidence"], row["reached"]) for row in rows} == {(None, None)}
    frame = tidy(older)
    for row in rows:
        knee = older.results[row["case"]]["answer"]["knee"]
        chosen = frame[(frame["case"] == row["case"]) & frame["is_recommended"]]
        assert chosen["design"].tolist() == [knee + 1]


def test_draws_that_are_interrupted_are_no_result_of_a_case(monkeypatch):
    from optimizer.solver import solver

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(solver, "recommendation_of", stopped)
    with pytest.raises(KeyboardInterrupt):
        solve_case(cases_of()[0])


# ---- the command ---------------------------------------------------------------------------------------

GRID = ("--vary", "workload.rate=20000:80000:3", "--vary", "more_servers=on,off")
TWELVE = ("--vary", "workload.rate=20000:80000:6", "--vary", "more_servers=on,off")


def test_the_command_writes_cases_and_summary(tradespace, tmp_path):
    code, out, _ = tradespace("batch", EXERCISE, *GRID, "--out", tmp_path / "b", "--workers", "1")
    assert code == 0
    assert "6 of 6 cases finished, 0 failed" in out
    names = {path.name for path in (tmp_path / "b").iterdir()}
    assert names >= {
        "batch.json",
        "cases",
        "report.html",
        "report.md",
        "front.csv",
        "front.parquet",
        "cases.csv",
    }
    frame = pd.read_parquet(tmp_path / "b" / "front.parquet")
    assert set(frame["vary.workload.rate"]) == {20000, 50000, 80000}
    code, _, err = tradespace("batch", EXERCISE, *GRID, "--out", tmp_path / "b")
    assert code == 2
    assert "--resume" in err
    assert tradespace("batch", EXERCISE, *GRID, "--out", tmp_path / "b", "--resume")[0] == 0


def test_each_cases_own_report_on_request(tradespace, tmp_path):
    vary = ("--vary", "more_servers=on,off")
    assert (
        tradespace("batch", EXERCISE, *vary, "--reports", "--out", tmp_path / "b", "--workers", "1")[0] == 0
    )
    for number in ("000001", "000002"):
        assert "The answer" in (tmp_path / "b" / "cases" / number / "report.html").read_text()


def test_a_case_that_fails_gives_exit_code_1(tradespace, tmp_path, monkeypatch):
    def broken(case):
        raise RuntimeError(f"no {case.number}")

    monkeypatch.setattr(running, "solve_case", broken)
    monkeypatch.setattr(running.run_batch, "__kwdefaults__", {"work": broken, "progress": None})
    code, out, err = tradespace("batch", EXERCISE, "--out", tmp_path / "b")
    assert code == 1
    assert "0 failed" not in out
    assert "case 1: RuntimeError: no 1" in err
    assert "Cases that failed" in (tmp_path / "b" / "report.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--vary", "nonsense=1"), "names nothing"),
        (("--vary", "workload.rate=1:2"), "write path="),
        (("--vary", "workload.rate=1:100000:99999", "--seeds", "10000"), "999,990,000 cases"),
        (("--set", "workload.rate=1,2"), "one value"),
        (("--cases", "none.csv"), "none.csv"),
        (("--vary", "more_servers=on", "--cases", "x.csv"), "can't be given together"),
        (("--scheduler", "tcp://127.0.0.1:1", "--vary", "more_servers=on,off"), "can't be reached"),
    ],
)
def test_bad_input_is_told_before_anything_runs(tradespace, tmp_path, arguments, told, monkeypatch):
    monkeypatch.setattr("optimizer.engines.dask.PATIENCE_S", 1)
    code, _, err = tradespace("batch", EXERCISE, *arguments, "--out", tmp_path / "b")
    assert code == 2
    assert told in " ".join(err.split())


def test_a_batch_is_a_run_of_the_store(tradespace, tmp_path):
    store = tmp_path / "runs.sqlite"
    assert tradespace("batch", EXERCISE, *GRID, "--out", tmp_path / "b", "--store", store)[0] == 0
    with RunStore(f"sqlite:///{store}") as opened:
        (run_,) = opened.runs(kind="batch")
    assert (run_.state, run_.done, run_.total) == ("done", 6, 6)
    assert run_.summary == "6 of 6 cases finished, 0 failed"
    with RunStore(f"sqlite:///{store}") as opened:
        text, choices = opened.inputs(run_.id)
    assert scenario_from_text(text).digest() == load_scenario(EXERCISE).digest()
    assert choices["varied"] == {"workload.rate": [20000, 50000, 80000], "more_servers": [True, False]}


def run_command(command, code=0):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A batch that nobody disturbs, as a command in a process of its own."""
    folder = tmp_path_factory.mktemp("kills")
    place = Place(folder / "whole", folder / "runs.sqlite", TWELVE)
    run_command(place.batch("--workers", "2"))
    assert len(place.finished()) == 12
    return place


def test_killed_again_and_again_nothing_is_lost_and_the_result_is_the_same(whole, tmp_path):
    place = Place(tmp_path / "b", tmp_path / "runs.sqlite", TWELVE)
    wanted, more = whole.finished(), []
    for victim, many in (("main", 2), ("main", 5), ("worker", 8)):
        before = place.finished()
        code = killed(
            place.batch("--workers", "2", *more), victim, lambda most=many: len(place.finished()) >= most
        )
        check(place, before, wanted)
        check_store(place.store)
        more = ["--resume"]
        if victim == "main":
            assert code == -signal.SIGKILL
            assert many <= len(place.finished()) < 12
        else:  # another one takes its place
            assert code == 0
    assert place.finished() == wanted
    assert same_summary(place, whole)


#: Runs a command that hears Ctrl-C: one that a shell has put into the background is born deaf to it.
HEARS = "import os, signal, sys; signal.signal(2, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])"


@pytest.mark.parametrize("engine", [("--workers", "2"), ("--scheduler", "local", "--workers", "2")])
def test_ctrl_c_keeps_what_is_finished_and_resume_does_the_rest(whole, tmp_path, engine):
    place = Place(tmp_path / "b", tmp_path / "runs.sqlite", TWELVE)
    process = subprocess.Popen(
        [sys.executable, "-c", HEARS, *place.batch(*engine)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while len(place.finished()) < 3 and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)  # a terminal tells all processes
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted: --resume does what is missing" in out
    assert err == ""
    kept = place.finished()
    assert 3 <= len(kept) < 12
    assert len(pd.read_csv(place.out / "cases.csv").query("state == 'done'")) == len(kept)
    check(place, kept, whole.finished())
    run_command(place.batch(*engine, "--resume"))
    assert place.finished() == whole.finished()
    assert same_summary(place, whole)
    with RunStore(f"sqlite:///{place.store}") as store:
        assert [run.state for run in store.runs()] == ["done", "cancelled"]


def test_a_part_of_a_front_is_no_result_of_a_case(monkeypatch):
    from dataclasses import replace

    from models.errors import EvaluationError
    from optimizer.batch import solving

    def cut(why):
        def solved(system, config):
            solution = solve(system, config)
            return replace(solution, certificate=replace(solution.certificate, ended_early=why))

        return solved

    case = cases_of()[0]
    monkeypatch.setattr(solving, "solve", cut("interrupted"))
    with pytest.raises(KeyboardInterrupt):
        solve_case(case)
    monkeypatch.setattr(solving, "solve", cut("the model failed (division by zero)"))
    with pytest.raises(EvaluationError, match="division by zero"):
        solve_case(case)


def test_reports_that_are_missing_are_made_by_resuming(tradespace, tmp_path):
    ask = ("batch", EXERCISE, "--vary", "more_servers=on,off", "--out", tmp_path / "b", "--workers", "1")
    assert tradespace(*ask)[0] == 0
    assert not list((tmp_path / "b" / "cases").glob("*/report.html"))
    assert tradespace(*ask, "--resume", "--reports")[0] == 0
    assert len(list((tmp_path / "b" / "cases").glob("*/report.html"))) == 2
    other = ("batch", EXERCISE, "--vary", "shed_features=on,off", "--out", tmp_path / "b", "--workers", "1")
    assert tradespace(*other, "--force")[0] == 0
    assert not list((tmp_path / "b" / "cases").glob("*/report.html"))  # of the other batch


def test_what_a_case_leaves_out_is_told_apart_too(tradespace, tmp_path):
    (tmp_path / "cases.csv").write_text("workload.rate,more_servers\n20000,on\n30000,\n90000,maybe\n")
    ask = ("batch", EXERCISE, "--cases", tmp_path / "cases.csv", "--out", tmp_path / "b", "--workers", "1")
    code, out, err = tradespace(*ask)
    assert code == 1
    assert "3 of 3 cases finished, 1 failed" in out
    assert "case 3" in err
    assert "maybe" in err
    told = (tmp_path / "b" / "report.md").read_text()
    assert "over workload.rate, more\\_servers" in told
    assert "as in the file" in told
    code, out, _ = tradespace(*ask, "--resume")
    assert (code, "1 failed" in out) == (1, True)


def test_the_words_of_a_report_hold_no_leftovers(done):
    report = batch_report(done, made=DAY)
    for section in report.sections:
        for block in section.blocks:
            if hasattr(block, "text"):
                assert "None" not in plain(block.text)


def dead_process():
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_what_a_kill_has_left_half_written_is_cleared_and_nothing_else(tradespace, tmp_path):
    ask = ("batch", EXERCISE, "--vary", "more_servers=on,off", "--out", tmp_path / "b", "--workers", "1")
    assert tradespace(*ask)[0] == 0
    half, others = [], []
    dead = dead_process()
    for folder, name in ((tmp_path / "b" / "cases", "000001.json"), (tmp_path / "b", "report.html")):
        half.append(folder / f".{name}.{dead}.abc123{HALF}")
        others += [folder / f".{name}.{os.getpid()}.abc123{HALF}", folder / ".mine", folder / f".{name}.swp"]
    for path in (*half, *others):
        path.write_text("half")
    assert tradespace(*ask, "--resume")[0] == 0
    assert not [path for path in half if path.exists()]
    assert all(path.read_text() == "half" for path in others)


def test_a_process_that_is_killed_while_it_writes_leaves_what_the_next_one_clears(tmp_path):
    program = (
        "import os, signal; from pathlib import Path; from optimizer.atomic_files import write_together\n"
        "def write(path): path.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)\n"
        f"write_together(Path({str(tmp_path)!r}), {{'a.txt': write}})"
    )
    subprocess.run([sys.executable, "-c", program], check=False, cwd=ROOT)
    assert [path.name.startswith(".a.txt.") for path in tmp_path.iterdir()] == [True]
    write_together(tmp_path, {"a.txt": lambda path: path.write_text("whole")})
    assert [path.read_text() for path in tmp_path.iterdir()] == ["whole"]


def test_beginning_anew_deletes_what_the_batch_wrote_and_nothing_else(tradespace, tmp_path):
    ask = ("batch", EXERCISE, "--vary", "more_servers=on,off", "--out", tmp_path / "b", "--workers", "1")
    assert tradespace(*ask, "--reports")[0] == 0
    mine = [
        tmp_path / "b" / name
        for name in (
            "report.docx",
            "report.pdf",
            "front.md",
            "front.notes",
            "cases/notes.json",
            "cases/000001/report.txt",
            "cases/000009/report.html",
        )
    ]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    other = ("batch", EXERCISE, "--vary", "workload.rate=20000", "--out", tmp_path / "b", "--workers", "1")
    assert tradespace(*other, "--force")[0] == 0
    assert all(path.read_text() == "mine" for path in mine)
    assert not (tmp_path / "b" / "cases" / "000002.json").exists()
    assert not (tmp_path / "b" / "cases" / "000002").exists()
    assert not (tmp_path / "b" / "cases" / "000001" / "report.html").exists()


def test_a_folder_with_files_of_somebody_else_is_no_place_for_a_batch(tradespace, tmp_path):
    ask = ("batch", EXERCISE, "--vary", "more_servers=on,off", "--out", tmp_path, "--workers", "1")
    (tmp_path / "report.md").write_text("mine")
    code, _, err = tradespace(*ask)
    assert (code, (tmp_path / "report.md").read_text()) == (2, "mine")
    assert "report.md already" in err
    (tmp_path / "report.md").unlink()
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "000001.json").write_text('{"mine": 1}')
    for more in ((), ("--force",)):
        assert tradespace(*ask, *more)[0] == 2
        assert (tmp_path / "cases" / "000001.json").read_text() == '{"mine": 1}'


@pytest.mark.parametrize("content", ["", "{}", "[" * 100_000, "null", '{"facts": []}'])
def test_the_file_of_a_case_that_cannot_be_read_is_done_again(tradespace, tmp_path, content):
    ask = ("batch", EXERCISE, "--vary", "more_servers=on,off", "--out", tmp_path / "b", "--workers", "1")
    assert tradespace(*ask)[0] == 0
    path = tmp_path / "b" / "cases" / "000001.json"
    before = path.read_bytes()
    told = {**json.loads(before), "facts": {"recommended": 5}}
    path.write_text(content if content != '{"facts": []}' else json.dumps(told))
    assert tradespace(*ask, "--resume")[0] == 0
    assert path.read_bytes() == before
    (tmp_path / "b" / "batch.json").write_text(content)
    code, _, err = tradespace(*ask, "--resume")
    assert code == 2
    assert "unreadable" in err
