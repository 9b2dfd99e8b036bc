"""Caches against exact results: who is there, for how long, and who makes room."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from simulated import MS, cache, external, is_known, played


def shares(keys: int, zipf: float) -> np.ndarray:
    share = np.arange(1, keys + 1, dtype=float) ** -zipf
    return share / share.sum()


def test_misses_go_on_to_the_calls_under_the_cache():
    parts = {"cache": cache(hit_ratio=0.9) | {"service_ms": 2.0}, "db": external(0.05)}
    found = played(parts, {"call": "cache", "then": ["db"]}, rate=10.0, seed=1)
    assert is_known(found.overall.mean_ms, 2.0 + 0.1 * 50.0)
    assert is_known(found.components[1].arrivals_per_s, 1.0)

    def both(t: float) -> float:
        return (2.0 * math.exp(-t / 2.0) - 50.0 * math.exp(-t / 50.0)) / (2.0 - 50.0)

    # bimodal: half of the requests take as long as a hit at most
    median = brentq(lambda t: 0.9 * math.exp(-t / 2) + 0.1 * both(t) - 0.5, 0.0, 50.0)
    assert is_known(found.overall.p50_ms, median)


@pytest.mark.parametrize(
    ("keys", "zipf", "ttl"), [(100, 0.9, 2.0), (1000, 0.9, 20.0), (100_000, 1.0, 3600.0), (50, 0.0, 1.0)]
)
def test_entries_live_for_their_time_from_the_load(keys, zipf, ttl):
    # One hour of life is no hour of simulated time: the run begins in the stationary state.
    found = played({"cache": cache(keys=keys, zipf=zipf, ttl_s=ttl)}, "cache", rate=100.0, seed=2)
    lookups = 100.0 * shares(keys, zipf) * ttl
    hits = float(np.sum(shares(keys, zipf) * lookups / (1.0 + lookups)))
    assert is_known(found.components[0].hit_share, hits)


def exact_lru(share: np.ndarray, capacity: int) -> float:
    """Hits of the least recently used policy: the next key is among the last `capacity` different ones.

    Times since the last look-up are independent exponentials (Flajolet, Gardy and Thimonier 1992).
    """
    times = np.concatenate([[0.0], np.geomspace(1e-3, 40.0 / share.min(), 2000)])
    gone = np.exp(-share[:, None] * times)
    hit = 0.0
    for i, own in enumerate(share):
        # fewer than `capacity` others were asked for since: a sum of Bernoulli's by convolution
        chance = np.zeros((capacity, times.size))
        chance[0] = 1.0
        for j in range(share.size):
            if j != i:
                chance[1:] = chance[1:] * gone[j] + chance[:-1] * (1.0 - gone[j])
                chance[0] = chance[0] * gone[j]
        hit += own * float(np.trapezoid(own * gone[i] * chance.sum(axis=0), times))
    return hit


def test_the_least_recently_used_make_room():
    share = shares(12, 1.0)
    expected = exact_lru(share, 4)
    found = played({"cache": cache(keys=12, zipf=1.0, capacity_keys=4)}, "cache", seed=3)
    assert is_known(found.components[0].hit_share, expected, within=0.02)
    # equally popular keys: each is among the last 30 different ones with chance 30/100
    even = played({"cache": cache(keys=100, zipf=0.0, capacity_keys=30)}, "cache", seed=3)
    assert is_known(even.components[0].hit_share, 0.3)


def test_a_large_cache_begins_as_it_stays():
    """300,000 of 2,000,000 keys in 0.1 % of the look-ups that it would take to fill it."""
    large = cache(keys=2_000_000, zipf=0.9, capacity_keys=300_000)
    share = shares(2_000_000, 0.9)
    # Che, Tung and Wang 2002: exact to many digits at this size.
    t = brentq(lambda t: float(np.sum(-np.expm1(-share * t))) - 300_000, 1e3, 1e9)
    hits = float(np.sum(share * -np.expm1(-share * t)))
    found = played({"cache": large}, "cache", rate=1000.0, events=100_000, seed=4)
    assert is_known(found.components[0].hit_share, hits, within=0.02)


def test_many_keys_are_drawn_backwards():
    huge = cache(keys=1e9, zipf=1.0, capacity_keys=20_000)
    found = played({"cache": huge}, "cache", rate=1000.0, events=100_000, seed=5)

    # The same by Che's approximation, in bins of equal width in the logarithm.
    edges = np.unique(np.round(np.geomspace(1.0, 1e9 + 1.0, 20_000)))
    count = np.diff(edges)
    share = 1.0 / np.sqrt(edges[:-1] * np.maximum(edges[1:] - 1.0, edges[:-1]))
    share /= np.sum(share * count)
    t = brentq(lambda t: float(np.sum(count * -np.expm1(-share * t))) - 20_000, 1e3, 1e9)
    hits = float(np.sum(count * share * -np.expm1(-share * t)))
    assert is_known(found.components[0].hit_share, hits, within=0.05)


def test_coalescing_loads_a_key_once():
    def loads(coalescing: bool) -> float:
        parts = {"cache": cache(keys=1, ttl_s=1.0, coalescing=coalescing), "db": external(0.5, latency_scv=0)}
        found = played(parts, {"call": "cache", "then": ["db"]}, rate=20.0, seed=6)
        return found.components[1].arrivals_per_s

    # A cycle: the load, the life, and the wait for the next look-up.
    assert is_known(loads(True), 1.0 / (1.5 + 0.05), within=0.02)
    # each load starts anew whenever one that began earlier ends: many of them
    assert loads(False).value > 5.0


def test_a_load_that_fails_fills_nothing():
    parts = {"cache": cache(keys=1, ttl_s=1.0, coalescing=True), "db": external(1.0, latency_scv=0.0)}
    call = {"call": "cache", "then": [{"call": "db", "timeout_ms": 0.5 * MS}]}
    found = played(parts, call, rate=100.0, seed=7, events=50_000)
    assert found.components[0].hit_share.value < 0.01  # what the stationary state held, for a second
    assert found.overall.success.value < 0.01


def test_a_cache_that_evicts_and_forgets_begins_as_it_stays():
    # A life of 100 s: what 30 s show, again and again, is what a long run comes to.
    both = {"c": cache(keys=2000, zipf=0.9, capacity_keys=1200, ttl_s=100.0)}
    long = played(both, "c", rate=100.0, events=2_000_000, seed=8).components[0].hit_share
    short = [played(both, "c", rate=100.0, seconds=30.0, seed=k).components[0] for k in range(1, 25)]
    found = np.array([component.hit_share.value for component in short])
    error = float(found.std(ddof=1)) / math.sqrt(found.size)
    assert abs(float(found.mean()) - long.value) < 3.0 * error + long.half
    assert error < 0.005
