"""A batch that the store keeps whole: a process works on it, it is stopped, killed, gone on with."""

from __future__ import annotations

import io
import os
import signal
import time
from dataclasses import asdict
from functools import partial

import pyarrow.parquet as pq
import pytest

from models.scenario.load import scenario_from_text
from models.system.compiler import compile_system
from optimizer.batch.job import work
from optimizer.batch.kept import batch_of, cases_of, kept_of, solve_briefly, wanted_batch
from optimizer.batch.running import Batch
from optimizer.batch.solving import solve_case
from optimizer.batch.summary import batch_report, summary_rows
from optimizer.batch.varied import VariedError
from optimizer.engines.local import Here
from optimizer.files.gallery import path_of
from optimizer.runs.comparing import compare_runs
from optimizer.runs.connecting import StoreError
from optimizer.runs.solving import follow, solve_with_store
from optimizer.runs.store import RunStore
from optimizer.runs.worker import start_worker, work_on
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig

TEXT = path_of("black-friday-exercise").read_text(encoding="utf-8")
SCENARIO = scenario_from_text(TEXT)
#: The job of a batch, in this process.
HERE = partial(work, engine=Here())
VARY = [("workload.rate", (2000, 5000, 8000)), ("platform.service_ms", (60, 90))]


@pytest.fixture
def store(tmp_path):
    with RunStore(f"sqlite:///{tmp_path / 'runs.sqlite'}") as found:
        yield found


def asked(store, vary=VARY, seeds=1, **more):
    wanted, _ = wanted_batch(SCENARIO, TEXT, vary, seeds, SolveConfig(), **more)
    return store.request(wanted)


def test_every_case_is_kept_as_it_is_solved_alone(store):
    run = asked(store)
    work_on(store, run.id, HERE)
    ended = store.get(run.id)
    assert (ended.state, ended.done, ended.total) == ("done", 6, 6)
    batch = batch_of(store, ended)
    assert batch.missing == []
    for case in batch.cases:
        alone = solve_case(case)
        assert batch.results[case.number]["facts"] == alone["facts"]
        told, kept = alone["facts"]["recommended"], batch.results[case.number]["answer"]
        assert kept["front"] == ([] if told is None else [alone["answer"]["front"][told["design"] - 1]])
        picks = kept["recommendation"]["picks"]
        assert [pick["position"] for pick in picks if "recommended" in pick["roles"]] == (
            [] if told is None else [0]
        )


def test_the_summary_of_what_is_kept_is_that_of_the_batch(store):
    from datetime import date

    from optimizer.report.data import report_data
    from optimizer.report.writing import FORMATS, report_bytes

    run = asked(store)
    work_on(store, run.id, HERE)
    batch = batch_of(store, store.get(run.id))
    whole = Batch(batch.cases)
    for case in batch.cases:
        whole.results[case.number] = {**solve_case(case), "error": "", "set_aside": False}
    assert summary_rows(batch) == summary_rows(whole)
    made = date(2026, 1, 2)
    assert report_data(batch_report(batch, made=made)) == report_data(batch_report(whole, made=made))
    for name in set(FORMATS) - {"adr"}:
        assert report_bytes(batch_report(batch, made=made), name)[2]
    rows = pq.read_table(io.BytesIO(store.front(run.id)[0])).to_pylist()
    assert [row["vary.workload.rate"] for row in rows] == ["2000", "2000", "5000", "5000", "8000", "8000"]


def test_who_asks_the_same_again_is_answered_from_the_store(store):
    run = asked(store)
    work_on(store, run.id, HERE)
    assert asked(store).id == run.id
    assert asked(store, seeds=2).id != run.id


