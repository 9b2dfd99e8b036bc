"""Caches: how many calls they answer, and how many of these answers are out of date.

Popularity follows Zipf's law. The first keys are counted one by one, the rest in bins of equal width in the
logarithm of the rank, whose masses are exact to many digits.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.performance.cache import ALONE, BINS, STEPS
from oracles.formulas.cumulants import Array


class Hits(NamedTuple):
    """What a cache does with its calls; arrays that broadcast against each other.

    Attributes:
        hit_share: Share of the calls that is answered from the cache.
        stale_share: Share of these answers that is out of date.
        load_share: Share of the calls that loads an entry from what is behind the cache.
    """

    hit_share: Array
    stale_share: Array
    load_share: Array


class Bin(NamedTuple):
    """Keys of about the same popularity; arrays that broadcast against each other.

    Attributes:
        keys: Number of keys.
        probability: Mean probability that a call is for one key of them.
        spread: Squared coefficient of variation of that probability within the bin.
    """

    keys: Array
    probability: Array
    spread: Array


def zipf_bins(keys: Array, exponent: Array) -> list[Bin]:
    """Popularity in bins: the first keys one by one, then bins of equal width in the logarithm.

    Args:
        keys: Number of different keys, >= 1.
        exponent: Zipf's exponent, >= 0, broadcasting against `keys`.

    Returns:
        The bins; together all keys and probability 1.

    Source: P(rank k) proportional to k^-exponent (Zipf 1949); sums by Euler and Maclaurin.
    """
    keys = np.asarray(keys, dtype=np.float64)
    exponent = np.asarray(exponent, dtype=np.float64)
    counts: list[Array] = []
    masses: list[Array] = []
    spreads: list[Array] = []
    for rank in range(1, ALONE + 1):
        there = np.clip(keys - (rank - 1), 0.0, 1.0)
        counts.append(there)
        masses.append(there * rank**-exponent)
        spreads.append(np.zeros((1, 1)))
    last = np.maximum(keys, ALONE + 1.0)
    edges = [ALONE + 1.0 + 0.0 * last]
    for b in range(1, BINS + 1):
        edge = (ALONE + 1.0) * ((last + 1.0) / (ALONE + 1.0)) ** (b / BINS)
        edges.append(np.floor(edge + 1e-9))
    edges[-1] = np.floor(last) + 1.0
    many = keys > ALONE
    for low, high in itertools.pairwise(edges):
        size = np.where(many, np.maximum(high - low, 0.0), 0.0)
        counts.append(size)
        # Ranks spread evenly in the logarithm over the bin; a bin of one key has no spread.
        width = exponent * np.log(np.maximum(high, low + 1.0) / low)
        spreads.append(np.where(size > 0.0, width**2 / 12.0 * (1.0 - np.maximum(size, 1.0) ** -2.0), 0.0))
        masses.append(np.where(size > 0.0, _power_sum(low, np.maximum(high, low + 1.0) - 1.0, exponent), 0.0))
    total: Array = np.zeros(np.broadcast_shapes(keys.shape, exponent.shape))
    for mass in masses:
        total = total + mass
    return [
        Bin(n, np.where(n > 0.0, m / np.where(n > 0.0, n, 1.0), 0.0) / total, v)
        for n, m, v in zip(counts, masses, spreads, strict=True)
    ]


def _power_sum(first: Array, last: Array, exponent: Array) -> Array:
    """Sum of k^-exponent for k = first .. last: integral, end terms, and the first correction."""
    near_one = np.abs(exponent - 1.0) < 1e-9
    power = np.where(near_one, 0.5, 1.0 - exponent)
    log_ratio = np.log(last / first)
    # expm1 keeps the digits where the exponent is near 1.
    integral = np.where(near_one, log_ratio, first**power * np.expm1(power * log_ratio) / power)
    ends = 0.5 * (first**-exponent + last**-exponent)
    slope = exponent / 12.0 * (first ** (-exponent - 1.0) - last ** (-exponent - 1.0))
    return integral + np.where(last > first, ends + slope, first**-exponent)


def cache_hits(
    rate_per_s: Array,
    *,
    keys: Array,
    exponent: Array,
    ttl_s: Array,
    capacity_keys: Array,
    writes_per_key_per_s: Array,
    load_s: Array,
    coalescing: Array,
    eviction_calls: Array | None = None,
) -> Hits:
    """Hits of a cache with a time to live, a capacity, or both.

    Args:
        rate_per_s: Calls per second; all arguments broadcast against each other.
        keys: Different keys that are asked for.
        exponent: Zipf's exponent of their popularity.
        ttl_s: Time an entry lives, counted from its load; infinity = for ever.
        capacity_keys: Entries that fit in; infinity = all.
        writes_per_key_per_s: How often a key changes behind the cache.
        load_s: Time to load an entry: calls for it that come meanwhile miss too.
        coalescing: 1.0 where calls that miss the same key at the same time share one load.
        eviction_calls: What `characteristic_calls` says of these keys and this capacity, where it is known.

    Returns:
        Shares of hits, of stale ones among them, and of loads.

    Source: TTL counted from the load, Poisson calls: hits l T / (1 + l (T + load)) by renewal; of the misses
    1 / (1 + l load) load the entry where they are coalesced, whatever made it go; capacity: Che,
    Tung and Wang 2002, sum n (1 - exp(-p t)) = C; stale share 1 - (1 - exp(-u T)) / (u T). Where both bind
    the entry lives as long as the tighter allows (own, docs/model.md).
    """
    bins = zipf_bins(keys, exponent)
    lifetime = eviction_time(
        rate_per_s, bins, ttl_s=ttl_s, capacity_keys=capacity_keys, eviction_calls=eviction_calls
    )
    hits: Array = np.zeros((1, 1))
    stale: Array = np.zeros((1, 1))
    loads: Array = np.zeros((1, 1))
    by_time = np.isfinite(ttl_s)
    ttl = np.where(by_time, ttl_s, 0.0)
    until = np.where(np.isfinite(lifetime), lifetime, 0.0)
    for count, probability, spread in bins:
        calls = rate_per_s * probability  # calls for one key
        cycle = 1.0 + calls * (ttl + load_s)
        # Second order in the spread of the calls, each weighed by its own key's calls.
        alive = np.where(by_time, calls * ttl / cycle * (1.0 + spread / cycle**2), 1.0)
        quiet = calls * until  # calls for the key in that time
        gone = np.exp(-quiet)
        evicted = -np.expm1(-quiet) - spread * gone * quiet * (0.5 * quiet - 1.0)
        kept = np.where(np.isfinite(lifetime), evicted, 1.0)
        hit = np.where(calls > 0.0, np.minimum(alive, kept), 0.0)
        weight = count * probability
        age = np.minimum(ttl_s, lifetime)
        hits = hits + weight * hit
        stale = stale + weight * hit * _stale_share(writes_per_key_per_s, age)
        # Of the calls that miss, those that come while the entry is loaded share that load.
        meanwhile = calls * load_s
        first = 1.0 / (1.0 + meanwhile)
        expired = (1.0 - spread * (cycle - 1.0) / cycle**2) / cycle
        bend = (meanwhile * first) ** 2 + meanwhile * first * (quiet - 1.0) + quiet * (0.5 * quiet - 1.0)
        dropped = gone * first * (1.0 + spread * bend)
        shared = np.where(by_time & (alive <= kept), expired, dropped)
        loads = loads + weight * np.where(coalescing > 0.0, np.clip(shared, 0.0, 1.0 - hit), 1.0 - hit)
    some = np.where(hits > 0.0, hits, 1.0)
    return Hits(np.clip(hits, 0.0, 1.0), np.clip(stale / some, 0.0, 1.0), np.clip(loads, 0.0, 1.0))


def _stale_share(writes: Array, age_s: Array) -> Array:
    """Share of the answers of an entry that lives `age_s` that were given after a write."""
    endless = np.isinf(age_s)
    z = writes * np.where(endless, 0.0, age_s)
    small = z < 1e-4
    safe = np.where(small, 1.0, z)
    share = np.where(small, z / 2.0 - z * z / 6.0, 1.0 + np.expm1(-safe) / safe)
    return np.where(endless, (writes > 0.0).astype(np.float64), share)


def eviction_time(
    rate_per_s: Array,
    bins: Sequence[Bin],
    *,
    ttl_s: Array,
    capacity_keys: Array,
    eviction_calls: Array | None = None,
) -> Array:
    """Time without a call after which an entry is evicted, s; infinite where all that live fit in.

    Args:
        rate_per_s: Calls per second; all arguments broadcast against each other.
        bins: Popularity of the keys.
        ttl_s: Time an entry lives, counted from its load; infinity = for ever.
        capacity_keys: Entries that fit in; infinity = all.
        eviction_calls: What `characteristic_calls` says of the bins and the capacity, where it is known.

    Source: Che, Tung and Wang 2002 (Fricker, Robert and Roberts 2012): sum n (1 - exp(-p t)) = C.
    """
    total: Array = np.zeros((1, 1))
    living: Array = np.zeros((1, 1))
    by_time = np.isfinite(ttl_s)
    ttl = np.where(by_time, ttl_s, 0.0)
    for count, probability, spread in bins:
        held = rate_per_s * probability * ttl
        total = total + count
        bent = held / (1.0 + held) - spread * held**2 / (1.0 + held) ** 3
        living = living + count * np.where(by_time, bent, 1.0)
    fits = (capacity_keys >= total) | (living <= capacity_keys) | (rate_per_s <= 0.0)
    if bool(np.all(fits)):
        return np.full(fits.shape, np.inf)
    calls = characteristic_calls(bins, capacity_keys) if eviction_calls is None else eviction_calls
    calls_per_s = np.where(rate_per_s > 0.0, rate_per_s, 1.0)
    return np.where(fits, np.inf, calls / calls_per_s)


def characteristic_calls(bins: Sequence[Bin], capacity_keys: Array) -> Array:
    """Calls after which an entry without one is evicted: the t with sum n (1 - exp(-p t)) = C.

    Args:
        bins: Popularity of the keys.
        capacity_keys: Entries that fit in, broadcasting against the bins; where all fit in the answer means
            nothing.

    Source: see `eviction_time`; Newton's method in the logarithms of both sides, where the curve is nearly
    straight. It depends on no load, so that it is the same in all phases and all passes.
    """
    total: Array = np.zeros((1, 1))
    for count, _, _ in bins:
        total = total + count
    wanted = np.maximum(np.where(capacity_keys >= total, 0.5 * total, capacity_keys), 1e-6)
    log_t = np.log(wanted)  # in calls; never below the root's order of magnitude by much
    for _ in range(STEPS):
        t = np.exp(log_t)
        held: Array = np.zeros((1, 1))
        slope: Array = np.zeros((1, 1))
        for count, probability, spread in bins:
            quiet = probability * t
            gone = np.exp(-quiet)
            held = held + count * (1.0 - gone * (1.0 + 0.5 * spread * quiet**2))
            slope = slope + count * quiet * gone * (1.0 + spread * (0.5 * quiet**2 - quiet))
        step = (np.log(wanted) - np.log(np.maximum(held, 1e-300))) * held / np.maximum(slope, 1e-300)
        log_t = log_t + np.clip(step, -2.0, 2.0)
    return np.exp(log_t)
