"""Caches: sums over every single key, closed forms, and the cache played call by call."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from models.performance.cache import characteristic_calls
from oracles.cases import assert_within, cases
from shipped import Hits, bins_of, cache_hits

#: Cases that nothing here covers.
NOT_COVERED = {"ttl-3": "a TTL that each request renews; ours counts from the load"}


def cache(rate: Any, **parts: Any) -> Hits:
    given_ = {
        "keys": 1000.0,
        "exponent": 0.8,
        "ttl_s": math.inf,
        "capacity_keys": math.inf,
        "writes_per_key_per_s": 0.0,
        "load_s": 0.0,
        "coalescing": 0.0,
        **parts,
    }
    return cache_hits(rate, **given_)


def numbers(hits: Hits) -> list[float]:
    return [float(part) for part in hits]


def sizes_and_shares(keys: int, exponent: float) -> tuple[np.ndarray, np.ndarray]:
    """Keys in each bin, and the probability of one of them."""
    n, p, _ = bins_of(keys, exponent).T
    return n, p


def popularity(keys: int, exponent: float) -> np.ndarray:
    share = np.arange(1, keys + 1, dtype=float) ** -exponent
    return share / share.sum()


@pytest.mark.parametrize("case", cases("zipf"), ids=lambda c: c["id"])
def test_popularity_of_the_top_tenth(case: dict[str, Any]) -> None:
    keys, exponent = case["inputs"]["keys"], case["inputs"]["zipf_exponent"]
    n, p = sizes_and_shares(keys, exponent)
    top, share = keys / 10, 0.0
    for count, mass in zip(n, n * p, strict=True):
        taken = min(count, top)
        # Inside a bin the mass follows its own power law; the bins are narrow, the middle is enough.
        start = keys / 10 - top + 1
        if 0 < taken < count:
            inside = np.arange(start, start + count) ** -exponent
            share += mass * inside[: round(taken)].sum() / inside.sum()
        else:
            share += mass if taken else 0.0
        top -= taken
    assert_within(case, [1.0 / float(p[0]), share])


@pytest.mark.parametrize("case", cases("che_lru"), ids=lambda c: c["id"])
def test_least_recently_used_by_che(case: dict[str, Any]) -> None:
    keys, exponent = case["inputs"]["keys"], case["inputs"]["zipf_exponent"]
    capacity = case["inputs"]["capacity_objects"]
    hit = numbers(cache(7.0, keys=keys, exponent=exponent, capacity_keys=capacity))[0]
    assert_within(case, [characteristic_calls(bins_of(keys, exponent), float(capacity)), hit])


@pytest.mark.parametrize(
    "case", [c for c in cases("cache_ttl") if c["id"] not in NOT_COVERED], ids=lambda c: c["id"]
)
def test_time_to_live_over_all_keys(case: dict[str, Any]) -> None:
    i = case["inputs"]
    found = cache(i["requests_per_s"], keys=i["keys"], exponent=i["zipf_exponent"], ttl_s=i["ttl_s"])
    assert_within(case, numbers(found)[0])


@given(keys=st.integers(1, 60_000), exponent=st.floats(0.0, 2.5))
def test_bins_hold_all_keys_and_all_calls(keys: int, exponent: float) -> None:
    n, p = sizes_and_shares(keys, exponent)
    assert n.sum() == pytest.approx(keys, rel=1e-12)
    assert n @ p == pytest.approx(1.0, rel=1e-12)
    wanted = popularity(keys, exponent)
    np.testing.assert_allclose(p[: min(20, keys)], wanted[:20], rtol=1e-5)
    ends = np.cumsum(n).round().astype(int)
    np.testing.assert_allclose(np.cumsum(n * p), np.cumsum(wanted)[ends - 1], rtol=1e-5)


@settings(deadline=None)
@given(
    keys=st.integers(1, 20_000),
    exponent=st.floats(0.0, 1.6),
    rate=st.floats(0.01, 1e4),
    ttl=st.floats(1e-3, 1e5),
    writes=st.floats(0.0, 10.0),
    load=st.floats(0.0, 1.0),
    coalescing=st.booleans(),
)
def test_a_time_to_live_by_sums_over_all_keys(
    keys: int, exponent: float, rate: float, ttl: float, writes: float, load: float, coalescing: bool
) -> None:
    """By renewal: a key lives T after each load; calls during the load itself miss too."""
    calls = rate * popularity(keys, exponent)
    cycle = 1.0 + calls * (ttl + load)
    share = calls / rate
    hit = float(share @ (calls * ttl / cycle))
    loads = float(share @ (1.0 / cycle)) if coalescing else 1.0 - hit
    z = writes * ttl
    stale = z / 2.0 - z * z / 6.0 + z**3 / 24.0 if z < 1e-3 else 1.0 + math.expm1(-z) / z
    found = numbers(
        cache(
            rate,
            keys=keys,
            exponent=exponent,
            ttl_s=ttl,
            writes_per_key_per_s=writes,
            load_s=load,
            coalescing=float(coalescing),
        )
    )
    assert found[0] == pytest.approx(hit, rel=2e-3)
    assert found[1] == pytest.approx(stale, rel=1e-6, abs=1e-12)
    assert found[2] == pytest.approx(loads, rel=3e-3, abs=2e-3 * hit)


@settings(deadline=None)
@given(
    keys=st.integers(30, 20_000),
    exponent=st.floats(0.0, 1.6),
    full=st.floats(0.01, 0.95),
    rate=st.floats(0.01, 1e6),
)
def test_a_capacity_by_sums_over_all_keys(keys: int, exponent: float, full: float, rate: float) -> None:
    p = popularity(keys, exponent)
    capacity = max(1.0, round(full * keys))
    log_t = brentq(lambda y: float(-np.expm1(-p * math.exp(y)).sum()) - capacity, -5.0, 60.0, xtol=1e-12)
    hit = float(p @ -np.expm1(-p * math.exp(log_t)))
    found = numbers(cache(rate, keys=keys, exponent=exponent, capacity_keys=capacity))
    assert found[0] == pytest.approx(hit, rel=3e-3)
    assert found[2] == pytest.approx(1.0 - found[0], rel=1e-12)


@given(rate=st.floats(0.01, 100.0), ttl=st.floats(0.01, 100.0), writes=st.floats(1e-6, 10.0))
def test_one_key_in_closed_form(rate: float, ttl: float, writes: float) -> None:
    found = numbers(cache(rate, keys=1.0, exponent=1.0, ttl_s=ttl, writes_per_key_per_s=writes))
    assert found[0] == pytest.approx(rate * ttl / (1.0 + rate * ttl), rel=1e-12)
    assert found[1] == pytest.approx(1.0 - (-math.expm1(-writes * ttl)) / (writes * ttl), abs=1e-9)


def test_the_cache_played_call_by_call() -> None:
    """Renewal of one key with loads that take time, against the formula for hits, staleness and loads."""
    rng = np.random.default_rng(1)
    rate, ttl, load, writes = 2.0, 3.0, 0.5, 0.2
    times = np.cumsum(rng.exponential(1.0 / rate, 300_000))
    changes = np.cumsum(rng.exponential(1.0 / writes, int(times[-1] * writes * 1.2)))
    last_change = np.concatenate([[0.0], changes])
    loaded, busy_until, hits, loads, stale = -math.inf, -math.inf, 0, 0, 0
    is_loading = False
    for now, change in zip(times, last_change[np.searchsorted(changes, times)], strict=True):
        if is_loading and now >= busy_until:
            loaded, is_loading = busy_until, False
        if is_loading:
            continue
        if now < loaded + ttl:
            hits += 1
            stale += change > loaded
        else:
            loads, is_loading, busy_until = loads + 1, True, now + load
    found = numbers(
        cache(
            rate,
            keys=1.0,
            exponent=1.0,
            ttl_s=ttl,
            load_s=load,
            writes_per_key_per_s=writes,
            coalescing=1.0,
        )
    )
    wanted = (hits / len(times), stale / hits, loads / len(times))
    for have, want in zip(found, wanted, strict=True):
        assert have == pytest.approx(want, rel=0.015)  # about four standard errors


@settings(deadline=None)
@given(
    keys=st.integers(1, 10**7),
    exponent=st.floats(0.0, 3.0),
    rate=st.floats(0.0, 1e7),
    ttls=st.lists(st.floats(0.0, 1e7), min_size=2, max_size=5).map(sorted),
    capacity=st.one_of(st.just(math.inf), st.floats(1.0, 1e6)),
    writes=st.floats(0.0, 10.0),
    load=st.floats(0.0, 10.0),
)
def test_a_longer_life_never_lowers_hits_nor_raises_freshness(
    keys: int,
    exponent: float,
    rate: float,
    ttls: list[float],
    capacity: float,
    writes: float,
    load: float,
) -> None:
    longer = np.array([[*ttls, math.inf]])
    found = cache(
        rate,
        keys=keys,
        exponent=exponent,
        ttl_s=longer,
        capacity_keys=capacity,
        writes_per_key_per_s=writes,
        load_s=load,
    )
    assert (np.diff(found.hit_share) >= -1e-9).all()
    fresh = found.hit_share * (1.0 - found.stale_share) + (1.0 - found.hit_share)
    assert (np.diff(fresh) <= 1e-9).all()


@settings(deadline=None)
@given(
    keys=st.integers(1, 10**6),
    exponent=st.floats(0.0, 3.0),
    rate=st.floats(1e-3, 1e6),
    rooms=st.lists(st.floats(1.0, 1e6), min_size=2, max_size=5).map(sorted),
    ttl=st.one_of(st.just(math.inf), st.floats(1e-3, 1e6)),
)
def test_a_larger_cache_never_lowers_hits(
    keys: int, exponent: float, rate: float, rooms: list[float], ttl: float
) -> None:
    larger = np.array([[*rooms, math.inf]])
    found = cache(rate, keys=keys, exponent=exponent, ttl_s=ttl, capacity_keys=larger)
    assert (np.diff(found.hit_share) >= -1e-6).all()


@given(
    keys=st.floats(1.0, 1e12),
    exponent=st.floats(0.0, 5.0),
    rate=st.floats(0.0, 1e9),
    ttl=st.one_of(st.just(math.inf), st.floats(0.0, 1e9)),
    capacity=st.one_of(st.just(math.inf), st.floats(1.0, 1e12)),
    writes=st.floats(0.0, 1e9),
    load=st.floats(0.0, 1e9),
    coalescing=st.sampled_from([0.0, 1.0]),
)
def test_shares_are_shares_whatever_the_numbers(
    keys: float,
    exponent: float,
    rate: float,
    ttl: float,
    capacity: float,
    writes: float,
    load: float,
    coalescing: float,
) -> None:
    found = numbers(
        cache(
            rate,
            keys=keys,
            exponent=exponent,
            ttl_s=ttl,
            capacity_keys=capacity,
            writes_per_key_per_s=writes,
            load_s=load,
            coalescing=coalescing,
        )
    )
    assert all(0.0 <= share <= 1.0 for share in found)
    assert found[2] <= 1.0 - found[0] + 1e-9  # only what misses can load


def test_all_fits_and_nothing_expires() -> None:
    assert numbers(cache(10.0, keys=100, capacity_keys=100.0)) == pytest.approx([1.0, 0.0, 0.0], abs=1e-12)
    assert numbers(cache(10.0, keys=100, ttl_s=0.0))[0] == 0.0
    kept = numbers(cache(10.0, keys=100, writes_per_key_per_s=0.1))
    assert kept[:2] == pytest.approx([1.0, 1.0], abs=1e-12)  # nothing is ever loaded again
