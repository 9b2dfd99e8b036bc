"""Engines: the same results here, in processes and on a real Dask cluster; workers that die are replaced."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from models import compile_system
from models.errors import EvaluationError
from optimizer import solve
from optimizer.engines.choosing import engine_for
from optimizer.engines.dask import Cluster
from optimizer.engines.engine import EngineError
from optimizer.engines.local import Here, Processes
from optimizer.engines.processes import AHEAD, LEAST_SPREAD, SpreadOut, Workers
from optimizer.files.json import solution_answer
from optimizer.solver.config import SolveConfig
from optimizer.versions import versions
from pieces import DiesOnce, always_dies, dies_once, slow, spectrum, square, threads
from reports import ROOT, everything_scenario

#: Dask's own worker processes end after the last test.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def cluster():
    with Cluster("local", workers=2) as found:
        yield found


@pytest.fixture(params=["here", "processes", "dask"])
def engine(request):
    if request.param == "here":
        yield Here()
    elif request.param == "processes":
        with Processes(2) as found:
            yield found
    else:
        yield request.getfixturevalue("cluster")


def test_every_piece_is_done_and_a_bad_one_stops_nobody(engine):
    pieces = [*range(20), "bad", 20]
    found = {outcome.index: outcome for outcome in engine.run(square, pieces)}
    assert sorted(found) == list(range(22))
    assert [found[i].result for i in range(20)] == [i * i for i in range(20)]
    assert found[20].result is None
    assert found[20].error == "ValueError: bad piece"
    assert not found[20].is_set_aside
    assert found[21].result == 400


def test_results_are_the_same_bit_by_bit(engine):
    wanted = [spectrum(seed) for seed in range(12)]
    assert list(engine.in_order(spectrum, range(12))) == wanted
    found = {outcome.index: outcome.result for outcome in engine.run(spectrum, range(12))}
    assert [found[i] for i in range(12)] == wanted


def test_workers_use_one_thread_each(engine):
    if isinstance(engine, Here):
        pytest.skip("this process is as it is")
    assert {tuple(outcome.result) for outcome in engine.run(threads, range(4))} == {("1", "1")}


@pytest.mark.parametrize("make", [lambda: Processes(2), lambda: Cluster("local", workers=2)])
def test_a_worker_that_dies_is_replaced_and_its_piece_done_again(make, tmp_path):
    with make() as engine:
        pieces = [(number, str(tmp_path)) for number in range(8)]
        found = {outcome.index: outcome for outcome in engine.run(dies_once, pieces)}
    assert (tmp_path / "died-3").exists()
    assert [found[i].result for i in range(8)] == list(range(8))
    assert not any(outcome.error for outcome in found.values())


@pytest.mark.parametrize("make", [lambda: Processes(2), lambda: Cluster("local", workers=2)])
def test_in_order_too_a_worker_that_dies_is_replaced_and_a_piece_that_kills_ends_it(make, tmp_path):
    with make() as engine:
        pieces = [(number, str(tmp_path)) for number in range(8)]
        assert list(engine.in_order(dies_once, pieces)) == list(range(8))
        assert (tmp_path / "died-3").exists()
        given = []
        with pytest.raises(EvaluationError, match="died"):
            given.extend(engine.in_order(always_dies, range(6)))
        assert given == [0, 1]


def test_a_search_goes_on_when_a_process_dies(tmp_path):
    X = np.arange(2.0 * LEAST_SPREAD)[:, None]
    with SpreadOut(DiesOnce(str(tmp_path)), workers=2) as spread:
        assert (spread(X).values == X).all()
    assert (tmp_path / "died").exists()


def test_workers_do_not_outlive_the_process_that_started_them():
    code = """
