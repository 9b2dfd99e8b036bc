"""Autoscalers and queues by steps: when copies come and go, and what waits until then."""

from __future__ import annotations

import numpy as np
import pytest

from models import compile_system
from models.faults.timed_change import Change, TimedChange
from models.steps.course import Leg
from models.steps.play import play
from scenarios import scenario

#: As in a published test of pods: three that were full carried 49 MiB/s, new ones came 169 s later.
PODS = {"kind": "service", "service_ms": 3000.0 / 49.0, "service_scv": 0.0, "autoscaling": True}
PODS |= {"max_replicas": 8, "start_up_s": 169.0, "look_back_s": 15.0, "cool_down_s": 120.0}


def system_of(part, *rates, trace=None, **beside):
    phases = [{"name": f"p{k}", "rate": rate, "hours": 1.0} for k, rate in enumerate(rates)]
    flows = {"all": {"share": 1.0, "trace": trace or ["part"]}}
    return compile_system(scenario(components={"part": part, **beside}, flows=flows, phases=phases))


def played(system, *seconds, changes=(), runs=2, bin_s=1.0):
    legs = [Leg(k, each) for k, each in enumerate(seconds)]
    return play(system, system.space.today, legs, changes, seeds=range(1, runs + 1), bin_s=bin_s, threads=2)[
        0
    ]


def test_copies_come_a_start_up_time_after_they_are_asked_for():
    """Three copies at 30/s; from 60 s on 55/s, of which they do 49: full, they ask for ceil(3 / 0.7) = 5 at
    one of the next look-backs, which serve 169 s after it.
    """
    found = played(system_of(PODS, 30.0, 55.0), 60.0, 230.0)
    for run in found.servers[:, :, 0]:
        assert set(run[:229]) == {3.0}
        first = int(np.argmax(run > 3.0))
        assert 60 + 169 <= first <= 60 + 169 + 2 * 15
        assert run[-1] == 5.0
    # 6/s too many, from the change to the new copies, wait.
    assert found.waiting[:, 228, 0].mean() == pytest.approx(6.0 * 169.0, rel=0.15)


def test_copies_are_stopped_after_the_cool_down_only():
    """Five copies at 55/s; at 12/s two are enough: ceil(12 / 16.3 / 0.7)."""
    found = played(system_of(PODS, 55.0, 12.0), 60.0, 240.0)
    for run in found.servers[:, :, 0]:
        assert set(run[: 60 + 119]) == {5.0}
        first = int(np.argmax(run < 5.0))
        assert 60 + 120 <= first <= 60 + 120 + 2 * 15
        assert run[-1] == 2.0
    kept = played(system_of(PODS | {"scale_in": False}, 55.0, 12.0), 60.0, 240.0)
    assert set(kept.servers[:, :, 0].ravel()) == {5.0}


def test_never_more_than_the_most_nor_fewer_than_the_least():
    part = PODS | {"max_replicas": 4, "min_replicas": 2, "start_up_s": 5.0, "cool_down_s": 20.0}
    found = played(system_of(part, 50.0, 0.5), 90.0, 120.0)
    assert (found.servers.max(), found.servers[:, -1].max()) == (4.0, 2.0)


def test_what_a_fault_takes_is_started_anew():
    """Half of six copies are lost at 20 s for the rest of the run: the others are full, and ask for more."""
    part = PODS | {"start_up_s": 10.0, "max_replicas": 12}
    found = played(system_of(part, 60.0), 120.0, changes=[TimedChange(Change.LOST, 0, 20.0, 120.0, 0.5)])
    run = found.servers[0, :, 0]
    assert (run[10], run[25]) == (6.0, 3.0)
    assert run[-1] >= 5.0


def test_a_backlog_stands_before_the_next_phase():
    """1,200 messages a minute for 20 minutes over consumers of 500 leave 14,000; at 200 a minute they are
    gone 46.7 minutes later. Users feel nothing of it.
    """
    jobs = {"kind": "queue", "service_ms": 118.0, "service_scv": 0.0}
    trace = ["part", {"call": "jobs", "async": True, "then": ["db"]}]
    db = {"kind": "store", "service_ms": 2.0, "service_scv": 0.0}
    web = {"kind": "service", "service_ms": 5.0}
    system = system_of(web, 20.0, 10.0 / 3.0, trace=trace, jobs=jobs, db=db)
    found = played(system, 1200.0, 3600.0, bin_s=60.0)
    waiting = found.waiting[:, :, 1].mean(axis=0)
    assert waiting[19] == pytest.approx(14_000.0, rel=0.04)
    assert np.argmax(waiting[20:] < 20.0) == pytest.approx(46.7, abs=2.5)
    assert np.nanmax(found.mean_ms[:, :, 0]) < 7.0


def test_consumers_that_scale_drain_it_sooner():
    jobs = {"kind": "queue", "service_ms": 120.0, "service_scv": 0.0, "autoscaling": True, "start_up_s": 30.0}
    jobs |= {"max_replicas": 8, "look_back_s": 10.0}
    trace = ["part", {"call": "jobs", "async": True}]
    system = system_of({"kind": "service", "service_ms": 5.0}, 3.0, 20.0, trace=trace, jobs=jobs)
    found = played(system, 30.0, 600.0, bin_s=10.0)
    # One consumer does 8.33/s; 11.7/s too many wait until more are there.
    waiting = found.waiting[:, :, 1].mean(axis=0)
    assert 300.0 < waiting.max() < 1200.0
    assert waiting[-1] < 30.0
