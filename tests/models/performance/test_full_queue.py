"""Retries at a full queue, or at an open breaker: against exact chains of Markov and of attempts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from models import compile_system
from models.evaluator import run
from models.performance.circuit_breaker import opening_of, stays_shut
from models.performance.full_queue import stages_of, still_full
from models.performance.retry import tries_of
from scenarios import scenario

shares = st.floats(0.0, 1.0)


def answered(call: dict[str, object], *, rate: float, slots: int, places: int, **more: object) -> float:
    """Share of the requests answered by one station of so many slots of 10 ms."""
    written = scenario(
        components={
            "app": {"kind": "service", "slots": slots, "service_ms": 10, "queue_limit": places, **more}
        },
        flows={"all": {"share": 1.0, "trace": [{"call": "app", **call}]}},
        phases=[{"name": "p", "rate": rate, "hours": 1}],
        limits={"saturation": None, "emergence": None},
    )
    system = compile_system(written)
    return float(run(system, system.space.today[None, :]).network.flows[0].success[0, 0])


def full_share(rate: float, slots: int, places: int) -> float:
    """M/M/c/K: share of time in which it is full, by its chain."""
    weights = [1.0]
    for n in range(1, slots + places + 1):
        weights.append(weights[-1] * rate * 0.01 / min(n, slots))
    return weights[-1] / sum(weights)


@pytest.mark.parametrize("retries", [0, 1, 3])
@pytest.mark.parametrize(("slots", "places", "load"), [(1, 2, 0.7), (4, 0, 0.9), (8, 6, 1.2)])
def test_retries_at_once_find_the_queue_as_full_as_it_was(retries, slots, places, load):
    """With one server, two places and a load of 0.7 13.5 % fail, however often they try at one moment."""
    rate = load * slots * 100.0
    found = answered({"call": "app", "retries": retries}, rate=rate, slots=slots, places=places)
    assert 1.0 - found == pytest.approx(full_share(rate, slots, places), rel=1e-6)


def test_retries_after_a_long_pause_meet_the_average():
    """x attempts/s with x = rate (1 + B + B^2 + B^3) for a queue that x come to evenly."""
    call = {"call": "app", "retries": 3, "backoff_ms": 60_000, "jitter": 1.0}
    found = answered(call, rate=90.0, slots=1, places=5)
    attempts = 90.0
    for _ in range(200):
        full = full_share(attempts, 1, 5)
        attempts = 90.0 * (1.0 + full + full**2 + full**3)
    assert 1.0 - found == pytest.approx(full**4, rel=0.02)


def test_a_longer_pause_helps_more():
    lost = [
        1.0 - answered({"retries": 2, "backoff_ms": pause}, rate=140.0, slots=2, places=4)
        for pause in (0, 1, 5, 20, 100, 1000)
    ]
    assert lost == sorted(lost, reverse=True)
    assert lost[0] > 3.0 * lost[-1]


def test_nobody_answers_more_than_the_station_carries():
    for pause in (0, 3, 30, 3000):
        call = {"retries": 4, "backoff_ms": pause, "jitter": 0.5}
        found = answered(call, rate=300.0, slots=2, places=10)
        assert found * 300.0 <= 200.0 * (1.0 + 1e-6)


@pytest.mark.parametrize("pause_s", [0.002, 0.01, 0.05])
@pytest.mark.parametrize(("slots", "places", "rate"), [(1, 3, 90.0), (4, 6, 350.0), (3, 0, 200.0)])
def test_the_probability_to_be_full_still_is_that_of_the_chain(pause_s, slots, places, rate):
    """Where nobody comes again: against the matrix exponential of M/M/c/K, the pause of eight stages."""
    top = slots + places
    flow = np.zeros((top + 1, top + 1))
    for n in range(top):
        flow[n, n + 1] = rate
        flow[n + 1, n] = min(n + 1, slots) * 100.0
    flow -= np.diag(flow.sum(axis=1))
    mean, stages = stages_of(pause_s, 0.0)
    back, more = still_full((slots, places, 0.01), 1.0, (0.0, rate), 1.0, (mean, stages))
    full = full_share(rate, slots, places)
    assert more == pytest.approx(1.0)
    assert full + (1.0 - full) * back == pytest.approx(expm(flow * pause_s)[top, top], abs=0.03)


@given(refused=shares, again=shares, others=shares, opening=shares, stays=shares, retries=st.integers(0, 7))
def test_what_comes_of_attempts_is_the_chain_of_one_call(refused, again, others, opening, stays, retries):
    """Refused by the guard, by the component, failed otherwise, done: by powers of the matrix."""
    after = np.zeros((4, 4))
    for was in range(3):
        through = opening * (1.0 - stays) if was == 0 else opening
        door = again if was == 1 else refused
        after[was] = [1 - through, through * door, through * (1 - door) * others, 0.0]
        after[was, 3] = through * (1 - door) * (1 - others)
    after[3, 3] = 1.0
    state = np.array([1 - opening, opening * refused, opening * (1 - refused) * others, 0.0])
    state[3] = 1.0 - state.sum()
    attempts, failed = 1.0, state[:3].sum()
    for _ in range(retries):
        attempts += state[:3].sum()
        state = state @ after
        failed = state[:3].sum()
    found = tries_of((refused, again), others, (opening, stays), (float(retries), 1.0))
    assert found[0] == pytest.approx(attempts)
    assert found[3] == pytest.approx(failed, abs=1e-12)
    assert found[2] * (1.0 - others) == pytest.approx(1.0 - failed, abs=1e-12)
    assert sum(found[5]) == pytest.approx(found[2])


def test_retries_at_once_find_an_open_breaker_open():
    assert stays_shut(0.0, 5.0) == 1.0
    assert stays_shut(50.0, 5.0) < 1e-4
    opening = opening_of(0.3, (0.0, 0.0), 0.5, 1.0, (3.0, 1.0))
    assert tries_of((0.0, 0.0), 0.5, (opening, 1.0), (3.0, 1.0))[1] == pytest.approx(0.3)
