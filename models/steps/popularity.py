"""Keys of a cache by their popularity: few bins for any number of keys, and what is there in the long run."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from models.evaluation import Array
from models.steps import columns as at

#: Bins of popularity of a cache.
BINS = 24
_PASSES = 200


def popularity(keys: float, zipf: float) -> Array:
    """Bins of keys, `(BINS, KEY)`: look-ups of one key of each, as a share of all, and how many keys it has.

    The k-th of the keys is asked for in proportion to k^-zipf (Breslau et al. 1999); a bin holds
    neighbouring ones and has their mean.
    """
    edges = np.unique(np.floor(np.geomspace(1.0, keys + 1.0, BINS + 1)))
    table = np.zeros((BINS, at.KEY))
    count = np.diff(edges)
    if count.size == 0:
        edges, count = np.array([1.0, 2.0]), np.array([1.0])
    weight = np.array([_sum(a, b, zipf) for a, b in pairwise(edges)])
    table[: count.size, at.KEYS] = count
    table[: count.size, at.KEY_SHARE] = weight / count / weight.sum()
    return table


def _sum(first: float, end: float, zipf: float) -> float:
    """Sum of k^-zipf from `first` up to `end`, which doesn't count."""
    if end - first <= 2000.0:
        return float(np.sum(np.arange(first, end) ** -zipf))
    a, b = first - 0.5, end - 0.5
    return math.log(b / a) if zipf == 1.0 else (b ** (1.0 - zipf) - a ** (1.0 - zipf)) / (1.0 - zipf)


def in_the_long_run(table: Array, lookups_per_s: float, ttl_s: float, capacity: float) -> None:
    """Fills in which share of each popularity is there after a long time, and the weights by which it leaves.

    With a time to live T from the load and l look-ups a second a key is there for l T / (1 + l T) of the
    time. Where entries are evicted, the least recently used one first, one stays while it was asked for
    within a time t that is the same for all (Che, Tung and Wang 2002): 1 - exp(-l t).
    """
    rate = lookups_per_s * table[:, at.KEY_SHARE]
    lives = rate * ttl_s / (1.0 + rate * ttl_s) if math.isfinite(ttl_s) else (rate > 0.0).astype(np.float64)
    table[:, at.WARM] = lives
    table[:, at.WEIGHT] = 1.0
    if capacity >= table[:, at.KEYS].sum() or not lookups_per_s > 0.0:
        return
    low, high = 0.0, 1.0 / max(rate[rate > 0.0].min(), 1e-300) * 50.0
    for _ in range(_PASSES):
        middle = math.sqrt(low * high) if low > 0.0 else high * 1e-6
        if float(np.sum(table[:, at.KEYS] * -np.expm1(-rate * middle))) > capacity:
            high = middle
        else:
            low = middle
        if high - low <= 1e-9 * high:
            break
    stays = -np.expm1(-rate * high)
    if math.isfinite(ttl_s):
        stays = np.minimum(stays, lives)
    table[:, at.WARM] = stays
    with np.errstate(over="ignore"):
        # What leaves must be what comes: weight x there = rate x not there.
        table[:, at.WEIGHT] = np.where(stays > 0.0, rate * (1.0 - stays) / np.maximum(stays, 1e-300), 0.0)
