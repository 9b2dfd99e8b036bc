"""Caches of keys: which share of each popularity is there, is being loaded, and when it is forgotten."""

from __future__ import annotations

import math

from models.performance.compiled import internal
from models.steps import columns as at
from models.steps.run import Run


@internal
def age(run: Run, c: int) -> None:
    """Forgets the entries whose time to live is over: one life after their load."""
    part = run.part[c]
    if part[at.CACHE] != 2.0 or part[at.TTL_S] == math.inf or part[at.TTL_S] <= 0.0:
        return
    lives, keys = run.lives[run.cache[c]], run.keys[run.cache[c]]
    step_s = run.x[at.STEP_S]
    now = run.n[at.STEP] * step_s
    slot_s = part[at.TTL_S] / (at.LIVES - 2)
    first, last = math.floor(now / slot_s), math.floor((now + step_s) / slot_s)
    for slot in range(first, last + 1):
        row = lives[slot % at.LIVES]
        # What is in a slot ends evenly over it.
        left = (slot + 1.0) * slot_s - max(now, slot * slot_s)
        ends = min((now + step_s - max(now, slot * slot_s)) / max(left, 1e-12), 1.0)
        for b in range(keys.shape[0]):
            gone = row[b] * ends
            keys[b, at.WARM] = max(keys[b, at.WARM] - gone, 0.0)
            row[b] -= gone


@internal
def misses_of(run: Run, c: int, lookups: float) -> tuple[float, float]:
    """Share of the look-ups of a step that find nothing, and share that begin a load.

    A key that isn't there and is asked for l times in a step is missed by the first one, and by all that come
    while it is loaded; where misses share a load only the first one begins it.
    """
    part, station = run.part[c], run.station[c]
    if part[at.CACHE] == 1.0:
        missed = 1.0 - part[at.HIT] * part[at.HITS_LEFT]
        return missed, missed
    if lookups <= 0.0:
        return 1.0 - station[at.HITS], 1.0 - station[at.HITS]
    loading = min(station[at.LOAD_S] / run.x[at.STEP_S], 1.0)
    missed, begun = 0.0, 0.0
    for key in run.keys[run.cache[c]]:
        asked = lookups * key[at.KEY_SHARE]
        cold = max(1.0 - key[at.WARM] - key[at.LOADING], 0.0)
        first = -math.expm1(-asked)
        begun += key[at.KEYS] * cold * first
        missed += key[at.KEYS] * (cold * min(first + asked * loading, asked) + key[at.LOADING] * asked)
    missed, begun = min(missed / lookups, 1.0), min(begun / lookups, 1.0)
    left = part[at.HITS_LEFT]
    if part[at.COALESCES] == 0.0:
        begun = missed
    return 1.0 - (1.0 - missed) * left, begun + (1.0 - missed) * (1.0 - left)


@internal
def load(run: Run, c: int, lookups: float) -> None:
    """What the look-ups of a step do to a cache of keys: missing ones are loaded, others make room.

    A key that is asked for l times a second and isn't there is loaded from the first look-up on; a load that
    fails fills nothing. Entries make room for others by their rate of being the least recently used one.
    """
    part, keys, station = run.part[c], run.keys[run.cache[c]], run.station[c]
    if part[at.TTL_S] <= 0.0:
        return
    step_s = run.x[at.STEP_S]
    lives = run.lives[run.cache[c]]
    is_mortal = part[at.TTL_S] < math.inf
    slot = 0
    if is_mortal:
        slot_s = part[at.TTL_S] / (at.LIVES - 2)
        slot = math.floor((run.n[at.STEP] * step_s + part[at.TTL_S]) / slot_s) % at.LIVES
    load_s = station[at.LOAD_S]
    ends = 1.0 if load_s <= step_s else -math.expm1(-step_s / load_s)
    held, weights = 0.0, 0.0
    for b in range(keys.shape[0]):
        key = keys[b]
        cold = max(1.0 - key[at.WARM] - key[at.LOADING], 0.0)
        asked = cold * -math.expm1(-lookups * key[at.KEY_SHARE])
        done = (key[at.LOADING] + (asked if load_s <= step_s else 0.0)) * ends
        key[at.LOADING] = max(key[at.LOADING] + asked - done, 0.0)
        came = done * station[at.LOADS_WELL]
        key[at.WARM] += came
        if is_mortal:
            lives[slot, b] += came
        held += key[at.WARM] * key[at.KEYS]
        weights += key[at.WARM] * key[at.KEYS] * key[at.WEIGHT]
    over = held - part[at.CAPACITY]
    if over > 0.0 and weights > 0.0:
        for b in range(keys.shape[0]):
            stays = max(1.0 - over * keys[b, at.WEIGHT] / weights, 0.0)
            keys[b, at.WARM] *= stays
            if is_mortal:
                for k in range(at.LIVES):
                    lives[k, b] *= stays
