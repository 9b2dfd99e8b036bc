"""A single station by steps: against closed forms, and what keeps a failed state alive."""

from __future__ import annotations

import numpy as np
import pytest

from models.faults.timed_change import Change, TimedChange
from models.steps.course import Leg
from models.steps.play import play
from simulated import erlang_b, erlang_c, station, system_of

#: The reference station: 10 servers x 0.1 s, given up after 0.5 s, three retries.
SERVERS, SERVICE_S, TIMEOUT_S, RETRIES = 10, 0.1, 0.5, 3
CALL = {"call": "s", "timeout_ms": TIMEOUT_S * 1e3, "retries": RETRIES}


def reference(rate: float, *, call=None, **more):
    return system_of({"s": station(SERVICE_S, SERVERS, **more)}, CALL | (call or {}), rate=rate)


def played(system, seconds: float, changes=(), *, runs: int = 4, **more):
    seeds = range(1, runs + 1)
    return play(system, system.space.today, [Leg(0, seconds)], changes, seeds=seeds, threads=2, **more)[0]


def mean_s(series, f: int = 0) -> float:
    """Mean response over all runs and bins, s."""
    n = series.answered[:, :, f]
    return float(np.nansum(series.mean_ms[:, :, f] * n) / n.sum()) / 1e3


@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (4, 0.8), (10, 0.8), (40, 0.9)])
def test_the_mean_response_is_that_of_erlang(servers, load):
    # M/M/c: the mean wait is C s / (c - a).
    system = system_of({"s": station(SERVICE_S, servers)}, "s", rate=load * servers / SERVICE_S)
    found = mean_s(played(system, 600.0, runs=6, step_s=SERVICE_S / 10))
    expected = SERVICE_S * (1.0 + erlang_c(servers, load * servers) / (servers * (1.0 - load)))
    assert found == pytest.approx(expected, rel=0.06)


def test_what_finds_no_place_is_turned_away():
    # M/M/c/c: Erlang's loss.
    servers, load = 10, 0.9
    system = system_of(
        {"s": station(SERVICE_S, servers, queue_limit=0)}, "s", rate=load * servers / SERVICE_S
    )
    found = played(system, 400.0, step_s=SERVICE_S / 40)
    lost = found.failed.sum() / found.offered.sum()
    assert lost == pytest.approx(erlang_b(servers, load * servers), abs=0.015)


def test_every_request_is_answered_or_fails():
    found = played(reference(60.0), 60.0, [TimedChange(Change.LOAD, -1, 10.0, 20.0, 3.0)])
    ended = found.answered.sum() + found.failed.sum()
    under_way = (RETRIES + 1) * TIMEOUT_S * 60.0 * 2.0 * found.runs
    assert abs(ended - found.offered.sum()) <= under_way


def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads():
    system = reference(60.0)
    one, two = (play(system, system.space.today, [Leg(0, 20.0)], seeds=(7, 8), threads=n)[0] for n in (1, 2))
    for name in ("offered", "answered", "attempts", "waiting"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert not np.array_equal(one.offered[0], one.offered[1])


@pytest.mark.parametrize(
    ("defence", "survived_at"),
    [
        ({}, (22.0,)),
        ({"retries": 1}, (22.0, 40.0)),
        ({"backoff_ms": 1000.0}, (22.0,)),
        ({"backoff_ms": 10_000.0, "jitter": 1.0}, (22.0,)),
        ({"breaker": True}, (22.0, 40.0, 60.0, 80.0)),
        ({"queue_limit": 30}, (22.0, 40.0, 60.0, 80.0)),
        ({"bulkhead_slots": 25}, (22.0, 40.0, 60.0, 80.0)),
    ],
    ids=["plain", "one retry", "pause", "long pause with jitter", "breaker", "short queue", "bulkhead"],
)
def test_what_defends_against_a_push_of_three_times_the_load(defence, survived_at):
    # As runs of events say too: pauses and jitter cure no storm of open arrivals (Bronson et al. 2021).
    more = {name: value for name, value in defence.items() if name == "queue_limit"}
    call = {name: value for name, value in defence.items() if name != "queue_limit"}
    for rate in (22.0, 40.0, 60.0, 80.0):
        push = TimedChange(Change.LOAD, -1, 30.0, 50.0, 3.0)
        found = played(reference(rate, call=call, **more), 300.0, [push], runs=3)
        back = found.answered[:, -40:].sum((1, 2)) > 0.9 * found.offered[:, -40:].sum((1, 2))
        assert back.all() if rate in survived_at else not back.any(), (rate, back)


def test_a_pause_longer_than_the_time_out_ends_in_the_failed_state():
    # At 70 %, given up after 0.5 s: 1 s of standing still is too much, 0.3 s is survived everywhere.
    for pause_s, is_lost in ((1.0, True), (0.3, False)):
        pause = TimedChange(Change.PAUSED, 0, 20.0, 20.0 + pause_s)
        found = played(reference(70.0), 80.0, [pause])
        answered = found.answered[:, -20:].sum((1, 2)) / found.offered[:, -20:].sum((1, 2))
        assert (answered < 0.1).all() if is_lost else (answered > 0.9).all()


def test_the_attempts_of_the_failed_state_are_all_tries():
    # Everybody is late and tries four times: lambda (r + 1) attempts a second, nobody answered.
    found = played(reference(60.0), 120.0, [TimedChange(Change.LOAD, -1, 10.0, 30.0, 3.0)])
    assert found.attempts[:, -40:].sum() / 40 / found.runs == pytest.approx(60.0 * 4, rel=0.03)
    assert found.answered[:, -40:].sum() == 0


def test_a_full_queue_answers_what_it_can():
    # Twice the capacity: half is turned away, the other half waits for the whole queue.
    system = system_of({"s": station(SERVICE_S, SERVERS, queue_limit=50)}, "s", rate=200.0)
    found = played(system, 60.0)
    assert found.answered[:, 10:].sum() / 50 / found.runs == pytest.approx(100.0, rel=0.02)
    assert mean_s(found) == pytest.approx(SERVICE_S + 50 * SERVICE_S / SERVERS, rel=0.05)


def test_phases_carry_their_queue_over():
    # 130/s for 20 s leave 600 waiting, which 50/s of free capacity need 12 s for.
    system = system_of({"s": station(SERVICE_S, SERVERS)}, "s", rate=50.0)
    push = TimedChange(Change.LOAD, -1, 20.0, 40.0, 2.6)
    found = played(system, 70.0, [push], runs=8)
    waiting = found.waiting[:, :, 0].mean(0)
    assert waiting[39] == pytest.approx(600.0, rel=0.15)
    assert waiting[45] == pytest.approx(600.0 - 6 * 50.0, rel=0.25)
    assert waiting[55:].max() < 30.0
