"""Caches: which key is asked for, whether it is there, what it makes room for."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import compiled, internal
from models.simulation import columns as at
from models.simulation.frames import do, log
from models.simulation.state import State
from models.simulation.streams import uniform

_BY_KEY, _BY_PART = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_BY_29 = np.uint64(29)


@internal
def look_up(s: State, a: int) -> int:
    """An attempt's look-up: it is answered, it waits for a load that is under way, or it has to load."""
    c = s.node[s.frame[a, at.F_NODE], at.COMPONENT]
    part, kind, counted = s.part[c], s.kind[c], s.counted[c]
    is_followed = s.frame[a, at.F_UID] > 0
    counted[at.LOOKUPS] += 1.0
    streams = c * at.PART_STREAMS
    if kind[at.CACHE] == 1:
        is_hit = uniform(s, streams + at.S_HIT) < part[at.HIT] * part[at.HITS_LEFT]
        e = -1
    else:
        e = _entry(s, c, _key(s, c))
        is_hit = s.entry[e, at.E_THERE] > 0 and s.x[at.NOW] < s.expires[e]
        if is_hit and part[at.HITS_LEFT] < 1.0:
            is_hit = uniform(s, streams + at.S_HIT) < part[at.HITS_LEFT]
    if is_hit:
        counted[at.HITS] += 1.0
        if kind[at.CACHE] == 3 and not uniform(s, streams + at.S_HIT) < part[at.HIT]:
            s.entry[e, at.E_THERE] = 0
        if e >= 0 and kind[at.EVICTS] > 0:
            _unlink(s, c, e)
            _make_newest(s, c, e)
        if is_followed:
            log(s, at.LOG_HIT, a, 0.0)
        return at.FOUND
    if e >= 0:
        if kind[at.COALESCING] > 0:
            if s.entry[e, at.E_WAITING] != at.NOT_LOADED:
                s.frame[a, at.F_NEXT] = s.entry[e, at.E_WAITING]
                s.entry[e, at.E_WAITING] = a
                if is_followed:
                    log(s, at.LOG_JOINED, a, 0.0)
                return at.JOINED
            s.entry[e, at.E_WAITING] = -1
        s.frame[a, at.F_ENTRY] = e
    if is_followed:
        log(s, at.LOG_MISS, a, 0.0)
    return at.MISSED


@internal
def loaded(s: State, a: int, ok: int) -> None:
    """A load has ended: the entry is there if it succeeded, and all that waited for it hear the same."""
    e = s.frame[a, at.F_ENTRY]
    entry = s.entry[e]
    c = entry[at.E_PART]
    if ok > 0:
        s.expires[e] = s.x[at.NOW] + s.part[c, at.TTL_S]
        if s.kind[c, at.EVICTS] > 0:
            if entry[at.E_THERE] > 0:
                _unlink(s, c, e)
            else:
                s.kind[c, at.HELD] += 1
            _make_newest(s, c, e)
            if s.kind[c, at.HELD] > s.part[c, at.CAPACITY]:
                forget(s, c, s.kind[c, at.OLDEST])
        entry[at.E_THERE] = 1
        if s.kind[c, at.CACHE] == 3 and not uniform(s, c * at.PART_STREAMS + at.S_HIT) < s.part[c, at.HIT]:
            entry[at.E_THERE] = 0
    if s.kind[c, at.COALESCING] > 0:
        waits = entry[at.E_WAITING]
        entry[at.E_WAITING] = at.NOT_LOADED
        while waits >= 0:
            following = s.frame[waits, at.F_NEXT]
            s.frame[waits, at.F_NEXT] = -1
            do(s, at.DO_DONE, waits, ok)
            waits = following


@internal
def forget(s: State, c: int, e: int) -> None:
    """An entry is no longer there."""
    if s.kind[c, at.EVICTS] > 0:
        _unlink(s, c, e)
        s.kind[c, at.HELD] -= 1
    s.entry[e, at.E_THERE] = 0


@internal
def _unlink(s: State, c: int, e: int) -> None:
    """Takes an entry out of the order of use."""
    newer, older = s.entry[e, at.E_NEWER], s.entry[e, at.E_OLDER]
    if newer >= 0:
        s.entry[newer, at.E_OLDER] = older
    else:
        s.kind[c, at.NEWEST] = older
    if older >= 0:
        s.entry[older, at.E_NEWER] = newer
    else:
        s.kind[c, at.OLDEST] = newer


