"""How a run begins: with caches as they are after a long time, by a sampler of the simulation's own."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.caches import find_places
from models.simulation.program import Program, seed_of
from models.simulation.refused import NotSimulated, Reason
from models.simulation.state import FIRST_ENTRIES, FIRST_FRAMES, Arrays, State, arrays_of, with_room

#: Requests, attempts and branches that may be under way, and entries that all caches may hold.
MOST_FRAMES, MOST_ENTRIES = 1 << 21, 1 << 23
#: Keys whose times of last use are drawn one by one; of more, the uses are drawn backwards.
_ONE_BY_ONE = 1 << 24
#: Passes to the rate at which keys are forgotten.
_PASSES = 40
#: Points of the popularity at which hits are guessed.
_POINTS = 4096


def expected_visits(program: Program) -> tuple[Array, Array]:
    """Calls of each component and look-ups of each cache of keys, 1/s, if every call were made once.

    A call of a store whose copies all work counts once for each.

    Only a first guess: a pilot run measures them.
    """
    node, call = program.arrays["node"], program.arrays["call"]
    part, kind = program.arrays["part"], program.arrays["kind"]
    passed = np.zeros(node.shape[0])
    visits = np.zeros(kind.shape[0])
    made = np.zeros(node.shape[0])
    enabled = _made(program)
    for c in program.system.callers_first:
        own = [each for each in program.system.nodes if each.component == c]
        for each in own:
            i = each.index
            shed = program.arrays["flow"][each.flow, at.SHED]
            above = (
                program.requests_per_s[each.flow] * (1.0 - shed)
                if each.caller is None
                else passed[each.caller]
            )
            above = above * float(np.prod(program.ways[list(each.within)]))
            made[i] = above * (node[i, at.WHOLE] + call[i, at.ONE_MORE]) * enabled[i]
        visits[c] = sum(made[each.index] * _copies(program, each.index) for each in own)
        missed = 1.0
        if kind[c, at.CACHE] == 1:
            missed = 1.0 - part[c, at.HIT]
        elif kind[c, at.CACHE] == 2:
            missed = 1.0 - _guessed_hits(part[c], visits[c])
        for each in own:
            passed[each.index] = made[each.index] * missed
    return visits, np.where(kind[:, at.CACHE] == 2, visits, 0.0)


def _copies(program: Program, i: int) -> float:
    """Copies that a call costs work."""
    node = program.arrays["node"][i]
    kind, part = (program.arrays[name][node[at.COMPONENT]] for name in ("kind", "part"))
    if kind[at.SPREADS] == 0:
        return 1.0
    up, needed = float(kind[at.REPLICAS]), float(kind[at.READ_NEEDS])
    behind = (up - kind[at.WRITE_NEEDS]) * part[at.BEHIND]
    if node[at.WRITES] > 0 or needed >= up:
        return up
    return float(needed + part[at.READ_REPAIR] * (up - needed + behind))


def _made(program: Program) -> NDArray[np.bool_]:
    """Which calls stand in a sequence of steps, the others being shed, `(i,)`."""
    stands = np.zeros(len(program.system.nodes), dtype=bool)
    steps = program.arrays["steps"]
    stands[steps[steps >= 0]] = True
    return stands


def _guessed_hits(part: Array, lookups: float) -> float:
    """Roughly the share of look-ups of a cache of keys that find an entry."""
    keys, z = part[at.KEYS], part[at.ZIPF]
    edges = np.unique(np.round(np.geomspace(1.0, keys + 1.0, _POINTS)))
    count = np.diff(edges)
    if count.size == 0:
        count, middle = np.array([1.0]), np.array([1.0])
    else:
        middle = np.sqrt(edges[:-1] * np.maximum(edges[1:] - 1.0, edges[:-1]))
    share = middle**-z / part[at.KEY_WEIGHTS]
    held = np.cumsum(count) <= part[at.CAPACITY]
    rate = lookups * share * (part[at.TTL_S] if math.isfinite(part[at.TTL_S]) else 1e12)
    return float(min(np.sum(count * share * held * rate / (1.0 + rate)), 1.0))


def first_state(program: Program, stream: NDArray[np.int64], lookups: Array, *, seed: int) -> State:
    """A run at its beginning: nobody is there, and the caches hold what they do after a long time.

    Args:
        program: The design in its phase.
        stream: The beginnings of the streams.
        lookups: Look-ups of each cache of keys, 1/s, `(c,)`.
        seed: For what caches hold.

    Raises:
        NotSimulated: A cache holds more than there is room for.
    """
    arrays: Arrays = {name: array.copy() for name, array in program.arrays.items()}
    arrays["stream"] = stream.copy()
    arrays["part"][:, at.LOOKUPS_PER_S] = lookups
    slices, c_n, f_n = at.SLICES, arrays["kind"].shape[0], arrays["flow"].shape[0]
    arrays["counted_in"] = np.zeros((slices, c_n, at.SINCE))
    arrays["answers_in"] = np.zeros((slices, f_n, at.ANSWER))
    arrays["under_way"] = np.zeros(slices)
    arrays["histogram"] = np.zeros((slices // at.SLICES_EACH, f_n, at.BINS), dtype=np.int64)
    entries, lives = _first_entries(program, arrays, lookups, seed)
    count = entries.shape[0]
    room = max(FIRST_ENTRIES, 1 << (2 * count).bit_length()) if count else FIRST_ENTRIES
    arrays["n"][at.ENTRIES] = count
    arrays["entry"], arrays["expires"] = np.zeros((room, at.ENTRY), dtype=np.int64), np.zeros(room)
    arrays["entry"][:count], arrays["expires"][:count] = entries, lives
    return with_room(arrays, frames=FIRST_FRAMES, entries=room)


def grown(state: State) -> State | None:
    """A run with more room for what is under way and for entries of caches; None where there is none."""
    frames, entries = state.frame.shape[0], state.entry.shape[0]
    if frames - state.n[at.USED] < max(1024, frames >> 2):
        frames *= 2
    if entries - state.n[at.ENTRIES] < 2048:
        entries *= 2
    if frames > MOST_FRAMES or entries > MOST_ENTRIES:
        return None
    larger = with_room(arrays_of(state), frames=frames, entries=entries)
    if entries > state.entry.shape[0]:
        find_places(larger)
    return larger


def _first_entries(
    program: Program, arrays: Arrays, lookups: Array, seed: int
) -> tuple[NDArray[np.int64], Array]:
    """Entries of the caches that evict; what others hold is drawn when a key is first asked for."""
    tables, lives, first = [np.zeros((0, at.ENTRY), dtype=np.int64)], [np.zeros(0)], 0
    for c in program.caches:
        part, kind = arrays["part"][c], arrays["kind"][c]
        if kind[at.EVICTS] == 0 or not lookups[c] > 0.0:
            continue
        name = program.system.components[c]
        if first + part[at.CAPACITY] > MOST_ENTRIES // 2:
            raise NotSimulated(
                Reason.TOO_MANY_KEYS,
                f"it holds {part[at.CAPACITY]:.0f} entries, and {MOST_ENTRIES // 2} are the most",
                where=f"components.{name}.capacity_keys",
                hint="give a hit_ratio instead of keys",
            )
        rng = np.random.default_rng([abs(seed_of(seed, "cache", name)), c])
        key, age_s = _last_used(program, arrays, c, rng)
        age_s = age_s / lookups[c]
        table = np.full((key.size, at.ENTRY), -1, dtype=np.int64)
        number = np.arange(first, first + key.size)
        table[1:, at.E_NEWER], table[:-1, at.E_OLDER] = number[:-1], number[1:]
        table[:, at.E_WAITING], table[:, at.E_PART] = at.NOT_LOADED, c
        table[:, at.E_KEY], table[:, at.E_THERE] = key, 1
        kind[at.NEWEST], kind[at.OLDEST] = first, first + key.size - 1
        kind[at.HELD] = key.size
        tables.append(table)
        lives.append(_rest_of_life(part, lookups[c], key, age_s, rng))
        first += key.size
    return np.concatenate(tables), np.concatenate(lives)


def _last_used(
    program: Program, arrays: Arrays, c: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], Array]:
    """The keys that an evicting cache holds, the last used first, and for how many look-ups they weren't.

    The times since keys were last asked for are independent and exponential, and the cache holds those of
    the shortest times: just what the least recently used policy holds after a long time.
    """
    part = arrays["part"][c]
    keys, capacity = part[at.KEYS], int(part[at.CAPACITY])
    if keys <= _ONE_BY_ONE:
        share = np.arange(1, int(keys) + 1, dtype=np.float64) ** -part[at.ZIPF] / part[at.KEY_WEIGHTS]
        age = rng.standard_exponential(share.size) / share
        held = np.argpartition(age, capacity - 1)[:capacity]
        held = held[np.argsort(age[held])]
        return held + 1, age[held]
    return _drawn_backwards(arrays, c, capacity)


def _drawn_backwards(arrays: Arrays, c: int, capacity: int) -> tuple[NDArray[np.int64], Array]:
    """The same for too many keys: look-ups are drawn from now on backwards until enough are different."""
    from models.simulation.caches import some_keys

    small = {name: array for name, array in arrays.items() if name not in ("entry", "expires")}
    state = with_room(small, frames=8, entries=8)
    wanted = 2 * capacity
    while True:
        drawn = np.zeros(wanted, dtype=np.int64)
        some_keys(state, c, drawn)
        key, first = np.unique(drawn, return_index=True)
        if key.size >= capacity or wanted > 8 * MOST_ENTRIES:
            order = np.argsort(first)[:capacity]
            return key[order], first[order].astype(np.float64)
        wanted *= 2


def _rest_of_life(
    part: Array, lookups: float, key: NDArray[np.int64], age_s: Array, rng: np.random.Generator
) -> Array:
    """When the entries of an evicting cache expire, s.

    What counts is how long before its last look-up an entry was loaded. After a load, look-ups of a key come
    at its rate l, as long as it is there: to the end T of its life, and until none comes for the time t that
    entries are kept (the age of the oldest one). Beyond t this happens at a rate r: look-ups come at
    l (1 - exp(-l t)) exp(-r (u - t)), with r = l exp(-(l - r) t).

    Source: a terminating renewal process (Feller 1971, section XI.6), gaps above t ending it.
    """
    ttl, kept = float(part[at.TTL_S]), float(age_s[-1])
    if math.isinf(ttl):
        return np.full(key.size, math.inf)
    rate = lookups * key.astype(np.float64) ** -part[at.ZIPF] / part[at.KEY_WEIGHTS]
    first = np.full(key.size, min(ttl, kept))
    gone = np.exp(-rate * kept)
    ending = rate * gone
    for _ in range(_PASSES):
        ending = rate * np.exp(-np.maximum(rate - ending, 0.0) * kept)
    early = rate * first
    more = max(ttl - kept, 0.0)
    late = rate * (1.0 - gone) * -np.expm1(-ending * more) / np.maximum(ending, 1e-300)
    # One load, and the hits that follow it before the entry is gone.
    drawn = rng.random(key.size) * (1.0 + early + late)
    is_load, is_late = drawn < 1.0, drawn >= 1.0 + early
    since = np.where(is_load, 0.0, (drawn - 1.0) / np.maximum(rate, 1e-300))
    share = np.clip((drawn - 1.0 - early) / np.maximum(late, 1e-300), 0.0, 1.0)
    beyond = -np.log1p(share * np.expm1(-ending * more)) / np.maximum(ending, 1e-300)
    since = np.where(is_late, kept + np.minimum(beyond, more), np.minimum(since, ttl))
    return np.asarray(ttl - since - age_s)
