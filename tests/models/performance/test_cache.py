"""Caches that join loads and have too little room, against sums over keys and a cache played call by call."""

from __future__ import annotations

import heapq
from collections import OrderedDict

import numpy as np
import pytest
from scipy.optimize import brentq

from shipped import cache_hits
from small_cases import case, designs_of, evaluated, told

RATE, KEYS, EXPONENT, TTL_S, ROOM, LOAD_S = 1000.0, 1000, 0.6, 20.86, 163, 0.020


def at_the_store(**values):
    """Calls that reach the store, 1/s."""
    system = case("cache-coalescing-lru")
    return told(system, designs_of(system, **values)[0])["components"]["db"]["arrivals_per_s"]


@pytest.mark.parametrize("apart", [0.0, 1.0])
def test_a_full_cache_joins_hardly_any_loads(apart):
    """Simulated 680 loads/s (3 %), joined or apart: entries are evicted long before they expire."""
    assert at_the_store(apart=apart) == pytest.approx(680.0, rel=0.03)


def test_a_full_cache_by_sums_over_all_keys():
    """Che 2002 for the misses; of those 1 / (1 + calls x load) load, the others share a load."""
    p = np.arange(1, KEYS + 1) ** -EXPONENT
    p /= p.sum()
    stays = brentq(lambda t: float(-np.expm1(-RATE * p * t).sum()) - ROOM, 1e-6, 100.0)
    miss = np.exp(-RATE * p * stays)
    loads = RATE * float(p @ (miss / (1.0 + RATE * p * LOAD_S)))
    assert at_the_store(apart=0.0) == pytest.approx(loads, rel=3e-3)
    assert at_the_store(apart=1.0) == pytest.approx(RATE * float(p @ miss), rel=3e-3)


@pytest.mark.parametrize("load_s", [0.02, 2.0])
def test_a_full_cache_played_call_by_call(load_s):
    """Least recently used goes first; a load takes exponential time, and calls meanwhile wait for it."""
    loads, calls = play(load_s, requests=150_000)
    one = {
        "keys": KEYS,
        "exponent": EXPONENT,
        "ttl_s": TTL_S,
        "capacity_keys": ROOM,
        "writes_per_key_per_s": 0.0,
        "load_s": load_s,
        "coalescing": 1.0,
    }
    found = cache_hits(RATE, **one)
    # An entry that is being loaded takes no room yet, which Che's formula doesn't see.
    assert float(found.load_share) == pytest.approx(loads / calls, rel=0.05)


def play(load_s, requests):
    rng = np.random.default_rng(7)
    p = np.arange(1, KEYS + 1) ** -EXPONENT
    times = np.cumsum(rng.exponential(1.0 / RATE, requests))
    keys = rng.choice(KEYS, size=requests, p=p / p.sum())
    entries: OrderedDict[int, float] = OrderedDict()
    loading: set[int] = set()
    ends: list[tuple[float, int]] = []
    loads = calls = 0
    for now, key in zip(times.tolist(), keys.tolist(), strict=True):
        while ends and ends[0][0] <= now:
            done, loaded = heapq.heappop(ends)
            loading.discard(loaded)
            entries[loaded] = done + TTL_S
            entries.move_to_end(loaded)
            if len(entries) > ROOM:
                entries.popitem(last=False)
        is_counted = now > 0.2 * times[-1]
        calls += is_counted
        if entries.get(key, -1.0) > now:
            entries.move_to_end(key)
        elif key not in loading:
            loading.add(key)
            heapq.heappush(ends, (now + rng.exponential(load_s), key))
            loads += is_counted
    return loads, calls


@pytest.mark.parametrize("ttl_s", [0.5, 5.0, np.inf])
@pytest.mark.parametrize("room", [20.0, 60.0, np.inf])
def test_equal_keys_in_closed_form(ttl_s, room):
    """(1 - hit) / (1 + calls x load), whatever makes the entry go: the time to live, the room, or both."""
    keys, rate, load = 100, 40.0, 0.7
    found = cache_hits(
        rate,
        keys=keys,
        exponent=0.0,
        ttl_s=ttl_s,
        capacity_keys=room,
        writes_per_key_per_s=0.0,
        load_s=load,
        coalescing=1.0,
    )
    calls = rate / keys
    hit = float(found.hit_share)
    assert float(found.load_share) == pytest.approx((1.0 - hit) / (1.0 + calls * load), rel=1e-9, abs=1e-15)
    if np.isinf(room) and np.isfinite(ttl_s):
        assert hit == pytest.approx(calls * ttl_s / (1.0 + calls * (ttl_s + load)), rel=1e-9)
    if np.isinf(ttl_s) and np.isfinite(room):
        assert hit == pytest.approx(room / keys, rel=1e-6)


def test_who_is_answered_does_not_depend_on_joined_loads():
    system = case("cache-coalescing-lru")
    X = np.vstack([designs_of(system), designs_of(system, apart=1.0)])
    assert evaluated(system, X).values[:, 3].tolist() == [1.0, 1.0]
