"""Runs in which something is broken: against closed forms, and against the same runs without it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from models import compile_system
from models.faults.series import Series
from models.faults.timed_change import Change, TimedChange
from models.scenario.load import scenario_from
from models.simulation.refused import NotSimulated, Reason
from models.simulation.transient import transient
from models.system import layout

SEEDS = tuple(range(1, 9))


def system_of(components, trace, *, rate=100.0, **more):
    tree = {
        "schema": 2,
        "name": "x",
        "workload": {"phases": [{"name": "all", "rate": rate, "hours": 1}]},
        "components": components,
        "flows": {"all": {"share": 1, "trace": trace}},
    }
    return compile_system(scenario_from(tree | more))


def station(*, rate=100.0, timeout_ms=None, retries=0, **part):
    part = {"kind": "service", "service_ms": 20, "slots": 200, "balancing": "shared"} | part
    call = {"call": "web", "retries": retries} | ({} if timeout_ms is None else {"timeout_ms": timeout_ms})
    return system_of({"web": part}, [call], rate=rate)


def played(system, *changes, horizon_s=60.0, seeds=SEEDS, **keys):
    return transient(system, system.space.today, 0, changes, horizon_s=horizon_s, seeds=seeds, **keys)


def success(series, first=0, last=None):
    """Share of the requests that ended in some bins, of all runs, that was answered."""
    answered, failed = (table[:, first:last].sum() for table in (series.answered, series.failed))
    return answered / (answered + failed)


def latency(series, first, last):
    weights = series.answered[:, first:last, 0]
    return np.nansum(series.mean_ms[:, first:last, 0] * weights) / weights.sum()


def same(one, other):
    fields = (field.name for field in dataclasses.fields(Series))
    return all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in fields)


def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads():
    system = station()
    fault = TimedChange(Change.REFUSED, 0, 20.0, 40.0, share=0.5)
    one = played(system, fault, threads=1)
    assert same(one, played(system, fault, threads=4))
    assert not same(one, played(system, fault, seeds=range(11, 19)))


FAULTS = [
    TimedChange(Change.LOST, 0, 20.0, 40.0, amount=0.5),
    TimedChange(Change.PAUSED, 0, 20.0, 21.0),
    TimedChange(Change.SLOWED, 0, 20.0, 40.0, amount=0.1, share=0.5),
    TimedChange(Change.FAILED, 0, 20.0, 40.0, share=0.5),
    TimedChange(Change.REFUSED, 0, 20.0, 40.0, share=0.5),
    TimedChange(Change.SILENT, 0, 20.0, 40.0, share=0.5),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.change.name.lower())
def test_what_is_broken_moves_no_other_draws_and_is_undone(fault):
    system = station(rate=50.0, timeout_ms=1000)
    usual, broken = played(system), played(system, fault)
    assert np.array_equal(usual.offered, broken.offered)
    assert np.array_equal(usual.answered[:, :20], broken.answered[:, :20])
    assert np.array_equal(usual.mean_ms[:, :20], broken.mean_ms[:, :20])
    assert success(broken, 45) == 1.0
    assert latency(broken, 45, 60) == pytest.approx(latency(usual, 45, 60), rel=0.1)
    # What came is answered, came to nothing, or is under way.
    under_way = broken.offered.sum(axis=1) - broken.answered.sum(axis=1) - broken.failed.sum(axis=1)
    assert np.all(np.abs(under_way) <= 20)


def test_a_share_of_the_calls_fails_is_refused_or_never_answered():
    system = station(timeout_ms=500)
    for change in (Change.FAILED, Change.REFUSED, Change.SILENT):
        found = played(system, TimedChange(change, 0, 0.0, share=0.3))
        assert success(found, 5) == pytest.approx(0.7, abs=0.01)


def test_retries_meet_it_again():
    # Three attempts that each fail with probability 0.3, and attempts by try of 1, 0.3 and 0.09.
    found = played(station(timeout_ms=500, retries=2), TimedChange(Change.SILENT, 0, 0.0, share=0.3))
    assert success(found, 5) == pytest.approx(1.0 - 0.3**3, abs=0.003)
    tries = found.attempts[:, 5:].sum(axis=(0, 1))
    assert tries / tries[0] == pytest.approx([1.0, 0.3, 0.09, 0.0], abs=0.01)
    calls, failures = found.calls[:, 5:].sum(), found.call_failures[:, 5:].sum()
    assert failures / calls == pytest.approx(0.3, abs=0.01)


def test_silent_calls_wait_for_their_time_out():
    found = played(station(timeout_ms=500, retries=1), TimedChange(Change.SILENT, 0, 0.0, share=0.3))
    # Of the answered, 0.3 / 1.3 waited once: 0.7 of 1 at the first try, 0.3 * 0.7 at the second.
    assert latency(found, 5, 60) == pytest.approx(20.0 + 500.0 * 0.3 / 1.3, rel=0.03)
    hanging = played(station(), TimedChange(Change.SILENT, 0, 10.0, 11.0, share=1.0))
    assert np.all(hanging.oldest_s[:, -1] > 48.0)


def test_slow_calls_take_as_much_longer():
    found = played(station(), TimedChange(Change.SLOWED, 0, 0.0, amount=0.1, share=0.25))
    assert latency(found, 5, 60) == pytest.approx(20.0 + 25.0, rel=0.03)
    theirs = system_of({"bank": {"kind": "external", "latency_ms": 20}}, ["bank"])
    found = played(theirs, TimedChange(Change.SLOWED, 0, 0.0, amount=0.1, share=0.25))
    assert latency(found, 5, 60) == pytest.approx(20.0 + 25.0, rel=0.03)
    assert np.isnan(found.servers).all()


def test_lost_servers_leave_a_smaller_station():
    # M/M/2 of which one server is lost is M/M/1: mean 1 / (mu - lambda).
    system = station(rate=20.0, slots=2, service_ms=25.0)
    found = played(system, TimedChange(Change.LOST, 0, 0.0, amount=0.5), horizon_s=600.0, bin_s=10.0)
    assert latency(found, 5, 60) == pytest.approx(1000.0 / (40.0 - 20.0), rel=0.08)
    assert found.busy_share[:, 5:].mean() == pytest.approx(0.5, rel=0.03)
    assert np.all(found.servers == 1.0)


@pytest.mark.parametrize("balancing", ["shared", "least_connections", "random"])
@pytest.mark.parametrize("blocking", [False, True])
def test_what_lost_servers_were_doing_is_lost(balancing, blocking):
    # 100/s for 0.2 s are 20 under way at four replicas; three of them are lost.
    part = {"service_ms": 200, "replicas": 4, "slots": 50, "balancing": balancing, "blocking": blocking}
    found = played(station(**part), TimedChange(Change.LOST, 0, 10.0, 30.0, amount=0.75), seeds=range(1, 33))
    assert found.failed.sum() / 32 == pytest.approx(15.0, rel=0.2)
    assert np.all(found.failed[:, :10] == 0.0)
    assert np.all(found.failed[:, 12:] == 0.0)
    assert found.servers[0, [5, 20, 40], 0].tolist() == [200.0, 50.0, 200.0]


def test_calls_under_way_below_a_lost_server_are_lost_with_it():
    components = {
        "web": {"kind": "service", "service_ms": 1, "slots": 100, "blocking": True, "balancing": "shared"},
        "bank": {"kind": "external", "latency_ms": 200},
    }
    call = {"call": "bank", "timeout_ms": 5000, "retries": 1}
    system = system_of(components, [{"call": "web", "then": [call, {"parallel": ["bank", "bank"]}]}])
    found = played(system, TimedChange(Change.LOST, 0, 10.0, 11.0, amount=1.0))
    assert np.all(found.failed[:, 10] >= 100.0)
    assert success(found, 15) == 1.0
    # Nothing holds on to servers that are gone: all are free again.
    assert found.busy_share[:, 40:, 0].mean() == pytest.approx(found.busy_share[:, :9, 0].mean(), rel=0.1)


def test_who_waits_at_one_queue_for_all_stays_and_is_served_later():
    system = station(rate=20.0, slots=1, service_ms=10.0)
    found = played(system, TimedChange(Change.LOST, 0, 10.0, 12.0, amount=1.0))
    assert np.all(found.failed[:, 10:12].sum(axis=(1, 2)) >= found.offered[:, 10:12].sum(axis=(1, 2)))
    assert success(found, 13) == 1.0


def test_a_store_without_a_quorum_refuses():
    store = {"kind": "store", "service_ms": 5, "replicas": 3, "slots": 20, "write_quorum": 2, "rtt_ms": 1}
    trace = [{"call": "db", "write": True}]
    for lost, answered in ((1 / 3, 1.0), (2 / 3, 0.0)):
        found = played(system_of({"db": store}, trace), TimedChange(Change.LOST, 0, 10.0, 20.0, amount=lost))
        assert success(found, 12, 20) == answered
        assert success(found, 22) == 1.0


@pytest.mark.parametrize(
    "more", [{}, {"max_wait_s": 60}, {"balancing": "random", "replicas": 4, "slots": 50}]
)
def test_a_pause_makes_what_is_there_wait(more):
    # As many servers as come: who comes u before its end waits u longer, what is under way the whole pause.
    found = played(station(**more), TimedChange(Change.PAUSED, 0, 10.0, 13.0))
    assert np.all(found.answered[:, 10:13] == 0.0)
    assert np.all(found.failed == 0.0)
    back = found.mean_ms[:, 13, 0] * found.answered[:, 13, 0]
    came = found.offered[:, 10:14, 0].sum(axis=1)
    assert np.mean(back / came) == pytest.approx(1000.0 * (3.0 * 1.5) / 4.0 + 20.0, rel=0.1)
    assert latency(found, 20, 60) == pytest.approx(20.0, rel=0.05)


def test_a_paused_caller_hears_later():
    components = {
        "web": {"kind": "service", "service_ms": 1, "slots": 500, "blocking": True},
        "bank": {"kind": "external", "latency_ms": 100},
    }
    system = system_of(components, [{"call": "web", "then": ["bank", {"parallel": ["bank", "bank"]}]}])
    found = played(system, TimedChange(Change.PAUSED, 0, 10.0, 12.5))
    assert np.all(found.answered[:, 10:12] == 0.0)
    assert np.all(found.failed == 0.0)
    assert np.all(found.offered.sum(axis=1) - found.answered.sum(axis=1) < 60)


def test_a_push_a_ramp_and_a_stop_of_the_load():
    system = station(rate=200.0)
    push = TimedChange(Change.LOAD, -1, 20.0, 40.0, amount=3.0)
    found = played(system, push)
    assert found.offered[:, 20:40].mean() == pytest.approx(600.0, rel=0.01)
    assert found.offered[:, 40:].mean() == pytest.approx(200.0, rel=0.02)
    assert np.array_equal(found.offered[:, :20], played(system).offered[:, :20])
    ramp = played(system, dataclasses.replace(push, ramp_s=20.0)).offered[..., 0].mean(axis=0)
    assert ramp[20:40] == pytest.approx(200.0 + 400.0 * (np.arange(20) + 0.5) / 20.0, rel=0.1)
    stop = played(system, dataclasses.replace(push, amount=0.0)).offered[..., 0]
    assert np.all(stop[:, 20:40] == 0.0)
    assert stop[:, 40:].mean() == pytest.approx(200.0, rel=0.02)


def test_a_flushed_cache_fills_as_its_keys_are_asked_for():
    # Keys of equal popularity that live for ever: after t the share exp(-rate t / keys) wasn't asked for.
    cache = {"kind": "cache", "service_ms": 0.1, "slots": 50, "keys": 1000, "zipf": 0}
    shelf = {"kind": "external", "latency_ms": 0.1}
    system = system_of({"near": cache, "shelf": shelf}, [{"call": "near", "then": ["shelf"]}], rate=200.0)
    for share in (1.0, 0.4):
        found = played(system, TimedChange(Change.FLUSHED, 0, 10.0, share=share), horizon_s=30.0)
        assert np.all(found.hit_share[:, :10, 0] == 1.0)
        misses = 1.0 - found.hit_share[:, 10:, 0].mean(axis=0)
        middle = np.arange(20) + 0.5
        assert misses == pytest.approx(share * np.exp(-0.2 * middle), abs=0.035)


def test_a_flush_of_a_cache_that_evicts_leaves_it_sound():
    cache = {"kind": "cache", "service_ms": 0.1, "slots": 50, "keys": 5000, "capacity_keys": 500, "ttl_s": 20}
    shelf = {"kind": "external", "latency_ms": 0.1}
    system = system_of({"near": cache, "shelf": shelf}, [{"call": "near", "then": ["shelf"]}], rate=500.0)
    found = played(
        system,
        TimedChange(Change.FLUSHED, 0, 2.0, share=0.5),
        TimedChange(Change.FLUSHED, 0, 8.0),
        horizon_s=14.0,
        bin_s=0.05,
        seeds=range(1, 33),
    )
    hits = found.hit_share[..., 0].mean(axis=0)
    usual = hits[:40].mean()
    assert hits[40] == pytest.approx(0.5 * usual, rel=0.15)
    assert hits[160] < 0.15 * usual
    assert hits[260:].mean() == pytest.approx(usual, rel=0.05)


def test_parameters_are_set_and_set_back():
    system = station()
    column = 1 + layout.GC_SHARE
    leak = TimedChange(Change.SET, column, 10.0, 50.0, amount=0.8, ramp_s=40.0)
    found = played(system, leak, seeds=range(1, 17))
    # The work is stretched by 1 / (1 - g), and g grows evenly.
    for first, g in ((25, 0.8 * 16 / 40), (45, 0.8 * 36 / 40)):
        assert latency(found, first, first + 2) == pytest.approx(20.0 / (1.0 - g), rel=0.06)
    assert latency(found, 52, 60) == pytest.approx(20.0, rel=0.05)


def test_an_open_breaker_is_seen():
    components = {"bank": {"kind": "external", "latency_ms": 5}}
    call = {"call": "bank", "breaker": True, "breaker_sleep_s": 5}
    found = played(system_of(components, [call]), TimedChange(Change.REFUSED, 0, 10.0, 30.0))
    assert np.all(found.open_share[:, :10] == 0.0)
    assert found.open_share[:, 18:30].mean() > 0.99
    assert np.all(found.open_share[:, 36:] == 0.0)
    assert found.calls[:, 18:30].mean() < 1.0


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"horizon_s": 0.5}, Reason.TOO_SMALL_BUDGET),
        ({"seeds": ()}, Reason.TOO_SMALL_BUDGET),
        ({"horizon_s": 1e6, "bin_s": 1e3}, Reason.TOO_SMALL_BUDGET),
        ({"horizon_s": 1e5, "bin_s": 1.0}, Reason.TOO_SMALL_BUDGET),
    ],
)
def test_what_takes_too_long_is_refused_before_it_runs(keys, reason):
    with pytest.raises(NotSimulated) as caught:
        played(station(), **keys)
    assert caught.value.code is reason


def test_a_budget_says_how_many_runs_would_fit():
    system = station()
    with pytest.raises(NotSimulated, match="would fit") as caught:
        played(system, most_events=100_000, seeds=range(20))
    assert "runs" in caught.value.hint
    fits = int(float(caught.value.hint.split(": ")[1].split(" runs")[0]))
    assert played(system, most_events=100_000, seeds=range(fits)).runs == fits


@pytest.mark.parametrize(
    "change",
    [
        TimedChange(Change.FLUSHED, 0, 10.0),
        TimedChange(Change.LOST, 7, 10.0),
        TimedChange(Change.PAUSED, 0, 10.0, 5.0),
        TimedChange(Change.SET, 1 + layout.SLOTS, 10.0, amount=3.0),
    ],
)
def test_changes_that_cannot_be_made_are_refused(change):
    with pytest.raises(NotSimulated) as caught:
        played(station(), change)
    assert caught.value.code is Reason.NOT_INJECTED


def test_it_can_be_stopped():
    found = transient(
        station(), np.zeros(0), 0, horizon_s=10.0, seeds=(1, 2, 3), stop=lambda: True, threads=1
    )
    assert (found.runs, found.bins) == (0, 10)
    assert math.isclose(found.bin_s, 1.0)
