"""Systems of several components by steps: pools, caches, guards, branches, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from models.faults.timed_change import Change, TimedChange
from models.steps.course import Leg
from models.steps.play import play
from models.steps.refused import NotPlayed, Why
from models.steps.returns import Return
from simulated import cache, external, station, store, system_of


def played(system, seconds: float, changes=(), *, runs: int = 3, **more):
    seeds = range(1, runs + 1)
    return play(system, system.space.today, [Leg(0, seconds)], changes, seeds=seeds, threads=2, **more)[0]


def calls_per_s(series, i: int) -> float:
    return float(series.calls[:, 5:, i].sum() / (series.bins - 5) / series.runs / series.bin_s)


def mean_s(series) -> float:
    n = series.answered[:, 5:, 0]
    return float(np.nansum(series.mean_ms[:, 5:, 0] * n) / n.sum()) / 1e3


def test_a_pool_can_do_what_its_threads_hold():
    # 20 threads held for 0.1 s + 0.4 s each: 40 a second, of which no more than 20 are there at a time.
    system = system_of(
        {"pool": station(0.1, 20, blocking=True, queue_limit=5), "far": external(0.4)},
        {"call": "pool", "then": ["far"]},
        rate=80.0,
    )
    found = played(system, 60.0)
    assert found.answered[:, 10:].sum() / 50 / found.runs == pytest.approx(40.0, rel=0.04)


def test_threads_fill_up_before_anybody_waits():
    # Its dependency takes 10 s instead of 0.1 s: 100 threads at 20 a second last about 5 s.
    system = system_of(
        {"pool": station(0.01, 100, blocking=True), "far": external(0.1)},
        {"call": "pool", "then": ["far"]},
        rate=20.0,
    )
    found = played(system, 60.0, [TimedChange(Change.SLOWED, 1, 20.0, 50.0, 9.9)])
    busy, waiting = found.busy_share[:, :, 0].mean(0), found.waiting[:, :, 0].mean(0)
    assert busy[15] < 0.1
    assert busy[22] < 0.75
    assert waiting[22] == 0.0
    assert waiting[35] > 50.0


def test_branches_wait_for_the_slowest():
    # The mean of the larger of two exponential times of 0.1 s is 0.15 s; of three, 0.1833 s.
    for n, expected in ((2, 0.15), (3, 0.1 * (1 + 1 / 2 + 1 / 3))):
        parts = {f"b{k}": external(0.1) for k in range(n)}
        system = system_of(parts, {"parallel": [[name] for name in parts]}, rate=200.0)
        assert mean_s(played(system, 30.0)) == pytest.approx(expected, rel=0.04)


def test_retries_of_errors_come_as_the_geometric_law_says():
    # Half fails: 1 + 1/2 + 1/4 attempts, and 7/8 of the requests succeed.
    system = system_of({"far": external(0.02, error_share=0.5)}, {"call": "far", "retries": 2}, rate=200.0)
    found = played(system, 40.0)
    assert calls_per_s(found, 0) == pytest.approx(200.0 * 1.75, rel=0.02)
    assert found.answered[:, 5:].sum() / found.offered[:, 5:].sum() == pytest.approx(0.875, abs=0.01)


def test_calls_made_several_times_are_made_as_often():
    system = system_of(
        {"a": station(0.001, 50), "b": external(0.005)},
        {"call": "a", "then": [{"call": "b", "times": 2.5}]},
        rate=100.0,
    )
    assert calls_per_s(played(system, 60.0), 1) == pytest.approx(250.0, rel=0.03)


def test_a_cache_is_as_full_as_its_time_to_live_lets_it_be():
    # Equal keys, each asked l times a second: hits l T / (1 + l T).
    keys, ttl, rate = 500, 4.0, 200.0
    system = system_of(
        {"c": cache(keys=keys, zipf=0.0, ttl_s=ttl), "db": store(0.001, slots=50)},
        {"call": "c", "then": ["db"]},
        rate=rate,
    )
    found = played(system, 60.0)
    each = rate / keys
    assert np.nanmean(found.hit_share[:, 5:, 0]) == pytest.approx(each * ttl / (1.0 + each * ttl), abs=0.02)


def test_a_flushed_cache_fills_as_its_keys_are_asked_for():
    # After t seconds a key that is asked l times a second is there with 1 - exp(-l t).
    keys, rate = 1000, 200.0
    system = system_of(
        {"c": cache(keys=keys, zipf=0.0), "db": store(0.001, slots=50)},
        {"call": "c", "then": ["db"]},
        rate=rate,
    )
    found = played(system, 60.0, [TimedChange(Change.FLUSHED, 0, 20.0)], runs=6)
    hits = found.hit_share[:, :, 0].mean(0)
    assert hits[15] > 0.99
    for t in (1, 3, 8):
        assert hits[20 + t] == pytest.approx(-np.expm1(-rate / keys * (t + 0.5)), abs=0.04)


def test_a_flush_has_an_echo_one_life_later():
    system = system_of(
        {"c": cache(keys=200, zipf=0.0, ttl_s=20.0), "db": store(0.001, slots=50)},
        {"call": "c", "then": ["db"]},
        rate=2000.0,
    )
    found = played(system, 60.0, [TimedChange(Change.FLUSHED, 0, 20.0)])
    loads = found.calls[:, :, 1].mean(0)
    assert loads[20] == pytest.approx(200.0, rel=0.1)
    assert loads[38:43].sum() == pytest.approx(200.0, rel=0.15)
    assert loads[25:35].max() < 5.0


def test_an_open_breaker_lets_one_try_every_sleep():
    # Everything fails for 30 s: after 5 s half of its window of 10 s has; then it tries once every 5 s.
    call = {"call": "far", "breaker": True}
    system = system_of({"far": external(0.01)}, call, rate=200.0)
    found = played(system, 60.0, [TimedChange(Change.FAILED, 0, 20.0, 50.0)])
    during = found.calls[:, 27:50, 0].sum(1)
    assert (during >= 4).all()
    assert (during <= 5).all()
    assert np.nanmin(found.open_share[:, 27:49, 0]) > 0.9
    assert found.answered[:, -4:].sum() / found.offered[:, -4:].sum() > 0.95


def test_lost_servers_carry_what_is_left():
    system = system_of({"s": station(0.1, 1, replicas=10, queue_limit=5)}, "s", rate=90.0)
    found = played(system, 60.0, [TimedChange(Change.LOST, 0, 20.0, 60.0, 0.5)])
    assert found.servers[0, 30, 0] == 5.0
    assert found.answered[:, 30:].sum() / 30 / found.runs == pytest.approx(50.0, rel=0.05)


def test_silent_calls_wait_for_their_time_out():
    call = {"call": "far", "timeout_ms": 800.0}
    system = system_of({"pool": station(0.001, 400, blocking=True), "far": external(0.01)},
                       {"call": "pool", "then": [call]}, rate=100.0)  # fmt: skip
    found = played(system, 40.0, [TimedChange(Change.SILENT, 1, 20.0, 40.0)])
    assert found.answered[:, 25:].sum() == 0.0
    # Little's law: threads taken are the rate times how long each waits.
    assert found.busy_share[:, 30:, 0].mean() * 400 == pytest.approx(100.0 * 0.801, rel=0.1)


def test_what_cannot_be_played_is_refused_by_name():
    with_hits = system_of(
        {"c": cache(hit_ratio=0.9), "db": store(0.001)}, {"call": "c", "then": ["db"]}, rate=10.0
    )
    regular = system_of({"s": station(0.01, arrival_scv=0.5)}, "s", rate=10.0)
    for system, changes, code in (
        (with_hits, [TimedChange(Change.FLUSHED, 0, 5.0)], Why.GIVEN_HITS),
        (with_hits, [TimedChange(Change.FLUSHED, 1, 5.0)], Why.NO_SUCH),
        (with_hits, [TimedChange(Change.PAUSED, 7, 5.0)], Why.NO_SUCH),
        (with_hits, [TimedChange(Change.PAUSED, 1, 50.0)], Why.HORIZON),
        (regular, [], Why.NOT_POISSON),
    ):
        with pytest.raises(NotPlayed) as told:
            played(system, 20.0, changes)
        assert told.value.code is code


def test_each_goes_one_of_several_ways():
    # 30 % by a, of whom a tenth fails; 50 % by b, in which a half goes on to c; the others do nothing.
    parts = {"a": external(0.1, error_share=0.1), "b": external(0.2), "c": external(0.4), "d": external(0.05)}
    inner = {"choice": [{"share": 0.5, "calls": "c"}]}
    ways = {"choice": [{"share": 0.3, "calls": "a"}, {"share": 0.5, "calls": ["b", inner]}]}
    found = played(system_of(parts, ways, "d", rate=200.0), 60.0)
    for i, expected in enumerate((60.0, 100.0, 50.0, 200.0 - 6.0)):
        assert calls_per_s(found, i) == pytest.approx(expected, rel=0.04)
    answered = found.answered[:, 5:].sum() / found.offered[:, 5:].sum()
    assert answered == pytest.approx(0.97, abs=0.01)
    assert mean_s(found) == pytest.approx((0.27 * 0.1 + 0.5 * 0.2 + 0.25 * 0.4) / 0.97 + 0.05, rel=0.04)


def test_deadlines_are_refused_by_name():
    call = {"call": "a", "timeout_ms": 50.0, "passes_deadline": True}
    with pytest.raises(NotPlayed) as caught:
        played(system_of({"a": external(0.1)}, call), 10.0)
    assert caught.value.code is Why.DEADLINE


def test_hedged_calls_are_refused_by_name():
    system = system_of({"a": external(0.1)}, {"call": "a", "hedge_after_ms": 50.0})
    with pytest.raises(NotPlayed) as caught:
        played(system, 10.0)
    assert caught.value.code is Why.HEDGED


@pytest.mark.parametrize(("jitter", "is_well"), [(0.0, False), (1.0, True)])
def test_clients_that_come_back_need_a_spread_of_their_number_over_the_free_capacity(jitter, is_well):
    # 1,000 clients, 150/s of capacity, 100/s of it taken: 20 s at the least. A pause of 40 s with jitter
    # gives them that; without any they all come again at once.
    call = {"call": "s", "timeout_ms": 1000.0}
    system = system_of({"s": station(0.1, 15, queue_limit=200)}, call, rate=100.0)
    back = Return(flow=0, clients=1000, at_s=20.0, pause_s=40.0, jitter=jitter)
    found = played(system, 140.0, returns=[back])
    later = found.calls[:, 40:, 0].max(axis=1)
    assert (later < 250.0).all() if is_well else (later > 400.0).all()
