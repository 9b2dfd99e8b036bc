"""How long a healthy state lasts by steps, and what brings it down: exact chains and published numbers."""

from __future__ import annotations

import numpy as np
import pytest

from models.faults.timed_change import Change, TimedChange
from models.steps.course import Leg
from models.steps.play import play
from simulated import cache, station, system_of


def first_passage_s(servers: int, arrivals: float, service_s: float, level: int) -> float:
    """Mean time until an M/M/c that is empty first has so many in it: a chain of births and deaths, exactly.

    From k to k + 1 it takes h(k) = 1/l + m(k)/l h(k-1) in the mean (Karlin and Taylor 1975, section 4.7).
    """
    total, step = 0.0, 0.0
    for k in range(level):
        step = 1.0 / arrivals + min(k, servers) / service_s / arrivals * step
        total += step
    return total


@pytest.mark.parametrize(("servers", "load", "level"), [(1, 0.7, 7), (4, 0.7, 13)])
def test_a_queue_first_reaches_a_length_when_the_exact_chain_does(servers, load, level):
    service_s = 0.1
    rate = load * servers / service_s
    expected = first_passage_s(servers, rate, service_s, level)
    system = system_of({"s": station(service_s, servers)}, "s", rate=rate)
    horizon = 8.0 * expected
    found = play(
        system, system.space.today, [Leg(0, horizon)], seeds=range(32), bin_s=0.05, step_s=0.005, threads=2
    )[0]
    reached = found.waiting[:, :, 0] >= level - servers
    times = np.where(reached.any(1), reached.argmax(1) * found.bin_s, horizon)
    # The mean of 32 times that are nearly exponential is known within 18 % each way.
    assert times.mean() == pytest.approx(expected, rel=0.4)


def test_a_healthy_state_lives_as_long_as_runs_of_events_say():
    # Ten servers x 0.1 s at 85 %, given up after 0.5 s, three retries: 120 s in the mean of 30 runs.
    system = system_of({"s": station(0.1, 10)}, {"call": "s", "timeout_ms": 500.0, "retries": 3}, rate=85.0)
    found = play(system, system.space.today, [Leg(0, 900.0)], seeds=range(100, 140), threads=2)[0]
    answered, offered = (each[:, :, 0].reshape(40, -1, 10).sum(2) for each in (found.answered, found.offered))
    share = answered / offered
    fallen = share < 0.3
    lived = np.where(fallen.any(1), fallen.argmax(1) * 10.0, 900.0)
    assert 70.0 < lived.mean() < 190.0


@pytest.mark.parametrize(("rate", "is_lost"), [(120.0, False), (220.0, True)])
def test_one_retry_makes_half_of_the_capacity_vulnerable(rate, is_lost):
    # A database of 300 queries/s, one retry: a push is survived below 150/s only (Bronson et al. 2021).
    system = system_of(
        {"db": station(0.1, 30)}, {"call": "db", "timeout_ms": 1000.0, "retries": 1}, rate=rate
    )
    push = TimedChange(Change.LOAD, -1, 20.0, 30.0, 4.0)
    found = play(system, system.space.today, [Leg(0, 220.0)], [push], seeds=(1, 2, 3), threads=2)[0]
    share = found.answered[:, -30:].sum((1, 2)) / found.offered[:, -30:].sum((1, 2))
    assert (share < 0.2).all() if is_lost else (share > 0.95).all()


@pytest.mark.parametrize(("rate", "is_lost"), [(250.0, False), (1500.0, True)])
def test_a_look_aside_cache_is_vulnerable_above_what_its_store_can_do(rate, is_lost):
    # A store of 300/s behind a cache: an empty one is refilled below 300/s only, as late loads fill nothing
    # (Bronson et al. 2021: 300 of 3,000 queries/s).
    system = system_of(
        {"c": cache(keys=5000, zipf=0.0), "db": station(0.01, 3, max_wait_s=10.0)},
        {"call": "c", "then": [{"call": "db", "timeout_ms": 200.0}]},
        rate=rate,
    )
    flush = TimedChange(Change.FLUSHED, 0, 20.0)
    found = play(system, system.space.today, [Leg(0, 120.0)], [flush], seeds=(1, 2, 3), threads=2)[0]
    share = found.answered[:, -20:].sum((1, 2)) / found.offered[:, -20:].sum((1, 2))
    assert (share < 0.5).all() if is_lost else (share > 0.95).all()
