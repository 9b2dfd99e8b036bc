"""Caches of keys: which share of each popularity is there, is being loaded, and when it is forgotten."""

from __future__ import annotations

import math

from models.performance.compiled import internal
from models.steps import columns as at
from models.steps.run import Run


@internal
def hits_of(run: Run, c: int) -> float:
    """Share of the look-ups of a cache that find something now."""
    part = run.part[c]
    if part[at.CACHE] == 1.0:
        return part[at.HIT] * part[at.HITS_LEFT]
    found = 0.0
    for key in run.keys[run.cache[c]]:
        found += key[at.KEY_SHARE] * key[at.KEYS] * key[at.WARM]
    return min(found, 1.0) * part[at.HITS_LEFT]


@internal
def age(run: Run, c: int) -> None:
    """Forgets the entries whose time to live is over: one life after their load."""
    part = run.part[c]
    if part[at.CACHE] != 2.0 or part[at.TTL_S] == math.inf:
        return
    lives, keys = run.lives[run.cache[c]], run.keys[run.cache[c]]
    now = run.n[at.STEP] * run.x[at.STEP_S]
    slot_s = part[at.TTL_S] / (at.LIVES - 2)
    first, last = int((now - run.x[at.STEP_S]) / slot_s), int(now / slot_s)
    for slot in range(first, last):
        row = lives[(slot + 1) % at.LIVES]
        for b in range(keys.shape[0]):
            keys[b, at.WARM] = max(keys[b, at.WARM] - row[b], 0.0)
            row[b] = 0.0


@internal
def look_up(run: Run, c: int, lookups: float, load_s: float, succeeds: float) -> None:
    """What the look-ups of a step do to a cache of keys.

    Args:
        run: The run.
        c: The component.
        lookups: How many.
        load_s: Time that a load takes, s.
        succeeds: Share of the loads that bring something.

    A key that is asked for l times a second and isn't there is loaded from the first look-up on; a load that
    fails fills nothing. Entries make room for others by their rate of being the least recently used one.
    """
    part, keys = run.part[c], run.keys[run.cache[c]]
    step_s = run.x[at.STEP_S]
    lives = run.lives[run.cache[c]]
    is_mortal = part[at.TTL_S] < math.inf
    slot = 0
    if is_mortal:
        slot_s = part[at.TTL_S] / (at.LIVES - 2)
        slot = (int((run.n[at.STEP] * step_s + part[at.TTL_S]) / slot_s) + 1) % at.LIVES
    ends = 1.0 if load_s <= 0.0 else -math.expm1(-step_s / load_s)
    held, weights = 0.0, 0.0
    for b in range(keys.shape[0]):
        key = keys[b]
        cold = max(1.0 - key[at.WARM] - key[at.LOADING], 0.0)
        asked = cold * -math.expm1(-lookups * key[at.KEY_SHARE])
        done = (key[at.LOADING] + asked) * ends
        if load_s > step_s:
            done = key[at.LOADING] * ends
        key[at.LOADING] = max(key[at.LOADING] + asked - done, 0.0)
        key[at.WARM] += done * succeeds
        if is_mortal:
            lives[slot, b] += done * succeeds
        held += key[at.WARM] * key[at.KEYS]
        weights += key[at.WARM] * key[at.KEYS] * key[at.WEIGHT]
    over = held - part[at.CAPACITY]
    if over > 0.0 and weights > 0.0:
        for b in range(keys.shape[0]):
            keys[b, at.WARM] *= max(1.0 - over * keys[b, at.WEIGHT] / weights, 0.0)


@internal
def loads_of(run: Run, c: int, lookups: float, misses: float) -> float:
    """Of the look-ups that find nothing, those that load; the others wait for a load that is under way."""
    part = run.part[c]
    if part[at.COALESCES] == 0.0 or part[at.CACHE] != 2.0 or misses <= 0.0:
        return misses
    begun, found = 0.0, 0.0
    for key in run.keys[run.cache[c]]:
        cold = max(1.0 - key[at.WARM] - key[at.LOADING], 0.0)
        begun += key[at.KEYS] * cold * -math.expm1(-lookups * key[at.KEY_SHARE])
        found += lookups * key[at.KEYS] * key[at.KEY_SHARE] * (1.0 - key[at.WARM])
    return misses * min(begun / found, 1.0) if found > 0.0 else misses
