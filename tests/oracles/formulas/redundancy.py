"""Replicas and zones: how likely enough of them are up."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import betainc

from models.formulas.cumulants import Array

#: Up to this number of copies each pair of whole numbers is worked out once for all designs.
MOST_TABLED = 256


def k_of_n(needed: Array, *, replicas: Array, availability: Array) -> Array:
    """Probability that at least `needed` of `replicas` independent copies are up.

    Args:
        needed: Copies that must be up, whole; 0 or below always holds.
        replicas: Copies there are, whole, broadcasting like all arguments.
        availability: Of one copy, in [0, 1].

    Returns:
        Probability in [0, 1]; 0 where more are needed than there are.

    Source: the binomial tail as an incomplete beta function (Abramowitz and Stegun 1964, 26.5.24).
    """
    possible = (needed >= 1.0) & (needed <= replicas)
    m = np.where(possible, needed, 1.0)
    rest = np.where(possible, replicas - m + 1.0, 1.0)
    tail = _tail(m, rest, availability)
    return np.where(needed <= 0.0, 1.0, np.where(needed <= replicas, tail, 0.0))


def _tail(m: Array, rest: Array, availability: Array) -> Array:
    """The incomplete beta function; each pair of whole numbers once where all copies are alike."""
    most = max(float(m.max(initial=0.0)), float(rest.max(initial=0.0)))
    if availability.size != 1 or most >= MOST_TABLED or m.size < MOST_TABLED:
        return np.asarray(betainc(m, rest, availability))
    width = int(most) + 1
    code = (m * width + rest).astype(np.intp)
    there = np.zeros(width * width, dtype=bool)
    there[code] = True
    pairs = np.flatnonzero(there)
    table = np.zeros(width * width)
    table[pairs] = betainc(
        *(part.astype(np.float64) for part in np.divmod(pairs, width)), availability.item()
    )
    return np.asarray(table[code])


def carried_share(offered_replicas: Array, *, replicas: Array, availability: Array) -> Array:
    """Expected share of the work that is carried when each lost copy takes only its part along.

    E[min(1, J / b)] with J of `replicas` copies up and b copies' worth of load. It is 1 where nothing is
    offered, and E[J] / b where all copies are busy.

    Args:
        offered_replicas: Copies' worth of load b, >= 0.
        replicas: Copies there are, whole, broadcasting like all arguments.
        availability: Of one copy, in [0, 1].

    Source: with m the smallest whole number >= b: P(J >= m) + n p P(Bin(n-1, p) <= m-2) / b, since
    j C(n, j) = n C(n-1, j-1).
    """
    b = np.maximum(offered_replicas, 1e-9)
    m = np.maximum(np.ceil(b - 1e-9), 1.0)
    enough = k_of_n(m, replicas=replicas, availability=availability)
    fewer = 1.0 - k_of_n(m - 1.0, replicas=replicas - 1.0, availability=availability)
    return np.minimum(enough + replicas * availability * np.maximum(fewer, 0.0) / b, 1.0)


def zone_states(zone_availability: Sequence[Array]) -> Iterator[tuple[tuple[bool, ...], Array]]:
    """Every combination of zones that are up or down, with its probability.

    Args:
        zone_availability: Of each zone, arrays that broadcast against each other; none = one state, certain.

    Yields:
        Which zones are up, and the probability of just that.
    """
    for state in itertools.product((True, False), repeat=len(zone_availability)):
        probability: Array = np.ones((1, 1))
        for up, share in zip(state, zone_availability, strict=True):
            probability = probability * (share if up else 1.0 - share)
        yield state, probability


def replicas_in(state: Sequence[bool], *, replicas: Array, zones: Array) -> Array:
    """Copies in the zones that are up, of copies spread evenly; the first zones take what doesn't divide.

    Args:
        state: Which zones are up; must cover the largest of `zones`.
        replicas: Copies there are, whole.
        zones: Zones over which they are spread, whole, broadcasting against `replicas`.
    """
    each = np.floor(replicas / zones)
    rest = replicas - each * zones
    total: Array = np.zeros((1, 1))
    for zone, up in enumerate(state):
        if up:
            total = total + np.where(zone < zones, each + (zone < rest), 0.0)
    return total
