"""The compiled functions that ship, called as tests want them: for arrays, and for mixtures as tables.

A mixture is a table `(k, 4)` of its outcomes: weight, mean (s), variance and third cumulant. Room that a
function is given to work in holds NaN before, so that what it reads of it without having written it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.special import gammaln

from models.performance import cache, mixture, parallel_calls, percentile, response_law
from models.performance.quadrature import MEMORY, MEMORY_WIDTH

#: Outcomes that a function has room for.
ROOM = 256
_MEMORY = np.full((MEMORY, MEMORY_WIDTH), np.nan)
Part = Sequence[float]


def each(function: Callable[..., Any], *arguments: Any) -> Any:
    """A function of numbers for every element of arrays that broadcast against each other.

    Returns:
        An array in the broadcast shape; where the function gives several numbers, one for each of them.
    """
    arrays = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in arguments))
    rows = [
        tuple(_flat(function(*map(float, row)))) for row in zip(*(a.ravel() for a in arrays), strict=True)
    ]
    found = [np.array(column).reshape(arrays[0].shape) for column in zip(*rows, strict=True)]
    return found[0] if len(found) == 1 else tuple(found)


def _flat(found: Any) -> Iterator[float]:
    if isinstance(found, tuple):
        for part in found:
            yield from _flat(part)
    else:
        yield float(found)


class Hits(NamedTuple):
    """What a cache does: shares of its calls that hit, of stale answers among these, of calls that load."""

    hit_share: np.ndarray
    stale_share: np.ndarray
    load_share: np.ndarray


def bins_of(keys: float, exponent: float) -> np.ndarray:
    """Popularity in bins: keys, probability of one, spread."""
    bins = np.full((cache.ALL_BINS, 3), np.nan)
    cache.fill_bins(float(keys), float(exponent), bins)
    return bins


def cache_hits(
    rate_per_s: Any,
    *,
    keys: Any,
    exponent: Any,
    ttl_s: Any,
    capacity_keys: Any,
    writes_per_key_per_s: Any,
    load_s: Any,
    coalescing: Any,
) -> Hits:
    """Hits of caches, as a station works them out: popularity, eviction, hits."""

    def one(rate: float, n: float, s: float, ttl: float, room: float, *rest: float) -> Any:
        bins = bins_of(n, s)
        evicts = cache.characteristic_calls(bins, room) if np.isfinite(room) else 1.0
        return cache.cache_hits(rate, bins, evicts, (ttl, room, *rest))

    given = (rate_per_s, keys, exponent, ttl_s, capacity_keys, writes_per_key_per_s, load_s, coalescing)
    return Hits(*each(one, *given))


def _room() -> np.ndarray:
    return np.full((ROOM, 4), np.nan)


def _in_room(a: np.ndarray) -> np.ndarray:
    room = _room()
    room[: len(a)] = a
    return room


def gamma(mean: float, scv: float, *, shift: float = 0.0) -> tuple[float, float, float]:
    """Cumulants of a gamma law that begins at a shift."""
    m, v, k = mixture.gamma_cumulants(float(mean), float(scv))
    return m + shift, v, k


def single(part: Part) -> np.ndarray:
    """A mixture of one outcome."""
    out = _room()
    return out[: mixture.single(*map(float, part), out)].copy()


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """One after the other."""
    out = _room()
    return out[: mixture.product(_in_room(a), len(a), _in_room(b), len(b), out)].copy()


def either(weights: Sequence[float], mixtures: Sequence[np.ndarray]) -> np.ndarray:
    """One of several, with the probability of each."""
    out, k = _room(), 0
    for weight, a in zip(weights, mixtures, strict=True):
        k = mixture.added(_in_room(a), len(a), float(weight), out, k)
    return out[:k].copy()


def merge(a: np.ndarray, most: int) -> np.ndarray:
    """At most so many outcomes."""
    out = _room()
    return out[: mixture.merge(_in_room(a), len(a), most, out)].copy()


def repeat(a: np.ndarray, times: float) -> np.ndarray:
    """The sum of so many of a kind."""
    out = _room()
    return out[: mixture.repeat(_in_room(a), len(a), float(times), _room(), out)].copy()


def collapse(a: np.ndarray) -> tuple[float, float, float]:
    """Mean, variance and third cumulant of the whole."""
    return mixture.collapse(_in_room(a), len(a))


def maximum(branches: Sequence[np.ndarray], *, memory: np.ndarray = _MEMORY) -> np.ndarray:
    """The slowest of two branches or more; `memory` holds what was worked out before."""
    places, counts = np.full((len(branches), 2, 4), np.nan), np.zeros(len(branches), dtype=np.int64)
    for i, branch in enumerate(branches):
        out = _room()
        counts[i] = parallel_calls.merged_branch(_in_room(branch), len(branch), out)
        places[i, : counts[i]] = out[: counts[i]]
    out = _room()
    return out[: parallel_calls.maximum(places, counts, len(branches), memory, out)].copy()


def new_memory() -> np.ndarray:
    """Memory of quadratures that holds nothing yet."""
    return np.full_like(_MEMORY, np.nan)


def quantile(a: np.ndarray, probability: float) -> float:
    """The percentile of a mixture, s."""
    laws = np.full((len(a), percentile.LAW_WIDTH), np.nan)
    return percentile.percentile(np.ascontiguousarray(a), len(a), float(probability), laws)


def tail(part: Part, x: float) -> float:
    """P(X > x) of one shifted gamma law, as a search for percentiles works it out."""
    shape, scale, shift = response_law.shifted_gamma(*map(float, part))
    laws = np.array([[1.0, shape, scale, shift, gammaln(shape), np.nan]])
    return percentile.survival_and_step(laws, 1, float(x), 1e-300)[0]


def split_at(a: np.ndarray, limit: float) -> tuple[float, np.ndarray]:
    """Late share, and the mixture of what is in time."""
    out = _room()
    late, k = response_law.split_at(_in_room(a), len(a), float(limit), out)
    return late, out[:k].copy()
