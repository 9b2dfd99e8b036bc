"""What a cache answers itself, by popularity, time to live, capacity and coalescing (see `formulas.caching`)."""

from __future__ import annotations

import math

import numpy as np

from models.formulas.caching import ALONE, BINS, STEPS
from models.performance.compiled import compiled

#: Bins of keys of about the same popularity; of each its keys, mean probability and spread.
ALL_BINS = ALONE + BINS


@compiled
def fill_bins(keys: float, exponent: float, bins: np.ndarray) -> None:
    """Popularity after Zipf in bins, `(ALL_BINS, 3)`: keys, probability of one, squared variation within."""
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
    near_one = abs(exponent - 1.0) < 1e-9
    log_ratio = math.log(last / first)
    if near_one:
        integral = log_ratio
    else:
        power = 1.0 - exponent
        integral = first**power * math.expm1(power * log_ratio) / power
    if not last > first:
        return integral + first**-exponent
    ends = 0.5 * (first**-exponent + last**-exponent)
    slope = exponent / 12.0 * (first ** (-exponent - 1.0) - last ** (-exponent - 1.0))
    return integral + (ends + slope)


@compiled
def characteristic_calls(bins: np.ndarray, capacity_keys: float) -> float:
    """Calls after which a full cache evicts an entry that had none."""
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
    return math.exp(log_t)


@compiled
def cache_hits(
    rate: float, bins: np.ndarray, evicts: float, limits: tuple[float, float, float, float, float]
) -> tuple[float, float, float]:
    """Share of hits, of stale ones among them, and of calls that load an entry.

    Args:
        rate: Calls per second.
        bins: Popularity.
        evicts: What `characteristic_calls` says.
        limits: Time to live (s), capacity (keys), writes of a key (1/s), time to load (s), 1.0 = coalesced.
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
    if math.isinf(age_s):
        return 1.0 if writes > 0.0 else 0.0
    z = writes * age_s
    if z < 1e-4:
        return z / 2.0 - z * z / 6.0
    return 1.0 + math.expm1(-z) / z