import os, signal
from optimizer.engines.local import Processes
from pieces import process
workers = set()
with Processes(2) as engine:
    for outcome in engine.run(process, range(50)):
        workers.add(outcome.result)
        if len(workers) == 2:
            print(*workers, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    workers = [int(line) for line in done.stdout.split()]
    assert len(workers) == 2
    end = time.monotonic() + 20
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("make", [lambda: Processes(2), lambda: Cluster("local", workers=2)])
def test_a_piece_that_kills_workers_twice_is_set_aside(make):
    with make() as engine:
        found = {outcome.index: outcome for outcome in engine.run(always_dies, range(6))}
    assert sorted(found) == list(range(6))
    assert found[2].is_set_aside
    assert "2 workers died" in found[2].error
    assert [found[i].result for i in (0, 1, 3, 4, 5)] == [0, 1, 3, 4, 5]


def test_what_a_process_had_at_hand_when_another_piece_killed_it_is_done():
    with Workers(always_dies, 2) as team:
        found = dict(team.outcomes(range(6), at_hand=3))
    assert sorted(found) == list(range(6))
    assert found[2] is None
    assert [found[i].result() for i in (0, 1, 3, 4, 5)] == [0, 1, 3, 4, 5]


def test_pieces_are_taken_as_they_are_needed():
    taken = []
    endless = (taken.append(n) or n for n in itertools.count())
    with Workers(square, 2) as team:
        found = list(itertools.islice(team.in_order(endless), 20))
    assert found == [n * n for n in range(20)]
    assert len(taken) <= 20 + 2 * AHEAD * 2


def test_pieces_in_order_raise_what_was_raised(engine):
    with pytest.raises((ValueError, EvaluationError), match="bad piece"):
        list(engine.in_order(square, [1, "bad", 2]))


def test_an_enumeration_is_split_over_workers_with_the_same_front(engine):
    system = compile_system(everything_scenario())
    alone = solve(system, SolveConfig(method="exact"))
    split = solve(system, SolveConfig(method="exact", chunk=7), engine=engine)
    told = [solution_answer(one, system.space) for one in (alone, split)]
    for one in told:
        del one["config"]
    assert told[0] == told[1]


def test_workers_with_other_versions_are_told_of(cluster, monkeypatch):
    # `versions` of this process only: the workers say what they really have
    other = {**versions(), "numpy": "0.1"}
    monkeypatch.setattr("optimizer.engines.dask.versions", lambda: other)
    (outcome,) = cluster.run(square, [3])
    assert outcome.result is None
    assert f"numpy {versions()['numpy']} instead of 0.1" in outcome.error
    with pytest.raises(EngineError, match="install the same everywhere"):
        list(cluster.in_order(square, [3]))


@contextmanager
def scheduler(*, workers):
    """A scheduler in a process of its own, with workers; its address, and the process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    here = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    command = [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    started = [subprocess.Popen(command, env=here, **quiet)]
    try:
        if workers:
            command = [
                *dask,
                "worker",
                address,
                "--nworkers",
                str(workers),
                "--nthreads",
                "1",
                "--no-dashboard",
            ]
            started.append(subprocess.Popen(command, env=here, cwd=ROOT, **quiet))
        yield address, started[0]
    finally:
        for process in reversed(started):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_scheduler_by_its_address_and_one_that_is_lost(monkeypatch):
    with scheduler(workers=2) as (address, process):
        with Cluster(address) as engine:
            found = {outcome.index: outcome.result for outcome in engine.run(slow, range(5))}
            assert found == {i: i for i in range(5)}
            assert engine.workers in (1, 2)
        monkeypatch.setattr("optimizer.engines.dask.PATIENCE_S", 1)
        with Cluster(address) as engine:
            outcomes = engine.run(slow, range(50))
            assert next(outcomes).error == ""
            process.kill()
            with pytest.raises(EngineError, match=f"the scheduler {address} was lost"):
                list(outcomes)


def test_a_scheduler_without_workers_is_told_of(monkeypatch):
    monkeypatch.setattr("optimizer.engines.dask.FIRST_WORKER_S", 0.3)
    with (
        scheduler(workers=0) as (address, _),
        pytest.raises(EngineError, match="has no workers"),
        Cluster(address),
    ):
        pass


def test_which_engine_is_meant():
    assert isinstance(engine_for(pieces=1), Here)
    assert isinstance(engine_for(pieces=9, workers=1), Here)
    assert engine_for(pieces=9, workers=3).workers == 3
    assert isinstance(engine_for(pieces=9, scheduler="local"), Cluster)


def test_a_scheduler_that_is_not_there_is_told_of(monkeypatch):
    monkeypatch.setattr("optimizer.engines.dask.PATIENCE_S", 1)
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        with pytest.raises(EngineError, match="can't be reached"), Cluster(address):
            pass