def test_stopped_it_keeps_what_is_finished_and_goes_on_with_the_rest(store, monkeypatch):
    done = []

    def until_the_third(case):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(case.number)
        return solve_briefly(case)

    run = asked(store)
    monkeypatch.setattr("optimizer.batch.job.solve_briefly", until_the_third)
    work_on(store, run.id, HERE)
    stopped = store.get(run.id)
    assert (stopped.state, stopped.done, stopped.total) == ("cancelled", 2, 6)
    assert batch_of(store, stopped).missing == [3, 4, 5, 6]

    def the_rest(case):
        done.append(case.number)
        return solve_briefly(case)

    monkeypatch.setattr("optimizer.batch.job.solve_briefly", the_rest)
    assert asked(store).id == run.id
    work_on(store, run.id, HERE)
    assert store.get(run.id).state == "done"
    assert done == [1, 2, 3, 4, 5, 6], "nothing is done twice"


def test_a_case_that_fails_stops_nobody_and_is_told(store, monkeypatch):
    def one_fails(case):
        if case.number == 2:
            raise VariedError("no luck")
        return solve_briefly(case)

    run = asked(store)
    monkeypatch.setattr("optimizer.batch.job.solve_briefly", one_fails)
    work_on(store, run.id, HERE)
    ended = store.get(run.id)
    assert ended.state == "done"
    assert "1 failed" in ended.summary
    assert batch_of(store, ended).results[2]["error"] == "no luck"


def test_what_cannot_be_read_fails_with_its_reason(store):
    wanted, _ = wanted_batch(SCENARIO, "name: nothing", VARY, 1, SolveConfig())
    run = store.request(wanted)
    work_on(store, run.id)
    failed = store.get(run.id)
    assert failed.state == "failed"
    assert "schema" in failed.error


def test_a_process_of_its_own_works_on_it_and_stops_within_a_case(store):
    text = path_of("read-heavy-social-feed").read_text(encoding="utf-8")
    config = SolveConfig(method="archive", evaluations=50_000_000)  # no case of this ever ends here
    wanted, _ = wanted_batch(scenario_from_text(text), text, [], 2, config)
    run = store.request(wanted)
    worker = start_worker(store, run)
    until = time.monotonic() + 60
    while store.get(run.id).state == "queued" and time.monotonic() < until:
        time.sleep(0.1)
    store.cancel(run.id)
    ended = follow(store, run.id)
    assert worker.wait(60) == 0
    assert (ended.state, ended.error) == ("cancelled", "")
    assert batch_of(store, ended).results == {}


def test_killed_it_is_noticed_and_goes_on(store):
    run = asked(store)
    worker = start_worker(store, run)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    if store.get(run.id).state == "running":
        store.bury(silent_s=0.0)
    again = asked(store)
    assert again.id == run.id
    worker = start_worker(store, again)
    assert follow(store, run.id).state == "done"
    assert worker.wait(60) == 0
    assert batch_of(store, store.get(run.id)).missing == []


def test_values_that_cannot_be_are_refused_before_anything_is_kept(store):
    with pytest.raises(VariedError, match="nonsense names nothing"):
        asked(store, vary=[("nonsense", (1, 2))])
    with pytest.raises(VariedError, match="100,000 at most"):
        asked(store, vary=[("workload.rate", tuple(range(1, 1001)))], seeds=101)
    assert store.runs() == []


def test_a_batch_is_no_front_to_compare(store):
    batch = asked(store, seeds=1, vary=[])
    work_on(store, batch.id, HERE)
    system = compile_system(SCENARIO)
    solved = solve_with_store(store, model_of(system), SolveConfig(), text=TEXT)
    with pytest.raises(StoreError, match="batch, done"):
        compare_runs(store, store.get(batch.id), solved.run)


def test_settings_reach_the_cases():
    cases = cases_of(SCENARIO, VARY, 2, SolveConfig(evaluations=64))
    assert {case.seed for case in cases} == {0, 1}
    assert all(case.config["evaluations"] == 64 for case in cases)
    assert set(cases[0].config) == set(asdict(SolveConfig())) - {"seed", "workers"}


def test_what_is_kept_of_nothing_can_be_read(store):
    empty = Batch(cases_of(SCENARIO, VARY, 1, SolveConfig()))
    parquet, text = kept_of(empty)
    assert len(pq.read_table(io.BytesIO(parquet))) == 6
    assert '"cases": []' in text
