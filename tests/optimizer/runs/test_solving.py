"""Solving through the store: bit by bit the same, at once, joined, cancelled, killed and gone on with."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from models import compile_system
from optimizer import solve
from optimizer.files.json import solution_answer, solution_from
from optimizer.runs.connecting import StoreError
from optimizer.runs.moving import read_runs, write_runs
from optimizer.runs.recording import NotKeptError
from optimizer.runs.run import key_of
from optimizer.runs.solving import solution_of, solve_with_store, text_of, wanted_solve
from optimizer.runs.store import RunStore
from optimizer.runs.worker import start_worker, work_on
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig
from optimizer.versions import versions
from reports import ROOT, everything_scenario, exercise
from scenarios import scenario

SEARCH = SolveConfig(method="archive", evaluations=600, seed=5)


def large():
    """A system with more designs than a search of a few seconds can see."""
    return compile_system(
        scenario(
            phases=[{"name": "calm", "rate": 100, "hours": 20}, {"name": "peak", "rate": 700, "hours": 4}],
            components={
                f"c{i}": {"kind": "service", "service_ms": 5 + i, "replicas": 2, "slots": 4} for i in range(5)
            },
            flows={"shop": {"share": 1.0, "trace": [f"c{i}" for i in range(5)]}},
            decisions={f"r{i}": {"integer": [1, 12], "sets": f"c{i}.replicas"} for i in range(5)},
        )
    )


def same(system, a, b):
    return solution_answer(a, system.space) == solution_answer(b, system.space)


@pytest.mark.parametrize("config", [SolveConfig(), SEARCH])
def test_plain_values_hold_a_solution_bit_by_bit(config):
    system = compile_system(everything_scenario())
    solution = solve(system, config)
    told = json.loads(json.dumps(solution_answer(solution, system.space)))
    back = solution_from(told, system.space)
    assert same(system, back, solution)
    for a, b in ((back.front.evaluation, solution.front.evaluation), (back.today, solution.today)):
        assert (a.X == b.X).all()
        assert (a.values == b.values).all()
        assert (a.excess == b.excess).all()
        assert {k: v.tolist() for k, v in a.indicators.items()} == {
            k: v.tolist() for k, v in b.indicators.items()
        }
    assert back.certificate == solution.certificate
    assert back.trace == solution.trace


def test_the_second_time_it_comes_from_the_store(store):
    system, _, _ = exercise()
    first = solve_with_store(store, model_of(system), SolveConfig())
    again = solve_with_store(store, model_of(system), SolveConfig(workers=2))
    fresh = solve_with_store(store, model_of(system), SolveConfig(), fresh=True)
    assert (first.how, again.how, fresh.how) == ("worked out", "from the store", "worked out")
    assert again.run.id == first.run.id != fresh.run.id
    assert same(system, first.solution, solve(system))
    assert same(system, again.solution, first.solution)
    parquet, _ = store.front(first.run.id)
    assert len(pd.read_parquet(io.BytesIO(parquet))) == len(first.solution.front)
    assert first.run.summary == str(first.solution.certificate)


def test_other_settings_are_another_run(store):
    system, _, _ = exercise()
    keys = {key_of("solve", system.digest, {"seed": seed}) for seed in (1, 2)}
    keys |= {key_of("report", system.digest, {"seed": 1}), key_of("solve", "0" * 64, {"seed": 1})}
    assert len(keys) == 4


def test_other_code_is_another_run(monkeypatch):
    before = key_of("solve", "0" * 64, {})
    assert len(versions()["source"]) == 12
    monkeypatch.setattr("optimizer.runs.run.versions", lambda: {**versions(), "source": "changed"})
    assert key_of("solve", "0" * 64, {}) != before


def test_the_source_is_that_of_model_and_optimizer(monkeypatch, tmp_path):
    import optimizer.versions

    known = versions()["source"]  # read once a process
    here, seen = Path.rglob, []
    monkeypatch.setattr(Path, "rglob", lambda root, pattern: seen.append(root.name) or here(root, pattern))
    assert len(optimizer.versions._source()) == len(known) == 12
    assert seen == ["optimizer", "models"]


@pytest.mark.parametrize("method", ["archive", "auto"])
def test_a_cancelled_search_keeps_what_it_found_and_goes_on_to_the_same_end(store, monkeypatch, method):
    monkeypatch.setattr("optimizer.runs.recording.BEAT_S", 0.02)
    monkeypatch.setattr("optimizer.runs.recording.FRONT_S", 0.0)
    monkeypatch.setattr("optimizer.search.checkpoints.EVERY_S", 0.0)
    # With no time to look at all designs, `auto` searches them.
    system, config = large(), SolveConfig(method=method, evaluations=6000, seed=5, exact_seconds=1e-3)
    text = text_of(system, None)
    seen = []

    def cancel(done, total, on_front):
        seen.append(done)
        if total == 6000 and done >= 1000 and not store.get(run.id).cancel:
            store.cancel(run.id)

    run = store.request(wanted_solve(model_of(system), config, text=text))
    first = solve_with_store_begun(store, run, system, config, cancel)
    told = store.get(run.id)
    assert told.state == "cancelled"
    assert first.certificate.ended_early == "interrupted"
    assert 1000 <= told.done < 6000
    assert told.on_front == len(first.front) > 0
    assert same(system, solution_of(store, told, system.space), first)
    again = solve_with_store(store, model_of(system), config, text=text)
    assert (again.run.id, again.run.state) == (run.id, "done")
    whole = solve(system, config)
    assert (again.solution.front.X == whole.front.X).all()
    # How it was solved, and why so, is told as if nothing had happened.
    assert again.solution.config == whole.config == config
    assert again.solution.certificate.method == whole.certificate.method == "search"
    begins = "looking at all 248,832 designs" if method == "auto" else ""
    assert all(s.certificate.why.startswith(begins) for s in (again.solution, whole))
    assert again.solution.certificate.why == whole.certificate.why


def solve_with_store_begun(store, run, system, config, progress):
    from optimizer.runs.solving import perform

    assert store.begin(run.id)
    return perform(store, run, model_of(system), config, progress=progress)


def test_a_solve_that_fails_says_so_in_its_run(store, monkeypatch):
    system, _, _ = exercise()

    def broken(*_, **__):
        raise RuntimeError("no")

    monkeypatch.setattr("optimizer.runs.solving.solve", broken)
    with pytest.raises(RuntimeError):
        solve_with_store(store, model_of(system), SolveConfig())
    (run,) = store.runs()
    assert (run.state, run.error) == ("failed", "RuntimeError: no")


def test_a_process_of_its_own_works_on_a_run_and_others_join(url, store):
    system = large()
    config = SolveConfig(method="archive", evaluations=3000, seed=1)
    text = text_of(system, None)
    run = store.request(wanted_solve(model_of(system), config, text=text))
    worker = start_worker(store, run)
    joined = solve_with_store(store, model_of(system), config, text=text)
    assert worker.wait(60) == 0
    assert joined.run.id == run.id
    assert joined.how in ("joined", "worked out")
    assert same_front(joined.solution, solve(system, config))


def same_front(a, b):
    return a.front.X.shape == b.front.X.shape and bool((a.front.X == b.front.X).all())


#: A worker that keeps checkpoint and front after every batch of designs, so that no kill comes too early.
EAGER = """
import optimizer.runs.recording, optimizer.search.checkpoints
from optimizer.runs.worker import main
optimizer.search.checkpoints.EVERY_S = optimizer.runs.recording.FRONT_S = 0.0
main()
"""


def eager_worker(url, run):
    return subprocess.Popen(
        [sys.executable, "-c", EAGER, run.id], env={**os.environ, "TRADESPACE_STORE": url}, cwd=ROOT
    )


def test_a_worker_that_is_killed_is_noticed_and_its_search_goes_on(url, store):
    system = large()
    config = SolveConfig(method="archive", evaluations=2500, seed=2)
    text = text_of(system, None)
    run = store.request(wanted_solve(model_of(system), config, text=text))
    worker = eager_worker(url, run)
    wait_for(lambda: store.checkpoint(run.id) is not None, 60)
    worker.kill()
    worker.wait()
    front_then = store.front(run.id)
    assert front_then is not None
    assert len(pd.read_parquet(io.BytesIO(front_then[0]))) > 0
    time.sleep(0.3)
    assert store.bury(silent_s=0.2) == 1
    again = store.request(wanted_solve(model_of(system), config, text=text))
    assert (again.id, again.state) == (run.id, "queued")
    assert again.done >= 0
    assert store.checkpoint(run.id) is not None
    worker = start_worker(store, again)
    assert worker.wait(120) == 0
    ended = store.get(run.id)
    assert ended.state == "done"
    assert same_front(solution_of(store, ended, system.space), solve(system, config))


def test_whoever_waits_for_a_run_whose_process_dies_goes_on_with_it(store, monkeypatch):
    system, _, _ = exercise()
    text = text_of(system, None)
    run = store.request(wanted_solve(model_of(system), SolveConfig(), text=text))
    assert store.begin(run.id, worker="a process that dies at once")
    monkeypatch.setattr("optimizer.runs.run.SILENT_S", 0.2)
    monkeypatch.setattr("optimizer.runs.solving.LOOK_S", 0.05)
    bury = store.bury
    monkeypatch.setattr(store, "bury", lambda: bury(silent_s=0.2))
    found = solve_with_store(store, model_of(system), SolveConfig(), text=text)
    assert (found.how, found.run.id, found.run.state) == ("worked out", run.id, "done")
    assert same(system, found.solution, solve(system, SolveConfig()))


def test_a_result_that_the_store_cannot_take_is_not_lost(store, monkeypatch):
    system, _, _ = exercise()

    def away(*_, **__):
        raise StoreError("the run store has gone")

    monkeypatch.setattr(store, "end", away)
    with pytest.raises(NotKeptError, match="not kept: the run store has gone") as told:
        solve_with_store(store, model_of(system), SolveConfig())
    assert same(system, told.value.solution, solve(system, SolveConfig()))


def test_a_store_that_is_away_for_a_while_stops_no_search(store, monkeypatch):
    monkeypatch.setattr("optimizer.runs.recording.FRONT_S", 0.0)
    asked = []

    def away(*_, **__):
        asked.append(1)
        raise StoreError("the run store is away")

    monkeypatch.setattr(store, "keep_front", away)
    monkeypatch.setattr(store, "beat", away)
    system = compile_system(everything_scenario())
    found = solve_with_store(store, model_of(system), SEARCH)
    assert asked
    assert found.run.state == "done"
    assert same_front(found.solution, solve(system, SEARCH))


def wait_for(holds, seconds):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


def test_no_more_run_at_once_than_there_is_room_for(store):
    system, _, _ = exercise()
    text = text_of(system, None)
    first = store.request(wanted_solve(model_of(system), SolveConfig(seed=1), text=text))
    assert store.begin(first.id)
    second = store.request(wanted_solve(model_of(system), SolveConfig(seed=2), text=text))
    thread = threading.Thread(target=work_on, args=(store, second.id), kwargs={"most": 1})
    thread.start()
    time.sleep(0.3)
    assert store.get(second.id).state == "queued"
    store.end(first.id, "done")
    thread.join(30)
    assert store.get(second.id).state == "done"


def test_runs_move_to_another_store_whole(store, tmp_path):
    system, _, _ = exercise()
    found = solve_with_store(store, model_of(system), SolveConfig())
    store.note(found.run.id, "why")
    store.tag(found.run.id, ["kept"])
    assert write_runs(store, [found.run.id], tmp_path / "runs.json") == 1
    with RunStore(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        assert read_runs(other, tmp_path / "runs.json") == (1, 0)
        assert read_runs(other, tmp_path / "runs.json") == (0, 1)
        assert other.get(found.run.id) == store.get(found.run.id)
        assert other.front(found.run.id) == store.front(found.run.id)
        again = solve_with_store(other, model_of(system), SolveConfig())
        assert again.how == "from the store"


def test_a_live_run_that_moves_is_interrupted_there(store, tmp_path):
    system, _, _ = exercise()
    wanted = wanted_solve(model_of(system), SolveConfig())
    run = store.request(wanted)
    store.begin(run.id)
    write_runs(store, [run.id], tmp_path / "runs.json")
    with RunStore(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        read_runs(other, tmp_path / "runs.json")
        assert other.get(run.id).state == "interrupted"
        assert other.request(wanted, fresh=True).id != run.id  # it doesn't count as live there
        assert other.request(wanted).state == "queued"
