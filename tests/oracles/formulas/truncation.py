"""A response time that is only waited for so long: who is late, and how long the others take."""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc

from models.formulas.cumulants import Array, from_raw
from models.formulas.mixtures import Entry, Mixture
from models.formulas.percentiles import shifted_gamma


def split_at(mixture: Mixture, limit: Array) -> tuple[Array, Mixture]:
    """The share of a response that takes longer than a limit, and the response of the rest.

    Args:
        mixture: The response; weights add up to 1.
        limit: Longest time waited for, s, broadcasting against the entries; infinity = any.

    Returns:
        The late share in [0, 1], and the mixture given that it is in time (weights add up to 1 where anything
        is in time at all).

    Source: partial moments of a gamma law: E[Y^j; Y <= t] = scale^j (a)_j P(a + j, t / scale), with the
    rising factorial (a)_j (Abramowitz and Stegun 1964, 6.5.1); shifted with the binomial theorem.
    """
    kept: list[tuple[Array, Entry]] = []
    in_time: Array = np.zeros((1, 1))
    for entry in mixture:
        share, rest = _in_time(entry, limit)
        in_time = in_time + entry.weight * share
        kept.append((entry.weight * share, rest))
    some = np.where(in_time > 0.0, in_time, 1.0)
    late = np.where(np.isinf(limit), 0.0, np.clip(1.0 - in_time, 0.0, 1.0))
    # Entries of weight 0 keep their place, so that all designs have the same number of them.
    unlimited = np.isinf(limit)
    return late, tuple(
        Entry(np.where(unlimited, entry.weight, weight / some), *rest[1:])
        for entry, (weight, rest) in zip(mixture, kept, strict=True)
    )


def _in_time(entry: Entry, limit: Array) -> tuple[Array, Entry]:
    """Share of one outcome within the limit, and its cumulants given that."""
    endless = np.isinf(entry.mean)
    mean = np.where(endless, 1.0, entry.mean)
    variance = np.where(endless, 1.0, entry.variance)
    third = np.where(endless, 1.0, entry.third)
    a, scale, shift = shifted_gamma(mean, variance, third)
    u = np.maximum(np.where(np.isinf(limit), 1.0, limit - shift), 0.0) / scale
    share = gammainc(a, u)
    base = np.where(share > 1e-12, share, 1.0)
    first = scale * a * gammainc(a + 1.0, u) / base
    second = scale**2 * a * (a + 1.0) * gammainc(a + 2.0, u) / base
    # P(a + 3, u) from its recurrence would cancel; one more evaluation is the price of the third moment.
    third_raw = scale**3 * a * (a + 1.0) * (a + 2.0) * gammainc(a + 3.0, u) / base
    inside = from_raw(first, second, third_raw)
    unlimited = np.isinf(limit)
    nobody = ~unlimited & (share <= 1e-12)
    share = np.where(unlimited, 1.0, np.where(endless | nobody, 0.0, share))
    held = np.minimum(limit, 1e300)
    parts = (
        np.where(unlimited, entry.mean, np.where(endless | nobody, held, shift + inside.mean)),
        np.where(unlimited, entry.variance, np.where(endless | nobody, 0.0, inside.variance)),
        np.where(unlimited, entry.third, np.where(endless | nobody, 0.0, inside.third)),
    )
    return share, Entry(entry.weight, *parts)
