"""Replicas with a queue each, and calls of unequal work: against exact results, with stated seeds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from simulated import MS, erlang_c, external, is_known, played, played_in, station, system_with

REPLICAS, LOAD, MOST = 3, 0.7, 22


def replicas(how: str, **more):
    return {"web": station(1.0) | {"replicas": REPLICAS, "balancing": how, **more}}


def mean_by_markov(chosen) -> float:
    """Mean response of three exponential servers with queues of their own, by its Markov chain.

    `chosen` says for the numbers at the three with which chance each gets the next call.
    """
    levels = np.indices((MOST,) * REPLICAS)
    chance = chosen(levels)
    p = np.zeros((MOST,) * REPLICAS)
    p[(0,) * REPLICAS] = 1.0
    rate = LOAD * REPLICAS
    pace = rate + REPLICAS
    for _ in range(1500):
        new = np.zeros_like(p)
        stays = np.zeros_like(p)
        for k in range(REPLICAS):
            here = np.moveaxis(p * chance[k], k, 0) * rate
            np.moveaxis(new, k, 0)[1:] += here[:-1]
            np.moveaxis(stays, k, 0)[-1] += here[-1]
            served = np.moveaxis(p, k, 0)
            np.moveaxis(new, k, 0)[:-1] += served[1:]
            np.moveaxis(stays, k, 0)[0] += served[0]
        p = (new + stays) / pace
    return float((p * levels.sum(axis=0)).sum()) / rate


def fewest(levels: np.ndarray) -> np.ndarray:
    least = levels == levels.min(axis=0)
    return least / least.sum(axis=0)


def better_of_two(levels: np.ndarray) -> np.ndarray:
    chance = np.zeros(levels.shape)
    for a in range(REPLICAS):
        for b in range(REPLICAS):
            if a != b:
                pair = (levels[a] < levels[b]) + 0.5 * (levels[a] == levels[b])
                chance[a] += pair / (REPLICAS * (REPLICAS - 1))
                chance[b] += (1.0 - pair) / (REPLICAS * (REPLICAS - 1))
    return chance


def test_one_queue_for_all_replicas():
    found = played(replicas("shared"), "web", rate=REPLICAS * LOAD, seed=1)
    wait = erlang_c(REPLICAS, REPLICAS * LOAD) / (REPLICAS * (1.0 - LOAD))
    assert is_known(found.overall.mean_ms, (1.0 + wait) * MS)


@pytest.mark.parametrize(("how", "chosen"), [("least_connections", fewest), ("two_choices", better_of_two)])
def test_the_shorter_queue(how, chosen):
    found = played(replicas(how), "web", rate=REPLICAS * LOAD, seed=2)
    assert is_known(found.overall.mean_ms, mean_by_markov(chosen) * MS)


def test_any_replica_is_a_queue_of_its_own():
    found = played(replicas("random"), "web", rate=REPLICAS * LOAD, seed=3)
    assert is_known(found.overall.mean_ms, MS / (1.0 - LOAD))
    assert is_known(found.components[0].utilisation, LOAD)


def test_in_turn_each_replica_has_regular_arrivals():
    # E3/M/1: the chance to wait is the root of x = A*(1 - x).
    found = played(replicas("round_robin"), "web", rate=REPLICAS * LOAD, seed=4)
    total = REPLICAS * LOAD
    root = brentq(lambda x: (total / (total + 1.0 - x)) ** REPLICAS - x, 0.0, 0.999)
    assert is_known(found.overall.mean_ms, MS / (1.0 - root))


def test_places_are_shared_out_over_the_replicas():
    # Seven places for three: 3, 2 and 2; each replica is M/M/1/K with a third of the calls.
    found = played(replicas("random", queue_limit=7), "web", rate=REPLICAS * 0.9, seed=5)
    blocked = [0.9 ** (k + 1) / sum(0.9**n for n in range(k + 2)) for k in (3, 2, 2)]
    assert is_known(found.overall.success, 1.0 - sum(blocked) / 3.0)


def test_slots_of_a_replica_share_its_queue():
    web = {"web": station(1.0, 2) | {"replicas": 2, "balancing": "random"}}
    found = played(web, "web", rate=4 * LOAD, seed=6)
    wait = erlang_c(2, 2 * LOAD) / (2 * (1.0 - LOAD))
    assert is_known(found.overall.mean_ms, (1.0 + wait) * MS)


def test_calls_of_unequal_work_share_a_queue():
    flows = {
        "light": {"share": 0.75, "trace": ["web"]},
        "heavy": {"share": 0.25, "trace": [{"call": "web", "work": 3.0}]},
    }
    found = played_in(system_with({"web": station(0.4)}, flows), seed=7)
    first, second = 0.4 * (0.75 + 0.25 * 3.0), 2.0 * 0.4**2 * (0.75 + 0.25 * 9.0)
    wait = second / 2.0 / (1.0 - first)  # Pollaczek and Khinchine
    assert is_known(found.components[0].utilisation, first)
    assert is_known(found.flows[0].mean_ms, (0.4 + wait) * MS)
    assert is_known(found.flows[1].mean_ms, (1.2 + wait) * MS)


def test_a_breaker_has_its_own_numbers():
    call = {"call": "x", "breaker": True, "breaker_sleep_s": 1.0, "breaker_volume": 5}
    found = played({"x": external(0.0, error_share=1.0)}, call, rate=20.0, seed=8)
    assert is_known(found.components[0].arrivals_per_s, 1.0 / (1.0 + 1.0 / 20.0))
    # 60 % of the attempts fail, and it opens at 70 % only.
    high = call | {"breaker_threshold": 0.7, "breaker_volume": 200}
    closed = played({"x": external(1e-6, error_share=0.6)}, high, rate=100.0, seed=8)
    assert is_known(closed.components[0].arrivals_per_s, 100.0, within=0.02)
