"""Engines: the same results here, in processes and on a real Dask cluster; workers that die are replaced."""

from __future__ import annotations

import pytest

from models import compile_system
from models.errors import EvaluationError
from optimizer import solve
from optimizer.answers import solution_answer
from optimizer.config import SolveConfig
from optimizer.engines.choosing import engine_for
from optimizer.engines.dask import Cluster
from optimizer.engines.engine import EngineError
from optimizer.engines.local import Here, Processes
from pieces import always_dies, dies_once, spectrum, square, threads
from reports import everything_scenario

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
def test_a_piece_that_kills_workers_twice_is_set_aside(make):
    with make() as engine:
        found = {outcome.index: outcome for outcome in engine.run(always_dies, range(6))}
    assert sorted(found) == list(range(6))
    assert found[2].is_set_aside
    assert "2 workers died" in found[2].error
    assert [found[i].result for i in (0, 1, 3, 4, 5)] == [0, 1, 3, 4, 5]


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
