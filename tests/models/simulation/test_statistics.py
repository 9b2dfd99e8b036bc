"""Warm-up, batches, intervals, budgets: what a number is worth."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from models.simulation.batches import quantile_ms, ratio, student
from models.simulation.one_run import cut_of
from models.simulation.readings import NoteCode
from models.simulation.warm_up import truncation
from simulated import MS, cache, external, played, played_in, station, system_of, system_with


@pytest.mark.parametrize("freedom", [15, 19, 24, 39])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_the_quantile_of_student(freedom, confidence):
    assert student(confidence, freedom) == pytest.approx(stats.t.ppf(0.5 + confidence / 2, freedom), rel=1e-3)


def test_a_beginning_that_climbs_is_cut_off():
    rng = np.random.default_rng(1)
    steady = 10.0 + rng.normal(0.0, 1.0, 640)
    assert truncation(steady) <= 64
    climbing = steady - 10.0 * np.exp(-np.arange(640) / 40.0)
    assert 60 <= truncation(climbing) <= 240
    assert truncation(steady + np.linspace(0.0, 30.0, 640)) is None


def test_a_high_beginning_is_chance_and_stays():
    rng = np.random.default_rng(2)
    series = 10.0 + rng.normal(0.0, 1.0, 640)
    series[:40] += 20.0
    assert truncation(series) == 0
    answers = np.ones((640, 1, 3))
    assert cut_of(answers, series) == 32  # a twentieth all the same


def test_intervals_of_batches_hold_the_mean_as_often_as_they_say():
    rng = np.random.default_rng(3)
    run, count, held = np.zeros(24), np.full(24, 50.0), 0
    for _ in range(400):
        held += ratio(rng.normal(5.0, 1.0, 24) * 50.0, count, run, 0.95).holds(5.0)
    assert 0.92 <= held / 400 <= 0.995


def test_correlated_batches_widen_the_interval():
    rng = np.random.default_rng(4)
    run, count, held = np.zeros(24), np.full(24, 1.0), 0
    for _ in range(400):
        noise = rng.normal(0.0, 1.0, 74)
        series = np.zeros(74)
        for k in range(1, 74):
            series[k] = 0.4 * series[k - 1] + noise[k]
        held += ratio(5.0 + series[50:], count, run, 0.95).holds(5.0)
    assert held / 400 >= 0.88


def test_too_few_beyond_a_percentile_are_no_percentile():
    histogram = np.zeros((20, 5100))
    histogram[:, 1000] = 49.0
    histogram[0, 2000] = 9.0
    assert quantile_ms(histogram, 0.99, np.zeros(20), 0.95) is None
    assert quantile_ms(histogram, 0.5, np.zeros(20), 0.95) is not None


@pytest.mark.parametrize("latency_s", [1e-4, 0.0123, 3.0])
def test_percentiles_are_within_half_a_percent(latency_s):
    found = played({"x": external(latency_s, latency_scv=0.0)}, "x", events=20_000)
    for percentile in (found.overall.p50_ms, found.overall.p99_ms):
        assert percentile.value == pytest.approx(latency_s * MS, rel=0.005)


def test_it_ends_when_it_is_exact_enough():
    found = played({"web": station(1.0)}, "web", rate=0.5, mean_precision=0.05, p99_precision=0.1)
    flow = found.overall
    assert found.ended == "precision"
    assert flow.mean_ms.half <= 0.05 * flow.mean_ms.value
    assert flow.p99_ms.half <= 0.1 * flow.p99_ms.value


@pytest.mark.parametrize(
    ("settings", "ended"), [({"events": 20_000}, "events"), ({"seconds": 5000.0}, "seconds")]
)
def test_it_ends_at_its_budget_and_says_so(settings, ended):
    found = played({"web": station(1.0)}, "web", rate=0.5, **settings)
    assert found.ended == ended
    assert found.events <= 400_000
    if ended == "seconds":
        assert found.seconds == pytest.approx(5000.0, rel=0.01)
    else:
        assert found.events == 20_000


def test_who_stops_it_keeps_what_was_found():
    from models.simulation.runs import simulate
    from models.simulation.settings import Settings

    system = system_of({"web": station(1.0)}, "web", rate=0.5)
    told = []
    found = simulate(
        system,
        system.space.today,
        0,
        Settings(events=10**9, mean_precision=1e-4),
        progress=told.append,
        stop=lambda: len(told) >= 3,
    )
    assert found.ended == "stopped"
    assert found.events == told[-1].events == 300_000
    assert found.overall.mean_ms is not None
    assert [step.events for step in told] == [100_000, 200_000, 300_000]
    assert told[-1].share == pytest.approx(3e-4)


def test_the_wall_ends_it():
    found = played({"web": station(1.0)}, "web", rate=0.5, events=10**12, cpu_seconds=0.2)
    assert found.ended == "time"


def test_the_same_seed_gives_the_same_bits_on_any_number_of_workers():
    parts = {"web": station(0.4), "x": external(0.3, error_share=0.1)}
    call = {"call": "web", "then": [{"call": "x", "retries": 2, "backoff_ms": 5.0, "jitter": 1.0}]}
    one, two = (played(parts, call, events=30_000, runs=3, workers=n) for n in (1, 3))
    assert one == two
    other = played(parts, call, events=30_000, runs=3, seed=2)
    assert other.overall.mean_ms != one.overall.mean_ms


def test_runs_are_put_together():
    parts = {"web": station(1.0)}
    one = played(parts, "web", rate=0.5, events=50_000)
    four = played(parts, "web", rate=0.5, events=50_000, runs=4, workers=2)
    assert four.runs == 4
    assert four.events == 4 * one.events
    assert four.overall.mean_ms.half < 0.8 * one.overall.mean_ms.half


def test_a_change_in_one_flow_leaves_the_draws_of_another_alone():
    def arrivals(rate: float) -> float:
        flows = {
            "a": {"share": 0.5, "trace": ["x"]},
            "b": {"share": 0.5, "trace": [{"call": "y", "times": rate}]},
        }
        return played_in(system_with({"x": external(1.0), "y": external(1.0)}, flows), seconds=9000.0)

    few, many = arrivals(1.0), arrivals(3.0)
    assert few.components[1].arrivals_per_s.value < many.components[1].arrivals_per_s.value
    assert few.flows[0].requests == pytest.approx(many.flows[0].requests, abs=150)
    assert few.components[0].arrivals_per_s.value == pytest.approx(
        many.components[0].arrivals_per_s.value, rel=0.01
    )


def test_what_a_reader_should_know_is_noted():
    parts = {"c": cache(keys=10, ttl_s=3600.0), "x": external(0.001, rate_limit_per_s=1e5)}
    found = played(parts, {"call": "c", "then": ["x"]}, rate=2000.0, events=50_000)
    notes = {note.code: note for note in found.notes}
    assert notes[NoteCode.FEW_SECONDS].value < 60.0
    assert notes[NoteCode.CACHES_STATIONARY].where == "c"
    assert notes[NoteCode.CACHES_STATIONARY].value == 3600.0
    assert notes[NoteCode.RATE_LIMIT_BURST].value == 1e5


def test_the_normal_law_is_the_limit():
    assert student(0.95, 10**6) == pytest.approx(NormalDist().inv_cdf(0.975), rel=1e-5)
    assert math.isfinite(student(0.9999, 20))


@pytest.mark.parametrize("shape", [-1.0, 0.3, 0.7, 1.0, 1.5, 2.0, 4.5, 20.0])
def test_drawn_numbers_follow_their_law(shape):
    from models.simulation.program import program_of, streams_of
    from models.simulation.stationary import expected_visits, first_state
    from models.simulation.streams import draw

    system = system_of({"x": external(1.0)}, "x")
    program = program_of(system, system.space.today, 0)
    lookups = expected_visits(program)[1]
    state = first_state(program, streams_of(system, 1, 0), lookups, seed=1)
    drawn = np.zeros(200_000)
    draw(state, 0, 1.0, shape, drawn)
    law = stats.norm() if shape < 0 else stats.gamma(shape, scale=1.0 / shape)
    assert stats.kstest(drawn, law.cdf).pvalue > 0.001
    assert np.mean(drawn > law.ppf(0.999)) == pytest.approx(0.001, abs=0.00025)


def test_good_and_bad_times_of_which_one_was_seen_tell_no_percentile():
    histogram = np.zeros((20, 5100))
    histogram[:, 1000] = 1000.0
    histogram[3, 2000] = 200.0  # one bad time: 1 % of all requests, all of them in one batch
    assert quantile_ms(histogram, 0.99, np.zeros(20), 0.95) is None
    histogram[:, 2000] = 10.0  # the same, spread evenly
    assert quantile_ms(histogram, 0.99, np.zeros(20), 0.95) is not None


def test_few_requests_are_told():
    few = played({"x": external(1.0)}, "x", events=2000)
    assert [note.code for note in few.notes if note.where == "all"] == [NoteCode.FEW_REQUESTS]
