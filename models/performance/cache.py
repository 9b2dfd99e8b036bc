"""Caches: how many calls they answer, and how many of these answers are out of date.

Popularity follows Zipf's law. The first keys are counted one by one, the rest in bins of equal width in the
logarithm of the rank, whose masses are exact to many digits.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import compiled

#: Keys that are counted one by one, and bins for the rest.
ALONE, BINS = 20, 40
#: Newton steps for the characteristic time of a full cache.
STEPS = 12
#: A step that is smaller has arrived: the next one would be its square.
ARRIVED = 1e-9
#: Bins of keys of about the same popularity; of each its keys, mean probability and spread.
ALL_BINS = ALONE + BINS


@compiled
def fill_bins(keys: float, exponent: float, bins: np.ndarray) -> None:
    """Popularity in bins: the first keys one by one, then bins of equal width in the logarithm.

    Args:
        keys: Number of different keys, >= 1.
        exponent: Zipf's exponent, >= 0.
        bins: Where they go, `(ALL_BINS, 3)`: keys of the bin, mean probability that a call is for one of
            them, squared coefficient of variation of that probability within the bin. Together they hold all
            keys and probability 1.

    Source: P(rank k) proportional to k^-exponent (Zipf 1949); sums by Euler and Maclaurin.
    """
    total = 0.0
    for rank in range(1, ALONE + 1):
        there = min(max(keys - (rank - 1), 0.0), 1.0)
        bins[rank - 1, 0] = there
        bins[rank - 1, 1] = there * float(rank) ** -exponent
        bins[rank - 1, 2] = 0.0
        total += bins[rank - 1, 1]
    last = max(keys, ALONE + 1.0)
    low = ALONE + 1.0
    for b in range(1, BINS + 1):
        high = math.floor((ALONE + 1.0) * ((last + 1.0) / (ALONE + 1.0)) ** (b / BINS) + 1e-9)
        if b == BINS:
            high = math.floor(last) + 1.0
        size = max(high - low, 0.0) if keys > ALONE else 0.0
        i = ALONE + b - 1
        bins[i, 0], bins[i, 1], bins[i, 2] = size, 0.0, 0.0
        if size > 0.0:
            # Ranks spread evenly in the logarithm over the bin; a bin of one key has no spread.
            width = exponent * math.log(max(high, low + 1.0) / low)
            bins[i, 2] = width**2 / 12.0 * (1.0 - max(size, 1.0) ** -2.0)
            bins[i, 1] = _power_sum(low, max(high, low + 1.0) - 1.0, exponent)
        total += bins[i, 1]
        low = high
    for i in range(ALL_BINS):
        if bins[i, 0] > 0.0:
            bins[i, 1] = bins[i, 1] / bins[i, 0] / total
        else:
            bins[i, 1] = 0.0


@compiled
def _power_sum(first: float, last: float, exponent: float) -> float:
    """Sum of k^-exponent for k = first .. last: integral, end terms, and the first correction."""
    near_one = abs(exponent - 1.0) < 1e-9
    log_ratio = math.log(last / first)
    if near_one:
        integral = log_ratio
    else:
        power = 1.0 - exponent
        # expm1 keeps the digits where the exponent is near 1.
        integral = first**power * math.expm1(power * log_ratio) / power
    if not last > first:
        return integral + first**-exponent
    ends = 0.5 * (first**-exponent + last**-exponent)
    slope = exponent / 12.0 * (first ** (-exponent - 1.0) - last ** (-exponent - 1.0))
    return integral + (ends + slope)


@compiled
def characteristic_calls(bins: np.ndarray, capacity_keys: float) -> float:
    """Calls after which an entry without one is evicted: the t with sum n (1 - exp(-p t)) = C.

    Args:
        bins: Popularity of the keys (`fill_bins`).
        capacity_keys: Entries C that fit in; where all fit in the answer means nothing.

    Source: Che, Tung and Wang 2002 (Fricker, Robert and Roberts 2012); Newton's method in the logarithms of
    both sides, where the curve is nearly straight. It depends on no load, so that it is the same in all
    phases and all passes.
    """
    total = 0.0
    for i in range(ALL_BINS):
        total += bins[i, 0]
    wanted = max(0.5 * total if capacity_keys >= total else capacity_keys, 1e-6)
    log_t = math.log(wanted)
    for _ in range(STEPS):
        t = math.exp(log_t)
        held, slope = 0.0, 0.0
        for i in range(ALL_BINS):
            count, spread = bins[i, 0], bins[i, 2]
            quiet = bins[i, 1] * t
            gone = math.exp(-quiet)
            held += count * (1.0 - gone * (1.0 + 0.5 * spread * quiet**2))
            slope += count * quiet * gone * (1.0 + spread * (0.5 * quiet**2 - quiet))
        step = (math.log(wanted) - math.log(max(held, 1e-300))) * held / max(slope, 1e-300)
        log_t += min(max(step, -2.0), 2.0)
        if abs(step) < ARRIVED:
            break
    return math.exp(log_t)


@compiled
def cache_hits(
    rate: float, bins: np.ndarray, evicts: float, limits: tuple[float, float, float, float, float]
) -> tuple[float, float, float]:
    """Share of hits, of stale ones among them, and of calls that load an entry.

    Args:
        rate: Calls per second.
        bins: Popularity (`fill_bins`).
        evicts: What `characteristic_calls` says of these bins and this capacity.
        limits: Time an entry lives, counted from its load, s (infinity = for ever); entries that fit in
            (infinity = all); writes of a key behind the cache, 1/s; time to load an entry, s: calls for it
            that come meanwhile miss too; 1.0 = calls that miss the same key at the same time share one load.

    Source: TTL counted from the load, Poisson calls: hits l T / (1 + l (T + load)) by renewal; of the misses
    1 / (1 + l load) load the entry where they are coalesced, whatever made it go; capacity: Che,
    Tung and Wang 2002, sum n (1 - exp(-p t)) = C; stale share 1 - (1 - exp(-u T)) / (u T). Where both bind
    the entry lives as long as the tighter allows (own, docs/model.md). Within a bin to the second order in
    the spread of the calls, each weighed by its own key's calls.
    """
    ttl_s, capacity, writes, load_s, coalescing = limits
    by_time = math.isfinite(ttl_s)
    ttl = ttl_s if by_time else 0.0
    total, living = 0.0, 0.0
    for i in range(ALL_BINS):
        count, spread = bins[i, 0], bins[i, 2]
        total += count
        if by_time:
            held = rate * bins[i, 1] * ttl
            living += count * (held / (1.0 + held) - spread * held**2 / (1.0 + held) ** 3)
        else:
            living += count
    lifetime = math.inf
    if not (capacity >= total or living <= capacity or rate <= 0.0):
        lifetime = evicts / rate
    is_evicted = math.isfinite(lifetime)
    until = lifetime if is_evicted else 0.0
    stale_share = _stale_share(writes, min(ttl_s, lifetime))
    hits, loads = 0.0, 0.0
    for i in range(ALL_BINS):
        count, probability, spread = bins[i, 0], bins[i, 1], bins[i, 2]
        if not count > 0.0:
            continue
        calls = rate * probability
        cycle = 1.0 + calls * (ttl + load_s)
        alive = calls * ttl / cycle * (1.0 + spread / cycle**2) if by_time else 1.0
        quiet = calls * until
        gone = math.exp(-quiet)
        kept = -math.expm1(-quiet) - spread * gone * quiet * (0.5 * quiet - 1.0) if is_evicted else 1.0
        hit = min(alive, kept) if calls > 0.0 else 0.0
        weight = count * probability
        hits += weight * hit
        load = 1.0 - hit
        if coalescing > 0.0:
            # Of the calls that miss, those that come while the entry is loaded share that load.
            meanwhile = calls * load_s
            first = 1.0 / (1.0 + meanwhile)
            if by_time and alive <= kept:
                shared = (1.0 - spread * (cycle - 1.0) / cycle**2) / cycle
            else:
                bend = (
                    (meanwhile * first) ** 2 + meanwhile * first * (quiet - 1.0) + quiet * (0.5 * quiet - 1.0)
                )
                shared = gone * first * (1.0 + spread * bend)
            load = min(max(shared, 0.0), 1.0 - hit)
        loads += weight * load
    stale = stale_share if hits > 0.0 else 0.0
    return min(max(hits, 0.0), 1.0), min(max(stale, 0.0), 1.0), min(max(loads, 0.0), 1.0)


@compiled
def _stale_share(writes: float, age_s: float) -> float:
    """Share of the answers of an entry that lives `age_s` that were given after a write."""
    if math.isinf(age_s):
        return 1.0 if writes > 0.0 else 0.0
    z = writes * age_s
    if z < 1e-4:
        return z / 2.0 - z * z / 6.0
    return 1.0 + math.expm1(-z) / z