@internal
def _make_newest(s: State, c: int, e: int) -> None:
    newest = s.kind[c, at.NEWEST]
    s.entry[e, at.E_NEWER], s.entry[e, at.E_OLDER] = -1, newest
    if newest >= 0:
        s.entry[newest, at.E_NEWER] = e
    else:
        s.kind[c, at.OLDEST] = e
    s.kind[c, at.NEWEST] = e


@internal
def _key(s: State, c: int) -> int:
    """A key, the most popular being 1, with probability proportional to key^-zipf.

    Source: rejection-inversion (Hoermann and Derflinger 1996, Rejection-inversion to generate variates from
    monotone discrete distributions).
    """
    part, stream = s.part[c], c * at.PART_STREAMS + at.S_KEY
    keys, z = part[at.KEYS], part[at.ZIPF]
    if z == 0.0 or keys == 1.0:
        return 1 + int(uniform(s, stream) * keys)
    first, last = part[at.ZIPF_FIRST], part[at.ZIPF_LAST]
    while True:
        u = last + uniform(s, stream) * (first - last)
        x = _up_to_inverse(u, z)
        k = min(max(math.floor(x + 0.5), 1.0), keys)
        if k - x <= part[at.ZIPF_CUT] or u >= _up_to(k + 0.5, z) - k**-z:
            return int(k)


@internal
def _up_to(x: float, z: float) -> float:
    """Integral of t^-z from 1 to x."""
    log_x = math.log(x)
    t = (1.0 - z) * log_x
    return log_x * (math.expm1(t) / t if abs(t) > 1e-8 else 1.0 + 0.5 * t)


@internal
def _up_to_inverse(u: float, z: float) -> float:
    t = max(u * (1.0 - z), -1.0)
    return math.exp(u * (math.log1p(t) / t if abs(t) > 1e-8 else 1.0 - 0.5 * t))


@internal
def _place(s: State, c: int, key: int) -> int:
    """Where in the table of entries a key's one stands, or would."""
    z = (np.uint64(key) + np.uint64(1)) * _BY_KEY
    z ^= np.uint64(c) * _BY_PART
    z ^= z >> _BY_29
    mask = s.place.size - 1
    p = np.int64(z) & mask
    while s.place[p] >= 0:
        e = s.place[p]
        if s.entry[e, at.E_KEY] == key and s.entry[e, at.E_PART] == c:
            return int(p)
        p = (p + 1) & mask
    return int(p)


@internal
def _entry(s: State, c: int, key: int) -> int:
    """The entry of a key; where it is asked for the first time, as it was when the run began.

    Whoever asks once in a while finds the cache in its stationary state: an entry that lives for T from its
    load is there with probability l T / (1 + l T) at l look-ups per second, and then its rest of life is
    uniform, since look-ups come without memory and each load begins a new cycle of T + 1 / l.
    """
    p = _place(s, c, key)
    e = s.place[p]
    if e >= 0:
        return e
    e = s.n[at.ENTRIES]
    s.n[at.ENTRIES] = e + 1
    s.place[p] = e
    entry, part = s.entry[e], s.part[c]
    entry[at.E_NEWER], entry[at.E_OLDER], entry[at.E_WAITING] = -1, -1, at.NOT_LOADED
    entry[at.E_PART], entry[at.E_KEY], entry[at.E_THERE] = c, key, 0
    s.expires[e] = -1.0
    if s.kind[c, at.EVICTS] > 0:
        return e
    ttl = part[at.TTL_S]
    if part[at.FORGOTTEN] > 0.0 and uniform(s, c * at.PART_STREAMS + at.S_FAULT) < part[at.FORGOTTEN]:
        return e
    if math.isinf(ttl):
        if part[at.LOOKUPS_PER_S] > 0.0:
            entry[at.E_THERE], s.expires[e] = 1, math.inf
        return e
    looked = part[at.LOOKUPS_PER_S] * float(key) ** -part[at.ZIPF] / part[at.KEY_WEIGHTS] * ttl
    there = looked / (1.0 + looked)
    u = uniform(s, c * at.PART_STREAMS + at.S_FIRST_STATE)
    if u < there:
        entry[at.E_THERE], s.expires[e] = 1, u / there * ttl
    return e


@compiled
def find_places(s: State) -> None:
    """Finds the places of all entries anew, after the table has grown."""
    for p in range(s.place.size):
        s.place[p] = -1
    for e in range(s.n[at.ENTRIES]):
        s.place[_place(s, s.entry[e, at.E_PART], s.entry[e, at.E_KEY])] = e


@compiled
def some_keys(s: State, c: int, keys: np.ndarray) -> None:
    """Draws keys of a cache into an array of whole numbers."""
    for j in range(keys.size):
        keys[j] = _key(s, c)
