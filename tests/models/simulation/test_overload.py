"""Stations that get more than they can do: those that refuse come to rest, those that can't never do."""

from __future__ import annotations

import numpy as np
import pytest

from models.simulation import columns as at
from models.simulation.collapse import lived
from models.simulation.queues import Queues
from simulated import cache, is_known, played, station, store


@pytest.mark.parametrize("bound", [{"queue_limit": 2000}, {"max_wait_s": 2.0}])
def test_a_queue_with_an_end_fills_and_then_refuses(bound):
    # 1,200/s on 1,000/s: it takes 10 s to fill, and then 1/1.2 of the requests are answered after 2 s.
    found = played({"web": station(0.01, 10, **bound)}, "web", rate=1200.0, mean_precision=0.02)
    assert found.runs_collapsed == 0
    assert found.ended == "precision"
    assert found.warm_up_s >= 10.0
    assert is_known(found.overall.success, 1.0 / 1.2)
    assert found.overall.mean_ms.value == pytest.approx(2000.0, rel=0.03)


def test_three_times_too_much_is_no_collapse_where_it_is_refused():
    found = played({"web": station(0.01, 10, queue_limit=2000)}, "web", rate=3000.0)
    assert found.runs_collapsed == 0
    assert found.overall.success.value == pytest.approx(1.0 / 3.0, abs=0.01)


def test_what_has_had_no_time_to_fill_tells_no_numbers():
    # Full after 100 s; only 30 s are simulated.
    found = played({"web": station(0.01, 10, queue_limit=20_000)}, "web", rate=1200.0, seconds=30.0)
    assert found.runs_collapsed == 0
    assert found.overall.success is None


def test_a_pool_that_keeps_its_threads_bounds_what_is_under_it():
    # 12/s on a store of 10/s: the pool's 50 threads all wait for it, and its own queue of 500 refuses.
    parts = {"web": station(0.001, 50, blocking=True, queue_limit=500), "db": store(0.1)}
    found = played(parts, {"call": "web", "then": ["db"]}, rate=12.0)
    assert found.runs_collapsed == 0
    assert found.overall.success.value == pytest.approx(10.0 / 12.0, abs=0.03)


def test_a_queue_without_end_behind_one_that_refuses_is_a_collapse():
    # 15/s pass the first, of which 5/s too many for the second.
    parts = {"web": station(1.0 / 15.0, queue_limit=50), "db": store(0.1)}
    found = played(parts, "web", "db", rate=30.0)
    assert found.ended == "collapsed"
    assert found.lived_s == (0.0,)


def test_waiters_that_go_on_all_at_once_are_no_collapse():
    # 5,400 wait for one load, and then make three calls each, more than the run began with room for.
    parts = {
        "c": cache(0.0001, keys=1, ttl_s=5.0, coalescing=True),
        "db": store(0.45, slots=8, service_scv=0.0),
        "api": station(0.001, 1000),
    }
    trace = [{"call": "c", "then": ["db"]}, {"parallel": [["api"], ["api"], ["api"]]}]
    found = played(parts, *trace, rate=12_000.0, events=1_500_000)
    assert found.ended == "events"
    assert found.runs_collapsed == 0
    assert found.components[0].hit_share.value == pytest.approx(1.0 - 0.45 / 5.45, abs=0.03)


def test_caches_without_room_are_no_collapse(monkeypatch):
    from models.simulation import stationary

    monkeypatch.setattr(stationary, "MOST_ENTRIES", 1 << 12)
    found = played({"c": cache(keys=1e6, ttl_s=10.0)}, "c", rate=1000.0)
    assert found.ended == "crowded"
    assert found.runs_collapsed == 0


def test_a_queue_without_end_has_the_time_at_which_it_began():
    counted = np.zeros((640, 1, at.SINCE))
    counted[:, 0, at.ARRIVALS] = counted[:, 0, at.BEGUN] = 100.0
    counted[:, 0, at.BUSY_S] = 1.0
    counted[160:, 0, at.ARRIVALS] = 110.0  # a quarter of the run was well
    answers = np.zeros((640, at.ANSWER))
    answers[:, at.ENDED] = answers[:, at.ANSWERS] = 100.0
    one = np.ones(1)
    endless = Queues(counted, one, np.full(1, np.inf), np.ones(1, dtype=bool), 1.0)
    assert lived(answers, endless, 1.0, 0.0) == pytest.approx(160.0, abs=2.0)
    bounded = Queues(counted, one, np.full(1, 1e6), np.ones(1, dtype=bool), 1.0)
    assert lived(answers, bounded, 1.0, 0.0) is None
    assert bounded.is_filling


def test_shed_requests_are_no_failures():
    # First nobody is shed, then 60 % are, and all others are answered.
    answers = np.zeros((640, at.ANSWER))
    answers[:, at.ENDED], answers[:, at.ANSWERS] = 100.0, 100.0
    answers[320:, at.ANSWERS], answers[320:, at.SHED_REQUESTS] = 40.0, 60.0
    idle = Queues(np.zeros((640, 1, at.SINCE)), np.ones(1), np.ones(1), np.ones(1, dtype=bool), 1.0)
    assert lived(answers, idle, 1.0, 0.0) is None
    answers[:, at.SHED_REQUESTS] = 0.0
    assert lived(answers, idle, 1.0, 0.0) == pytest.approx(320.0, abs=8.0)


def test_a_flow_counts_what_it_sheds():
    found = played({"web": station(0.01, 10)}, "web", rate=100.0, flow={"shed_share": 0.6}, events=50_000)
    assert found.runs_collapsed == 0
    assert found.overall.success.value == pytest.approx(0.4, abs=0.02)
